"""Delivery promises: orders that are reserved at once and picked when they are confirmed (R8)."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.utils import timezone

from orders.drafts import OrderDraft
from orders.models import Order
from orders.services.placing import place_order
from orders.services.promising import expire_promises
from routing.passes.queue import route_at_once
from routing.passes.retries import one_by_one

PATIENCE_SECONDS = 2.0
"""How long a checkout waits for those to be served who came before it."""

CHUNK = 100
"""Promises per transaction at most."""


def promise_delivery(*, draft: OrderDraft) -> Order:
    """Places a PROMISED order and routes it before it returns, so that the answer can say what is promised.

    Where others come first for too long, a worker decides later: then the order's plan is still INITIAL (R10).

    :raises Invalid: it cannot be placed, or does not end between 1 minute and 8 hours from now (spec 5).
    :raises StateConflict: an open, locked or promised order has the same ``tenantOrderId`` (spec 5).
    """
    order = place_order(draft=draft)
    route_at_once(order.pk, patience=PATIENCE_SECONDS)
    return order


def let_promises_expire(*, now: datetime | None = None) -> int:
    """Cancels the promises that nobody confirmed in time, and frees what they hold (R8); returns how many.

    One that cannot be cancelled stays for the next sweep, and does not keep the others.
    """
    now = now or timezone.now()
    expired, failed = 0, list[UUID]()
    due = Order.objects.promised_until(now).order_by("id").values_list("id", flat=True)
    while order_ids := list(due.exclude(id__in=failed)[:CHUNK]):
        expired += sum(
            one_by_one(
                order_ids,
                lambda ids: expire_promises(order_ids=ids, now=now),
                lambda order_id, _error: failed.append(order_id),
            )
        )
    return expired
