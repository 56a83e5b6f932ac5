"""Spec 4, K16 and K17: the dates of those who wait, and where they come from (W10)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from backoffice.core.models import DomainEvent
from routing.models import RoutingPlan
from tests.scenarios.shop import Order, Shop
from tests.scenarios.supply import (
    cancel_expected,
    configure_waiting_room,
    enable_future_inventory,
    expect,
    expect_instead,
)

NOW = datetime(2027, 4, 20, 9, 30, tzinfo=UTC)
SWEEP = "routing.sweep"


@pytest.fixture(autouse=True)
def clock(time_machine: Any) -> Any:
    """The time stands still until a test moves it."""
    time_machine.move_to(NOW, tick=False)
    return time_machine


@pytest.fixture
def backorders(shop: Shop) -> Shop:
    """KTP and KTP2 may wait at A and B."""
    for facility in ("A", "B"):
        for article in ("KTP", "KTP2"):
            shop.listing(facility, article, behaviour="BACKORDER")
    return shop


def dates(*orders: Order) -> list[tuple[str | None, str | None]]:
    """The dates of orders that wait, and where they come from."""
    found = []
    for order in orders:
        entry = order.place_in_waiting_room
        found.append((entry["expectedDate"], entry["expectedDateSource"]))
    return found


def test_k16_without_dated_supply_the_date_is_a_number_of_days_after_the_order(backorders: Shop) -> None:
    expect(backorders, "A", {"KTP": 5}, None)
    order = backorders.order({"KTP": 1}, date="2027-04-19")
    assert dates(order) == [("2027-05-03", "DEFAULT")]
    (line,) = order.plan["orderLineItems"]
    assert (line["expectedDate"], line["expectedDateSource"]) == ("2027-05-03", "DEFAULT")

    article = backorders.get("articles/KTP")
    changed = {"version": article["version"], "backorderDays": 9}
    backorders.call("patch", "articles/KTP", changed)
    assert dates(order) == [("2027-04-28", "DEFAULT")]

    backorders.call("patch", "articles/KTP", {"version": article["version"] + 1, "backorderDays": None})
    configure_waiting_room(backorders, defaultBackorderDays=0)
    assert dates(order) == [("2027-04-19", "DEFAULT")]
    assert order.place_in_waiting_room["overdue"] is True


def test_k17_dates_follow_the_rank_and_pinning_swaps_them(backorders: Shop) -> None:
    first = backorders.order({"KTP": 5}, date="2027-04-18")
    second = backorders.order({"KTP": 5}, date="2027-04-19")
    may_10 = expect(backorders, "A", {"KTP": 5}, "2027-05-10")
    expect(backorders, "A", {"KTP": 5}, "2027-05-01")
    assert dates(first, second) == [("2027-05-01", "EXPECTED_STOCK"), ("2027-05-10", "EXPECTED_STOCK")]

    second.intervene("PIN")
    assert dates(first, second) == [("2027-05-10", "EXPECTED_STOCK"), ("2027-05-01", "EXPECTED_STOCK")]

    before = [entry["orderRef"] for entry in backorders.waiting_room(expectedBefore="2027-05-02")]
    assert before == [second.id]
    cancel_expected(backorders, may_10)
    assert dates(first, second) == [("2027-05-02", "DEFAULT"), ("2027-05-01", "EXPECTED_STOCK")]


def test_an_event_tells_when_the_day_changes_and_only_then(backorders: Shop) -> None:
    order = backorders.order({"KTP": 1, "KTP2": 1}, date="2027-04-19")
    expect(backorders, "A", {"KTP": 1}, "2027-05-09")
    expect(backorders, "A", {"KTP2": 3}, "2027-05-01")
    told = DomainEvent.objects.filter(name="ROUTING_PLAN_DATE_CHANGED").order_by("id")
    assert list(told.values_list("process_id", "facts")) == [
        (RoutingPlan.objects.get().order_id, facts)
        for facts in (
            {"before": None, "after": "2027-05-03", "source": "DEFAULT"},
            {"before": "2027-05-03", "after": "2027-05-09", "source": "EXPECTED_STOCK"},
        )
    ]
    lines = {
        line["article"]["tenantArticleId"]: line["expectedDate"] for line in order.plan["orderLineItems"]
    }
    assert lines == {"KTP": "2027-05-09", "KTP2": "2027-05-01"}


def test_what_does_not_come_in_time_is_counted_on_no_longer(backorders: Shop, clock: Any) -> None:
    """W8: from the day after, by the clocks of the facility, which is in Berlin."""
    order = backorders.order({"KTP": 1}, date="2027-04-19")
    expect(backorders, "A", {"KTP": 1}, "2027-04-21")
    expect(backorders, "A", {"KTP": 1}, "2027-05-20")
    backorders.work(SWEEP)
    for moment, expected in (
        (datetime(2027, 4, 21, 21, 30, tzinfo=UTC), "2027-04-21"),
        (datetime(2027, 4, 21, 22, 30, tzinfo=UTC), "2027-05-20"),
    ):
        clock.move_to(moment, tick=False)
        backorders.work(SWEEP)
        assert dates(order) == [(expected, "EXPECTED_STOCK")]


def test_a_planned_plan_has_the_day_of_what_it_holds(backorders: Shop) -> None:
    """W6, W8: another day of the delivery is another day of the plan, and those behind move up or back with it."""
    configure_waiting_room(backorders, futureInventoryEnabled=True)
    enable_future_inventory(backorders, "KTP", True)
    order = backorders.order({"KTP": 2}, date="2027-04-18")
    behind = backorders.order({"KTP": 1}, date="2027-04-19")
    delivery = expect(backorders, "A", {"KTP": 2}, "2027-05-01")
    assert (order.status, dates(behind)) == ("PLANNED", [("2027-05-03", "DEFAULT")])
    assert (order.plan["expectedDate"], order.plan["expectedDateSource"]) == ("2027-05-01", "EXPECTED_STOCK")

    expect_instead(backorders, delivery, {"KTP": 2}, "2027-05-08")

    assert (order.status, order.plan["expectedDate"]) == ("PLANNED", "2027-05-08")
    (line,) = order.plan["orderLineItems"]
    assert (line["expectedDate"], line["expectedDateSource"]) == ("2027-05-08", "EXPECTED_STOCK")
