"""Promises that are confirmed, extended and expire at the same instant (R8)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.utils import timezone

from backoffice.core.errors import DomainError
from inventory.models import StockLevel
from orders.drafts import LineDraft, OrderDraft
from orders.models import Order, OrderStatus, PickJob
from orders.services.cancelling import cancel_order
from orders.services.promising import confirm_promise, extend_promise
from routing.passes.queue import route_queue
from routing.services.promising import let_promises_expire, promise_delivery
from tests.races.threads import elsewhere
from tests.scenarios.shop import Promise, Shop

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.race, pytest.mark.postgres]

PROMISES = 12


def attempt(work: Callable[[], Any]) -> str:
    try:
        work()
    except DomainError as refusal:
        return refusal.code
    return "done"


def confirm(promise: Promise) -> str:
    return attempt(lambda: confirm_promise(order_id=Order.objects.get(pk=promise.id).pk, version=1))


def test_a_promise_is_confirmed_or_expires(shop: Shop) -> None:
    """Exactly one wins: an order with its pick job, or a cancelled one that holds nothing."""
    shop.stock("A", "SKU", PROMISES)
    promises = [shop.promise({"SKU": 1}) for _ in range(PROMISES)]
    due = timezone.now() + timedelta(hours=1)

    with elsewhere() as run:
        expiring = [run(partial(let_promises_expire, now=due)) for _ in range(2)]
        confirming = [run(partial(confirm, promise)) for promise in reversed(promises)]
        expired = sum(one.result() for one in expiring)
        answers = [one.result() for one in reversed(confirming)]
    shop.work()

    confirmed = answers.count("done")
    assert confirmed + expired == PROMISES
    assert set(answers) <= {"done", "VERSION_CONFLICT"}
    for promise, answer in zip(promises, answers, strict=True):
        standing = (promise.document["status"], promise.status, len(promise.pick_jobs))
        assert standing == (("OPEN", "ROUTED", 1) if answer == "done" else ("CANCELLED", "CANCELED", 0))
    assert StockLevel.objects.get().reserved == PickJob.objects.count() == confirmed


def test_of_all_that_may_become_of_a_promise_one_thing_does(shop: Shop) -> None:
    """Confirmed twice, extended and cancelled at once, each as of the same version: one is heard."""
    shop.stock("A", "SKU", 3)
    for _ in range(3):
        promise = shop.promise({"SKU": 1})
        order_id = Order.objects.get(pk=promise.id).pk
        acts: tuple[Callable[..., Any], ...] = (
            confirm_promise,
            confirm_promise,
            extend_promise,
            cancel_order,
        )
        with elsewhere() as run:
            running = [run(partial(attempt, partial(act, order_id=order_id, version=1))) for act in acts]
            assert sorted(one.result() for one in running) == ["VERSION_CONFLICT"] * 3 + ["done"]
        shop.work()
        assert promise.document["version"] == 2
        assert len(promise.pick_jobs) == (promise.document["status"] == "OPEN")


def test_promises_and_orders_share_what_there_is(shop: Shop) -> None:
    """Promises are decided by whoever asks for them, orders by workers: nothing is given away twice."""
    shop.stock("A", "SKU", 5)
    shop.work()

    def draft(**fields: Any) -> OrderDraft:
        lines = (LineDraft(tenant_article_id="SKU", title="SKU", quantity=1),)
        return OrderDraft(order_date=timezone.now(), lines=lines, country="DE", **fields)

    def promise() -> str:
        until = timezone.now() + timedelta(minutes=30)
        order = promise_delivery(draft=draft(status=OrderStatus.PROMISED, valid_until=until))
        return str(order.plans.values_list("status", flat=True).get())

    with elsewhere() as run:
        promised = [run(promise) for _ in range(6)]
        run(route_queue).result()
        found = sorted(one.result() for one in promised)
    shop.work("routing.route")

    assert found == ["NOT_ROUTABLE"] + ["ROUTED"] * 5
    assert StockLevel.objects.get().reserved == 5
