"""Roles and permissions.

Each app declares its permissions with the roles that have them. The declaration is the truth for the API and for
screens; Django's groups and permissions are kept in step with it (:mod:`backoffice.core.roles`), for the admin.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from backoffice.core.errors import PermissionMissing

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from backoffice.core.models import ApiToken, User


class Role(TextChoices):
    VIEWER = "VIEWER", _("Viewer")
    AGENT = "AGENT", _("Agent")
    PLANNER = "PLANNER", _("Planner")
    NETWORK_MANAGER = "NETWORK_MANAGER", _("Network manager")
    ADMINISTRATOR = "ADMINISTRATOR", _("Administrator")


EVERYONE: frozenset[Role] = frozenset(Role)


@dataclass(frozen=True, slots=True)
class Permission:
    """``codename`` is ``<app label>.<what>``. Administrators have every permission, listed in ``roles`` or not."""

    codename: str
    label: Any
    roles: Collection[Role] = ()

    @property
    def app_label(self) -> str:
        return self.codename.partition(".")[0]

    def granted_to(self, role: str) -> bool:
        return role == Role.ADMINISTRATOR or role in self.roles


_declared: dict[str, Permission] = {}


def declare(*permissions: Permission) -> None:
    """Makes permissions known; called by each app's ``AppConfig.ready``."""
    for permission in permissions:
        known = _declared.setdefault(permission.codename, permission)
        if known != permission:
            raise ValueError(f"{permission.codename} is declared twice")


def declared(app_label: str | None = None) -> tuple[Permission, ...]:
    return tuple(p for p in _declared.values() if app_label in (None, p.app_label))


def permission(codename: str) -> Permission:
    """:raises KeyError: no app declared it."""
    return _declared[codename]


@dataclass(frozen=True, slots=True)
class Principal:
    """Who asks: a user, and the token they came with, which can only take permissions away."""

    user: User
    token: ApiToken | None = None

    def may(self, codename: str) -> bool:
        permission = _declared[codename]
        if not self.user.is_active or not permission.granted_to(self.user.role):
            return False
        return self.token is None or not self.token.role or permission.granted_to(self.token.role)


def may(who: User | AnonymousUser | Principal | None, codename: str) -> bool:
    """Whether ``who`` has the permission; nobody (``None``, an anonymous user) has none.

    :raises KeyError: no app declared such a permission.
    """
    if codename not in _declared:
        raise KeyError(f"No app declares the permission {codename}")
    if isinstance(who, Principal):
        return who.may(codename)
    return who is not None and who.is_authenticated and Principal(who).may(codename)


def require(who: User | AnonymousUser | Principal | None, codename: str) -> None:
    """:raises PermissionMissing: naming the permission that ``who`` lacks."""
    if not may(who, codename):
        raise PermissionMissing(codename)
