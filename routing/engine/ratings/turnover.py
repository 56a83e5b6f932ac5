from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from routing.engine.needs import Need

if TYPE_CHECKING:
    from routing.engine.facts import Plan
    from routing.engine.world import World


class TurnoverRating:
    """TURNOVER: prefers whoever sells least of it, so that goods do not lie where nobody asks for them.

    The score is the number of units of the plan's articles that were picked there in the last four weeks.
    """

    implementation = "TURNOVER"
    needs = frozenset({Need.TURNOVER})

    def scores(self, plan: Plan, candidates: Sequence[int], world: World) -> tuple[float | None, ...]:
        picked = world.shelves.picked
        return tuple(
            float(sum(picked.get(article, {}).get(number, 0) for article in plan.needs))
            for number in candidates
        )
