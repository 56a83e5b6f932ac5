from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from routing.engine.facts import Plan
    from routing.engine.world import World


class MatchingBusinessTypeRating:
    """MATCHING-BUSINESSTYPE: prefers whoever does only what the order asks for, shipping or handing over.

    The score is the share of its services that the order has no use for: 0 it does nothing else, 0.5 one of two; 1
    where it does not offer the service at all.
    """

    implementation = "MATCHING-BUSINESSTYPE"

    def scores(self, plan: Plan, candidates: Sequence[int], world: World) -> tuple[float | None, ...]:
        wanted = "PICKUP" if plan.order.collects else "SHIP_FROM_STORE"
        return tuple(self._unused(wanted, world.facilities[number].services) for number in candidates)

    @staticmethod
    def _unused(wanted: str, offered: frozenset[str]) -> float:
        return (len(offered) - 1) / len(offered) if wanted in offered else 1.0
