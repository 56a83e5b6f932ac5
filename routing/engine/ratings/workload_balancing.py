from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from routing.engine.needs import Need

if TYPE_CHECKING:
    from routing.engine.facts import Plan
    from routing.engine.world import World


class WorkloadBalancingRating:
    """WORKLOAD-BALANCING: prefers whoever has least to do. The score is the number of its unfinished pick jobs."""

    implementation = "WORKLOAD-BALANCING"
    needs = frozenset({Need.WORKLOAD})

    def scores(self, plan: Plan, candidates: Sequence[int], world: World) -> tuple[float | None, ...]:
        return tuple(float(world.open_jobs(number)) for number in candidates)
