"""Fences: absolute filters over plan and facility (F1), one small module each.

There are two kinds, and most are of the first: a :class:`Fence` looks at facts that all plans of an
:class:`~routing.engine.facts.OrderFacts` share, so that a pass asks it once for all of them. A :class:`PlanFence` looks
at what differs from plan to plan, or changes while a pass gives things away: stock, capacity, the order's document.

To add one, write a module with a class that satisfies one of the two and put an instance into ``FENCES``
(docs/fences-and-ratings.md). Complete stock is not among the static ones: it judges lines, and is the only fence that
may be reactive (F3).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Protocol, TypeAlias, TypeGuard

from routing.engine.facts import FacilityFacts, OrderFacts
from routing.engine.fences.avoid_zero_stock import AvoidZeroStockFence
from routing.engine.fences.business_type import BusinessTypeFence
from routing.engine.fences.carrier_availability import CarrierAvailabilityFence
from routing.engine.fences.country import CountryFence
from routing.engine.fences.picking_time_capacity import PickingTimeCapacityFence
from routing.engine.fences.preselected_facility import PreselectedFacilityFence
from routing.engine.fences.same_day import SameDayPossibleFence

if TYPE_CHECKING:
    from routing.engine.facts import Plan
    from routing.engine.world import World


class Fence(Protocol):
    """A static fence that looks only at facts that all plans of an :class:`OrderFacts` share (F4).

    ``now`` is the moment of the decision; no fence has a clock of its own.
    """

    implementation: str

    def passes(self, order: OrderFacts, facility: FacilityFacts, now: datetime) -> bool:
        """Whether the facility may fulfil such an order."""

    def explain(self, order: OrderFacts, facility: FacilityFacts, now: datetime) -> tuple[str, str]:
        """What was expected of the facility and what was found, for the decision log."""


class PlanFence(Protocol):
    """A static fence that is asked anew for every plan. ``facility`` is an index of the world's facilities (F4)."""

    implementation: str

    def passes_plan(self, plan: Plan, facility: int, world: World) -> bool:
        """Whether the facility may fulfil this plan as things stand."""

    def explain_plan(self, plan: Plan, facility: int, world: World) -> tuple[str, str]:
        """Of a facility that fails: what was expected and what was found, for the decision log."""


AnyFence: TypeAlias = Fence | PlanFence

_SHARED: tuple[Fence, ...] = (
    BusinessTypeFence(),
    CarrierAvailabilityFence(),
    CountryFence(),
    PreselectedFacilityFence(),
    SameDayPossibleFence(),
)
_PER_PLAN: tuple[PlanFence, ...] = (
    AvoidZeroStockFence(),
    PickingTimeCapacityFence(),
)

FENCES: Mapping[str, AnyFence] = {
    **{fence.implementation: fence for fence in _SHARED},
    **{fence.implementation: fence for fence in _PER_PLAN},
}
"""Static fences by the contract's implementation name."""


def judges_plans(fence: AnyFence) -> TypeGuard[PlanFence]:
    """Whether the fence has to be asked anew for every plan."""
    return hasattr(fence, "passes_plan")
