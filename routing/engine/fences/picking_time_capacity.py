from __future__ import annotations

from typing import TYPE_CHECKING

from routing.engine.needs import Need

if TYPE_CHECKING:
    from routing.engine.facts import Plan
    from routing.engine.world import World


class PickingTimeCapacityFence:
    """FACILITY-PICKING-TIME-CAPACITY: the facility is open, and below its capacity, in the timeframe (F4).

    The timeframe is today and as many days as the facility plans ahead; without a number, up to its next picking time.
    Open: a picking time of it is not over. Below capacity, where capacities count: the pick jobs that are not finished,
    with those made and finished today, are fewer than its picking times have room for.
    """

    implementation = "FACILITY-PICKING-TIME-CAPACITY"
    needs = frozenset({Need.WORKLOAD})

    def passes_plan(self, plan: Plan, facility: int, world: World) -> bool:
        capacity = world.capacity(facility)
        if capacity is not None and world.capacity_used(facility) >= capacity:
            return False
        return world.facilities[facility].hours.open_in_timeframe(world.now)

    def explain_plan(self, plan: Plan, facility: int, world: World) -> tuple[str, str]:
        if not world.facilities[facility].hours.open_in_timeframe(world.now):
            return "open in the timeframe", "closed"
        return (
            f"fewer than {world.capacity(facility)} pick jobs",
            f"{world.capacity_used(facility)} pick jobs",
        )
