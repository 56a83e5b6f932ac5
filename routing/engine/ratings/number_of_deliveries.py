from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from routing.engine.facts import Plan
    from routing.engine.world import World


class NumberOfDeliveriesRating:
    """NUMBER-OF-DELIVERIES: prefers whoever needs no second delivery.

    The score is the number of lines, a bundle counting as one, that are not wholly in stock there: each may have to
    come from elsewhere, or later. Lines of the same article share what there is, in their order.
    """

    implementation = "NUMBER-OF-DELIVERIES"

    def scores(self, plan: Plan, candidates: Sequence[int], world: World) -> tuple[float | None, ...]:
        return tuple(self._left_over(plan, number, world) for number in candidates)

    @staticmethod
    def _left_over(plan: Plan, number: int, world: World) -> float:
        left = {article: world.available(number, article) for article in plan.needs}
        lines = 0
        for unit in plan.units:
            whole = True
            for line in unit.lines:
                whole = whole and line.quantity <= left[line.article]
                left[line.article] = max(0, left[line.article] - line.quantity)
            lines += not whole
        return float(lines)
