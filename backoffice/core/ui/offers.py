"""What a list without anything offers to do first, to those who may."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.urls import reverse


@dataclass(frozen=True, slots=True)
class Offer:
    """A button to the screen, or the ``dialog``, of that URL name."""

    label: Any
    name: str
    permission: str
    dialog: bool = False

    @property
    def url(self) -> str:
        return reverse(self.name)
