"""Who may sign in, and as what."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import ClassVar

from django.db import transaction

from backoffice.core.access import Role
from backoffice.core.errors import StateConflict
from backoffice.core.events import Event, publish
from backoffice.core.models import ApiToken, User
from backoffice.core.models.token import TokenKind


@dataclass(frozen=True, kw_only=True)
class UserCreated(Event):
    name: ClassVar[str] = "USER_CREATED"
    resource_type: ClassVar[str] = "USER"


@dataclass(frozen=True, kw_only=True)
class UserChanged(Event):
    name: ClassVar[str] = "USER_CHANGED"
    resource_type: ClassVar[str] = "USER"


def create_user(*, email: str, role: str, name: str = "", password: str | None = None) -> User:
    """A new user; without a password they use tokens only."""
    with transaction.atomic():
        user = User.objects.create_user(email, password, name=name, role=role)
        publish([UserCreated(resource_id=str(user.pk), facts={"role": user.role})])
    return user


def change_user(*, user: User, fields: Collection[str]) -> None:
    """Saves the ``fields`` of ``user`` that were changed.

    :raises StateConflict: nobody would be left who may manage users.
    :raises VersionConflict: somebody else changed the user since they were read.
    """
    if not fields:
        return
    with transaction.atomic():
        user.touch(fields)
        _keep_an_administrator()
        publish([UserChanged(resource_id=str(user.pk), facts={"fields": sorted(fields), "role": user.role})])


def set_password(*, user: User, password: str | None) -> None:
    """Changes the password and ends every login, so that who knew the old one is out. Issued tokens stay."""
    with transaction.atomic():
        user.set_password(password)
        user.touch(["password"])
        ApiToken.objects.filter(user=user).exclude(kind=TokenKind.PERSONAL).delete()
        publish([UserChanged(resource_id=str(user.pk), facts={"fields": ["password"]})])


def delete_users(*, users: Collection[User]) -> None:
    """Deletes users and their tokens. What they did stays in the timeline.

    :raises StateConflict: nobody would be left who may manage users.
    """
    with transaction.atomic():
        User.objects.filter(pk__in=[user.pk for user in users]).delete()
        _keep_an_administrator()


def _keep_an_administrator() -> None:
    # Locked, so that two administrators who demote each other do not both succeed.
    administrators = User.objects.select_for_update(no_key=True).filter(
        role=Role.ADMINISTRATOR, is_active=True
    )
    if not administrators.order_by("pk").values_list("pk", flat=True)[:1]:
        raise StateConflict(
            "Somebody must remain who may manage users: make another user administrator first."
        )
