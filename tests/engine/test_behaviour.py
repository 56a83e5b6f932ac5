"""The effective behaviour of a listing for an order (B1, B2), and what it allows (B3, B4)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from inventory.behaviour import (
    Behaviour,
    Condition,
    Context,
    Effective,
    ListingRules,
    Rule,
    effective_behaviour,
    tag_names,
)
from tests.engine.builders import BACKORDER, NONE, NOW, preorder, preorder_and_restock, restock

IN_12345 = Condition("FACILITY_GROUP", frozenset({"12345"}))
IN_6789 = Condition("FACILITY_GROUP", frozenset({"6789"}))
NOT_CLICK_AND_COLLECT = Condition("TAG_REFERENCE", frozenset({"click-and-collect"}), negated=True)


def effective(
    listing: ListingRules, *, groups: tuple[str, ...] = (), tags: tuple[str, ...] = ()
) -> Effective:
    return effective_behaviour(listing, Context(frozenset(groups), frozenset(tags)))[0]


def rules(*rules: Rule, own: Effective = NONE) -> ListingRules:
    return ListingRules(own, rules)


@pytest.mark.parametrize(
    ("groups", "expected"),
    [
        (("12345",), restock(4)),
        (("6789",), NONE),
        ((), restock(5)),
        (("another",), restock(5)),
        (("12345", "6789"), restock(4)),
    ],
)
def test_ordering_facilitys_group_changes_how_long_a_restock_takes(
    groups: tuple[str, ...], expected: Effective
) -> None:
    """E15: restockable in 5 days, in 4 for group 12345, not at all for 6789; the lower priority wins (B1)."""
    listing = rules(Rule(1, (IN_12345,), restock(4)), Rule(2, (IN_6789,), NONE), own=restock(5))
    assert effective(listing, groups=groups) == expected


@pytest.mark.parametrize(
    ("groups", "tags", "expected"),
    [
        (("12345",), (), preorder_and_restock(10, 5)),
        (("12345",), ("click-and-collect",), NONE),
        ((), (), NONE),
        ((), ("click-and-collect",), NONE),
        (("12345",), ("gift",), preorder_and_restock(10, 5)),
    ],
)
def test_rule_with_two_conditions_applies_where_both_hold(
    groups: tuple[str, ...], tags: tuple[str, ...], expected: Effective
) -> None:
    """E16: in group 12345 and not tagged click-and-collect: preorder and restock, else the listing's NONE (B1)."""
    listing = rules(Rule(1, (IN_12345, NOT_CLICK_AND_COLLECT), preorder_and_restock(10, 5)))
    assert effective(listing, groups=groups, tags=tags) == expected


def test_without_rules_the_listings_own_behaviour_counts() -> None:
    """B1."""
    assert effective_behaviour(ListingRules(BACKORDER), Context(frozenset(), frozenset())) == (
        BACKORDER,
        None,
    )


def test_the_rule_that_decided_is_told() -> None:
    """B1: the first that holds, by ascending priority."""
    first, second = Rule(1, (IN_12345,), BACKORDER), Rule(2, (IN_6789,), restock(1))
    listing = rules(first, second)
    for groups, decisive in ((("12345", "6789"), first), (("6789",), second)):
        context = Context(frozenset(groups), frozenset())
        assert effective_behaviour(listing, context) == (decisive.effective, decisive)


def test_any_value_of_a_condition_suffices() -> None:
    """B1: OR within a condition."""
    listing = rules(Rule(1, (Condition("FACILITY_GROUP", frozenset({"a", "b"})),), BACKORDER))
    assert effective(listing, groups=("b", "c")) == BACKORDER
    assert effective(listing, groups=("c",)) == NONE


def test_not_holds_only_where_no_value_fits() -> None:
    """B1: NOT negates the condition, not each value."""
    listing = rules(Rule(1, (Condition("FACILITY_GROUP", frozenset({"a", "b"}), negated=True),), BACKORDER))
    assert effective(listing, groups=("a",)) == NONE
    assert effective(listing, groups=("a", "c")) == NONE
    assert effective(listing, groups=("c",)) == BACKORDER
    assert effective(listing) == BACKORDER


@pytest.mark.parametrize(
    ("value", "holds"),
    [("channel", True), ("channel:web", True), ("channel:shop", False), ("web", False), ("channel:", False)],
)
def test_tag_is_referred_to_by_its_id_or_by_id_and_value(value: str, holds: bool) -> None:
    """B2 [A]."""
    listing = rules(Rule(1, (Condition("TAG_REFERENCE", frozenset({value})),), BACKORDER))
    tags = tag_names([{"id": "channel", "value": "web"}, {"id": "gift", "value": "yes"}])
    assert effective(listing, tags=tuple(tags)) == (BACKORDER if holds else NONE)


def test_groups_and_tags_of_the_same_name_are_not_confused() -> None:
    """B2."""
    listing = rules(Rule(1, (IN_12345,), BACKORDER))
    assert effective(listing, tags=("12345",)) == NONE


@pytest.mark.parametrize(
    ("behaviour", "can_wait", "can_be_replenished"),
    [
        (Behaviour.NONE, False, False),
        (Behaviour.BACKORDER, True, False),
        (Behaviour.PREORDER, True, False),
        (Behaviour.RESTOCK, False, True),
        (Behaviour.PREORDER_AND_RESTOCK, True, True),
    ],
)
def test_behaviours_let_wait_or_replenish(
    behaviour: Behaviour, can_wait: bool, can_be_replenished: bool
) -> None:
    """B3; an effective NONE allows neither (B1)."""
    assert behaviour.can_wait is can_wait
    assert behaviour.can_be_replenished is can_be_replenished


@pytest.mark.parametrize(
    ("behaviour", "from_stock", "without_stock"),
    [
        (NONE, None, None),
        (BACKORDER, None, None),
        (preorder(10), 10, 10),
        (preorder(0), None, None),
        (preorder(-1), None, None),
        (restock(5), None, 5),
        (restock(0), None, None),
        (preorder_and_restock(10, 3), 10, 10),
        (preorder_and_restock(3, 10), 3, 10),
        (preorder_and_restock(-1, 10), None, 10),
        (preorder_and_restock(3, 0), 3, 3),
    ],
)
def test_picking_begins_at_the_preorder_start_or_when_replenished(
    behaviour: Effective, from_stock: int | None, without_stock: int | None
) -> None:
    """B3, B4, E12-E14b: in days from now; 0 days to restock is at once, and a start that has passed holds nothing."""
    for backed, days in ((True, from_stock), (False, without_stock)):
        expected = None if days is None else NOW + timedelta(days=days)
        assert behaviour.earliest_picking(NOW, from_stock=backed) == expected
