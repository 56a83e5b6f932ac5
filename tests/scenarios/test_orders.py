"""Spec 3, "Orders": changing and cancelling them, and facilities that take no more."""

from __future__ import annotations

from orders.models import PickJob, PickJobStatus
from tests.scenarios.shop import JSON, Order, Shop

BACKORDER = "BACKORDER"


def change_lines(order: Order, *quantities: int, expect: int = 200) -> JSON:
    """PATCHes the order's lines to these quantities, in their order."""
    document = order.document
    lines = [
        {"id": line["id"], "quantity": quantity}
        for line, quantity in zip(document["orderLineItems"], quantities, strict=True)
    ]
    body = {"version": document["version"], "orderLineItems": lines}
    answer: JSON = order.shop.call("patch", f"orders/{order.id}", body, expect=expect)
    return answer


def start_picking(order: Order) -> None:
    PickJob.objects.filter(order=order.id).update(status=PickJobStatus.IN_PROGRESS)


def test_o1_a_lowered_order_lets_the_next_one_go_and_a_raised_one_gets_a_plan_more(shop: Shop) -> None:
    """O1 (W4): 4 are there; the first order holds 4 and gives 2 up, the second waits for 2; then the first wants 3."""
    shop.listing("A", "SKU", behaviour=BACKORDER)
    shop.stock("A", "SKU", 4)
    first, second = shop.order({"SKU": 4}), shop.order({"SKU": 2})
    assert (first.status, second.status) == ("ROUTED", "WAITING")

    assert change_lines(first, 2)["version"] == 2
    assert (first.status, second.status) == ("ROUTED", "ROUTED")
    assert shop.available("A", "SKU") == 0

    change_lines(first, 3)
    assert [plan["status"] for plan in first.plans] == ["ROUTED", "WAITING"]
    shop.stock("A", "SKU", 5)
    assert [plan["consolidatedStatus"] for plan in first.plans] == ["ROUTED", "WAITING_THEN_ROUTED"]


def test_o1_picked_units_stay(shop: Shop) -> None:
    """O1: of 3 units 2 are being picked, 1 waits: 2 is the least."""
    shop.listing("A", "SKU", behaviour=BACKORDER)
    shop.stock("A", "SKU", 2)
    order = shop.order({"SKU": 2})
    change_lines(order, 3)
    start_picking(order)

    (refusal,) = change_lines(order, 1, expect=409)
    assert refusal["code"] == "UNITS_PICKED"
    change_lines(order, 2)
    assert [plan["status"] for plan in order.plans] == ["ROUTED", "CANCELED"]


def test_o2_once_picking_has_started_only_force_cancels(shop: Shop) -> None:
    """O2: CANCEL is 409; FORCE_CANCEL ends the job, and who waits gets the units."""
    shop.listing("A", "SKU", behaviour=BACKORDER)
    shop.stock("A", "SKU", 1)
    picked, waiting = shop.order({"SKU": 1}), shop.order({"SKU": 1})
    start_picking(picked)

    picked.cancel(expect=409)
    assert (picked.document["status"], picked.pick_job["status"]) == ("OPEN", "IN_PROGRESS")

    body = {"name": "FORCE_CANCEL", "version": picked.document["version"]}
    shop.call("post", f"orders/{picked.id}/actions", body)
    assert (picked.document["status"], picked.pick_job["status"]) == ("CANCELLED", "CANCELED")
    assert waiting.status == "ROUTED"


def test_o3_a_suspended_facility_finishes_what_it_has(shop: Shop) -> None:
    """O3: SUSPENDED takes nothing new, and keeps its routed plan with its stock."""
    shop.stock("A", "SKU", 2)
    order = shop.order({"SKU": 1})

    shop.set_status("A", "SUSPENDED")

    assert (order.status, order.facility, order.pick_job["status"]) == ("ROUTED", "A", "OPEN")
    assert shop.order({"SKU": 1}).status == "NOT_ROUTABLE"


def test_o3_a_facility_that_live_plans_need_is_not_deleted(shop: Shop) -> None:
    """O3: the refusal says which; once the order is cancelled the facility goes."""
    shop.stock("A", "SKU", 1)
    order = shop.order({"SKU": 1})

    (refusal,) = shop.call("delete", f"facilities/{shop.id_of('A')}?forceDeletion=true", expect=409)
    assert refusal["code"] == "STILL_REFERRED_TO"
    assert order.pick_job["id"] in refusal["description"] or order.plan["id"] in refusal["description"]
    assert order.status == "ROUTED"
