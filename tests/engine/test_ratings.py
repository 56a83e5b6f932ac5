"""Ratings (R2): raw scores, the penalties that they turn into, and who wins."""

from __future__ import annotations

from typing import Any

import pytest

from routing.engine import FacilityFacts, Plan, Policy, World
from routing.engine.ratings import RATINGS, penalties
from routing.engine.ratings.geo_distance import distance
from tests.engine.builders import BACKORDER, decided, facility, line, named, plan, rating, restock, world

BERLIN: dict[str, Any] = {"latitude": 52.5200, "longitude": 13.4050}
MUNICH: dict[str, Any] = {"latitude": 48.1351, "longitude": 11.5820}
COLOGNE: dict[str, Any] = {"latitude": 50.9375, "longitude": 6.9603}
BERLIN_TO_MUNICH = 504.4  # km, great circle
COLOGNE_TO_MUNICH = 456.4


def scores(implementation: str, one: Plan, there: World) -> tuple[float | None, ...]:
    return RATINGS[implementation].scores(one, range(len(there.facilities)), there)


def of(*facilities: FacilityFacts, stock: dict[str, dict[str, int]] | None = None) -> World:
    """A world where all of these list X and Y."""
    listed = {one.name: {"X": BACKORDER, "Y": BACKORDER} for one in facilities}
    return world(listed, stock, facilities=facilities)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ((0.0, 5.0, 10.0), (0.0, 20.0, 40.0)),
        ((3.0,), (40.0,)),
        ((0.0, 0.0), (0.0, 0.0)),
        ((None, 2.0, 1.0), (40.0, 40.0, 20.0)),
        ((None, 0.0), (40.0, 0.0)),
        ((None, None), (40.0, 40.0)),
        ((), ()),
    ],
)
def test_penalty_is_the_share_of_the_highest_score(
    given: tuple[float | None, ...], expected: tuple[float, ...]
) -> None:
    """maxPenalty × score / highest score; who cannot be scored gets all of it, and nobody where all scores are 0."""
    assert penalties(given, 40) == pytest.approx(expected)


def test_rating_without_a_penalty_changes_nothing() -> None:
    assert penalties((None, 1.0, 2.0), 0) == (0, 0, 0)


def test_distance_is_the_great_circle_in_kilometres() -> None:
    here, there = (BERLIN["latitude"], BERLIN["longitude"]), (MUNICH["latitude"], MUNICH["longitude"])
    assert distance(*here, *there) == pytest.approx(BERLIN_TO_MUNICH, abs=0.5)
    assert distance(*there, *here) == pytest.approx(distance(*here, *there))
    assert distance(*here, *here) == 0
    assert distance(0, 0, 0, 180) == pytest.approx(20_015, abs=1)
    assert distance(0, 179.5, 0, -179.5) == pytest.approx(distance(0, -0.5, 0, 0.5))


def test_nearer_facility_has_the_lower_score() -> None:
    there = of(facility("A", **BERLIN), facility("B", **COLOGNE), facility("C", **MUNICH))
    berlin, cologne, munich = scores("GEO-DISTANCE", plan(line("X"), **MUNICH), there)
    assert berlin == pytest.approx(BERLIN_TO_MUNICH, abs=0.5)
    assert cologne == pytest.approx(COLOGNE_TO_MUNICH, abs=0.5)
    assert munich == 0


def test_facility_without_coordinates_cannot_be_scored() -> None:
    there = of(facility("A"), facility("B", latitude=48.0), facility("C", **MUNICH))
    assert scores("GEO-DISTANCE", plan(line("X"), **MUNICH), there) == (None, None, 0)


def test_without_the_consumers_coordinates_nobody_is_far() -> None:
    there = of(facility("A"), facility("B", **MUNICH))
    assert scores("GEO-DISTANCE", plan(line("X")), there) == (0, 0)


def test_stock_balancing_scores_the_share_of_stock_used_up() -> None:
    stock = {"A": {"X": 2}, "B": {"X": 8}, "C": {"X": 1}, "D": {}}
    there = of(*(facility(name) for name in "ABCD"), stock=stock)
    assert scores("STOCK-BALANCING", plan(line("X", 2)), there) == (1, 0.25, 1, 1)


def test_stock_balancing_averages_over_articles_not_lines() -> None:
    there = of(facility("A"), stock={"A": {"X": 8, "Y": 2}})
    one = plan(line("X", 1, id="1"), line("X", 3, id="2"), line("Y"))
    assert scores("STOCK-BALANCING", one, there) == (0.5,)


def test_stock_balancing_sees_what_the_pass_has_given_away() -> None:
    there = of(facility("A"), stock={"A": {"X": 8}})
    there.take(0, line("X").article, 4)
    assert scores("STOCK-BALANCING", plan(line("X")), there) == (0.25,)


@pytest.mark.parametrize(
    ("implementation", "expected"), [("PREFER-STORE", (0, 1, 1)), ("PREFER-WAREHOUSE", (1, 0, 1))]
)
def test_preferred_location_type_is_not_penalised(implementation: str, expected: tuple[float, ...]) -> None:
    kinds = ("STORE", "WAREHOUSE", "EXTERNAL")
    there = of(*(facility(kind, location_type=kind) for kind in kinds))
    assert scores(implementation, plan(line("X")), there) == expected


def test_lowest_sum_of_penalties_wins() -> None:
    """R2: near, but not a store; a store, but far. Which counts for more is the strategy's to say."""
    shops = (facility("near", location_type="WAREHOUSE", **MUNICH), facility("far", **BERLIN))
    there = of(*shops, stock={"near": {"X": 1}, "far": {"X": 1}})
    one = plan(line("X"), **MUNICH)
    for distance_counts, store_counts, winner in ((20, 10, "near"), (10, 20, "far"), (10, 10, "near")):
        ratings = (rating("GEO-DISTANCE", distance_counts), rating("PREFER-STORE", store_counts))
        assert named(decided(one, there, Policy(ratings=ratings)), there) == winner


def test_scores_and_penalties_are_told_of_each_candidate_that_passed() -> None:
    """R2: the log explains the choice."""
    shops = (facility("A", location_type="WAREHOUSE"), facility("B"), facility("C"))
    there = of(*shops, stock={"A": {"X": 2}, "C": {"X": 4}})
    policy = Policy(ratings=(rating("STOCK-BALANCING", 10), rating("PREFER-STORE", 4)))
    decision = decided(plan(line("X")), there, policy)
    assert [(one.facility, one.scores, one.penalties, one.total) for one in decision.rated] == [
        (0, (0.5, 1), (10, 4), 14),
        (2, (0.25, 0), (5, 0), 5),
    ]


def test_who_lacks_stock_is_not_rated_and_sets_no_scale() -> None:
    """R2: penalties are relative to those that passed every fence."""
    shops = (facility("A", **BERLIN), facility("B", **COLOGNE))
    there = of(*shops, stock={"B": {"X": 1}})
    (only,) = decided(plan(line("X"), **MUNICH), there, Policy(ratings=(rating("GEO-DISTANCE", 10),))).rated
    assert (only.facility, only.penalties) == (1, (10,))


def test_without_ratings_the_first_by_rank_wins() -> None:
    """R2: facilities stand in a world by rank, then id."""
    there = of(facility("B"), facility("A"), stock={"A": {"X": 1}, "B": {"X": 1}})
    assert named(decided(plan(line("X")), there), there) == "B"


def test_replenishing_facility_without_stock_competes_with_one_that_has_some() -> None:
    """R2, B3: both pass complete stock; stock balancing counts the one without stock as used up."""
    there = world({"A": {"X": restock(3)}, "B": {"X": BACKORDER}}, {"B": {"X": 2}})
    one = plan(line("X"))
    assert named(decided(one, there), there) == "A"
    assert named(decided(one, there, Policy(ratings=(rating("STOCK-BALANCING"),))), there) == "B"
