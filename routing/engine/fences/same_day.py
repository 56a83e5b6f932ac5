from __future__ import annotations

from datetime import datetime

from routing.engine.facts import FacilityFacts, OrderFacts


class SameDayPossibleFence:
    """SAMEDAY-POSSIBLE: for a same-day order there is still time today, by the facility's clocks (F4).

    From now until its last picking time of today ends there are at least the minutes that it takes to process an order.
    """

    implementation = "SAMEDAY-POSSIBLE"

    def passes(self, order: OrderFacts, facility: FacilityFacts, now: datetime) -> bool:
        if not order.same_day:
            return True
        left = facility.hours.left_today(now)
        return left > 0 and left >= facility.buffer

    def explain(self, order: OrderFacts, facility: FacilityFacts, now: datetime) -> tuple[str, str]:
        return (
            f"{facility.buffer} minutes of picking today",
            f"{facility.hours.left_today(now)} minutes",
        )
