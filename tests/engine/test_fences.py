"""Fences (F1, F2, F4): who may serve a plan at all, and that nobody is spared a fence."""

from __future__ import annotations

from typing import Any

import pytest

from routing.engine import OrderFacts, Outcome, Policy, ReasonCode, StockMode
from routing.engine.fences import FENCES
from routing.engine.fences.complete_stock import judge
from routing.engine.verdicts import Patterns
from tests.engine.builders import (
    BACKORDER,
    NOW,
    SERVICES,
    decided,
    facility,
    line,
    named,
    plan,
    tried,
    world,
)
from tests.engine.translation import id_of

BUSINESS_TYPE = FENCES["FACILITY-BUSINESSTYPE"]
COUNTRY = FENCES["FACILITY-COUNTRY"]


@pytest.mark.parametrize(
    ("delivery_type", "services", "passes"),
    [
        ("SHIPPING", {"SHIP_FROM_STORE"}, True),
        ("SHIPPING", {"PICKUP"}, False),
        ("SHIPPING", set(), False),
        ("SHIPPING", SERVICES, True),
        ("COLLECT", {"PICKUP"}, True),
        ("COLLECT", {"SHIP_FROM_STORE"}, False),
        ("COLLECT", set(), False),
    ],
)
def test_business_type_asks_for_the_service_that_fits(
    delivery_type: str, services: set[str], passes: bool
) -> None:
    """F4."""
    shop = facility("A", services=frozenset(services))
    assert BUSINESS_TYPE.passes(OrderFacts(delivery_type=delivery_type), shop, NOW) is passes


@pytest.mark.parametrize(
    ("consumers", "facilitys", "passes"),
    [("DE", "DE", True), ("DE", "AT", False), ("DE", "", False), ("", "DE", True), ("", "", True)],
)
def test_country_must_be_the_consumers(consumers: str, facilitys: str, passes: bool) -> None:
    """F4; without an address no country is wrong."""
    assert COUNTRY.passes(OrderFacts(country=consumers), facility("A", country=facilitys), NOW) is passes


def test_fences_say_what_they_expected_and_found() -> None:
    collect, shop = OrderFacts(delivery_type="COLLECT", country="AT"), facility("A", services=frozenset())
    assert BUSINESS_TYPE.explain(collect, shop, NOW) == ("PICKUP", "no service")
    assert COUNTRY.explain(collect, shop, NOW) == ("AT", "DE")
    both = facility("A", country="")
    assert BUSINESS_TYPE.explain(OrderFacts(), both, NOW) == ("SHIP_FROM_STORE", "PICKUP, SHIP_FROM_STORE")
    assert COUNTRY.explain(OrderFacts(), both, NOW) == ("any country", "no country")


def test_facility_that_fails_a_fence_goes_through_the_next_ones_too() -> None:
    """F2: all reasons are collected, by the position of the fence."""
    shops = (
        facility("A", services=frozenset(), country="AT"),
        facility("B", country="AT"),
        facility("C"),
    )
    there = world({name: {"X": BACKORDER} for name in "ABC"}, facilities=shops)
    pattern = Patterns((BUSINESS_TYPE, COUNTRY)).of(plan(line("X")), there)
    assert pattern.failures == {0: (0, 1), 1: (1,), 2: ()}
    assert pattern.permitted == (2,)


def test_complete_stock_can_be_told_of_a_facility_that_is_fenced_out() -> None:
    """F2, E19: its verdict depends on nothing that a static fence said, and is there to be read."""
    there = world({"A": {"X": BACKORDER}}, facilities=(facility("A", country="AT"),))
    waiting = plan(line("X"))
    assert decided(waiting, there, Policy(fences=(COUNTRY,))).reason.code is ReasonCode.FENCED_OUT
    assert judge(waiting, (0,), there, reactive=True)[0].units[0].reason == "BACKORDER_LISTING"


def test_plans_of_the_same_order_facts_share_a_pattern() -> None:
    there = world({"A": {"X": BACKORDER, "Y": BACKORDER}})
    patterns = Patterns((COUNTRY,))
    pattern = patterns.of(plan(line("X")), there)
    assert patterns.of(plan(line("X", 3), name="another"), there) is pattern
    assert patterns.of(plan(line("Y")), there) is pattern
    assert patterns.of(plan(line("X"), country="AT"), there) is not pattern


@pytest.mark.parametrize("stock", list(StockMode))
def test_stock_does_not_get_a_plan_past_a_fence(stock: StockMode) -> None:
    """F1: fences are absolute; and which ones kept it out is told, in their order."""
    shops = (facility("A", services=frozenset()), facility("B", country="AT"))
    there = world({"A": {"X": BACKORDER}, "B": {"X": BACKORDER}}, {"A": {"X": 9}}, facilities=shops)
    decision = decided(plan(line("X")), there, Policy(fences=(COUNTRY, BUSINESS_TYPE), stock=stock))
    assert decision.outcome is Outcome.UNROUTABLE
    assert decision.reason.code is ReasonCode.FENCED_OUT
    assert decision.reason.fences == ("FACILITY-COUNTRY", "FACILITY-BUSINESSTYPE")


def test_fenced_out_plan_may_not_wait() -> None:
    """R4: a facility that fails a static fence is no place to wait for."""
    shops = (facility("A", country="AT"), facility("B"))
    there = world({"A": {"X": BACKORDER}, "B": {"Y": BACKORDER}}, facilities=shops)
    decision = decided(plan(line("X"), line("Y")), there, Policy(fences=(COUNTRY,)))
    assert decision.outcome is Outcome.UNROUTABLE
    assert decision.reason.code is ReasonCode.CANNOT_WAIT


def test_a_pass_holds_plans_to_the_static_fences_of_today() -> None:
    """W2."""
    there = world({"A": {"X": BACKORDER}}, {"A": {"X": 5}}, facilities=(facility("A", country="AT"),))
    assert named(tried(plan(line("X")), there), there) == "A"
    decision = tried(plan(line("X")), there, Policy(fences=(COUNTRY,)))
    assert (decision.outcome, decision.may_wait) == (Outcome.WAITING, False)


def test_candidates_list_at_least_one_line() -> None:
    """F5."""
    there = world({"A": {"X": BACKORDER}, "B": {"Y": BACKORDER}, "C": {"Z": BACKORDER}})
    assert there.candidates(plan(line("Z"), line("X"))) == (0, 2)
    assert there.candidates(plan(line("another"))) == ()


def test_collect_order_has_exactly_its_facility() -> None:
    """F5; none where that is not ONLINE, or lists nothing of it."""
    there = world({"A": {"X": BACKORDER}, "B": {"X": BACKORDER}})
    collect: dict[str, Any] = {"delivery_type": "COLLECT"}
    assert there.candidates(plan(line("X"), collect_facility=id_of("B"), **collect)) == (1,)
    assert there.candidates(plan(line("X"), collect_facility=id_of("offline"), **collect)) == ()
    assert there.candidates(plan(line("Y"), collect_facility=id_of("B"), **collect)) == ()
    assert there.candidates(plan(line("X"), **collect)) == ()


def test_blacklisted_facility_is_no_candidate() -> None:
    """R9."""
    there = world({"A": {"X": BACKORDER}, "B": {"X": BACKORDER}}, {"A": {"X": 1}, "B": {"X": 1}})
    shunned = plan(line("X"), blacklist=frozenset({id_of("A")}))
    assert there.candidates(shunned) == (1,)
    assert named(decided(shunned, there), there) == "B"


def test_without_a_candidate_the_plan_is_unroutable() -> None:
    """R5, F5."""
    decision = decided(plan(line("Y")), world({"A": {"X": BACKORDER}}))
    assert (decision.outcome, decision.reason.code) == (Outcome.UNROUTABLE, ReasonCode.NO_CANDIDATE)


def fence(implementation: str, *, active: bool = True, **more: str) -> dict[str, Any]:
    return {"type": "StandardFence", "implementation": implementation, "active": active} | more


def policy_of(*fences: dict[str, Any], **config: Any) -> Policy:
    return Policy.of_document({"rootNode": {"config": {"fences": list(fences), "ratings": []} | config}})


def test_only_active_fences_count_in_their_order() -> None:
    """F1, F2."""
    policy = policy_of(fence("FACILITY-COUNTRY"), fence("FACILITY-BUSINESSTYPE"))
    assert [one.implementation for one in policy.fences] == ["FACILITY-COUNTRY", "FACILITY-BUSINESSTYPE"]
    policy = policy_of(fence("FACILITY-COUNTRY", active=False), fence("FACILITY-BUSINESSTYPE"))
    assert policy.fences == (BUSINESS_TYPE,)


@pytest.mark.parametrize(
    ("fences", "stock"),
    [
        ([], StockMode.OFF),
        ([fence("STOCK-AVAILABILITY", active=False, activeMode="reactive")], StockMode.OFF),
        ([fence("STOCK-AVAILABILITY", activeMode="reactive")], StockMode.REACTIVE),
        ([fence("STOCK-AVAILABILITY", activeMode="static")], StockMode.STATIC),
    ],
)
def test_complete_stock_is_off_static_or_reactive(fences: list[dict[str, Any]], stock: StockMode) -> None:
    """F3: and is none of the static fences, wherever it stands among them."""
    policy = policy_of(*fences, fence("FACILITY-COUNTRY"))
    assert policy.stock is stock
    assert policy.fences == (COUNTRY,)


def test_only_active_ratings_count() -> None:
    """R2."""
    ratings = [
        {"implementation": "GEO-DISTANCE", "active": True, "maxPenalty": 40},
        {"implementation": "PREFER-STORE", "active": False, "maxPenalty": 10},
    ]
    (active,) = policy_of(ratings=ratings).ratings
    assert (active.rating.implementation, active.max_penalty) == ("GEO-DISTANCE", 40.0)


@pytest.mark.parametrize(
    ("split", "expected"),
    [
        ({}, False),
        ({"orderSplit": None}, False),
        ({"orderSplit": {"shouldUseWaitingRoomForPreBackOrderItems": False}}, False),
        ({"orderSplit": {"shouldUseWaitingRoomForPreBackOrderItems": True}}, True),
    ],
)
def test_waiting_room_without_the_fence_is_asked_for(split: dict[str, Any], expected: bool) -> None:
    """R7."""
    assert policy_of(**split).waiting_room_without_fence is expected
