"""Fences and ratings of a strategy, from the document that is PUT to the facility that an order goes to (F4, R2)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from routing.passes.loading import load_chunk, load_rows
from tests.scenarios.shop import COMPLETE_STOCK, JSON, Shop, Verdict, address

FAILED, PASSED = Verdict("FAILED"), Verdict("PASSED")
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def with_units(shop: Shop, *fences: str | JSON, ratings: tuple[JSON, ...] = (), expect: int = 200) -> Any:
    """Adds fences to the strategy in use, and replaces its ratings."""
    strategies = shop.get("routing/strategies")["routingStrategies"]
    strategy = next(strategy for strategy in strategies if strategy["inUse"])
    config = strategy["rootNode"]["config"]
    config["fences"] += [
        {"type": "StandardFence", "implementation": fence, "active": True}
        if isinstance(fence, str)
        else fence
        for fence in fences
    ]
    config["ratings"] = [{"type": "StandardRating", "active": True, **rating} for rating in ratings]
    return shop.call("put", f"routing/strategies/{strategy['id']}", strategy, expect=expect)


def change(shop: Shop, facility: str, **fields: Any) -> None:
    path = f"facilities/{shop.id_of(facility)}"
    shop.call("patch", path, {"type": "MANAGED_FACILITY", "version": shop.get(path)["version"], **fields})


def stocked(shop: Shop, **units: int) -> None:
    for facility, value in units.items():
        shop.stock(facility, "SKU", value)


def all_week(start: str, end: str, **more: Any) -> JSON:
    def at(clock: str) -> JSON:
        hour, minute = clock.split(":")
        return {"hour": int(hour), "minute": int(minute)}

    return {day: [{"start": at(start), "end": at(end), **more}] for day in DAYS}


def shipped(**shipping: Any) -> JSON:
    return {"shipping": {"serviceLevel": "DELIVERY", **shipping}}


def test_preselected_facility_is_the_only_one_that_may(shop: Shop) -> None:
    """F4, F2: everybody else is told why, also of the facility that has stock."""
    with_units(shop, "PRESELECTED-FACILITY")
    stocked(shop, A=5, B=5)

    order = shop.order(
        {"SKU": 1},
        deliveryPreferences=shipped(preselectedFacilities=[{"facilityRef": shop.id_of("B")}]),
    )

    assert (order.status, order.facility) == ("ROUTED", "B")
    assert order.verdicts("A")["PRESELECTED-FACILITY"] == {FAILED}
    assert order.verdicts("B")["PRESELECTED-FACILITY"] == {PASSED}


def test_preselection_does_not_bind_who_assigns_by_hand(shop: Shop) -> None:
    """R9, M1."""
    with_units(shop, "PRESELECTED-FACILITY")
    stocked(shop, A=5)
    shop.listing("B", "SKU")
    only_b = shipped(preselectedFacilities=[{"facilityRef": shop.id_of("B")}])
    order = shop.order({"SKU": 1}, deliveryPreferences=only_b)
    assert order.status == "NOT_ROUTABLE"

    order.assign("A")

    assert (order.status, order.facility) == ("ROUTED", "A")


def test_same_day_order_goes_where_there_is_time_today(shop: Shop) -> None:
    """F4: whatever the hour, A does not get it done today, and B does."""
    with_units(shop, "SAMEDAY-POSSIBLE")
    stocked(shop, A=5, B=1)
    change(shop, "A", pickingTimes=all_week("00:00", "00:01"), fulfillmentProcessBuffer=240)
    change(shop, "B", fulfillmentProcessBuffer=0)

    sameday = shop.order({"SKU": 1}, deliveryPreferences={"shipping": {"serviceLevel": "SAMEDAY"}})
    standard = shop.order({"SKU": 1})

    assert (sameday.facility, standard.facility) == ("B", "A")
    assert sameday.verdicts("A")["SAMEDAY-POSSIBLE"] == {FAILED}


def test_zero_stock_keeps_out_who_has_nothing_at_all(shop: Shop) -> None:
    """F4, R7: complete stock is off, so that only the fence keeps the order from the nearer facility."""
    shop.strategy(stock_active=False)
    with_units(shop, "AVOID-ZERO-STOCK")
    shop.listing("A", "SKU")
    stocked(shop, B=1)

    first = shop.order({"SKU": 2})
    second = shop.order({"SKU": 2})

    assert (first.status, first.facility) == ("ROUTED", "B")
    assert first.verdicts("A")["AVOID-ZERO-STOCK"] == {FAILED}
    assert first.verdicts("B")["AVOID-ZERO-STOCK"] == {PASSED}
    assert second.status == "NOT_ROUTABLE"
    assert second.verdicts("B")["AVOID-ZERO-STOCK"] == {FAILED}
    log = shop.decision_log(second.plan)
    assert log["sentence"] == "Every facility that lists SKU is kept out by AVOID-ZERO-STOCK."
    (told,) = {
        (detail["expectedValue"], detail["actualValue"])
        for decision in log["facilityDecisions"]
        for fence in decision["orderFences"]
        if fence["decision"] == "FAILED"
        for detail in fence["details"]
    }
    assert told == ("at least one line in stock", "none")


def test_zero_stock_and_complete_stock_are_both_told(shop: Shop) -> None:
    """F2: a facility that has nothing may be waited for by complete stock, and is kept out all the same (R4)."""
    with_units(shop, "AVOID-ZERO-STOCK")
    shop.listing("A", "SKU", behaviour="BACKORDER")

    order = shop.order({"SKU": 2})

    assert order.status == "NOT_ROUTABLE"
    said = order.verdicts("A")
    assert said["AVOID-ZERO-STOCK"] == {FAILED}
    assert said[COMPLETE_STOCK] == {Verdict("REACTIVE_PASSING_POSSIBLE", "BACKORDER_LISTING")}


def test_facility_takes_no_more_pick_jobs_than_it_has_room_for(shop: Shop) -> None:
    """F4: two orders fill A, in one pass or in several; a cancelled one makes room."""
    with_units(shop, "FACILITY-PICKING-TIME-CAPACITY")
    stocked(shop, A=9)
    change(
        shop,
        "A",
        pickingTimes=all_week("00:00", "23:59", capacity=2),
        capacityEnabled=True,
        capacityPlanningTimeframe=1,
    )
    # Today and tomorrow: room for four.
    orders = [shop.order({"SKU": 1}, drain=False) for _ in range(3)]
    shop.work("routing.route")
    orders += [shop.order({"SKU": 1}), shop.order({"SKU": 1})]
    assert [order.status for order in orders] == ["ROUTED"] * 4 + ["NOT_ROUTABLE"]
    log = shop.decision_log(orders[-1].plan)
    (detail,) = log["facilityDecisions"][0]["orderFences"][-1]["details"]
    assert (detail["expectedValue"], detail["actualValue"]) == ("fewer than 4 pick jobs", "4 pick jobs")

    orders[0].cancel()
    shop.retry()

    assert orders[-1].status == "ROUTED"


def test_closing_day_is_closed(shop: Shop) -> None:
    """F4: a facility that is closed every day of the timeframe takes nothing."""
    with_units(shop, "FACILITY-PICKING-TIME-CAPACITY")
    stocked(shop, A=9)
    days = [f"2024-{month:02}-{day:02}" for month in range(1, 13) for day in range(1, 32) if day < 29]
    days += [f"2024-{month:02}-{day}" for month in (1, 3, 5, 7, 8, 10, 12) for day in (29, 30, 31)]
    days += [f"2024-{month:02}-{day}" for month in (4, 6, 9, 11) for day in (29, 30)] + ["2024-02-29"]
    closed = [{"date": f"{day}T12:00:00Z", "reason": "holiday", "recurrence": "YEARLY"} for day in days]
    change(shop, "A", closingDays=closed)

    order = shop.order({"SKU": 1})

    assert order.status == "NOT_ROUTABLE"
    assert order.verdicts("A")["FACILITY-PICKING-TIME-CAPACITY"] == {FAILED}


def test_work_is_balanced(shop: Shop) -> None:
    """R2: WORKLOAD-BALANCING sends each order to who has least to do, within a pass and from pass to pass."""
    with_units(shop, ratings=({"implementation": "WORKLOAD-BALANCING", "maxPenalty": 10},))
    stocked(shop, A=9, B=9)

    together = [shop.order({"SKU": 1}, drain=False) for _ in range(3)]
    shop.work("routing.route")
    later = shop.order({"SKU": 1})

    assert sorted(order.facility or "" for order in together) in (["A", "A", "B"], ["A", "B", "B"])
    went = [order.facility for order in (*together, later)]
    assert (went.count("A"), went.count("B")) == (2, 2)


def test_configured_costs_decide_and_are_told(shop: Shop) -> None:
    """R2: operative costs of the facility and the price of crossing a border, as the strategy weighs them."""
    costs = {"implementation": "COST-COMPONENTS", "maxPenalty": 100}
    setting = {"type": "COST_COMPONENTS", "perKilometre": 0, "abroad": 3}
    with_units(shop, ratings=({**costs, "configuration": setting},))
    shop.facility("C", country="AT")
    stocked(shop, A=1, B=1, C=1)
    for facility, cents in (("A", 900), ("B", 600), ("C", 200)):
        change(shop, facility, operativeCosts=[{"value": cents, "currency": "EUR", "decimalPlaces": 2}])

    order = shop.order({"SKU": 1})

    assert order.facility == "C"
    ratings = {
        decision["facility"]["name"]: (decision["rank"], decision["orderRatings"])
        for decision in shop.decision_log(order.plan)["facilityDecisions"]
    }
    assert {name: (rank, one["score"]) for name, (rank, [one]) in ratings.items()} == {
        "C": (1, 5),
        "B": (2, 6),
        "A": (3, 9),
    }
    assert {one["name"] for _, [one] in ratings.values()} == {"COST-COMPONENTS"}


def toolkit(kind: str, name: str, **rules: Any) -> JSON:
    more = {"order": 1} if kind == "ToolkitFence" else {"maxPenalty": 50}
    label = {"nameLocalized": {"en_US": name}, "referenceId": name.lower()}
    return {"type": kind, "active": True, **label, **more, **rules}


def says(entity: str, path: str, expected: str) -> JSON:
    found = {"propertyPath": path, "entityOperator": "ANY_VALUE_EQUALS", "expectedValue": expected}
    return {"predicates": [{"entity": entity, **found}]}


FRAGILE = {
    "evaluationScope": "WHOLE_ENTITY",
    "operator": "EQUALS",
    "leftPart": says("ORDER", "$.tags[*].id", "fragile"),
    "rightPart": says("FACILITY", "$.customAttributes.handles[*]", "fragile"),
}


def sides(left: tuple[str, str], operator: str, right: tuple[str, str]) -> JSON:
    (left_entity, left_path), (right_entity, right_path) = left, right
    return {
        "evaluationScope": "WHOLE_ENTITY",
        "predicates": [
            {
                "leftEntity": left_entity,
                "leftPropertyPath": left_path,
                "entityOperator": operator,
                "rightEntity": right_entity,
                "rightPropertyPath": right_path,
            }
        ],
    }


def test_people_write_their_own_fence(shop: Shop) -> None:
    """F4, F2: what is fragile goes where fragile things are handled, and everything else does not."""
    with_units(shop, toolkit("ToolkitFence", "Fragile goods", rule=FRAGILE))
    stocked(shop, A=5, B=5)
    change(shop, "B", customAttributes={"handles": ["fragile"]})

    fragile = shop.order({"SKU": 1}, tags=[{"id": "fragile", "value": "yes"}])
    sturdy = shop.order({"SKU": 1})

    assert (fragile.facility, sturdy.facility) == ("B", "A")
    assert fragile.verdicts("A")["Fragile goods"] == {FAILED}
    assert fragile.verdicts("B")["Fragile goods"] == {PASSED}
    log = shop.decision_log(fragile.plan)
    (detail,) = (
        detail
        for decision in log["facilityDecisions"]
        for fence in decision["orderFences"]
        if fence["decision"] == "FAILED"
        for detail in fence["details"]
    )
    assert detail["expectedValue"] == "both sides of the rule alike"
    assert detail["actualValue"] == "left holds, right does not"


def test_people_write_several_fences_and_ratings_of_their_own(shop: Shop) -> None:
    """F4, R2: each with its own rule; listings, carriers and the store that ordered may be asked about."""
    sold_cold = sides(("LISTING", "$.tags[*].id"), "LEFT_CONTAINS_RIGHT", ("ORDER", "$.tags[*].id"))
    same_city = sides(
        ("ORDER", "$.consumer.addresses[*].city"), "ALL_MATCHES", ("FACILITY", "$.address.city")
    )
    with_units(
        shop,
        toolkit("ToolkitFence", "Sold as wanted", comparisonRule=sold_cold),
        toolkit("ToolkitFence", "Fragile goods", rule=FRAGILE),
        ratings=(toolkit("ToolkitRating", "Same city", comparisonRule=same_city),),
    )
    for facility, city in (("A", "Bonn"), ("B", "Bonn"), ("C", "Berlin"), ("D", "Berlin")):
        if facility in ("C", "D"):
            shop.facility(facility)
        change(shop, facility, address={"city": city})
        tags = [] if facility == "D" else [{"id": "cold", "value": "yes"}]
        shop.listing(facility, "SKU", tags=tags)
        shop.stock(facility, "SKU", 3)

    order = shop.order({"SKU": 1}, tags=[{"id": "cold", "value": "yes"}])

    assert order.facility == "C"
    assert order.verdicts("D")["Sold as wanted"] == {FAILED}
    assert order.verdicts("A")["Sold as wanted"] == {PASSED}
    ratings = {
        decision["facility"]["name"]: decision["orderRatings"]
        for decision in shop.decision_log(order.plan)["facilityDecisions"]
    }
    assert {name: [(one["name"], one["score"]) for one in given] for name, given in ratings.items()} == {
        "A": [("Same city", 1)],
        "B": [("Same city", 1)],
        "C": [("Same city", 0)],
        "D": [],
    }


def test_toolkit_without_a_rule_cannot_be_active(shop: Shop) -> None:
    """F4: and the store that ordered stands on the left side only; each problem has its path."""
    backwards = sides(("ORDER", "$.id"), "NO_MATCHES", ("ORDERING_FACILITY", "$.id"))
    turned = {**FRAGILE, "rightPart": says("ORDERING_FACILITY_GROUPS", "$.id", "x")}
    problems = with_units(
        shop,
        toolkit("ToolkitFence", "Empty"),
        toolkit("ToolkitFence", "Backwards", comparisonRule=backwards),
        toolkit("ToolkitFence", "Off", active=False),
        ratings=(toolkit("ToolkitRating", "Turned", rule=turned),),
        expect=400,
    )
    root = "rootNode.config"
    assert {problem["field"] for problem in problems} == {
        f"{root}.fences[3].rule",
        f"{root}.fences[4].comparisonRule.predicates[0].rightEntity",
        f"{root}.ratings[0].rule.rightPart.predicates[0].entity",
    }


@pytest.mark.parametrize(
    ("rating", "path", "said"),
    [
        ({"implementation": "GUESS"}, "implementation", "WORKLOAD-BALANCING"),
        ({"implementation": "ZONE", "configuration": {"size": 3}}, "configuration", "takes no configuration"),
        ({"implementation": "DELIVERY-COSTS", "configuration": {"abroad": -1}}, "configuration", "abroad"),
        (
            {"implementation": "DELIVERY-COSTS", "configuration": {"perMile": 1}},
            "configuration",
            "perKilometre",
        ),
    ],
)
def test_what_cannot_be_rated_is_refused_with_what_can(
    shop: Shop, rating: JSON, path: str, said: str
) -> None:
    """Spec 5: an unknown implementation is a 400 that lists the known; settings say what is wrong with them."""
    (problem,) = with_units(shop, ratings=({"maxPenalty": 1, **rating},), expect=400)
    assert problem["field"] == f"rootNode.config.ratings[0].{path}"
    assert said in problem["description"]


def test_what_units_need_costs_as_many_queries_for_many_plans_as_for_one(
    shop: Shop, django_assert_num_queries: Any
) -> None:
    """Spec 8: never a query per plan; and a strategy that needs nothing special pays for nothing special."""
    stocked(shop, A=9, B=9)
    plans = []
    for _ in range(3):
        order = shop.order({"SKU": 1, "other": 1}, consumer=ordered_by(shop, "A"), drain=False)
        plans.append(UUID(order.plan["id"]))
    with CaptureQueriesContext(connection) as queries:
        load_chunk(load_rows(plans), lock=False)
        plain = len(queries)
    with_units(
        shop,
        "FACILITY-PICKING-TIME-CAPACITY",
        toolkit("ToolkitFence", "Fragile goods", rule=FRAGILE),
        ratings=tuple({"implementation": name, "maxPenalty": 1} for name in ("EXPIRY-DATE", "TURNOVER")),
    )
    for some in (plans[:1], plans):
        # pick jobs, expiry, turnover; orders, their lines; the store that ordered, its groups; facilities, and three
        # for their listings
        with django_assert_num_queries(plain + 3 + 2 + 2 + 1 + 3):
            load_chunk(load_rows(some), lock=False)


def ordered_by(shop: Shop, facility: str) -> JSON:
    return {"addresses": [address("DE")], "facilityRef": shop.id_of(facility)}
