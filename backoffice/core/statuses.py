from __future__ import annotations

from enum import property as enum_property
from typing import Self

from django.db.models import TextChoices
from django.utils.functional import Promise


class StatusChoices(TextChoices):
    """The statuses of one lifecycle, each with all that is needed to show it, in one place::

        WAITING = "WAITING", _("Waiting"), "amber", "waiting"

    value, label, colour (``gray blue green amber red violet``) and the group that lists and totals put it into.
    """

    colour: str
    _title: str | Promise

    def __new__(cls, value: str, title: str | Promise = "", colour: str = "gray") -> Self:
        # The last of the four does not arrive here: Django takes it for the label.
        member = str.__new__(cls, value)
        member._value_ = value
        member._title = title
        member.colour = colour
        return member

    @enum_property
    def label(self) -> str | Promise:
        return self._title

    @enum_property
    def group(self) -> str:
        return str(self._label_)

    @classmethod
    def in_group(cls, group: str) -> tuple[Self, ...]:
        return tuple(member for member in cls.__members__.values() if member.group == group)
