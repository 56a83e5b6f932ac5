"""Fences that look at an order's and a facility's facts (F4): carriers, preselection, same day."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from routing.engine import OrderFacts, Outcome, Policy, ReasonCode
from routing.engine.fences import FENCES, Fence, judges_plans
from routing.engine.hours import Hours, PickingTime
from tests.engine.builders import BACKORDER, NOW, decided, facility, line, named, plan, world
from tests.engine.translation import id_of

NINE_TO_SIX = (PickingTime(9 * 60, 18 * 60),)


def passes(implementation: str, order: OrderFacts, now: datetime = NOW, **facts: Any) -> bool:
    fence = FENCES[implementation]
    assert not judges_plans(fence)
    shared: Fence = fence  # type: ignore[assignment]  # a TypeGuard does not narrow the rest
    return shared.passes(order, facility("A", **facts), now)


@pytest.mark.parametrize(
    ("preferred", "offered", "expected"),
    [
        (set(), set(), True),
        (set(), {"DHL"}, True),
        ({"DHL"}, {"DHL", "UPS"}, True),
        ({"DHL", "UPS"}, {"UPS"}, True),
        ({"DHL"}, {"UPS"}, False),
        ({"DHL"}, set(), False),
    ],
)
def test_a_preferred_carrier_must_be_offered_if_any_is_named(
    preferred: set[str], offered: set[str], expected: bool
) -> None:
    """F4."""
    order = OrderFacts(carriers=frozenset(preferred))
    assert passes("FACILITY-CARRIERAVAILABILITY", order, carriers=frozenset(offered)) is expected


def test_who_collects_needs_no_carrier() -> None:
    """F4."""
    order = OrderFacts(delivery_type="COLLECT", carriers=frozenset({"DHL"}))
    assert passes("FACILITY-CARRIERAVAILABILITY", order)


@pytest.mark.parametrize(("preselected", "expected"), [(set(), True), ({"A", "B"}, True), ({"B"}, False)])
def test_shipping_order_goes_to_a_preselected_facility_if_any(preselected: set[str], expected: bool) -> None:
    """F4, R9."""
    order = OrderFacts(preselected=frozenset(id_of(name) for name in preselected))
    assert passes("PRESELECTED-FACILITY", order) is expected


def test_preselection_is_of_shipping_orders_only() -> None:
    """F4: who collects has chosen already (F5)."""
    order = OrderFacts(delivery_type="COLLECT", preselected=frozenset({id_of("B")}))
    assert passes("PRESELECTED-FACILITY", order)


@pytest.mark.parametrize(
    ("clock", "buffer", "expected"),
    [
        ("06:00", 240, True),  # before it opens the whole day is left
        ("13:59", 240, True),
        ("14:00", 240, True),
        ("14:01", 240, False),
        ("17:59", 0, True),
        ("18:00", 0, False),
    ],
)
def test_same_day_needs_time_enough_before_picking_ends(clock: str, buffer: int, expected: bool) -> None:
    """F4: by the minutes that the facility takes to process an order."""
    now = datetime.fromisoformat(f"2026-04-20T{clock}:00+00:00")
    hours = Hours(week=(NINE_TO_SIX,) * 7)
    order = OrderFacts(service_level="SAMEDAY")
    assert passes("SAMEDAY-POSSIBLE", order, now, hours=hours, buffer=buffer) is expected
    assert passes("SAMEDAY-POSSIBLE", OrderFacts(), now, hours=hours, buffer=buffer)


@pytest.mark.parametrize(("zone", "expected"), [("Europe/Berlin", False), ("America/New_York", True)])
def test_same_day_goes_by_the_clocks_of_the_facility(zone: str, expected: bool) -> None:
    """F4: at 17:00 UTC it is 19:00 in Berlin, and 13:00 in New York."""
    now = datetime(2026, 4, 20, 17, 0, tzinfo=UTC)
    hours = Hours(zone=zone, week=(NINE_TO_SIX,) * 7)
    assert passes("SAMEDAY-POSSIBLE", OrderFacts(service_level="SAMEDAY"), now, hours=hours) is expected


def test_same_day_is_impossible_on_a_closing_day() -> None:
    """F4: the day is the facility's: late on Monday in London it is Tuesday in Tokyo."""
    now = datetime(2026, 4, 20, 22, 0, tzinfo=UTC)
    order = OrderFacts(service_level="SAMEDAY")
    tokyo = Hours(zone="Asia/Tokyo", closed=frozenset({now.date() + timedelta(days=1)}))
    assert not passes("SAMEDAY-POSSIBLE", order, now, hours=tokyo)
    assert passes("SAMEDAY-POSSIBLE", order, now, hours=Hours(zone="Europe/London", closed=tokyo.closed))


def test_these_fences_say_what_they_expected_and_found() -> None:
    order = OrderFacts(
        carriers=frozenset({"UPS", "DHL"}), service_level="SAMEDAY", preselected=frozenset({UUID(int=1)})
    )
    shop = facility("A", buffer=60, hours=Hours(week=((),) * 6 + (NINE_TO_SIX,)))
    said = {
        name: FENCES[name].explain(order, shop, NOW)  # type: ignore[union-attr]  # none of these judges plans
        for name in ("FACILITY-CARRIERAVAILABILITY", "PRESELECTED-FACILITY", "SAMEDAY-POSSIBLE")
    }
    assert said == {
        "FACILITY-CARRIERAVAILABILITY": ("DHL, UPS", "no carrier"),
        "PRESELECTED-FACILITY": ("a preselected facility", "A"),
        "SAMEDAY-POSSIBLE": ("60 minutes of picking today", "0 minutes"),
    }


def test_preselection_decides_between_facilities() -> None:
    """R2, F4: and a plan whose preselected facilities all fail is unroutable, not waiting (R4)."""
    there = world({name: {"X": BACKORDER} for name in "AB"}, {"A": {"X": 9}, "B": {"X": 1}})
    policy = Policy(fences=(FENCES["PRESELECTED-FACILITY"],))
    one = plan(line("X"), preselected=frozenset({id_of("B")}))
    assert named(decided(one, there, policy), there) == "B"
    nobody = decided(plan(line("X"), preselected=frozenset({id_of("C")})), there, policy)
    assert (nobody.outcome, nobody.reason.code) == (Outcome.UNROUTABLE, ReasonCode.FENCED_OUT)
    assert nobody.reason.fences == ("PRESELECTED-FACILITY",)
