from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from routing.engine.facts import Plan
    from routing.engine.world import World


class StockBalancingRating:
    """STOCK-BALANCING: prefers whoever would be left with most.

    The score is the share of the plan's articles' stock that fulfilling it would use up, averaged over the articles:
    0 next to nothing, 1 all of it.
    """

    implementation = "STOCK-BALANCING"

    def scores(self, plan: Plan, candidates: Sequence[int], world: World) -> tuple[float | None, ...]:
        wanted = [(units, world.stock_of(article)) for article, units in plan.needs.items()]
        return tuple(
            sum(self._share(units, shelf.get(number, 0)) for units, shelf in wanted) / len(wanted)
            for number in candidates
        )

    @staticmethod
    def _share(units: int, available: int) -> float:
        return min(1.0, units / available) if available else 1.0
