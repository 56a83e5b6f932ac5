"""Ratings that look at facilities (R2): what they do, how busy they are, how fast and how cheap they deliver."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from routing.engine import FacilityFacts, OrderFacts, Plan, Policy, World
from routing.engine.hours import Hours, PickingTime
from routing.engine.ratings import RATINGS, configured
from tests.engine.builders import BACKORDER, NOW, decided, facility, line, named, plan, rating, world
from tests.engine.test_ratings import BERLIN, BERLIN_TO_MUNICH, MUNICH, of, scores

ONE = plan(line("X"))


def configured_scores(
    implementation: str, one: Plan, there: World, **configuration: Any
) -> tuple[float | None, ...]:
    unit = configured(implementation, configuration)
    return unit.scores(one, range(len(there.facilities)), there)


def limited(*capacity: int, **facts: Any) -> FacilityFacts:
    """A facility with a limited capacity, that of one picking time a day."""
    week = tuple((PickingTime(0, 1440, most),) for most in capacity) * 7
    return facility("A", hours=Hours(week=week[:7], limited=True), **facts)


def test_workload_is_the_number_of_open_pick_jobs() -> None:
    there = of(facility("A", open_jobs=3, jobs_today=9), facility("B"))
    assert scores("WORKLOAD-BALANCING", ONE, there) == (3, 0)


def test_workload_is_balanced_within_a_pass() -> None:
    """R2: each plan that it gives a facility counts for the next one."""
    stock = {name: {"X": 9} for name in "AB"}
    there = of(facility("A"), facility("B"), stock=stock)
    went = []
    for number in range(4):
        decision = decided(
            plan(line("X"), name=str(number)), there, Policy(ratings=(rating("WORKLOAD-BALANCING"),))
        )
        assert decision.facility is not None
        there.book(decision.facility)
        went.append(named(decision, there))
    assert went == ["A", "B", "A", "B"]


@pytest.mark.parametrize(
    ("facts", "expected"),
    [({}, 0), ({"open_jobs": 1}, 0.25), ({"open_jobs": 1, "jobs_today": 1}, 0.5), ({"open_jobs": 9}, 1)],
)
def test_capacity_is_the_share_that_is_used_up(facts: dict[str, int], expected: float) -> None:
    assert scores("CAPACITY", ONE, of(limited(4, **facts))) == (expected,)


def test_capacity_without_a_limit_is_never_used_up() -> None:
    assert scores("CAPACITY", ONE, of(facility("A", open_jobs=99))) == (0,)
    assert scores("CAPACITY", ONE, of(limited(0))) == (1,)


@pytest.mark.parametrize(
    ("delivery_type", "expected"), [("SHIPPING", (0, 0.5, 1, 1)), ("COLLECT", (1, 0.5, 0, 1))]
)
def test_matching_business_type_prefers_who_does_nothing_else(
    delivery_type: str, expected: tuple[float, ...]
) -> None:
    services = (("SHIP_FROM_STORE",), ("SHIP_FROM_STORE", "PICKUP"), ("PICKUP",), ())
    there = of(*(facility(str(n), services=frozenset(offered)) for n, offered in enumerate(services)))
    assert scores("MATCHING-BUSINESSTYPE", plan(line("X"), delivery_type=delivery_type), there) == expected


def test_zone_is_the_share_of_the_postal_code_that_differs() -> None:
    codes = ("50667", "50999", "10115", "")
    there = of(*(facility(code or "none", postal_code=code) for code in codes))
    one = plan(line("X"), postal_code="50667")
    assert scores("ZONE", one, there) == (0, pytest.approx(0.6), 1, None)


def test_zone_knows_no_spaces_and_no_case() -> None:
    there = of(facility("A", postal_code="sw1A 2aa"), facility("B", postal_code="SW1"))
    assert scores("ZONE", plan(line("X"), postal_code="SW1A2AA"), there) == (0, pytest.approx(4 / 7))


def test_zone_of_another_country_is_another_zone() -> None:
    """Without a postal code of the consumer only the country counts, without an address nothing does."""
    there = of(facility("A", country="AT", postal_code="50667"), facility("B", postal_code="10115"))
    assert scores("ZONE", plan(line("X"), postal_code="50667"), there) == (1, 1)
    assert scores("ZONE", plan(line("X")), there) == (1, 0)
    assert scores("ZONE", plan(line("X"), country=""), there) == (0, 0)


def test_postal_code_keeps_no_plans_from_sharing_verdicts() -> None:
    assert OrderFacts(postal_code="50667") == OrderFacts(postal_code="10115")


def test_delivery_time_adds_opening_processing_and_the_way() -> None:
    """In hours: 3 until it opens at noon, 4 to process the order, 504 km at 50 km/h."""
    noon = Hours(week=((PickingTime(720, 1080),),) * 7)
    there = of(
        facility("A", buffer=240, hours=noon, **BERLIN), facility("B", buffer=30, **MUNICH), facility("C")
    )
    one = plan(line("X"), **MUNICH)
    way = BERLIN_TO_MUNICH / 50
    assert scores("DELIVERY-TIME", one, there) == (pytest.approx(7 + way, abs=0.05), 0.5, 0)
    faster = configured_scores("DELIVERY-TIME", one, there, kilometresPerHour=100)
    assert faster == (pytest.approx(7 + way / 2, abs=0.05), 0.5, 0)
    collected = plan(line("X"), delivery_type="COLLECT", **MUNICH)
    assert scores("DELIVERY-TIME", collected, there) == (7, 0.5, 0)


def test_facility_that_never_opens_has_no_delivery_time() -> None:
    closed = frozenset(NOW.date() + timedelta(days=number) for number in range(30))
    assert scores("DELIVERY-TIME", ONE, of(facility("A", hours=Hours(closed=closed)))) == (None,)


def test_delivery_costs_are_kilometres_unless_configured() -> None:
    there = of(facility("A", **BERLIN), facility("B", **MUNICH), facility("C"))
    one = plan(line("X"), **MUNICH)
    assert scores("DELIVERY-COSTS", one, there) == (pytest.approx(BERLIN_TO_MUNICH, abs=0.5), 0, None)
    assert scores("DELIVERY-COSTS", plan(line("X")), there) == (0, 0, 0)
    assert scores("DELIVERY-COSTS", plan(line("X"), delivery_type="COLLECT", **MUNICH), there) == (0, 0, 0)


def test_delivery_costs_add_up() -> None:
    there = of(facility("A", country="AT", **BERLIN), facility("B"))
    one = plan(line("X"), **MUNICH)
    costs = configured_scores("DELIVERY-COSTS", one, there, perDelivery=4.5, perKilometre=0.01, abroad=10)
    assert costs == (pytest.approx(14.5 + BERLIN_TO_MUNICH / 100, abs=0.01), None)
    flat = configured_scores("DELIVERY-COSTS", one, there, perDelivery=4, perKilometre=0, abroad=3)
    assert flat == (7, 4)


def test_cost_components_add_operation_and_delivery() -> None:
    shops = (
        facility("A", operative_cost=2.5, currency="EUR"),
        facility("B", operative_cost=1.0, currency="USD"),
        facility("C"),
        facility("D", operative_cost=0.0, currency="EUR", country="AT"),
    )
    there = of(*shops)
    assert scores("COST-COMPONENTS", ONE, there) == (2.5, None, None, 0)
    weighted = configured_scores(
        "COST-COMPONENTS", ONE, there, type="COST_COMPONENTS", operative=2, delivery=0.5, abroad=8
    )
    assert weighted == (5, None, None, 4)
    assert configured_scores("COST-COMPONENTS", ONE, there, operative=0, perDelivery=1) == (1, 1, 1, 1)


@pytest.mark.parametrize(
    ("implementation", "configuration", "said"),
    [
        ("GEO-DISTANCE", {"miles": True}, "takes no configuration"),
        ("DELIVERY-COSTS", {"perMile": 1}, "no setting perMile; known settings are: perDelivery"),
        ("DELIVERY-COSTS", {"abroad": -1}, "abroad must be a number of at least 0"),
        ("DELIVERY-COSTS", {"abroad": True}, "abroad must be a number"),
        ("COST-COMPONENTS", {"operative": "much"}, "operative must be a number"),
        ("COST-COMPONENTS", {"perKilometre": None}, "perKilometre must be a number"),
        ("DELIVERY-TIME", {"kilometresPerHour": 0}, "greater than 0"),
    ],
)
def test_settings_that_make_no_sense_are_refused(
    implementation: str, configuration: dict[str, Any], said: str
) -> None:
    with pytest.raises(ValueError, match=said):
        configured(implementation, configuration)


@pytest.mark.parametrize("configuration", [None, {}, {"type": "COST_COMPONENTS"}])
def test_rating_without_settings_is_the_registered_one(configuration: dict[str, Any] | None) -> None:
    for implementation, unit in RATINGS.items():
        assert configured(implementation, configuration) is unit


def test_settings_of_a_strategy_document_reach_the_rating() -> None:
    """R2."""
    config = {
        "fences": [],
        "ratings": [
            {
                "implementation": "DELIVERY-COSTS",
                "active": True,
                "maxPenalty": 10,
                "configuration": {"perKilometre": 0, "abroad": 5},
            }
        ],
    }
    policy = Policy.of_document({"rootNode": {"config": config}})
    there = world(
        {name: {"X": BACKORDER} for name in "AB"},
        {name: {"X": 1} for name in "AB"},
        facilities=(facility("A", country="AT"), facility("B")),
    )
    assert named(decided(ONE, there, policy), there) == "B"
