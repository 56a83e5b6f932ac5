"""What a decision says about a plan, beyond where it goes: reservations, reasons, dates, and what it saw."""

from __future__ import annotations

from datetime import timedelta

import pytest

from inventory.behaviour import Effective
from routing.engine import Outcome, Policy, ReasonCode, StockMode, assign
from routing.engine.fences import FENCES
from routing.engine.verdicts import Patterns
from tests.engine.builders import (
    BACKORDER,
    NONE,
    NOW,
    SERVICES,
    decided,
    facility,
    line,
    named,
    plan,
    preorder,
    preorder_and_restock,
    rating,
    restock,
    tried,
    world,
)
from tests.engine.translation import id_of

STOCK_OFF = Policy(stock=StockMode.OFF)
WAITING_ROOM = Policy(stock=StockMode.OFF, waiting_room_without_fence=True)


def test_plan_goes_to_the_facility_that_has_all() -> None:
    """R2, F3."""
    there = world({"A": {"X": BACKORDER}, "B": {"X": BACKORDER}}, {"A": {"X": 1}, "B": {"X": 2}})
    decision = decided(plan(line("X", 2)), there)
    assert named(decision, there) == "B"
    assert decision.reason.code is ReasonCode.IN_STOCK
    assert [allocation.reserved for allocation in decision.allocations] == [2]


def test_lines_of_one_article_share_the_stock_in_their_order() -> None:
    """R2: the first line reserves first."""
    there = world({"A": {"X": NONE}}, {"A": {"X": 4}})
    decision = decided(plan(line("X", 3, id="1"), line("X", 3, id="2")), there, STOCK_OFF)
    assert [(a.reserved, a.unbacked) for a in decision.allocations] == [(3, 0), (1, 2)]


def test_unbacked_units_of_two_lines_are_added_up_per_article() -> None:
    """R2: the reason names units per article, and an article once."""
    there = world({"A": {"X": NONE}}, {"A": {"X": 1}})
    decision = decided(plan(line("X", 3, id="1"), line("X", 2, id="2")), there, STOCK_OFF)
    assert decision.reason.missing == ((id_of("X"), 4),)


def test_ties_of_equal_penalties_go_by_rank_however_they_are_summed() -> None:
    """R2: both would give away 7/9 of their stock, though 1 + 1 + 1/3 is not 1 + 1/3 + 1 in floating point."""
    listed = {"X": BACKORDER, "Y": BACKORDER, "Z": BACKORDER}
    there = world({"A": listed, "B": listed}, {"A": {"X": 1, "Y": 1, "Z": 3}, "B": {"X": 1, "Y": 3, "Z": 1}})
    policy = Policy(ratings=(rating("STOCK-BALANCING"),))
    assert named(decided(plan(line("X"), line("Y"), line("Z")), there, policy), there) == "A"


def test_what_was_seen_does_not_depend_on_the_order_of_loading() -> None:
    """R2 [A]: a decision can be replayed, so its log is the same whatever order the rows came in."""
    listed = {"A": {"X": BACKORDER}, "B": {"X": BACKORDER}}
    stock = {"A": {"X": 1}, "B": {"X": 2}}
    backwards = dict(reversed(stock.items()))
    one, other = (decided(plan(line("X")), world(listed, shelves)) for shelves in (stock, backwards))
    assert one.seen == other.seen == (((0, 1), (1, 2)),)


@pytest.mark.parametrize(
    ("behaviour", "units", "days"),
    [
        (preorder(10), 5, 10),
        (preorder(10), 0, None),
        (restock(5), 5, None),
        (restock(5), 0, 5),
        (restock(0), 0, None),
        (preorder_and_restock(10, 3), 0, 10),
        (preorder_and_restock(3, 10), 0, 10),
        (preorder_and_restock(3, 10), 5, 3),
    ],
)
def test_routed_plan_says_when_picking_may_begin(behaviour: Effective, units: int, days: int | None) -> None:
    """B3, B4, E12-E14b: in days from now; a PREORDER without stock waits instead."""
    decision = decided(plan(line("X", 5)), world({"A": {"X": behaviour}}, {"A": {"X": units}}))
    assert decision.routed is (units == 5 or behaviour.behaviour.can_be_replenished)
    assert decision.not_before == (None if days is None else NOW + timedelta(days=days))


def test_latest_date_of_all_lines_counts() -> None:
    """B4: one pick job, begun once."""
    listed = {"X": preorder(3), "Y": restock(10), "Z": BACKORDER}
    decision = decided(plan(line("X"), line("Y"), line("Z")), world({"A": listed}, {"A": {"X": 1, "Z": 1}}))
    assert decision.not_before == NOW + timedelta(days=10)
    assert decision.reason.code is ReasonCode.REPLENISHED


def test_line_that_is_only_part_in_stock_is_replenished_whole() -> None:
    """B3: it is picked in one go."""
    decision = decided(plan(line("X", 5)), world({"A": {"X": restock(4)}}, {"A": {"X": 3}}))
    assert [(a.reserved, a.unbacked) for a in decision.allocations] == [(3, 2)]
    assert decision.not_before == NOW + timedelta(days=4)


def test_plan_waits_where_all_that_is_missing_can_wait() -> None:
    """R4, E1: it holds nothing; the reason names what is missing, and the behaviour that let it wait."""
    there = world({"A": {"X": preorder(3), "Y": NONE}}, {"A": {"X": 1, "Y": 1}})
    decision = decided(plan(line("X", 3), line("Y")), there)
    assert (decision.outcome, decision.may_wait, decision.behaviour) == (Outcome.WAITING, True, "PREORDER")
    assert (decision.facility, decision.allocations) == (None, ())
    assert (decision.reason.code, decision.reason.facility) == (ReasonCode.LACKS_STOCK, 0)
    assert decision.reason.missing == ((id_of("X"), 2),)


def test_reason_to_wait_names_the_facility_that_lacks_least() -> None:
    """R4: of those where it can wait; the first of equals."""
    listed = {name: {"X": BACKORDER} for name in "ABC"} | {"D": {"X": NONE}}
    there = world(listed, {"A": {"X": 1}, "B": {"X": 3}, "C": {"X": 3}, "D": {"X": 4}})
    assert decided(plan(line("X", 5)), there).reason.facility == 1


def test_undividable_plan_needs_one_facility_where_it_can_wait_whole() -> None:
    """R4, E29 with split inactive."""
    there = world({"A": {"X": BACKORDER}, "B": {"Y": BACKORDER}})
    decision = decided(plan(line("X"), line("Y")), there)
    assert (decision.outcome, decision.reason.code) == (Outcome.UNROUTABLE, ReasonCode.CANNOT_WAIT)
    assert decision.reason.missing == ((id_of("X"), 1), (id_of("Y"), 1))


@pytest.mark.parametrize("stock", [StockMode.STATIC, StockMode.REACTIVE])
def test_plan_whose_missing_item_cannot_wait_is_unroutable(stock: StockMode) -> None:
    """R5, E3: the reason names the facility where least is missing."""
    there = world({"A": {"X": NONE}, "B": {"X": NONE}}, {"B": {"X": 1}})
    decision = decided(plan(line("X", 3)), there, Policy(stock=stock))
    assert (decision.outcome, decision.may_wait) == (Outcome.UNROUTABLE, False)
    assert (decision.reason.code, decision.reason.facility) == (ReasonCode.CANNOT_WAIT, 1)
    assert decision.reason.missing == ((id_of("X"), 2),)


def test_static_fence_lets_nobody_wait() -> None:
    """E4."""
    there = world({"A": {"X": BACKORDER}})
    decision = decided(
        plan(line("X")), there, Policy(stock=StockMode.STATIC, waiting_room_without_fence=True)
    )
    assert decision.outcome is Outcome.UNROUTABLE


def test_without_the_fence_the_best_rated_facility_gets_the_plan_stock_or_not() -> None:
    """R7, E5."""
    shops = (facility("A", location_type="WAREHOUSE"), facility("B"))
    there = world({"A": {"X": BACKORDER}, "B": {"X": BACKORDER}}, {"A": {"X": 9}}, facilities=shops)
    policy = Policy(stock=StockMode.OFF, ratings=(rating("PREFER-STORE"),))
    decision = decided(plan(line("X", 2)), there, policy)
    assert named(decision, there) == "B"
    assert (decision.reason.code, decision.reason.missing) == (ReasonCode.STOCK_NOT_ASKED, ((id_of("X"), 2),))


def test_waiting_room_without_the_fence_takes_a_plan_all_of_whose_missing_items_can_wait() -> None:
    """R7, E6b."""
    there = world({"A": {"X": NONE, "SKU": BACKORDER}}, {"A": {"X": 1}})
    assert decided(plan(line("X"), line("SKU")), there, WAITING_ROOM).outcome is Outcome.WAITING
    assert named(decided(plan(line("X"), line("SKU")), there, STOCK_OFF), there) == "A"


def test_waiting_room_without_the_fence_is_not_for_items_that_cannot_wait() -> None:
    """R7: then stock does not filter, and the plan is short-picked (R2)."""
    there = world({"A": {"X": NONE, "SKU": BACKORDER}})
    decision = decided(plan(line("X"), line("SKU")), there, WAITING_ROOM)
    assert (named(decision, there), decision.reason.code) == ("A", ReasonCode.STOCK_NOT_ASKED)


def test_waiting_room_without_the_fence_prefers_who_has_all() -> None:
    """R7: nothing is missing there, so nothing has to wait."""
    there = world({"A": {"X": BACKORDER}, "B": {"X": NONE}}, {"B": {"X": 1}})
    decision = decided(plan(line("X")), there, WAITING_ROOM)
    assert (named(decision, there), decision.reason.code) == ("B", ReasonCode.IN_STOCK)


@pytest.mark.parametrize("stock", list(StockMode))
def test_a_pass_asks_for_complete_stock_whatever_the_strategy_says(stock: StockMode) -> None:
    """W2."""
    policy = Policy(stock=stock)
    waiting = plan(line("X", 2))
    there = world({"A": {"X": BACKORDER}}, {"A": {"X": 1}})
    decision = tried(waiting, there, policy)
    assert (decision.outcome, decision.may_wait) == (Outcome.WAITING, True)
    enough = world({"A": {"X": BACKORDER}}, {"A": {"X": 2}})
    assert named(tried(waiting, enough, policy), enough) == "A"


def test_plan_that_may_not_wait_any_more_stays_and_is_known() -> None:
    """W2, E18."""
    decision = tried(plan(line("X", 2)), world({"A": {"X": NONE}}, {"A": {"X": 1}}))
    assert (decision.outcome, decision.may_wait) == (Outcome.WAITING, False)
    assert decision.reason.code is ReasonCode.CANNOT_WAIT


def test_plan_without_any_candidate_stays() -> None:
    """W2, E17: its only facility is SUSPENDED, so it belongs to no world."""
    decision = tried(plan(line("X")), world({"B": {"Y": BACKORDER}}))
    assert (decision.outcome, decision.reason.code) == (Outcome.WAITING, ReasonCode.NO_CANDIDATE)


def test_plan_goes_whole_or_not_at_all() -> None:
    """W5, E10: one facility must have everything."""
    there = world({name: {"X": BACKORDER, "Y": BACKORDER} for name in "AB"}, {"A": {"X": 1}, "B": {"Y": 1}})
    assert not tried(plan(line("X"), line("Y")), there).routed


def test_collect_is_served_at_its_facility_only() -> None:
    """W5, E11."""
    collect = plan(line("X"), delivery_type="COLLECT", collect_facility=id_of("A"))
    listed = {"A": {"X": BACKORDER}, "B": {"X": BACKORDER}}
    assert not tried(collect, world(listed, {"B": {"X": 1}})).routed
    there = world(listed, {"A": {"X": 1}, "B": {"X": 1}})
    assert named(tried(collect, there), there) == "A"


def test_assigning_by_hand_ignores_fences_and_reserves_what_there_is() -> None:
    """M1: fenced out, blacklisted, and lacking units."""
    shops = (facility("A", services=frozenset(), country="AT"), facility("B", services=SERVICES))
    there = world({"A": {"X": NONE}, "B": {"X": NONE}}, {"A": {"X": 2}, "B": {"X": 9}}, facilities=shops)
    patterns = Patterns(tuple(FENCES.values()))
    decision = assign(plan(line("X", 3), blacklist=frozenset({id_of("A")})), 0, there, patterns)
    assert (decision.outcome, named(decision, there)) == (Outcome.ROUTED, "A")
    assert (decision.reason.code, decision.reason.missing) == (
        ReasonCode.ASSIGNED_BY_HAND,
        ((id_of("X"), 1),),
    )
    assert [(a.reserved, a.unbacked) for a in decision.allocations] == [(2, 1)]


def test_assigning_by_hand_where_nothing_is_listed_leaves_all_unbacked() -> None:
    """M1, B3: stock there does not count."""
    there = world({"A": {}, "B": {"X": NONE}}, {"A": {"X": 5}})
    decision = assign(plan(line("X", 3)), 0, there, Patterns(()))
    assert [(a.reserved, a.unbacked) for a in decision.allocations] == [(0, 3)]
    assert decision.not_before is None
