"""The world of a pass: what is available, what the pass has given away, and what it keeps for those ahead (W12)."""

from __future__ import annotations

import pytest

from inventory.behaviour import Condition, ListingRules, Rule
from routing.engine import OrderFacts, World
from tests.engine.builders import (
    BACKORDER,
    NONE,
    NOW,
    decided,
    facility,
    line,
    named,
    plan,
    restock,
    tried,
    world,
)
from tests.engine.translation import id_of

X, Y = id_of("X"), id_of("Y")


def test_stock_counts_only_where_the_article_is_listed() -> None:
    """B3: a world is given ACTIVE listings only."""
    there = world({"A": {"X": BACKORDER}, "B": {"Y": BACKORDER}}, {"A": {"X": 3}, "B": {"X": 5}})
    assert (there.available(0, X), there.available(1, X), there.available(1, Y)) == (3, 0, 0)
    assert there.stock_of(X) == {0: 3}
    assert there.stock_of(Y) == {}


def test_what_is_taken_is_gone_for_the_next_plan() -> None:
    there = world({"A": {"X": BACKORDER}, "B": {"X": BACKORDER}}, {"A": {"X": 3}, "B": {"X": 2}})
    assert named(tried(plan(line("X", 2)), there), there) == "A"
    there.take(0, X, 2)
    assert there.available(0, X) == 1
    assert named(tried(plan(line("X", 2)), there), there) == "B"
    there.take(1, X, 2)
    assert not tried(plan(line("X", 2)), there).routed


def test_more_than_there_is_cannot_be_taken() -> None:
    """No oversell; and nothing is taken by the attempt."""
    there = world({"A": {"X": BACKORDER}}, {"A": {"X": 3}})
    with pytest.raises(ValueError, match=r"1 units too many taken .* at A"):
        there.take(0, X, 4)
    with pytest.raises(ValueError, match="too many"):
        there.take(0, Y, 1)
    assert there.available(0, X) == 3


def test_taking_nothing_is_no_matter_of_being_listed() -> None:
    """A replenished line reserves 0 units of what may not even have a level."""
    there = world({"A": {"X": restock(0)}})
    there.take(0, X, 0)
    assert there.available(0, X) == 0


def test_the_given_stock_is_left_alone() -> None:
    """A pass counts down its own copy."""
    given = {X: {0: 3}}
    there = World(
        now=NOW, facilities=[facility("A")], listings={X: {0: ListingRules(BACKORDER)}}, available=given
    )
    there.take(0, X, 2)
    there.close((0,), (X,))
    assert given == {X: {0: 3}}


def test_closed_stock_is_kept_from_later_plans() -> None:
    """W12, STRICT: of those articles, at those facilities."""
    listed = {"X": BACKORDER, "Y": BACKORDER}
    there = world({"A": listed, "B": listed}, {"A": {"X": 1, "Y": 1}, "B": {"X": 1}})
    there.close((0,), (X, id_of("unknown")))
    assert (there.available(0, X), there.available(0, Y), there.available(1, X)) == (0, 1, 1)
    assert named(tried(plan(line("X")), there), there) == "B"


def test_supply_is_what_all_facilities_have() -> None:
    """W3: a pass over one article ends when this is used up."""
    there = world(
        {"A": {"X": BACKORDER}, "B": {"X": NONE}, "C": {}}, {"A": {"X": 3}, "B": {"X": 2}, "C": {"X": 9}}
    )
    assert there.supply(X) == 5
    there.take(0, X, 3)
    assert there.supply(X) == 2
    assert there.supply(Y) == 0


def test_supply_has_no_bound_where_some_listing_can_be_replenished() -> None:
    """B3, W3: by its own behaviour, or for some orders by a rule."""
    rule = Rule(1, (Condition("TAG_REFERENCE", frozenset({"vip"})),), restock(2))
    for rules in (ListingRules(restock(2)), ListingRules(NONE, (rule,))):
        there = world({"A": {"X": BACKORDER}, "B": {"X": rules}}, {"A": {"X": 3}})
        assert there.supply(X) is None


def test_context_is_the_listings_facility_and_the_ordering_one_and_the_orders_tags() -> None:
    """B2: [A] both readings of FACILITY_GROUP."""
    in_group = Rule(1, (Condition("FACILITY_GROUP", frozenset({"north"})),), restock(1))
    tagged = Rule(2, (Condition("TAG_REFERENCE", frozenset({"vip"})),), BACKORDER)
    rules = ListingRules(NONE, (in_group, tagged))
    shops = (facility("A", groups=frozenset({"north"})), facility("B"))
    there = world({"A": {"X": rules}, "B": {"X": rules}}, facilities=shops)
    assert there.effective(X, OrderFacts()) == {0: restock(1), 1: NONE}
    assert there.effective(X, OrderFacts(tags=frozenset({"vip"}))) == {0: restock(1), 1: BACKORDER}
    assert there.effective(X, OrderFacts(ordering_groups=frozenset({"north"}))) == {
        0: restock(1),
        1: restock(1),
    }
    assert there.effective(Y, OrderFacts()) == {}


def test_behaviour_of_a_listing_without_rules_is_worked_out_once() -> None:
    """Whatever order asks: only contexts can tell orders apart (B1)."""
    there = world({"A": {"X": BACKORDER}})
    assert there.effective(X, OrderFacts()) is there.effective(X, OrderFacts(tags=frozenset({"vip"})))


def test_deciding_takes_nothing() -> None:
    there = world({"A": {"X": BACKORDER}}, {"A": {"X": 3}})
    for _ in range(2):
        assert decided(plan(line("X", 2)), there).routed
        assert tried(plan(line("X", 2)), there).routed
    assert there.available(0, X) == 3
