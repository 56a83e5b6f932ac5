"""R8 (spec 3): a LOCKED order is routed and reserved on every path, and gets no pick job until it is unlocked."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.scenarios.shop import Order, Shop
from tests.scenarios.test_retry_and_fallback import configure


def at_intake(shop: Shop) -> Order:
    shop.stock("A", "SKU", 1)
    return shop.order({"SKU": 1}, status="LOCKED")


def by_release(shop: Shop) -> Order:
    shop.listing("A", "SKU", behaviour="BACKORDER")
    order = shop.order({"SKU": 1}, status="LOCKED")
    assert order.status == "WAITING"
    shop.stock("A", "SKU", 1)
    return order


def by_reroute(shop: Shop) -> Order:
    order = at_intake(shop)
    order.reroute()
    assert [plan["status"] for plan in order.plans] == ["OBSOLETE", "ROUTED"]
    return order


def by_retry(shop: Shop) -> Order:
    shop.listing("A", "SKU")
    order = shop.order({"SKU": 1}, status="LOCKED")
    assert order.status == "NOT_ROUTABLE"
    shop.stock("A", "SKU", 1)
    shop.retry()
    return order


def by_sweep(shop: Shop) -> Order:
    configure(shop, stopRoutingAttemptsAfterTime="PT1H")
    shop.listing("A", "SKU")
    order = shop.order({"SKU": 1}, status="LOCKED")
    assert order.status == "RETRYABLE"
    shop.stock("A", "SKU", 1)
    shop.work("routing.sweep")
    return order


def unlock(order: Order) -> None:
    body = {"name": "UNLOCK", "version": order.document["version"]}
    order.shop.call("post", f"orders/{order.id}/actions", body)


@pytest.mark.parametrize("routed", [at_intake, by_release, by_reroute, by_retry, by_sweep])
def test_r8_no_pick_job_until_unlock(shop: Shop, routed: Callable[[Shop], Order]) -> None:
    order = routed(shop)

    assert (order.status, order.facility, order.plan["consolidatedStatus"]) == ("ROUTED", "A", "LOCKED")
    assert order.pick_jobs == []
    assert shop.available("A", "SKU") == 0

    unlock(order)

    assert (order.pick_job["status"], order.pick_job["facilityRef"]) == ("OPEN", shop.id_of("A"))
    assert order.plan["consolidatedStatus"] == "ROUTED"
    assert shop.available("A", "SKU") == 0


def test_r8_an_assignment_by_hand_is_still_told_after_the_unlock(shop: Shop) -> None:
    """M1: how the plan came to its facility is not forgotten."""
    shop.listing("A", "SKU")
    order = shop.order({"SKU": 1}, status="LOCKED")
    order.assign("B")
    by_hand = "FACILITY_MANUALLY_ASSIGNED_TO_PROCESS_THEN_ROUTED"
    assert (order.pick_jobs, order.plan["consolidatedStatus"]) == ([], by_hand)

    unlock(order)

    assert order.pick_job["status"] == "OPEN"
    assert order.plan["consolidatedStatus"] == by_hand
