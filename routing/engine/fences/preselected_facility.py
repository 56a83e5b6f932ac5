from __future__ import annotations

from datetime import datetime

from routing.engine.facts import FacilityFacts, OrderFacts


class PreselectedFacilityFence:
    """PRESELECTED-FACILITY: a shipping order goes to one of the facilities that it preselects, if it does (F4, R9)."""

    implementation = "PRESELECTED-FACILITY"

    def passes(self, order: OrderFacts, facility: FacilityFacts, now: datetime) -> bool:
        return order.collects or not order.preselected or facility.id in order.preselected

    def explain(self, order: OrderFacts, facility: FacilityFacts, now: datetime) -> tuple[str, str]:
        chosen = bool(order.preselected) and not order.collects
        return "a preselected facility" if chosen else "any facility", facility.name
