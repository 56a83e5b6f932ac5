"""Spec 4, "Interventions": what people do to orders, and what that means for the others."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from routing.models import RoutingPlan
from tests.scenarios.shop import COUNTRY, Order, Shop, Verdict

BACKORDER = "BACKORDER"
MAY = ("2026-05-01", "2026-05-02", "2026-05-03")


def test_e8_a_pinned_order_goes_before_all_others(shop: Shop) -> None:
    """E8 (M4, W2): of three that wait for 2 each the third is pinned; stock 4: the third and the first are ROUTED."""
    shop.listing("A", "SKU", behaviour=BACKORDER)
    first, second, third = (shop.order({"SKU": 2}, date=date) for date in MAY)

    third.intervene("PIN", reason="VIP")
    assert [entry["orderRef"] for entry in shop.waiting_room()] == [third.id, first.id, second.id]
    assert third.place_in_waiting_room["pinned"] is True
    shop.stock("A", "SKU", 4)

    assert [order.status for order in (first, second, third)] == ["ROUTED", "WAITING", "ROUTED"]


def test_i1_one_line_is_assigned_and_the_other_waits(shop: Shop) -> None:
    """I1 (M1): one line of a WAITING order to a facility that fails every fence: ROUTED there; the other WAITING."""
    shop.strategy(country_active=True)
    shop.facility("F", country="FR")
    shop.listing("A", "X", behaviour=BACKORDER)
    shop.listing("A", "Y", behaviour=BACKORDER)
    order = shop.order({"X": 2, "Y": 1})
    waiting = order.plan

    part = order.intervene("ASSIGN", units={"X": 2}, to="F", reason="found in the back")

    assert order.parts == [("WAITING", None, {"Y": 1}), ("ROUTED", "F", {"X": 2})]
    assert part["parentRoutingPlanRef"] == waiting["id"]
    assert part["consolidatedStatus"] == "FACILITY_MANUALLY_ASSIGNED_TO_PICKJOB_THEN_ROUTED"
    rest = order.plans[0]
    assert (rest["id"], rest["consolidatedStatus"]) == (waiting["id"], "WAITING_AND_SPLIT")
    assert [line["unbacked"] for line in order.pick_job["pickLineItems"]] == [2]
    assert order.place_in_waiting_room["missing"] == [{"tenantArticleId": "Y", "title": "Y", "quantity": 1}]

    shop.stock("A", "Y", 1)
    assert order.parts == [("ROUTED", "A", {"Y": 1}), ("ROUTED", "F", {"X": 2})]


def test_i3_units_are_cancelled_and_then_the_order(shop: Shop) -> None:
    """I3 (M3): of 5 WAITING units 2 are cancelled, then the order: 3 wait; order CANCELLED, plan CANCELED."""
    shop.listing("A", "SKU", behaviour=BACKORDER)
    order = shop.order({"SKU": 5})

    order.intervene("CANCEL", units={"SKU": 2}, reason="two are enough")
    assert order.parts == [("WAITING", None, {"SKU": 3})]
    assert order.document["status"] == "OPEN"

    order.cancel()
    assert (order.status, order.document["status"]) == ("CANCELED", "CANCELLED")


def test_i4_a_same_day_order_is_assigned_as_standard_delivery(shop: Shop) -> None:
    """I4 (M1): a WAITING same-day order, assigned to A as standard delivery: ROUTED to A, service DELIVERY."""
    shop.listing("A", "SKU", behaviour=BACKORDER)
    order = shop.order({"SKU": 1}, deliveryPreferences={"shipping": {"serviceLevel": "SAMEDAY"}})
    assert order.status == "WAITING"

    order.intervene("ASSIGN", to="A", serviceLevel="DELIVERY")

    assert (order.status, order.facility) == ("ROUTED", "A")
    assert order.plan["deliveryPreferences"]["shipping"]["serviceLevel"] == "DELIVERY"


def test_i6_a_held_order_lets_others_pass_until_its_day_comes(shop: Shop, work: Callable[..., None]) -> None:
    """I6 (M4, W4): held until tomorrow: stays while others are served; ROUTED by itself when the hold expires."""
    shop.listing("A", "SKU", behaviour=BACKORDER)
    held = shop.order({"SKU": 2}, date=MAY[0])
    other = shop.order({"SKU": 2}, date=MAY[1])
    tomorrow = timezone.now() + timedelta(days=1)

    held.intervene("HOLD", until=tomorrow.isoformat())
    shop.stock("A", "SKU", 4)
    assert (held.status, other.status) == ("WAITING", "ROUTED")
    work("routing.sweep")
    assert held.status == "WAITING"

    with time_machine.travel(tomorrow + timedelta(minutes=1), tick=True):
        work("routing.sweep")
    assert held.status == "ROUTED"


def test_i6_a_held_order_gets_nothing_where_nothing_is_left(shop: Shop, work: Callable[..., None]) -> None:
    """I6: ROUTED if stock is left."""
    shop.listing("A", "SKU", behaviour=BACKORDER)
    held = shop.order({"SKU": 2}, date=MAY[0])
    other = shop.order({"SKU": 2}, date=MAY[1])
    tomorrow = timezone.now() + timedelta(days=1)
    held.intervene("HOLD", until=tomorrow.isoformat())
    shop.stock("A", "SKU", 2)

    with time_machine.travel(tomorrow + timedelta(minutes=1), tick=True):
        work("routing.sweep")

    assert (held.status, other.status) == ("WAITING", "ROUTED")
    assert held.place_in_waiting_room["heldUntil"] is None


def test_i2_a_corrected_fence_and_a_reroute_of_everything_route_the_order(shop: Shop) -> None:
    """I2 (R5, M2): NOT_ROUTABLE through a wrong fence; once it is corrected, a reroute of all routes the order."""
    shop.strategy(country_active=True)
    shop.stock("A", "SKU", 1)
    order = shop.order({"SKU": 1}, country="FR")
    assert order.status == "NOT_ROUTABLE"
    assert order.verdicts("A")[COUNTRY] == {Verdict("FAILED")}

    shop.strategy(country_active=False)
    assert order.status == "NOT_ROUTABLE"

    shop.reroute_all()
    assert (order.status, order.facility) == ("ROUTED", "A")
    assert order.plan["consolidatedStatus"] == "MANUALLY_REROUTED"


def test_i3_a_cancelled_order_is_gone_and_its_number_is_free_again(shop: Shop) -> None:
    """I3 (M3): a WAITING order of 5 is cancelled: order CANCELLED, plan CANCELED, same tenantOrderId accepted again."""
    shop.listing("A", "SKU", behaviour=BACKORDER)
    order = shop.order({"SKU": 5}, tenant_order_id="4711")
    shop.order({"SKU": 1}, tenant_order_id="4711", expect=409)

    order.cancel()

    assert order.document["status"] == "CANCELLED"
    assert [plan["status"] for plan in order.plans] == ["CANCELED"]
    assert shop.waiting_room() == []
    again = shop.order({"SKU": 1}, tenant_order_id="4711")
    assert again.status == "WAITING"


def test_i3_a_cancelled_order_takes_no_stock_that_comes_later(shop: Shop) -> None:
    """I3 (M3, W3): stock that comes afterwards goes to the next order."""
    shop.listing("A", "SKU", behaviour=BACKORDER)
    cancelled = shop.order({"SKU": 2}, date="2026-05-01")
    next_one = shop.order({"SKU": 2}, date="2026-05-02")

    cancelled.cancel()
    shop.stock("A", "SKU", 2)

    assert (cancelled.status, next_one.status) == ("CANCELED", "ROUTED")


def test_i3b_cancelling_a_routed_order_cancels_its_pick_job_and_serves_the_next(shop: Shop) -> None:
    """I3b (O2, W4): ROUTED and not started: pick job CANCELED, its units free again, the next waiting plan served."""
    shop.listing("A", "SKU", behaviour=BACKORDER)
    shop.stock("A", "SKU", 3)
    routed = shop.order({"SKU": 3}, date="2026-05-01")
    waiting = shop.order({"SKU": 2}, date="2026-05-02")
    assert (routed.status, waiting.status) == ("ROUTED", "WAITING")

    routed.cancel()

    assert (routed.status, routed.pick_job["status"]) == ("CANCELED", "CANCELED")
    assert waiting.status == "ROUTED"
    assert shop.available("A", "SKU") == 1


def test_i5_units_that_a_cancelled_order_held_go_to_the_one_that_waits(shop: Shop) -> None:
    """I5 (W4): the last 2 units are held by a ROUTED plan, another order waits for 2: it goes by itself."""
    shop.listing("A", "SKU", behaviour=BACKORDER)
    shop.stock("A", "SKU", 2)
    holder = shop.order({"SKU": 2})
    waiting = shop.order({"SKU": 2})
    assert shop.available("A", "SKU") == 0

    holder.cancel()

    assert (waiting.status, waiting.facility) == ("ROUTED", "A")
    assert shop.available("A", "SKU") == 0


def test_an_assigned_order_takes_what_there_is_and_leaves_the_rest_unbacked(shop: Shop) -> None:
    """M1: the whole order goes to B, which fails every fence: what is available is reserved, the rest is unbacked."""
    shop.strategy(country_active=True)
    shop.facility("C", country="FR")
    shop.listing("A", "SKU", behaviour=BACKORDER)
    shop.stock("C", "SKU", 1)
    order = shop.order({"SKU": 3}, country="DE")
    assert order.status == "WAITING"

    order.assign("C")

    assert (order.status, order.facility) == ("ROUTED", "C")
    assert [line["unbacked"] for line in order.pick_job["pickLineItems"]] == [2]
    assert shop.available("C", "SKU") == 0
    assert shop.waiting_room() == []


def test_a_rerouted_order_frees_what_it_held_before_it_is_decided_again(shop: Shop) -> None:
    """M2: a ROUTED plan becomes OBSOLETE with a successor, which may take the very same units."""
    shop.stock("A", "SKU", 2)
    order = shop.order({"SKU": 2})
    before = order.plan

    order.reroute()

    assert [plan["status"] for plan in order.plans] == ["OBSOLETE", "ROUTED"]
    assert order.plans[0]["id"] == before["id"]
    assert sorted(job["status"] for job in order.pick_jobs) == ["OPEN", "REROUTED"]
    assert shop.available("A", "SKU") == 0


def wait_for(order: Order, days: int) -> None:
    """As if it had begun to wait so many days ago."""
    RoutingPlan.objects.filter(order=order.id).update(waiting_since=timezone.now() - timedelta(days=days))


def set_waiting_room(shop: Shop, **settings: Any) -> None:
    version = shop.get("configurations/waitingroom")["version"]
    shop.call("put", "configurations/waitingroom", {"version": version, **settings})


def told(shop: Shop, name: str) -> list[dict[str, Any]]:
    events: list[dict[str, Any]] = shop.get("events", event=name)["events"]
    return events


@pytest.fixture
def old_and_young(shop: Shop) -> tuple[Order, Order]:
    """One has waited for 31 days, one for 29."""
    shop.listing("A", "SKU", behaviour=BACKORDER)
    old, young = shop.order({"SKU": 1}), shop.order({"SKU": 1})
    wait_for(old, 31)
    wait_for(young, 29)
    return old, young


def test_i8_who_waits_too_long_raises_an_alert_once(
    shop: Shop, old_and_young: tuple[Order, Order], work: Callable[..., None]
) -> None:
    """I8: maxWaitDays 30, a plan waits 31 days: the nightly sweep alerts, and lists can be narrowed to such plans."""
    old, young = old_and_young
    set_waiting_room(shop, maxWaitDays=30)
    work("routing.watch_waiting")
    work("routing.watch_waiting")

    (event,) = told(shop, "ROUTING_PLAN_WAITS_TOO_LONG")
    assert (event["resourceId"], event["actor"]) == (old.plan["id"], "system")
    assert event["facts"] == {"days": 31, "maxWaitDays": 30}
    assert (old.status, young.status) == ("WAITING", "WAITING")
    assert [entry["orderRef"] for entry in shop.waiting_room(waitingTooLong="true")] == [old.id]
    assert [entry["orderRef"] for entry in shop.waiting_room(waitingTooLong="false")] == [young.id]

    set_waiting_room(shop, maxWaitDays=None)
    work("routing.watch_waiting")
    assert shop.waiting_room(waitingTooLong="true") == []


def test_i8_with_auto_cancel_who_waits_too_long_is_cancelled(
    shop: Shop, old_and_young: tuple[Order, Order], work: Callable[..., None]
) -> None:
    """I8: with autoCancel: CANCELED, with event."""
    old, young = old_and_young
    set_waiting_room(shop, maxWaitDays=30, autoCancel=True)

    work("routing.watch_waiting")

    assert (old.status, young.status) == ("CANCELED", "WAITING")
    assert old.document["status"] == "CANCELLED"
    assert len(told(shop, "ROUTING_PLAN_WAITS_TOO_LONG")) == 1
    (event,) = told(shop, "ROUTING_PLAN_CANCELLED")
    assert (event["resourceId"], event["reason"]) == (old.plan["id"], "Waited longer than 30 days")
