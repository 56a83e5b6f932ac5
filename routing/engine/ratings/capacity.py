from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from routing.engine.needs import Need

if TYPE_CHECKING:
    from routing.engine.facts import Plan
    from routing.engine.world import World


class CapacityRating:
    """CAPACITY: prefers whoever has most room left.

    The score is the share of its capacity in the timeframe that is used up, at most 1 (the same capacity that the fence
    FACILITY-PICKING-TIME-CAPACITY looks at); 0 where capacity is not limited.
    """

    implementation = "CAPACITY"
    needs = frozenset({Need.WORKLOAD})

    def scores(self, plan: Plan, candidates: Sequence[int], world: World) -> tuple[float | None, ...]:
        return tuple(self._used(number, world) for number in candidates)

    @staticmethod
    def _used(number: int, world: World) -> float:
        capacity = world.capacity(number)
        if capacity is None:
            return 0.0
        return min(1.0, world.capacity_used(number) / capacity) if capacity else 1.0
