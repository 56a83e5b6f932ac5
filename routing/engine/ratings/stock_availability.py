from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from routing.engine.facts import Plan
    from routing.engine.world import World


class StockAvailabilityRating:
    """STOCK-AVAILABILITY: prefers whoever has most of it in stock.

    The score is the share of the plan's units that stock does not cover: 0 all of them are there, 1 none is.
    """

    implementation = "STOCK-AVAILABILITY"

    def scores(self, plan: Plan, candidates: Sequence[int], world: World) -> tuple[float | None, ...]:
        wanted = [(units, world.stock_of(article)) for article, units in plan.needs.items()]
        whole = sum(plan.needs.values())
        return tuple(
            sum(max(0, units - shelf.get(number, 0)) for units, shelf in wanted) / whole
            for number in candidates
        )
