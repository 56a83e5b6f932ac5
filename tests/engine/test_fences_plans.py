"""Fences that are asked anew for every plan (F4): stock and capacity change while a pass gives things away."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from routing.engine import FacilityFacts, Outcome, Plan, Policy, ReasonCode, StockMode, World
from routing.engine.fences import FENCES, PlanFence, judges_plans
from routing.engine.hours import Hours, PickingTime
from routing.engine.needs import Need
from routing.engine.verdicts import Patterns
from tests.engine.builders import BACKORDER, NOW, decided, facility, line, named, plan, restock, tried, world
from tests.engine.translation import id_of


def plan_fence(implementation: str) -> PlanFence:
    fence = FENCES[implementation]
    assert judges_plans(fence)
    return fence


ZERO_STOCK = plan_fence("AVOID-ZERO-STOCK")
CAPACITY = plan_fence("FACILITY-PICKING-TIME-CAPACITY")


@pytest.mark.parametrize(
    ("stock", "expected"),
    [({}, False), ({"X": 1}, True), ({"Y": 2}, True), ({"Z": 9}, False)],
)
def test_one_line_in_stock_is_enough(stock: dict[str, int], expected: bool) -> None:
    """F4: any unit of it, because a plain line may be divided (S2)."""
    there = world({"A": dict.fromkeys("XYZ", BACKORDER)}, {"A": stock})
    assert ZERO_STOCK.passes_plan(plan(line("X", 5), line("Y", 2)), 0, there) is expected


@pytest.mark.parametrize(
    ("stock", "expected"),
    [({"X": 2}, False), ({"X": 1, "Y": 9}, False), ({"X": 2, "Y": 1}, True), ({"Z": 1}, True)],
)
def test_bundle_counts_as_one_line(stock: dict[str, int], expected: bool) -> None:
    """F4, S2: all of it, or nothing."""
    there = world({"A": dict.fromkeys("XYZ", BACKORDER)}, {"A": stock})
    one = plan((line("X", 1, id="1"), line("Y"), line("X", 1, id="2")), line("Z", 3))
    assert ZERO_STOCK.passes_plan(one, 0, there) is expected


def test_what_can_be_replenished_is_not_in_stock() -> None:
    """F4, B3."""
    there = world({"A": {"X": restock(0)}})
    assert not ZERO_STOCK.passes_plan(plan(line("X")), 0, there)
    assert ZERO_STOCK.explain_plan(plan(line("X")), 0, there) == ("at least one line in stock", "none")


def test_zero_stock_is_judged_plan_by_plan() -> None:
    """F4: of two plans with the same facts the second sees what the first was given; the reasons are told (F2)."""
    there = world({"A": {"X": BACKORDER}}, {"A": {"X": 1}})
    policy = Policy(fences=(ZERO_STOCK,), stock=StockMode.OFF)
    patterns = Patterns(policy.fences)
    first, second = plan(line("X"), name="first"), plan(line("X"), name="second")
    assert patterns.of(first, there).permitted == (0,)
    there.take(0, id_of("X"), 1)
    pattern = patterns.of(second, there)
    assert (pattern.permitted, pattern.failures) == ((), {0: (0,)})
    assert pattern.reasons == {(0, 0): ("at least one line in stock", "none")}
    decision = decided(second, there, policy)
    assert (decision.outcome, decision.reason.code) == (Outcome.UNROUTABLE, ReasonCode.FENCED_OUT)


def test_plans_that_are_told_the_same_share_a_pattern() -> None:
    there = world({name: {"X": BACKORDER, "Y": BACKORDER} for name in "AB"}, {"A": {"X": 1}, "B": {"Y": 1}})
    patterns = Patterns((ZERO_STOCK,))
    ones, others = plan(line("X")), plan(line("Y"))
    assert patterns.of(ones, there) is patterns.of(plan(line("X", 4), name="other"), there)
    assert patterns.of(ones, there) is not patterns.of(others, there)


def test_every_reason_is_told_in_the_order_of_the_fences() -> None:
    """F2: whatever kind of fence gives it."""
    there = world({"A": {"X": BACKORDER}}, facilities=(facility("A", country="AT"),))
    country = FENCES["FACILITY-COUNTRY"]
    for fences in ((ZERO_STOCK, country), (country, ZERO_STOCK)):
        assert Patterns(fences).of(plan(line("X")), there).failures == {0: (0, 1)}


def test_a_pass_holds_plans_to_todays_stock() -> None:
    """W2: with complete stock, which counts in a pass, zero stock keeps out nobody that could go."""
    there = world({name: {"X": BACKORDER} for name in "AB"}, {"B": {"X": 1}})
    assert named(tried(plan(line("X")), there, Policy(fences=(ZERO_STOCK,))), there) == "B"


def times(*capacities: int | None) -> tuple[PickingTime, ...]:
    """Two hours of picking each, from 8 o'clock on."""
    return tuple(
        PickingTime(480 + number * 120, 600 + number * 120, most) for number, most in enumerate(capacities)
    )


def open_at(now: datetime = NOW, **facts: Any) -> bool:
    return CAPACITY.passes_plan(plan(line("X")), 0, at(now, **facts))


def at(now: datetime = NOW, **facts: Any) -> World:
    shop: FacilityFacts = facility("A", **facts)
    return World(now=now, facilities=[shop], listings={}, available={})


MONDAY = NOW
"""9 o'clock."""
SUNDAY = NOW + timedelta(days=6)
WEEKDAYS = (times(None),) * 5 + ((), ())


def test_facility_without_picking_times_is_open_around_the_clock() -> None:
    """F4."""
    assert open_at()
    assert open_at(SUNDAY, hours=Hours(limited=True), open_jobs=99)


@pytest.mark.parametrize(
    ("now", "days_ahead", "expected"),
    [
        (MONDAY, 0, True),
        (MONDAY + timedelta(hours=1), 0, False),  # the only picking time of today is over at 10
        (MONDAY + timedelta(hours=1), 1, True),
        (SUNDAY, 0, False),
        (SUNDAY, 1, True),
        (SUNDAY, None, True),  # up to the next picking time
    ],
)
def test_facility_must_be_open_in_the_timeframe(
    now: datetime, days_ahead: int | None, expected: bool
) -> None:
    """F4."""
    assert open_at(now, hours=Hours(week=WEEKDAYS, days_ahead=days_ahead)) is expected


def test_closing_days_are_closed() -> None:
    """F4: once, and every year."""
    assert not open_at(hours=Hours(closed=frozenset({NOW.date()}), days_ahead=0))
    assert not open_at(hours=Hours(closed_yearly=frozenset({(4, 20)}), days_ahead=0))
    assert open_at(hours=Hours(closed_yearly=frozenset({(4, 21)}), days_ahead=0))


def test_facility_that_never_opens_is_closed() -> None:
    """F4: a year of closing days."""
    days = frozenset(NOW.date() + timedelta(days=number) for number in range(400))
    assert not open_at(hours=Hours(closed=days))
    assert CAPACITY.explain_plan(plan(line("X")), 0, at(hours=Hours(closed=days))) == (
        "open in the timeframe",
        "closed",
    )


@pytest.mark.parametrize(
    ("open_jobs", "jobs_today", "expected"),
    [(0, 0, True), (4, 0, True), (3, 1, True), (3, 2, False), (5, 0, False)],
)
def test_facility_must_be_below_its_capacity(open_jobs: int, jobs_today: int, expected: bool) -> None:
    """F4: what was made and finished today has used it as well; all picking times of today count."""
    hours = Hours(week=(times(2, 3),) * 7, limited=True)
    assert open_at(hours=hours, open_jobs=open_jobs, jobs_today=jobs_today) is expected
    there = at(hours=hours, open_jobs=open_jobs, jobs_today=jobs_today)
    assert CAPACITY.explain_plan(plan(line("X")), 0, there) == (
        "fewer than 5 pick jobs",
        f"{open_jobs + jobs_today} pick jobs",
    )


def test_capacity_adds_up_over_the_days_that_may_be_planned() -> None:
    """F4: a closing day adds nothing."""
    hours = Hours(week=(times(2),) * 7, limited=True, days_ahead=2, closed=frozenset({NOW.date()}))
    assert open_at(hours=hours, open_jobs=3)
    assert not open_at(hours=hours, open_jobs=4)


def test_capacity_counts_only_where_it_is_switched_on() -> None:
    """F4: and a picking time without a number takes any number."""
    assert open_at(hours=Hours(week=(times(0),) * 7), open_jobs=9)
    assert open_at(hours=Hours(week=(times(0, None),) * 7, limited=True), open_jobs=9)
    assert not open_at(hours=Hours(week=(times(0),) * 7, limited=True))


def test_a_pass_does_not_plan_beyond_capacity() -> None:
    """F4: each plan that it routes there takes part of it."""
    hours = Hours(week=(times(2),) * 7, limited=True)
    shops = (facility("A", hours=hours), facility("B"))
    there = world(
        {name: {"X": BACKORDER} for name in "AB"}, {name: {"X": 9} for name in "AB"}, facilities=shops
    )
    policy = Policy(fences=(CAPACITY,))
    went = []
    for number in range(3):
        decision = decided(plan(line("X"), name=str(number)), there, policy)
        assert decision.facility is not None
        there.book(decision.facility)
        went.append(named(decision, there))
    assert went == ["A", "A", "B"]


def test_pick_jobs_are_counted_only_for_those_who_ask() -> None:
    assert Policy(fences=(CAPACITY, ZERO_STOCK)).needs == {Need.WORKLOAD}
    assert Policy(fences=(ZERO_STOCK, FENCES["FACILITY-COUNTRY"])).needs == frozenset()


def test_explained_is_what_the_plan_saw() -> None:
    """F2: what a fence found about one plan is not what it would find about the next."""
    one: Plan = plan(line("X"))
    there = world(
        {"A": {"X": BACKORDER}},
        facilities=(facility("A", hours=Hours(week=(times(1),) * 7, limited=True), open_jobs=1),),
    )
    patterns = Patterns((CAPACITY,))
    before = patterns.of(one, there)
    there.book(0)
    after = patterns.of(one, there)
    assert before.reasons[0, 0] == ("fewer than 1 pick jobs", "1 pick jobs")
    assert after.reasons[0, 0] == ("fewer than 1 pick jobs", "2 pick jobs")
