"""Ratings: how well a facility that passed every fence suits a plan (R2), one small module each.

A rating gives each candidate a raw score, the higher the worse; ``None`` where it cannot tell. The penalty is

    penalty = maxPenalty × score / (highest score among the candidates)

so that it lies in 0…maxPenalty; who cannot be scored gets maxPenalty, and where every score is 0 nobody is penalised.
To add one, write a module with a class that satisfies :class:`Rating` and put an instance into ``RATINGS``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Protocol

from routing.engine.ratings.geo_distance import GeoDistanceRating
from routing.engine.ratings.location_type import PreferStoreRating, PreferWarehouseRating
from routing.engine.ratings.stock_balancing import StockBalancingRating

if TYPE_CHECKING:
    from routing.engine.facts import Plan
    from routing.engine.world import World


class Rating(Protocol):
    implementation: str

    def scores(self, plan: Plan, candidates: Sequence[int], world: World) -> tuple[float | None, ...]:
        """One score of at least 0 per candidate (a facility index), the higher the worse."""


RATINGS: Mapping[str, Rating] = {
    rating.implementation: rating
    for rating in (GeoDistanceRating(), StockBalancingRating(), PreferStoreRating(), PreferWarehouseRating())
}
"""Ratings by the contract's implementation name."""


def penalties(scores: Sequence[float | None], max_penalty: float) -> tuple[float, ...]:
    """Scores, normalised over the candidates, as penalties from 0 to ``max_penalty``."""
    highest = max((score for score in scores if score is not None), default=0.0)
    return tuple(
        max_penalty if score is None else (max_penalty * score / highest if highest else 0.0)
        for score in scores
    )
