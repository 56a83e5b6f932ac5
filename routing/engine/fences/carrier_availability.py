from __future__ import annotations

from datetime import datetime

from routing.engine.facts import FacilityFacts, OrderFacts


class CarrierAvailabilityFence:
    """FACILITY-CARRIERAVAILABILITY: the facility offers one of the carriers that the order prefers (F4).

    Orders that name none pass, and those that are collected.
    """

    implementation = "FACILITY-CARRIERAVAILABILITY"

    def passes(self, order: OrderFacts, facility: FacilityFacts, now: datetime) -> bool:
        return order.collects or not order.carriers or not order.carriers.isdisjoint(facility.carriers)

    def explain(self, order: OrderFacts, facility: FacilityFacts, now: datetime) -> tuple[str, str]:
        wanted = () if order.collects else sorted(order.carriers)
        return (
            ", ".join(wanted) or "any carrier",
            ", ".join(sorted(facility.carriers)) or "no carrier",
        )
