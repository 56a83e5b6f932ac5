from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from routing.engine.ratings.configuring import amount, only
from routing.engine.ratings.geo_distance import between

if TYPE_CHECKING:
    from routing.engine.facts import Plan
    from routing.engine.world import World


HOUR_SECONDS = 3600


@dataclass(frozen=True, slots=True)
class DeliveryTimeRating:
    """DELIVERY-TIME: prefers whoever can deliver first.

    The score is in hours: until picking goes on there, by its picking times and closing days, plus the time that it
    takes to process an order, plus, when shipping, the kilometres to the consumer at ``kilometresPerHour`` (50, unless
    configured; without coordinates on either side the way does not count). A facility that is closed for the next two
    weeks cannot be scored.
    """

    kilometres_per_hour: float = 50.0
    implementation: ClassVar[str] = "DELIVERY-TIME"

    def scores(self, plan: Plan, candidates: Sequence[int], world: World) -> tuple[float | None, ...]:
        return tuple(self._hours(plan, number, world) for number in candidates)

    def configured(self, configuration: Mapping[str, Any]) -> DeliveryTimeRating:
        only(configuration, "kilometresPerHour")
        speed = amount(configuration, "kilometresPerHour", self.kilometres_per_hour)
        if not speed:
            raise ValueError("kilometresPerHour must be greater than 0.")
        return DeliveryTimeRating(speed)

    def _hours(self, plan: Plan, number: int, world: World) -> float | None:
        facility = world.facilities[number]
        opens = facility.hours.opens(world.now)
        if opens is None:
            return None
        way = 0.0 if plan.order.collects else between(plan.order, facility) or 0.0
        until = (opens - world.now).total_seconds() / HOUR_SECONDS
        return until + facility.buffer / 60 + way / self.kilometres_per_hour
