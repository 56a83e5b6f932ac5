from __future__ import annotations

from enum import EnumType
from typing import Any, Self

from django.db.models import TextChoices


class _StatusType(type(TextChoices)):  # type: ignore[misc]  # the metaclass of Choices has no public name
    """Lets members be written as they are read, while Django wants the label last."""

    def __new__(metacls, name: str, bases: tuple[type, ...], members: Any, **kwargs: Any) -> EnumType:
        for key in members._member_names:
            given = members[key]
            if isinstance(given, tuple) and len(given) > 2:
                value, label, *rest = given
                dict.__setitem__(members, key, (value, *rest, label))
        return super().__new__(metacls, name, bases, members, **kwargs)


class StatusChoices(TextChoices, metaclass=_StatusType):
    """The statuses of one lifecycle, each with all that is needed to show it, in one place::

        WAITING = "WAITING", _("Waiting"), "amber", "waiting"

    value, label, colour (``gray blue green amber red violet``) and the group that lists and totals put it into.
    """

    colour: str
    group: str

    def __new__(cls, value: str, colour: str = "gray", group: str = "") -> Self:
        member = str.__new__(cls, value)
        member._value_ = value
        member.colour = colour
        member.group = group
        return member

    @classmethod
    def in_group(cls, group: str) -> tuple[Self, ...]:
        return tuple(member for member in cls if member.group == group)
