from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from math import asin, cos, radians, sin, sqrt
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from routing.engine.facts import FacilityFacts, OrderFacts, Plan
    from routing.engine.world import World

EARTH_RADIUS_KM = 6371.0088


class GeoDistanceRating:
    """GEO-DISTANCE: kilometres, as the crow flies, from the facility to the consumer.

    Without coordinates of the consumer nobody is penalised; a facility without coordinates cannot be scored.
    """

    implementation = "GEO-DISTANCE"

    def scores(self, plan: Plan, candidates: Sequence[int], world: World) -> tuple[float | None, ...]:
        order = plan.order
        if order.latitude is None or order.longitude is None:
            return (0.0,) * len(candidates)
        return tuple(between(order, world.facilities[number]) for number in candidates)


def between(order: OrderFacts, facility: FacilityFacts) -> float | None:
    """Kilometres from the facility to the consumer; None where either has no coordinates."""
    if order.latitude is None or order.longitude is None:
        return None
    if facility.latitude is None or facility.longitude is None:
        return None
    return distance(order.latitude, order.longitude, facility.latitude, facility.longitude)


@lru_cache(maxsize=65_536)
def distance(latitude: float, longitude: float, other_latitude: float, other_longitude: float) -> float:
    """The great-circle distance between two points in degrees, in kilometres (haversine formula)."""
    phi, other_phi = radians(latitude), radians(other_latitude)
    half_chord = (
        sin((other_phi - phi) / 2) ** 2
        + cos(phi) * cos(other_phi) * sin(radians(other_longitude - longitude) / 2) ** 2
    )
    return 2 * EARTH_RADIUS_KM * asin(min(1.0, sqrt(half_chord)))
