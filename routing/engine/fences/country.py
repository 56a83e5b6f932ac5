from __future__ import annotations

from routing.engine.facts import FacilityFacts, OrderFacts


class CountryFence:
    """FACILITY-COUNTRY: the facility stands in the consumer's country (F4). Orders without an address pass."""

    implementation = "FACILITY-COUNTRY"

    def passes(self, order: OrderFacts, facility: FacilityFacts) -> bool:
        return not order.country or order.country == facility.country

    def explain(self, order: OrderFacts, facility: FacilityFacts) -> tuple[str, str]:
        return order.country or "any country", facility.country or "no country"
