"""Ending and unlocking orders."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import F

from backoffice.core.bulk import update_rows
from backoffice.core.errors import DomainError, NotFound, StateConflict
from backoffice.core.events import publish
from backoffice.core.texts import text
from orders.events import OrderCancelled, OrderForceCancelled, OrderUnlocked
from orders.models import Order, OrderLine, OrderStatus, PickJob
from orders.models.order import ORDER_LIFECYCLE
from orders.models.pickjob import FINISHED, STARTED
from orders.services.paymentcancelling import reduce_payments
from orders.services.reasons import kept_reason


def cancel_order(
    *,
    order_id: UUID,
    version: int,
    cancelation_reason_id: str | None = None,
    reason: str = "",
) -> Order:
    """Cancels an order whose picking has not begun, with every unit that is still to be delivered (O2).

    Plans, pick jobs and reservations are undone by who made them, on :class:`OrderCancelled`, in this transaction.
    The text of the cancelation reason is kept with the order; ``reason`` stands in the timeline.

    :raises NotFound: there is no such order.
    :raises VersionConflict: it changed since ``version``.
    :raises StateConflict: it has ended already, or picking has started.
    :raises Invalid: there is no such cancelation reason.
    """
    with transaction.atomic():
        order = Order.objects.lock_version(order_id, version)
        ORDER_LIFECYCLE.check(order.status, OrderStatus.CANCELLED)
        _refuse_if_picking_started(order)
        order.cancelation_reason = kept_reason(cancelation_reason_id)
        _cancel_what_is_left(order)
        become_cancelled(order, reason=reason)
    return order


def force_cancel_order(
    *, order_id: UUID, version: int, cancelation_reason_id: str | None = None, reason: str = ""
) -> Order:
    """Cancels an order at any time: what is fulfilled stays so, all else is not delivered any more (O2).

    Plans, pick jobs under way and reservations are undone on :class:`OrderForceCancelled`, in this transaction. What
    an unfinished job has picked was not booked yet: it is still in stock, and free again.

    :raises NotFound: there is no such order.
    :raises VersionConflict: it changed since ``version``.
    :raises StateConflict: it has ended already.
    :raises Invalid: there is no such cancelation reason.
    """
    with transaction.atomic():
        order = Order.objects.lock_version(order_id, version)
        ORDER_LIFECYCLE.check(order.status, OrderStatus.CANCELLED)
        order.cancelation_reason = kept_reason(cancelation_reason_id)
        _cancel_what_is_left(order)
        become_cancelled(order, reason=reason, event=OrderForceCancelled)
    return order


@dataclass(frozen=True, slots=True, kw_only=True)
class ForceCancelation:
    """One order of many that are cancelled together."""

    order_id: UUID
    version: int
    cancelation_reason_id: str | None = None


def force_cancel_orders(
    *, cancelations: Sequence[ForceCancelation], reason: str = ""
) -> list[DomainError | None]:
    """Force-cancels each order in a transaction of its own (O2); per order why it was refused, if it was.

    One failure leaves the others done.
    """
    refusals: list[DomainError | None] = []
    for one in cancelations:
        try:
            force_cancel_order(
                order_id=one.order_id,
                version=one.version,
                cancelation_reason_id=one.cancelation_reason_id,
                reason=reason,
            )
        except DomainError as refusal:
            refusals.append(refusal)
        else:
            refusals.append(None)
    return refusals


def record_cancelled_units(
    *, order_id: UUID, units: Mapping[UUID, int], reference: UUID | None = None, reason: str = ""
) -> Order:
    """Takes ``units`` per order line out of what is still to be delivered, because their plans were cancelled (M3).

    What is held for them is given free; ``reference`` is the plan that they were in, if it was one, opaque here.

    When nothing is left to deliver and nothing was delivered, the order is cancelled. Its version moves only then.
    The order's row is locked first: a caller that goes on to lock plans does so afterwards.

    :raises NotFound: there is no such order, or a line is not one of its lines.
    :raises StateConflict: a line has fewer live units than are to be cancelled.
    """
    with transaction.atomic():
        order = Order.objects.select_for_update(no_key=True, of=("self",)).filter(pk=order_id).first()
        if order is None:
            raise NotFound.of(Order, order_id)
        lines = {line.id: line for line in OrderLine.objects.filter(order=order)}
        for line_id, quantity in units.items():
            line = lines.get(line_id)
            if line is None:
                raise NotFound.of(OrderLine, line_id)
            if not 0 <= quantity <= line.live:
                raise StateConflict(
                    text(
                        "%(quantity)s units of the order line %(line_id)s cannot be cancelled: "
                        "%(live)s are left to deliver.",
                        quantity=quantity,
                        line_id=line_id,
                        live=line.live,
                    ),
                    field="quantity",
                )
            line.cancelled += quantity
        update_rows([lines[line_id] for line_id in units], ("cancelled",))
        reduce_payments(order=order, cancelled=units, reference=reference)
        ended = not any(line.live or line.fulfilled for line in lines.values())
        if ended and order.status != OrderStatus.CANCELLED:
            ORDER_LIFECYCLE.check(order.status, OrderStatus.CANCELLED)
            become_cancelled(order, reason=reason)
    return order


def unlock_order(
    *, order_id: UUID, version: int, target_time: datetime | None = None, reason: str = ""
) -> Order:
    """Lets a locked order be picked; its routed plans get their pick jobs on :class:`OrderUnlocked` (R8).

    ``target_time``, where given, replaces the one that the order had.

    :raises NotFound: there is no such order.
    :raises VersionConflict: it changed since ``version``.
    :raises StateConflict: it is not locked.
    """
    with transaction.atomic():
        order = Order.objects.lock_version(order_id, version)
        if order.status != OrderStatus.LOCKED:
            raise StateConflict(
                text("The order is %(status)s: only a LOCKED order can be unlocked.", status=order.status),
                field="status",
            )
        order.status = OrderStatus.OPEN
        if target_time is not None:
            order.target_time = target_time
        order.touch(("status", "target_time"))
        publish([OrderUnlocked(order_id=order.id)], reason=reason)
    return order


def _cancel_what_is_left(order: Order) -> None:
    OrderLine.objects.filter(order=order).update(cancelled=F("quantity") - F("fulfilled") - F("short_picked"))


def become_cancelled(order: Order, *, reason: str, event: type[OrderCancelled] = OrderCancelled) -> None:
    """The end of an order whose units were cancelled already; the caller holds its lock."""
    order.status = OrderStatus.CANCELLED
    order.touch(("status", "cancelation_reason"))
    publish([event(order_id=order.id)], reason=reason)


def _refuse_if_picking_started(order: Order) -> None:
    job = PickJob.objects.filter(order=order, status__in=(*STARTED, *FINISHED)).order_by("id").first()
    if job is not None:
        raise StateConflict(
            text(
                "Picking has started: the pick job %(short_id)s (%(id)s) is %(status)s. An "
                "order that is being picked can only be force-cancelled.",
                short_id=job.short_id,
                id=job.id,
                status=job.status,
            ),
            code="PICKING_STARTED",
            field="status",
        )
