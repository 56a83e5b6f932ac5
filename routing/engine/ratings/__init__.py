"""Ratings: how well a facility that passed every fence suits a plan (R2), one small module each.

A rating gives each candidate a raw score, the higher the worse; ``None`` where it cannot tell. The penalty is

    penalty = maxPenalty × score / (highest score among the candidates)

so that it lies in 0…maxPenalty; who cannot be scored gets maxPenalty, and where every score is 0 nobody is penalised.
To add one, write a module with a class that satisfies :class:`Rating` and put an instance into ``RATINGS``
(docs/fences-and-ratings.md).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

from routing.engine.ratings.capacity import CapacityRating
from routing.engine.ratings.cost_components import CostComponentsRating
from routing.engine.ratings.delivery_costs import DeliveryCostsRating
from routing.engine.ratings.delivery_time import DeliveryTimeRating
from routing.engine.ratings.expiry_date import ExpiryDateRating
from routing.engine.ratings.geo_distance import GeoDistanceRating
from routing.engine.ratings.location_type import PreferStoreRating, PreferWarehouseRating
from routing.engine.ratings.matching_business_type import MatchingBusinessTypeRating
from routing.engine.ratings.number_of_deliveries import NumberOfDeliveriesRating
from routing.engine.ratings.stock_availability import StockAvailabilityRating
from routing.engine.ratings.stock_balancing import StockBalancingRating
from routing.engine.ratings.turnover import TurnoverRating
from routing.engine.ratings.workload_balancing import WorkloadBalancingRating
from routing.engine.ratings.zone import ZoneRating

if TYPE_CHECKING:
    from routing.engine.facts import Plan
    from routing.engine.world import World


class Rating(Protocol):
    """A rating of facilities; it may declare what it ``needs`` (:mod:`routing.engine.needs`)."""

    @property
    def implementation(self) -> str: ...

    def scores(self, plan: Plan, candidates: Sequence[int], world: World) -> tuple[float | None, ...]:
        """One score of at least 0 per candidate (a facility index), the higher the worse."""


@runtime_checkable
class Configurable(Protocol):
    """A rating that takes settings from a strategy document."""

    def configured(self, configuration: Mapping[str, Any]) -> Rating:
        """The rating with these settings; what they leave out stays as it is.

        :raises ValueError: a setting is unknown or out of range; says which.
        """


_ALL: tuple[Rating, ...] = (
    CapacityRating(),
    CostComponentsRating(),
    DeliveryCostsRating(),
    DeliveryTimeRating(),
    ExpiryDateRating(),
    GeoDistanceRating(),
    MatchingBusinessTypeRating(),
    NumberOfDeliveriesRating(),
    PreferStoreRating(),
    PreferWarehouseRating(),
    StockAvailabilityRating(),
    StockBalancingRating(),
    TurnoverRating(),
    WorkloadBalancingRating(),
    ZoneRating(),
)

RATINGS: Mapping[str, Rating] = {rating.implementation: rating for rating in _ALL}
"""Ratings by the contract's implementation name."""


def configured(implementation: str, configuration: Mapping[str, Any] | None) -> Rating:
    """The rating with the settings of a strategy document, if it has any. The contract's ``type`` says nothing here.

    :raises ValueError: it takes none, or not these.
    """
    rating = RATINGS[implementation]
    settings = {name: value for name, value in (configuration or {}).items() if name != "type"}
    if not settings:
        return rating
    if not isinstance(rating, Configurable):
        raise ValueError(f"{implementation} takes no configuration.")
    return rating.configured(settings)


def penalties(scores: Sequence[float | None], max_penalty: float) -> tuple[float, ...]:
    """Scores, normalised over the candidates, as penalties from 0 to ``max_penalty``."""
    highest = max((score for score in scores if score is not None), default=0.0)
    return tuple(
        max_penalty if score is None else (max_penalty * score / highest if highest else 0.0)
        for score in scores
    )
