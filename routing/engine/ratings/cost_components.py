from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from routing.engine.ratings.configuring import amount, only
from routing.engine.ratings.delivery_costs import DeliveryCostsRating

if TYPE_CHECKING:
    from routing.engine.facts import Plan
    from routing.engine.world import World

DELIVERY_COSTS = DeliveryCostsRating()
DELIVERY = ("perDelivery", "perKilometre", "abroad")


@dataclass(frozen=True, slots=True)
class CostComponentsRating:
    """COST-COMPONENTS: prefers whoever fulfils the order cheapest, all in all.

    The score is ``operative`` × the facility's operative cost + ``delivery`` × the cost of the delivery, by the same
    formula and settings as DELIVERY-COSTS. Both weights are 1 unless configured; one of 0 leaves the component out. A
    facility cannot be scored where a component is not known, or where its operative cost is in another currency than
    that of the first candidate that has one: currencies are not converted.
    """

    operative: float = 1.0
    delivery: float = 1.0
    delivery_costs: DeliveryCostsRating = DELIVERY_COSTS
    implementation: ClassVar[str] = "COST-COMPONENTS"

    def scores(self, plan: Plan, candidates: Sequence[int], world: World) -> tuple[float | None, ...]:
        facilities = [world.facilities[number] for number in candidates]
        currency = next((one.currency for one in facilities if one.operative_cost is not None), "")
        scores: list[float | None] = []
        for facility in facilities:
            own = facility.operative_cost if facility.currency == currency else None
            delivery = self.delivery_costs.cost(plan.order, facility)
            scores.append(_sum((self.operative, own), (self.delivery, delivery)))
        return tuple(scores)

    def configured(self, configuration: Mapping[str, Any]) -> CostComponentsRating:
        only(configuration, "operative", "delivery", *DELIVERY)
        return CostComponentsRating(
            amount(configuration, "operative", self.operative),
            amount(configuration, "delivery", self.delivery),
            self.delivery_costs.configured(
                {key: configuration[key] for key in DELIVERY if key in configuration}
            ),
        )


def _sum(*components: tuple[float, float | None]) -> float | None:
    """Weights × costs; None where one that counts is not known."""
    total = 0.0
    for weight, cost in components:
        if weight and cost is None:
            return None
        total += weight * (cost or 0.0)
    return total
