"""What can be wrong with a request, in the words of the domain.

Services raise these; the API renders them as an array, screens as messages (spec 5, "Errors").
``code`` is machine-readable and stable: clients may branch on it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

from backoffice.core.texts import here, text, together

if TYPE_CHECKING:
    from django.db.models import Model


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong with one field; ``field`` is a path such as ``orderLineItems[0].quantity``."""

    field: str | None
    message: str
    code: str = "INVALID"

    @property
    def said(self) -> str:
        """The message in the reader's language, for screens."""
        return str(here(self.message))


class DomainError(Exception):
    """A rule of the domain said no. ``message`` is for people and says what to do next where it can: in English, as the
    API answers it, while screens show what is ``said``.
    """

    code: ClassVar[str] = "DOMAIN_ERROR"
    status: ClassVar[int] = 400
    summary: ClassVar[str] = text("The request was refused")

    def __init__(self, message: str, *, code: str | None = None, field: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.problems: tuple[Problem, ...] = (Problem(field, message, code or type(self).code),)

    @property
    def said(self) -> str:
        """The message in the reader's language."""
        return str(here(self.message))

    @property
    def field(self) -> str | None:
        return self.problems[0].field


class Invalid(DomainError):
    """What was asked for makes no sense, whatever the state (400). Carries every problem at once."""

    code = "INVALID"
    status = 400
    summary = text("The request is not valid")

    @classmethod
    def many(cls, problems: Iterable[Problem]) -> Invalid:
        """One error for all ``problems``; there must be at least one."""
        found = tuple(problems)
        error = cls(found[0].message if len(found) == 1 else together((one.message for one in found), "; "))
        error.problems = found
        return error


class NotFound(DomainError):
    code = "NOT_FOUND"
    status = 404
    summary = text("Not found")

    @classmethod
    def of(cls, model: type[Model], id: object) -> NotFound:
        return cls(text("There is no %(what)s %(id)s.", what=model._meta.verbose_name, id=id))


class StateConflict(DomainError):
    """It makes sense, but not in the state that things are in (409)."""

    code = "STATE_CONFLICT"
    status = 409
    summary = text("Not possible in the current state")


class VersionConflict(DomainError):
    """The client's knowledge is out of date (409): ``version`` is the current one, ``request_version`` the client's."""

    code = "VERSION_CONFLICT"
    status = 409
    summary = text("Changed in the meantime")

    def __init__(self, version: int, request_version: int) -> None:
        super().__init__(
            text(
                "Version %(given)s was given, but the current version is %(current)s: read it again and repeat "
                "the change.",
                given=request_version,
                current=version,
            ),
            field="version",
        )
        self.version = version
        self.request_version = request_version


class NotSupported(DomainError):
    """fulfillmenttools has it, and Anteroom does not (501)."""

    code = "NOT_SUPPORTED"
    status = 501
    summary = text("Not supported")


class PermissionMissing(DomainError):
    """The user, or the token that was used, may not do this (403)."""

    code = "PERMISSION_MISSING"
    status = 403
    summary = text("Permission missing")

    def __init__(self, permission: str) -> None:
        super().__init__(text("The permission %(permission)s is needed.", permission=permission))
        self.permission = permission


@contextmanager
def fields_under(path: str) -> Iterator[None]:
    """What a service finds wrong with a part of the body is reported under the path of that part."""
    try:
        yield
    except Invalid as error:
        error.problems = tuple(
            replace(problem, field=f"{path}.{problem.field}" if problem.field else path)
            for problem in error.problems
        )
        raise
