"""What becomes of promises: they are confirmed, extended, or expire (R8)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from backoffice.core.api.values import instant
from backoffice.core.errors import Invalid, StateConflict
from backoffice.core.events import publish
from backoffice.core.texts import text
from orders.events import OrderExpired, PromiseConfirmed, PromiseExtended
from orders.models import Order, OrderLine, OrderStatus
from orders.models.order import ORDER_LIFECYCLE
from orders.services.placing import tenant_order_id_taken
from orders.validity import LONGEST, UNLESS_TOLD, problems_of_validity


def confirm_promise(
    *, order_id: UUID, version: int, tenant_order_id: str | None = None, reason: str = ""
) -> Order:
    """Makes an order of a promise; its routed plans get their pick jobs on :class:`PromiseConfirmed` (R8).

    ``tenant_order_id``, where given, replaces the one that the promise had.

    :raises NotFound: there is no such order.
    :raises VersionConflict: it changed since ``version``.
    :raises StateConflict: it is no promise, or no longer; or another live order has that ``tenantOrderId``.
    """
    try:
        with transaction.atomic():
            order = _lock_promise(order_id, version)
            ORDER_LIFECYCLE.check(order.status, OrderStatus.OPEN)
            order.status = OrderStatus.OPEN
            if tenant_order_id is not None:
                order.tenant_order_id = tenant_order_id
            order.touch(("status", "tenant_order_id"))
            publish([PromiseConfirmed(order_id=order.id)], reason=reason)
    except IntegrityError as error:
        if tenant_order_id is None or "tenant_order_id" not in str(error):
            raise
        raise tenant_order_id_taken({tenant_order_id}) from error
    return order


def extend_promise(
    *, order_id: UUID, version: int, valid_until: datetime | None = None, reason: str = ""
) -> Order:
    """Lets a promise hold until ``valid_until``; without it half an hour longer, at most 8 hours from now.

    :raises NotFound: there is no such order.
    :raises VersionConflict: it changed since ``version``.
    :raises StateConflict: it is no promise, or no longer.
    :raises Invalid: the moment is not between 1 minute and 8 hours from now (spec 5).
    """
    if valid_until is not None and (
        problems := problems_of_validity(valid_until, "promisesOptions.validUntil")
    ):
        raise Invalid.many(problems)
    with transaction.atomic():
        order = _lock_promise(order_id, version)
        assert order.valid_until is not None  # a promise ends: the database says so
        order.touch(valid_until=valid_until or min(order.valid_until + UNLESS_TOLD, timezone.now() + LONGEST))
        facts = {"validUntil": instant(order.valid_until)}
        publish([PromiseExtended(order_id=order.id, facts=facts)], reason=reason)
    return order


def expire_promises(*, order_ids: Collection[UUID], now: datetime) -> int:
    """Cancels those of the orders whose promise held until ``now`` or before; returns how many.

    Plans and what they hold are undone on :class:`OrderExpired`, in this transaction. Who was confirmed or extended in
    the meantime stays: that is looked up under the orders' locks, taken by ascending id.
    """
    with transaction.atomic():
        list(
            Order.objects.select_for_update(no_key=True, of=("self",))
            .filter(id__in=order_ids)
            .order_by("id")
            .values_list("id")
        )
        due = list(
            Order.objects.promised_until(now)
            .filter(id__in=order_ids)
            .order_by("id")
            .values_list("id", flat=True)
        )
        if due:
            OrderLine.objects.filter(order__in=due).update(
                cancelled=F("quantity") - F("fulfilled") - F("short_picked")
            )
            ORDER_LIFECYCLE.check(OrderStatus.PROMISED, OrderStatus.CANCELLED)
            Order.objects.filter(id__in=due).bumped(status=OrderStatus.CANCELLED)
            publish([OrderExpired(order_id=order_id) for order_id in due])
    return len(due)


def _lock_promise(order_id: UUID, version: int) -> Order:
    order: Order = Order.objects.lock_version(order_id, version)
    if order.status != OrderStatus.PROMISED:
        raise StateConflict(
            text(
                "The order is %(status)s: only a PROMISED order can be confirmed or extended.",
                status=order.status,
            ),
            field="status",
        )
    if order.valid_until is not None and order.valid_until <= timezone.now():
        raise StateConflict(
            text("The promise has expired: ask for a new one."), code="PROMISE_EXPIRED", field="status"
        )
    return order
