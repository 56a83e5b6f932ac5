"""Ratings that look at what lies on the shelves (R2): availability, deliveries, expiry, turnover."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from routing.engine import Policy, World
from routing.engine.facts import Shelves
from routing.engine.needs import Need
from routing.engine.ratings import RATINGS
from tests.engine.builders import BACKORDER, NOW, facility, line, plan, rating, restock, world
from tests.engine.test_ratings import of, scores
from tests.engine.translation import id_of


def test_stock_availability_is_the_share_that_is_not_there() -> None:
    stock = {"A": {"X": 9, "Y": 1}, "B": {"X": 2}, "C": {"X": 1, "Y": 1}}
    there = of(*(facility(name) for name in "ABCD"), stock=stock)
    one = plan(line("X", 1, id="1"), line("X", 2, id="2"), line("Y"))
    assert scores("STOCK-AVAILABILITY", one, there) == (0, 0.5, 0.5, 1)


def test_stock_availability_counts_no_replenishment() -> None:
    """What can be replenished is not there yet (B3)."""
    there = world({"A": {"X": restock(0)}, "B": {"X": BACKORDER}}, {"B": {"X": 1}})
    assert scores("STOCK-AVAILABILITY", plan(line("X")), there) == (1, 0)


def test_number_of_deliveries_counts_lines_that_are_left_over() -> None:
    stock = {"A": {"X": 3, "Y": 1}, "B": {"X": 2, "Y": 1}, "C": {"Y": 1}}
    there = of(*(facility(name) for name in "ABC"), stock=stock)
    one = plan(line("X", 2, id="1"), line("X", 1, id="2"), line("Y"))
    assert scores("NUMBER-OF-DELIVERIES", one, there) == (0, 1, 2)


def test_bundle_is_one_delivery() -> None:
    """S2: never separated."""
    there = of(facility("A"), facility("B"), stock={"A": {"Y": 1}, "B": {"X": 1, "Y": 1}})
    one = plan((line("X"), line("Y")), line("Y", 1, id="other"))
    assert scores("NUMBER-OF-DELIVERIES", one, there) == (2, 1)


def test_bundle_that_does_not_go_leaves_its_units_to_nobody() -> None:
    """Lines share what there is, in their order, whether or not their bundle is whole."""
    there = of(facility("A"), stock={"A": {"X": 1}})
    assert scores("NUMBER-OF-DELIVERIES", plan((line("X"), line("Y")), line("X", 1, id="2")), there) == (2,)


def shelved(shelves: Shelves, *names: str) -> World:
    shops = [facility(name) for name in names]
    return World(now=NOW, facilities=shops, listings={}, available={}, shelves=shelves)


def in_days(days: float) -> datetime:
    return NOW + timedelta(days=days)


def test_expiry_date_is_days_until_the_first_units_expire() -> None:
    expires = {id_of("X"): {0: in_days(10), 1: in_days(3.5)}, id_of("Y"): {0: in_days(2), 2: in_days(-1)}}
    there = shelved(Shelves(expires=expires), *"ABCD")
    assert scores("EXPIRY-DATE", plan(line("X"), line("Y")), there) == (2, 3.5, 0, None)
    assert scores("EXPIRY-DATE", plan(line("X")), there) == (10, 3.5, None, None)


def test_turnover_is_the_number_of_units_picked() -> None:
    picked = {id_of("X"): {0: 7, 1: 2}, id_of("Y"): {0: 1}, id_of("Z"): {1: 99}}
    there = shelved(Shelves(picked=picked), *"ABC")
    assert scores("TURNOVER", plan(line("X"), line("Y", 5)), there) == (8, 2, 0)


@pytest.mark.parametrize(
    ("implementation", "needs"),
    [
        ("EXPIRY-DATE", {Need.EXPIRY}),
        ("TURNOVER", {Need.TURNOVER}),
        ("WORKLOAD-BALANCING", {Need.WORKLOAD}),
        ("CAPACITY", {Need.WORKLOAD}),
        ("STOCK-AVAILABILITY", set()),
    ],
)
def test_a_policy_knows_what_its_ratings_need(implementation: str, needs: set[Need]) -> None:
    assert Policy(ratings=(rating(implementation),)).needs == needs


@pytest.mark.parametrize("implementation", sorted(RATINGS))
def test_every_rating_scores_every_candidate_with_at_least_nothing(implementation: str) -> None:
    """R2: penalties lie in 0…maxPenalty, whatever is or is not known of a facility."""
    stock = {"A": {"X": 1}, "C": {"X": 7, "Y": 2}}
    there = of(facility("A"), facility("B", services=frozenset(), country=""), facility("C"), stock=stock)
    for one in (plan(line("X", 3), line("Y")), plan((line("X"), line("Y")), delivery_type="COLLECT")):
        found = scores(implementation, one, there)
        assert len(found) == 3
        assert all(score is None or score >= 0 for score in found)
