from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from routing.engine.needs import Need

if TYPE_CHECKING:
    from routing.engine.facts import Plan
    from routing.engine.world import World


DAY_SECONDS = 86_400


class ExpiryDateRating:
    """EXPIRY-DATE: prefers whoever's stock expires first.

    The score is the number of days until the first units of any of the plan's articles expire there, 0 for what has
    already. A facility whose stock of them never expires cannot be scored.
    """

    implementation = "EXPIRY-DATE"
    needs = frozenset({Need.EXPIRY})

    def scores(self, plan: Plan, candidates: Sequence[int], world: World) -> tuple[float | None, ...]:
        return tuple(self._days(plan, number, world) for number in candidates)

    @staticmethod
    def _days(plan: Plan, number: int, world: World) -> float | None:
        expires = world.shelves.expires
        dates = [expires[article][number] for article in plan.needs if number in expires.get(article, ())]
        if not dates:
            return None
        return max(0.0, (min(dates) - world.now).total_seconds() / DAY_SECONDS)
