"""Who is acting: stamped on every domain event, so that the timeline can say who did it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

if TYPE_CHECKING:
    from backoffice.core.models import User


@dataclass(frozen=True, slots=True)
class Actor:
    """``name`` is what the timeline shows: a user's e-mail address, or ``system``."""

    name: str
    user_id: UUID | None = None

    @classmethod
    def of(cls, user: User) -> Actor:
        return cls(user.email, user.pk)


SYSTEM = Actor("system")

_actor: ContextVar[Actor] = ContextVar("actor", default=SYSTEM)


def current_actor() -> Actor:
    return _actor.get()


@contextmanager
def acting_as(actor: Actor) -> Iterator[Actor]:
    """Within the block, ``actor`` is who acts; afterwards it is who it was before."""
    before = _actor.set(actor)
    try:
        yield actor
    finally:
        _actor.reset(before)


def become(actor: Actor) -> None:
    """From here on ``actor`` acts, until the enclosing :func:`acting_as` ends."""
    _actor.set(actor)
