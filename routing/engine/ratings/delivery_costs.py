from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from routing.engine.ratings.configuring import amount, only
from routing.engine.ratings.geo_distance import between

if TYPE_CHECKING:
    from routing.engine.facts import FacilityFacts, OrderFacts, Plan
    from routing.engine.world import World


@dataclass(frozen=True, slots=True)
class DeliveryCostsRating:
    """DELIVERY-COSTS: prefers whoever delivers cheapest.

    The score is what a delivery is estimated to cost: ``perDelivery`` + ``perKilometre`` × kilometres to the consumer +
    ``abroad``, when the facility is in another country. Unless configured these are 0, 1 and 0. Nothing is delivered
    when the consumer collects. A facility without coordinates cannot be scored where kilometres cost anything; without
    coordinates of the consumer the way does not count.
    """

    per_delivery: float = 0.0
    per_kilometre: float = 1.0
    abroad: float = 0.0
    implementation: ClassVar[str] = "DELIVERY-COSTS"

    def scores(self, plan: Plan, candidates: Sequence[int], world: World) -> tuple[float | None, ...]:
        return tuple(self.cost(plan.order, world.facilities[number]) for number in candidates)

    def configured(self, configuration: Mapping[str, Any]) -> DeliveryCostsRating:
        only(configuration, "perDelivery", "perKilometre", "abroad")
        return DeliveryCostsRating(
            amount(configuration, "perDelivery", self.per_delivery),
            amount(configuration, "perKilometre", self.per_kilometre),
            amount(configuration, "abroad", self.abroad),
        )

    def cost(self, order: OrderFacts, facility: FacilityFacts) -> float | None:
        """What the delivery costs, None where that cannot be told."""
        if order.collects:
            return 0.0
        cost = self.per_delivery
        if order.country and order.country != facility.country:
            cost += self.abroad
        if self.per_kilometre and order.latitude is not None:
            way = between(order, facility)
            if way is None:
                return None
            cost += self.per_kilometre * way
        return cost
