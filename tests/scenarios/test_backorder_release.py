"""Spec 4, "Backorder release" (K1-K13, K15): current stock, expected stock, both, and parts of an order (W5-W8).

Today is 20 April 2026, the limit four weeks, so that 18 May is the last day within it.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.scenarios.shop import Order, Shop
from tests.scenarios.supply import (
    at_noon,
    cancel_expected,
    close_expected,
    configure_waiting_room,
    enable_future_inventory,
    expect,
    expect_instead,
    free_units,
    live_parts,
    receive,
)

TODAY = "2026-04-20"
FIRST, TENTH, FIFTEENTH = "2026-05-01", "2026-05-10", "2026-05-15"
LIMIT, DAY_AFTER_LIMIT = "2026-05-18", "2026-05-19"


@pytest.fixture(autouse=True)
def today() -> Iterator[None]:
    with at_noon(TODAY):
        yield


@pytest.fixture
def shop(today: None, shop: Shop) -> Shop:
    """Split active in at most three parts; BACKORDER at A and B; future inventory on for site and articles."""
    shop.strategy(active=True, maxSplitCount=3)
    for facility in ("A", "B"):
        for article in ("KTP", "KTP2", "KTP3"):
            shop.listing(facility, article, behaviour="BACKORDER")
    configure_waiting_room(shop, futureInventoryEnabled=True)
    return shop


def waiting(shop: Shop, date: str = "2026-04-10", collect: str | None = None, **units: int) -> Order:
    order = shop.order(units, date=date, collect=collect)
    assert [part[0] for part in live_parts(order)] == ["BACKORDER"]
    return order


def statuses(order: Order) -> list[tuple[str, str]]:
    """status and consolidatedStatus of all its plans, in the order of their making."""
    return [(plan["status"], plan["consolidatedStatus"]) for plan in order.plans]


# Current stock only (seed 004, W5)


def test_k1_everything_in_stock_at_two_facilities_is_released(shop: Shop) -> None:
    order = waiting(shop, KTP=5, KTP2=5)

    shop.bulk_stock([("A", "KTP", 5), ("B", "KTP2", 5)])

    assert live_parts(order) == [("READY", "A", None, {"KTP": 5}), ("READY", "B", None, {"KTP2": 5})]
    assert {job["status"] for job in order.pick_jobs} == {"OPEN"}


def test_k2_what_is_not_all_there_stays_and_reserves_nothing(shop: Shop) -> None:
    order = waiting(shop, KTP=5, KTP2=5)

    shop.stock("A", "KTP", 5)

    assert live_parts(order) == [("BACKORDER", None, None, {"KTP": 5, "KTP2": 5})]
    assert shop.available("A", "KTP") == 5


def test_k7_a_plan_that_goes_whole_stays_the_same_plan(shop: Shop) -> None:
    order = waiting(shop, KTP=5)
    before = order.plan["id"]

    shop.stock("A", "KTP", 5)

    (plan,) = order.plans
    assert (plan["id"], plan["shipmentStatus"], plan["consolidatedStatus"]) == (
        before,
        "READY",
        "WAITING_THEN_ROUTED",
    )


def test_k12_a_collect_order_is_served_at_its_facility_only(shop: Shop) -> None:
    order = waiting(shop, KTP=5, collect="A")

    shop.stock("B", "KTP", 5)
    assert live_parts(order) == [("BACKORDER", None, None, {"KTP": 5})]
    shop.stock("A", "KTP", 5)

    assert live_parts(order) == [("READY", "A", None, {"KTP": 5})]


# Expected stock (W6)


def expect_k3(shop: Shop) -> list[str]:
    """The purchase orders of K3; the last of them completes what is needed."""
    return [
        expect(shop, "A", {"KTP": 2}, FIRST),
        expect(shop, "A", {"KTP": 3}, TENTH),
        expect(shop, "B", {"KTP2": 5}, FIFTEENTH),
    ]


def test_k3_one_future_child_per_facility_and_day(shop: Shop) -> None:
    order = waiting(shop, KTP=5, KTP2=5)

    processes = expect_k3(shop)

    assert live_parts(order) == [
        ("FUTURE", "A", FIRST, {"KTP": 2}),
        ("FUTURE", "A", TENTH, {"KTP": 3}),
        ("FUTURE", "B", FIFTEENTH, {"KTP2": 5}),
    ]
    parent, *children = order.plans
    assert (parent["shipmentStatus"], parent["consolidatedStatus"]) == ("REASSIGNED", "OBSOLETE")
    assert "plannedFor" not in parent
    assert {child["consolidatedStatus"] for child in children} == {"ROUTING_PLAN_CREATED_THEN_PLANNED"}
    assert {child["parentRoutingPlanRef"] for child in children} == {parent["id"]}
    assert {child["waitingSince"] for child in children} == {parent["waitingSince"]}
    assert [free_units(shop, process) for process in processes] == [{"KTP": 0}, {"KTP": 0}, {"KTP2": 0}]
    assert order.pick_jobs == []
    assert shop.waiting_room() == []


def test_k3_the_decision_explains_itself(shop: Shop) -> None:
    order = waiting(shop, KTP=5, KTP2=5)
    expect_k3(shop)
    parent, first, *_ = order.plans

    log = shop.decision_log(parent)

    assert parent["sentence"] == "Released in 3 plans of their own, with stock that is still expected."
    assert first["sentence"] == "Planned at A for 1 May 2026: 2 of KTP are expected."
    assert first["reason"]["date"] == FIRST
    parts = log["orderSplitDecision"]["parts"]
    assert [(part["targetFacility"]["name"], part["plannedFor"]) for part in parts] == [
        ("A", FIRST),
        ("A", TENTH),
        ("B", FIFTEENTH),
    ]
    assert log["results"]["routingPlanStatus"] == "OBSOLETE"
    (at_a,) = (one for one in log["facilityDecisions"] if one["facility"]["name"] == "A")
    assert [one.get("expected") for one in at_a["availabilities"]] == [
        [{"date": FIRST, "quantity": 2}, {"date": TENTH, "quantity": 3}],
        None,
    ]
    events = shop.get("events", processRef=order.id, size=200)["events"]
    assert [one["event"] for one in events].count("ROUTING_PLAN_PLANNED") == 3


def test_k4_what_has_no_date_cannot_be_promised(shop: Shop) -> None:
    order = waiting(shop, KTP=5, KTP2=5)

    dated = expect(shop, "A", {"KTP": 5}, FIRST)
    expect(shop, "B", {"KTP2": 5}, None)

    assert live_parts(order) == [("BACKORDER", None, None, {"KTP": 5, "KTP2": 5})]
    assert free_units(shop, dated) == {"KTP": 5}


def test_k5_current_and_expected_stock_together(shop: Shop) -> None:
    order = waiting(shop, KTP=5, KTP2=5, KTP3=5)

    shop.stock("B", "KTP2", 5)
    expect(shop, "A", {"KTP": 5}, TENTH)
    expect(shop, "B", {"KTP3": 5}, FIRST)

    assert live_parts(order) == [
        ("READY", "B", None, {"KTP2": 5}),
        ("FUTURE", "B", FIRST, {"KTP3": 5}),
        ("FUTURE", "A", TENTH, {"KTP": 5}),
    ]
    assert statuses(order)[0] == ("OBSOLETE", "OBSOLETE")
    assert ("ROUTED", "ROUTED") in statuses(order)
    assert len(order.pick_jobs) == 1


def test_k6_current_stock_is_not_reserved_as_long_as_something_has_no_date(shop: Shop) -> None:
    order = waiting(shop, KTP=5, KTP2=5, KTP3=5)

    expected = expect(shop, "A", {"KTP": 5}, FIRST)
    shop.stock("B", "KTP2", 5)

    assert live_parts(order) == [("BACKORDER", None, None, {"KTP": 5, "KTP2": 5, "KTP3": 5})]
    assert (shop.available("B", "KTP2"), free_units(shop, expected)) == (5, {"KTP": 5})


@pytest.mark.parametrize(
    ("day", "part"),
    [
        (LIMIT, ("FUTURE", "A", LIMIT, {"KTP": 5})),
        (DAY_AFTER_LIMIT, ("BACKORDER", None, None, {"KTP": 5})),
        (TODAY, ("BACKORDER", None, None, {"KTP": 5})),
    ],
    ids=["on the limit day", "one day later", "today"],
)
def test_k8_the_limit_is_inclusive_and_today_is_too_early(
    shop: Shop, day: str, part: tuple[str, str | None, str | None, dict[str, int]]
) -> None:
    order = waiting(shop, KTP=5)
    expect(shop, "A", {"KTP": 5}, day)
    assert live_parts(order) == [part]


def test_k8_a_bucket_enters_the_limit_when_the_day_begins_at_its_facility(shop: Shop) -> None:
    """W4, W6: found by the sweep, once; calendar days are those of Berlin, where it is two hours later."""
    order = waiting(shop, KTP=5)
    expect(shop, "A", {"KTP": 5}, DAY_AFTER_LIMIT)
    shop.work("routing.sweep")
    assert live_parts(order)[0][0] == "BACKORDER"

    with at_noon("2026-04-21"):
        shop.work("routing.sweep")
        assert live_parts(order) == [("FUTURE", "A", DAY_AFTER_LIMIT, {"KTP": 5})]


def test_k9_site_setting_off_then_on(shop: Shop) -> None:
    configure_waiting_room(shop, futureInventoryEnabled=False)
    order = waiting(shop, KTP=5)
    expect(shop, "A", {"KTP": 5}, FIRST)
    assert live_parts(order)[0][0] == "BACKORDER"

    configure_waiting_room(shop, futureInventoryEnabled=True)

    assert live_parts(order) == [("FUTURE", "A", FIRST, {"KTP": 5})]


def test_k9_article_setting_off_then_on(shop: Shop) -> None:
    enable_future_inventory(shop, "KTP", False)
    order = waiting(shop, KTP=5)
    expect(shop, "A", {"KTP": 5}, FIRST)
    assert live_parts(order)[0][0] == "BACKORDER"

    enable_future_inventory(shop, "KTP", True)

    assert live_parts(order) == [("FUTURE", "A", FIRST, {"KTP": 5})]


def test_k10_a_line_takes_current_stock_first_and_expected_stock_for_the_rest(shop: Shop) -> None:
    order = waiting(shop, KTP=5)
    shop.stock("A", "KTP", 3)
    expect(shop, "A", {"KTP": 5}, FIRST)

    assert live_parts(order) == [
        ("READY", "A", None, {"KTP": 3}),
        ("FUTURE", "A", FIRST, {"KTP": 2}),
    ]


def test_k11_where_current_stock_suffices_nothing_expected_is_taken(shop: Shop) -> None:
    configure_waiting_room(shop, futureInventoryEnabled=False)
    order = waiting(shop, KTP=5)
    expected = expect(shop, "A", {"KTP": 5}, FIRST)
    configure_waiting_room(shop, futureInventoryEnabled=True, overtaking="ALLOW")
    assert live_parts(order)[0][0] == "FUTURE"
    order.cancel()
    shop.stock("A", "KTP", 5)
    served = shop.order({"KTP": 5}, date="2026-04-10")

    assert live_parts(served) == [("READY", "A", None, {"KTP": 5})]
    assert free_units(shop, expected) == {"KTP": 5}


def test_k12b_a_collect_order_waits_for_the_last_of_it_at_its_facility(shop: Shop) -> None:
    order = waiting(shop, KTP=5, collect="A")
    shop.stock("A", "KTP", 3)
    expected = expect(shop, "A", {"KTP": 2}, FIRST)

    assert live_parts(order) == [("FUTURE", "A", FIRST, {"KTP": 5})]
    assert statuses(order)[0] == ("OBSOLETE", "OBSOLETE")
    assert shop.available("A", "KTP") == 0
    receive(shop, expected, {"KTP": 2})
    assert live_parts(order) == [("READY", "A", None, {"KTP": 5})]
    (line,) = order.pick_job["pickLineItems"]
    assert line["quantity"] == 5


# The life of what was promised (W8)


@pytest.fixture
def mixed(shop: Shop) -> Order:
    """K12b: a collect order that holds 3 units of stock, and 2 that are expected on 1 May."""
    order = waiting(shop, KTP=5, collect="A")
    shop.stock("A", "KTP", 3)
    expect(shop, "A", {"KTP": 2}, FIRST)
    assert live_parts(order) == [("FUTURE", "A", FIRST, {"KTP": 5})]
    return order


def test_a_planned_plan_goes_once_nothing_that_it_still_carries_is_to_come(shop: Shop, mixed: Order) -> None:
    """W8, M3: what was to come is cancelled, and what is left of the plan is there."""
    mixed.intervene("CANCEL", units={"KTP": 2})

    assert live_parts(mixed) == [("READY", "A", None, {"KTP": 3})]
    assert [line["quantity"] for line in mixed.pick_job["pickLineItems"]] == [3]


def test_a_planned_plan_goes_once_units_were_taken_out_of_its_order(shop: Shop, mixed: Order) -> None:
    """W8, O1"""
    document = mixed.document
    line = {**document["orderLineItems"][0], "quantity": 3}
    body = {"version": document["version"], "orderLineItems": [line]}
    shop.call("patch", f"orders/{mixed.id}", body)

    assert live_parts(mixed) == [("READY", "A", None, {"KTP": 3})]


def test_a_planned_plan_comes_sooner_once_its_last_units_were_assigned_elsewhere(shop: Shop) -> None:
    """W8, M1: the day of a plan is that of the last of what it still awaits."""
    order = waiting(shop, KTP=5, collect="A")
    expect(shop, "A", {"KTP": 3}, FIRST)
    expect(shop, "A", {"KTP": 2}, TENTH)
    assert live_parts(order) == [("FUTURE", "A", TENTH, {"KTP": 5})]

    order.intervene("ASSIGN", units={"KTP": 2}, to="B")

    assert live_parts(order) == [("READY", "B", None, {"KTP": 2}), ("FUTURE", "A", FIRST, {"KTP": 3})]


@pytest.fixture
def promised(shop: Shop) -> tuple[Order, str]:
    """K3's children, and the process that is expected on 1 May."""
    order = waiting(shop, KTP=5, KTP2=5)
    first, *_ = expect_k3(shop)
    assert live_parts(order)[0] == ("FUTURE", "A", FIRST, {"KTP": 2})
    return order, first


def test_k13_received_in_full(shop: Shop, promised: tuple[Order, str]) -> None:
    order, process = promised

    receive(shop, process, {"KTP": 2})

    assert live_parts(order)[0] == ("READY", "A", None, {"KTP": 2})
    assert [part[0] for part in live_parts(order)[1:]] == ["FUTURE", "FUTURE"]
    assert statuses(order)[1] == ("ROUTED", "STOCK_UPDATE_RECEIVED_THEN_REACTIVATED")
    assert order.plans[1]["sentence"] == "Routed to A: what was expected has come."
    assert (shop.on_hand("A", "KTP"), shop.available("A", "KTP")) == (2, 0)
    assert order.pick_job["status"] == "OPEN"


def test_k13_received_with_one_then_closed(shop: Shop, promised: tuple[Order, str]) -> None:
    """As long as the item is open the plan awaits the rest of it."""
    order, process = promised

    receive(shop, process, {"KTP": 1})
    assert live_parts(order)[0] == ("FUTURE", "A", FIRST, {"KTP": 2})
    close_expected(shop, process)

    assert live_parts(order) == [
        ("BACKORDER", None, None, {"KTP": 1}),
        ("READY", "A", None, {"KTP": 1}),
        ("FUTURE", "A", TENTH, {"KTP": 3}),
        ("FUTURE", "B", FIFTEENTH, {"KTP2": 5}),
    ]
    assert shop.available("A", "KTP") == 0


def test_k13_cancelled(shop: Shop, promised: tuple[Order, str]) -> None:
    order, process = promised
    before = order.plans[1]

    cancel_expected(shop, process)

    back = order.plans[1]
    assert (back["id"], back["status"], back["consolidatedStatus"]) == (before["id"], "WAITING", "WAITING")
    assert back["waitingSince"] == before["waitingSince"]
    assert "facilityRef" not in back
    assert "plannedFor" not in back
    assert [part[0] for part in live_parts(order)] == ["BACKORDER", "FUTURE", "FUTURE"]


def test_a_plan_that_went_back_goes_again_when_it_can(shop: Shop, promised: tuple[Order, str]) -> None:
    order, process = promised
    cancel_expected(shop, process)

    expect(shop, "B", {"KTP": 2}, FIFTEENTH)

    assert [part for part in live_parts(order) if part[3] == {"KTP": 2}] == [
        ("FUTURE", "B", FIFTEENTH, {"KTP": 2})
    ]


def test_a_plan_that_goes_back_is_tried_in_its_turn(shop: Shop) -> None:
    """W8, W12: what it was promised is cancelled just when stock comes for those behind it."""
    first = waiting(shop, KTP=2)
    process = expect(shop, "A", {"KTP": 2}, FIRST)
    second = waiting(shop, date="2026-04-11", KTP=2)

    shop.stock("A", "KTP", 2, drain=False)
    cancel_expected(shop, process)

    assert live_parts(first) == [("READY", "A", None, {"KTP": 2})]
    assert live_parts(second) == [("BACKORDER", None, None, {"KTP": 2})]


def test_a_plan_that_goes_back_is_tried_before_newcomers(shop: Shop) -> None:
    """W8, R10"""
    first = waiting(shop, KTP=2)
    process = expect(shop, "A", {"KTP": 2}, FIRST)
    shop.stock("A", "KTP", 2)

    newcomer = shop.order({"KTP": 2}, date="2026-04-01", drain=False)
    cancel_expected(shop, process)

    assert live_parts(first) == [("READY", "A", None, {"KTP": 2})]
    assert live_parts(newcomer) == [("BACKORDER", None, None, {"KTP": 2})]


def test_a_delay_within_the_limit_moves_the_day_and_one_beyond_it_sends_the_plan_back(
    shop: Shop, promised: tuple[Order, str]
) -> None:
    order, process = promised

    expect_instead(shop, process, {"KTP": 2}, LIMIT)
    assert ("FUTURE", "A", LIMIT, {"KTP": 2}) in live_parts(order)
    expect_instead(shop, process, {"KTP": 2}, FIRST)
    assert ("FUTURE", "A", FIRST, {"KTP": 2}) in live_parts(order)
    expect_instead(shop, process, {"KTP": 2}, DAY_AFTER_LIMIT)

    assert ("BACKORDER", None, None, {"KTP": 2}) in live_parts(order)
    assert free_units(shop, process) == {"KTP": 2}


def test_what_has_no_date_any_more_goes_back(shop: Shop, promised: tuple[Order, str]) -> None:
    order, process = promised
    expect_instead(shop, process, {"KTP": 2}, None)
    assert ("BACKORDER", None, None, {"KTP": 2}) in live_parts(order)


def test_a_plan_outlives_later_changes_of_the_settings(shop: Shop, promised: tuple[Order, str]) -> None:
    """W6: neither the site's setting, the article's, nor a shorter limit takes back what was promised."""
    order, process = promised
    before = live_parts(order)

    limit = {"quantity": 1, "unit": "DAYS"}
    configure_waiting_room(shop, futureInventoryEnabled=False, futureDateLimit=limit)
    enable_future_inventory(shop, "KTP", False)
    assert live_parts(order) == before
    receive(shop, process, {"KTP": 1})
    assert live_parts(order) == before
    receive(shop, process, {"KTP": 1})

    assert live_parts(order)[0] == ("READY", "A", None, {"KTP": 2})


def test_over_receipt_is_free_stock(shop: Shop, promised: tuple[Order, str]) -> None:
    order, process = promised
    receive(shop, process, {"KTP": 6})
    assert live_parts(order)[0] == ("READY", "A", None, {"KTP": 2})
    assert (shop.on_hand("A", "KTP"), shop.available("A", "KTP")) == (6, 4)


def test_a_receipt_elsewhere_is_free_stock_there_and_leaves_the_bucket(
    shop: Shop, promised: tuple[Order, str]
) -> None:
    order, process = promised
    before = live_parts(order)
    receive(shop, process, {"KTP": 2}, at="B")
    assert live_parts(order) == before
    assert shop.available("B", "KTP") == 2


def test_when_less_comes_the_better_rank_is_served_first(shop: Shop) -> None:
    later = waiting(shop, "2026-04-12", KTP=2)
    earlier = waiting(shop, "2026-04-11", KTP=2)
    process = expect(shop, "A", {"KTP": 4}, FIRST)
    assert [live_parts(one)[0][0] for one in (earlier, later)] == ["FUTURE", "FUTURE"]

    receive(shop, process, {"KTP": 3})
    assert [live_parts(one)[0][0] for one in (earlier, later)] == ["READY", "FUTURE"]
    close_expected(shop, process)

    assert live_parts(later) == [("BACKORDER", None, None, {"KTP": 1}), ("READY", "A", None, {"KTP": 1})]


def test_a_bucket_past_its_date_backs_no_new_plan_and_those_that_it_backs_are_late(
    shop: Shop, promised: tuple[Order, str]
) -> None:
    order, _process = promised
    expect(shop, "A", {"KTP3": 5}, FIRST)

    with at_noon("2026-05-02"):
        newcomer = shop.order({"KTP3": 5}, date="2026-05-02")
        assert live_parts(newcomer) == [("BACKORDER", None, None, {"KTP3": 5})]
        assert live_parts(order)[0] == ("FUTURE", "A", FIRST, {"KTP": 2})
        assert order.plans[1]["late"] is True


def test_a_locked_order_is_planned_and_gets_its_pick_job_when_it_is_unlocked(shop: Shop) -> None:
    """R8"""
    order = shop.order({"KTP": 5}, date="2026-04-10", status="LOCKED")
    process = expect(shop, "A", {"KTP": 5}, FIRST)
    assert live_parts(order) == [("FUTURE", "A", FIRST, {"KTP": 5})]

    receive(shop, process, {"KTP": 5})
    assert (live_parts(order), order.pick_jobs) == ([("READY", "A", None, {"KTP": 5})], [])
    assert statuses(order)[-1] == ("ROUTED", "LOCKED")
    order.unlock()

    assert order.pick_job["status"] == "OPEN"


def test_a_bundle_waits_at_one_facility_for_the_last_of_it(shop: Shop) -> None:
    """W6, S2: it holds what is there and what is expected; a shortfall sends all of it back."""
    order = shop.order({"KTP": 1, "KTP2": 1, "KTP3": 2}, date="2026-04-10", bundles=[{"KTP": 1, "KTP2": 1}])
    shop.stock("B", "KTP", 1)
    process = expect(shop, "B", {"KTP2": 1}, TENTH)
    expect(shop, "A", {"KTP3": 2}, FIRST)

    assert live_parts(order) == [
        ("FUTURE", "A", FIRST, {"KTP3": 2}),
        ("FUTURE", "B", TENTH, {"KTP": 1, "KTP2": 1}),
    ]
    assert shop.available("B", "KTP") == 0
    cancel_expected(shop, process)

    assert ("BACKORDER", None, None, {"KTP": 1, "KTP2": 1}) in live_parts(order)
    assert shop.available("B", "KTP") == 1


# Partial release (W7)


@pytest.mark.parametrize(
    ("partial", "parts"),
    [
        (
            "LINE_ITEM",
            [("BACKORDER", None, None, {"KTP": 5}), ("READY", "A", None, {"KTP2": 5})],
        ),
        (
            "QUANTITY",
            [("BACKORDER", None, None, {"KTP": 2}), ("READY", "A", None, {"KTP": 3, "KTP2": 5})],
        ),
        ("NONE", [("BACKORDER", None, None, {"KTP": 5, "KTP2": 5})]),
    ],
)
def test_k15_partial_release(
    shop: Shop, partial: str, parts: list[tuple[str, str | None, str | None, dict[str, int]]]
) -> None:
    configure_waiting_room(shop, futureInventoryEnabled=False, partialRelease=partial)
    order = waiting(shop, KTP=5, KTP2=5)

    shop.bulk_stock([("A", "KTP", 3), ("A", "KTP2", 5)])

    assert live_parts(order) == parts
    if partial != "NONE":
        assert statuses(order) == [("ROUTED", "WAITING_THEN_ROUTED_AND_SPLIT"), ("WAITING", "WAITING")]
        assert order.plans[1]["waitingSince"] == order.plans[0]["waitingSince"]


def test_a_partial_release_needs_a_split(shop: Shop) -> None:
    """W7, S1"""
    configure_waiting_room(shop, futureInventoryEnabled=False, partialRelease="QUANTITY")
    collected = waiting(shop, KTP=5, collect="A")
    shop.strategy(active=False)
    shipped = waiting(shop, KTP=5)

    shop.stock("A", "KTP", 3)

    assert [live_parts(one)[0][0] for one in (collected, shipped)] == ["BACKORDER", "BACKORDER"]
    assert shop.available("A", "KTP") == 3


def test_a_partial_release_takes_what_is_expected_too(shop: Shop) -> None:
    """W6, W7: parent REASSIGNED; what is there, what is expected, and what is neither."""
    configure_waiting_room(shop, partialRelease="QUANTITY")
    order = waiting(shop, KTP=5, KTP2=5)

    shop.stock("A", "KTP", 2)
    assert live_parts(order) == [
        ("BACKORDER", None, None, {"KTP": 3, "KTP2": 5}),
        ("READY", "A", None, {"KTP": 2}),
    ]
    expect(shop, "B", {"KTP": 1, "KTP2": 5}, FIRST)

    assert live_parts(order) == [
        ("BACKORDER", None, None, {"KTP": 2}),
        ("READY", "A", None, {"KTP": 2}),
        ("FUTURE", "B", FIRST, {"KTP": 1, "KTP2": 5}),
    ]
