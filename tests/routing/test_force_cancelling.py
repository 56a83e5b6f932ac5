"""O2 on routed orders: what a cancellation by force ends, and what it spares."""

from __future__ import annotations

from typing import Any

import pytest

from inventory.models import Reservation
from inventory.services.reservations import free
from orders.models import OrderLine, PickJob, PickJobStatus
from routing.models import RoutingPlan
from tests.scenarios.fixtures import books_agree
from tests.scenarios.shop import Order, Shop

__all__ = ["books_agree"]

pytestmark = pytest.mark.django_db


def force_cancel(order: Order, *, expect: int = 200) -> Any:
    body = {"name": "FORCE_CANCEL", "version": order.document["version"]}
    return order.shop.call("post", f"orders/{order.id}/actions", body, expect=expect)


def start(order: Order, status: PickJobStatus = PickJobStatus.IN_PROGRESS) -> PickJob:
    job = PickJob.objects.get(order=order.id)
    PickJob.objects.filter(id=job.id).update(status=status)
    return job


def finish(order: Order) -> None:
    """As picking does it: every unit is fulfilled, and what was reserved is gone (P1)."""
    start(order, PickJobStatus.PICKED)
    plan = RoutingPlan.objects.get(order=order.id)
    for line in plan.lines.all():
        OrderLine.objects.filter(id=line.order_line_id).update(fulfilled=line.quantity)
    free(holders=[line.id for line in plan.lines.all()])


@pytest.mark.parametrize("status", [PickJobStatus.IN_PROGRESS, PickJobStatus.PAUSED])
def test_a_job_under_way_ends_and_its_stock_goes_to_who_waits(shop: Shop, status: PickJobStatus) -> None:
    """O2, W4: CANCEL is refused once picking has started; FORCE_CANCEL ends the job, and nothing was booked yet."""
    shop.listing("A", "SKU", behaviour="BACKORDER")
    shop.stock("A", "SKU", 2)
    picked, waiting = shop.order({"SKU": 2}), shop.order({"SKU": 2})
    start(picked, status)
    picked.cancel(expect=409)
    assert (picked.status, waiting.status) == ("ROUTED", "WAITING")

    force_cancel(picked)

    assert (picked.document["status"], picked.status) == ("CANCELLED", "CANCELED")
    assert picked.pick_job["status"] == "CANCELED"
    assert waiting.status == "ROUTED"
    assert OrderLine.objects.get(order=picked.id).cancelled == 2


def test_a_finished_job_stays_as_it_is(shop: Shop) -> None:
    """O2: what is fulfilled is spared."""
    shop.stock("A", "X", 2)
    order = shop.order({"X": 2})
    finish(order)

    force_cancel(order)

    assert order.document["status"] == "CANCELLED"
    assert (order.status, order.pick_job["status"]) == ("ROUTED", "PICKED")
    assert order.plan["shipmentStatus"] == "FULFILLED"
    line = OrderLine.objects.get(order=order.id)
    assert (line.quantity, line.fulfilled, line.cancelled) == (2, 2, 0)
    assert not Reservation.objects.exists()


def test_unstarted_and_waiting_plans_are_cancelled_as_ever(shop: Shop) -> None:
    shop.listing("A", "SKU", behaviour="BACKORDER")
    order = shop.order({"SKU": 1})
    force_cancel(order)
    assert (order.status, shop.waiting_room()) == ("CANCELED", [])
    force_cancel(order, expect=409)
