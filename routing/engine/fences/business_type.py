from __future__ import annotations

from datetime import datetime

from routing.engine.facts import FacilityFacts, OrderFacts


class BusinessTypeFence:
    """FACILITY-BUSINESSTYPE: the facility offers the service that the order asks for, shipping or collect (F4)."""

    implementation = "FACILITY-BUSINESSTYPE"

    def passes(self, order: OrderFacts, facility: FacilityFacts, now: datetime) -> bool:
        return self._wanted(order) in facility.services

    def explain(self, order: OrderFacts, facility: FacilityFacts, now: datetime) -> tuple[str, str]:
        return self._wanted(order), ", ".join(sorted(facility.services)) or "no service"

    @staticmethod
    def _wanted(order: OrderFacts) -> str:
        return "PICKUP" if order.collects else "SHIP_FROM_STORE"
