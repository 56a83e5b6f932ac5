"""What the sweep does, done by several workers at once and beside people (W11, R5, R6, O3, B4)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import transaction
from django.utils import timezone

from inventory.models import Listing
from orders.models import Order as PlacedOrder
from orders.models import PickJob, PickJobStatus
from orders.services.cancelling import cancel_order
from routing.models import RoutingPlan
from routing.passes.sweeping import sweep_up
from routing.services.releasetimes import review_release_times
from routing.services.vacating import vacate_offline_facilities
from tests.races.threads import elsewhere, until_somebody_waits_for_a_lock
from tests.scenarios.shop import JSON, Shop
from tests.scenarios.test_retry_and_fallback import configure, falls_back_to

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.race, pytest.mark.postgres]

WORKERS = 4


def all_at_once(*work: Callable[[], Any]) -> None:
    """Everybody gets through, whoever waits for whom."""
    with elsewhere() as run:
        running = [run(one) for one in work]
    for one in running:
        one.result()


def test_several_sweeps_at_once_give_nothing_away_twice(shop: Shop) -> None:
    """R5, R6: six of ten find stock; once the window has closed, the others fall back, each with one pick job."""
    configure(shop, stopRoutingAttemptsAfterTime="PT8H")
    shop.listing("A", "SKU")
    falls_back_to(shop, "B")
    orders = [shop.order({"SKU": 1}) for _ in range(10)]
    assert {order.status for order in orders} == {"RETRYABLE"}
    shop.stock("A", "SKU", 6, drain=False)
    shop.work("routing.release")

    all_at_once(*[sweep_up] * WORKERS)

    assert Counter(order.status for order in orders) == {"ROUTED": 6, "RETRYABLE": 4}
    RoutingPlan.objects.update(first_routing_attempt=timezone.now() - timedelta(hours=8))

    all_at_once(*[sweep_up] * WORKERS)

    assert Counter(order.facility for order in orders) == {"A": 6, "B": 4}
    assert PickJob.objects.count() == 10
    assert shop.available("A", "SKU") == 0


def test_a_facility_is_vacated_while_its_orders_are_cancelled(shop: Shop) -> None:
    """O3, O2: whoever comes first, every unit is in one place afterwards, and nobody deadlocks."""
    for article in ("X", "Y"):
        shop.stock("A", article, 20)
        shop.stock("B", article, 20)
    orders = [shop.order({"X": 1, "Y": 1} if n % 2 else {"Y": 1, "X": 1}) for n in range(12)]
    cancelled = orders[::2]
    path = f"facilities/{shop.id_of('A')}"
    change = {"type": "MANAGED_FACILITY", "version": shop.get(path)["version"], "status": "OFFLINE"}
    shop.call("patch", path, change, drain=False)

    def cancel() -> None:
        for order in cancelled:
            cancel_order(order_id=UUID(order.id), version=PlacedOrder.objects.get(pk=order.id).version)

    all_at_once(vacate_offline_facilities, cancel, vacate_offline_facilities, sweep_up)
    shop.work("routing.sweep")

    assert {order.document["status"] for order in cancelled} == {"CANCELLED"}
    staying = [order for order in orders if order not in cancelled]
    assert [(order.status, order.facility) for order in staying] == [("ROUTED", "B")] * 6
    assert [shop.available(facility, "X") for facility in "AB"] == [20, 14]


def preorder(days: int) -> JSON:
    start = timezone.now() + timedelta(days=days)
    return {"preorder": {"availabilityTimeframe": {"start": start.isoformat()}}}


def test_a_start_that_moves_does_not_touch_a_pick_that_begins_meanwhile(shop: Shop) -> None:
    """B4: the review waits for the lock of the pick job, and looks at it afterwards."""
    shop.listing("A", "SKU", behaviour="PREORDER", config=preorder(10))
    shop.stock("A", "SKU", 1)
    order = shop.order({"SKU": 1})
    before = order.plan["notBefore"]
    Listing.objects.update(preorder_start=timezone.now() + timedelta(days=20))
    from routing.services.releasetimes import ask_for_review

    with transaction.atomic():
        ask_for_review([(UUID(shop.id_of("A")), None)])
    with elsewhere() as run:
        with transaction.atomic():
            job = PickJob.objects.select_for_update().get()
            review = run(review_release_times)
            until_somebody_waits_for_a_lock()
            PickJob.objects.filter(pk=job.pk).update(status=PickJobStatus.IN_PROGRESS)
        assert review.result() == 0
    assert order.plan["notBefore"] == before
