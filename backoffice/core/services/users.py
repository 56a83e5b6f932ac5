"""Who may sign in, and as what."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import ClassVar

from django.db import transaction

from backoffice.core import lockout
from backoffice.core.access import Role
from backoffice.core.errors import Invalid, NotFound, StateConflict
from backoffice.core.events import Event, publish
from backoffice.core.models import ApiToken, BrowserSession, User
from backoffice.core.models.token import TokenKind
from backoffice.core.texts import text


@dataclass(frozen=True, kw_only=True)
class UserEvent(Event):
    resource_type: ClassVar[str] = "USER"


@dataclass(frozen=True, kw_only=True)
class UserCreated(UserEvent):
    name: ClassVar[str] = "USER_CREATED"


@dataclass(frozen=True, kw_only=True)
class UserChanged(UserEvent):
    name: ClassVar[str] = "USER_CHANGED"


@dataclass(frozen=True, kw_only=True)
class UserSignedOut(UserEvent):
    """By somebody who ended sessions: in as many browsers as the facts say."""

    name: ClassVar[str] = "USER_SIGNED_OUT"


@dataclass(frozen=True, kw_only=True)
class UserUnlocked(UserEvent):
    name: ClassVar[str] = "USER_UNLOCKED"


def create_user(*, email: str, role: str, name: str = "", password: str | None = None) -> User:
    """A new user; without a password they use tokens only, until they set one.

    :raises Invalid: somebody has the address already.
    """
    if User.objects.filter(email__iexact=email).exists():
        raise Invalid(
            text("There is a user %(email)s already.", email=email), field="email", code="EMAIL_TAKEN"
        )
    with transaction.atomic():
        user = User.objects.create_user(email, password, name=name, role=role)
        publish([UserCreated(resource_id=str(user.pk), facts={"role": user.role})])
    return user


def change_user(*, user: User, fields: Collection[str]) -> None:
    """Saves the ``fields`` of ``user`` that were changed. Who becomes inactive is signed out.

    :raises StateConflict: nobody would be left who may manage users.
    :raises VersionConflict: somebody else changed the user since they were read.
    """
    if not fields:
        return
    with transaction.atomic():
        user.touch(fields)
        if not {"role", "is_active"}.isdisjoint(fields):
            _keep_an_administrator()
        if "is_active" in fields and not user.is_active:
            _end_logins(user)
        publish([UserChanged(resource_id=str(user.pk), facts={"fields": sorted(fields), "role": user.role})])


def set_password(*, user: User, password: str | None, stay: str | None = None) -> None:
    """Changes the password and ends every login but the session ``stay``, so that who knew the old one is out. Issued
    tokens stay.
    """
    with transaction.atomic():
        user.set_password(password)
        user.touch(["password"])
        _end_logins(user, stay)
        publish([UserChanged(resource_id=str(user.pk), facts={"fields": ["password"]})])


def sign_out_everywhere(*, user: User, stay: str | None = None) -> int:
    """Ends every login of ``user`` but the session ``stay``; issued tokens go on. Returns how many browsers it were."""
    with transaction.atomic():
        ended = _end_logins(user, stay)
        publish([UserSignedOut(resource_id=str(user.pk), facts={"sessions": ended})])
    return ended


def end_session(*, user: User, name: str) -> None:
    """Signs ``user`` out in the browser whose session has this name.

    :raises NotFound: they are not signed in there (any more).
    """
    with transaction.atomic():
        found = [row for row in BrowserSession.objects.filter(user=user) if row.name == name]
        if not found:
            raise NotFound(text("You are not signed in there any more."))
        found[0].delete()
        publish([UserSignedOut(resource_id=str(user.pk), facts={"sessions": 1})])


def unlock(*, user: User) -> None:
    """Who was locked out after too many failed attempts may try again at once."""
    with transaction.atomic():
        lockout.forget_failures(user.email)
        publish([UserUnlocked(resource_id=str(user.pk))])


def delete_users(*, users: Collection[User]) -> None:
    """Deletes users and their tokens. What they did stays in the timeline.

    :raises StateConflict: nobody would be left who may manage users.
    """
    with transaction.atomic():
        User.objects.filter(pk__in=[user.pk for user in users]).delete()
        _keep_an_administrator()


def _end_logins(user: User, stay: str | None = None) -> int:
    """Ends sessions and the tokens of logins. Returns how many sessions it were."""
    sessions = BrowserSession.objects.filter(user=user).exclude(session_key=stay or "")
    ended: int = sessions.live().count()
    sessions.delete()
    ApiToken.objects.filter(user=user).exclude(kind=TokenKind.PERSONAL).delete()
    return ended


def _keep_an_administrator() -> None:
    # Locked, so that two administrators who demote each other do not both succeed.
    administrators = User.objects.select_for_update(no_key=True).filter(
        role=Role.ADMINISTRATOR, is_active=True
    )
    if not administrators.order_by("pk").values_list("pk", flat=True)[:1]:
        raise StateConflict(
            text("Somebody must remain who may manage users: make another user administrator first.")
        )
