"""Fences: absolute filters over plan and facility (F1), one small module each.

To add one, write a module with a class that satisfies :class:`Fence` and put an instance into ``FENCES``. Complete
stock is not among the static ones: it judges lines, and is the only fence that may be reactive (F3).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from routing.engine.facts import FacilityFacts, OrderFacts
from routing.engine.fences.business_type import BusinessTypeFence
from routing.engine.fences.country import CountryFence


class Fence(Protocol):
    """A static fence. It looks only at facts that all plans of an :class:`OrderFacts` share (F4)."""

    implementation: str

    def passes(self, order: OrderFacts, facility: FacilityFacts) -> bool:
        """Whether the facility may fulfil such an order."""

    def explain(self, order: OrderFacts, facility: FacilityFacts) -> tuple[str, str]:
        """What was expected and what was found, for the decision log."""


FENCES: Mapping[str, Fence] = {fence.implementation: fence for fence in (BusinessTypeFence(), CountryFence())}
"""Static fences by the contract's implementation name."""
