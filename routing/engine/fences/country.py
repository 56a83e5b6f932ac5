from __future__ import annotations

from datetime import datetime

from routing.engine.facts import FacilityFacts, OrderFacts


class CountryFence:
    """FACILITY-COUNTRY: the facility stands in the consumer's country (F4). Orders without an address pass."""

    implementation = "FACILITY-COUNTRY"

    def passes(self, order: OrderFacts, facility: FacilityFacts, now: datetime) -> bool:
        return not order.country or order.country == facility.country

    def explain(self, order: OrderFacts, facility: FacilityFacts, now: datetime) -> tuple[str, str]:
        return order.country or "any country", facility.country or "no country"
