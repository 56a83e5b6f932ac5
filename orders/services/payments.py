"""What money is held for orders, and what releases and reroutes ask of it (W9). Gateways are not called here."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from backoffice.core.errors import Invalid, NotFound, Problem, StateConflict
from backoffice.core.events import publish
from backoffice.core.nudges import nudge
from backoffice.core.texts import text
from orders.events import PaymentAuthorised, PaymentCaptured
from orders.models import Order, PaymentAuthorisation, PaymentRelease, PaymentStatus
from orders.models.order import LIVE_ORDER_STATUSES
from orders.models.payment import UNANSWERED
from orders.money import rounded
from orders.paymentfacts import facts_of

PAYMENTS_TASK = "orders.payments"

RECORDABLE = (PaymentStatus.AUTHORISED, PaymentStatus.CAPTURED)
"""What a shop may have done before it placed the order; the rest is for gateways to say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleasedPlan:
    """A plan that was released in full. ``reference`` is its id, opaque here; ``units`` are those of order lines."""

    order_id: UUID
    reference: UUID
    units: Mapping[UUID, int]


def record_payment(
    *,
    order_id: UUID,
    amount: Decimal,
    currency: str,
    gateway_reference: str = "",
    expires_at: datetime | None = None,
    status: PaymentStatus = PaymentStatus.AUTHORISED,
    reason: str = "",
) -> PaymentAuthorisation:
    """Notes money that a shop has authorised, or captured, for the order (W9).

    :raises NotFound: there is no such order.
    :raises StateConflict: the order has ended.
    :raises Invalid: the sum is not one of the currency, or the currency not the order's; with every problem at once.
    """
    with transaction.atomic():
        order = lock_order_of_payments(order_id)
        if order.status not in LIVE_ORDER_STATUSES:
            raise StateConflict(
                text("The order is %(status)s: nothing is to be paid any more.", status=order.status),
                field="status",
            )
        problems = _problems(order, amount, currency, expires_at, status)
        if problems:
            raise Invalid.many(problems)
        payment = PaymentAuthorisation.objects.create(
            order=order,
            amount=amount,
            currency=currency,
            status=status,
            gateway_reference=gateway_reference,
            expires_at=expires_at,
        )
        event = PaymentCaptured if status == PaymentStatus.CAPTURED else PaymentAuthorised
        publish(
            [event(payment_id=payment.id, order_id=order.id, facts=facts_of(payment))],
            reason=reason,
        )
    return payment


def reauthorise(*, released: Sequence[ReleasedPlan]) -> frozenset[UUID]:
    """Asks for the payment of released plans to be authorised anew; returns the references that are to be held for it.

    Called in the transaction of a release, for all of its plans at once: two statements, and no lock of an order. The
    rest is done by a worker (:mod:`orders.services.paymentplanning`). Plans of orders for which no money is held are
    left alone. A plan that is released again is asked for once.
    """
    if not released:
        return frozenset()
    paid = set(
        PaymentAuthorisation.objects.live()
        .filter(order_id__in={plan.order_id for plan in released})
        .values_list("order_id", flat=True)
    )
    wanted = [plan for plan in released if plan.order_id in paid]
    if not wanted:
        return frozenset()
    now = timezone.now()
    PaymentRelease.objects.bulk_create(
        [
            PaymentRelease(
                order_id=plan.order_id,
                reference=plan.reference,
                units={str(line): quantity for line, quantity in plan.units.items()},
                created=now,
            )
            for plan in wanted
        ],
        update_conflicts=True,
        unique_fields=["reference"],
        update_fields=["units"],
        batch_size=2_000,
    )
    nudge(PAYMENTS_TASK)
    return frozenset(plan.reference for plan in wanted)


def awaiting_payment(*, references: Collection[UUID]) -> frozenset[UUID]:
    """Those of the references whose payment is asked for and not authorised yet: their pick jobs are held (W9)."""
    if not references:
        return frozenset()
    asked = PaymentRelease.objects.filter(reference__in=references).values_list("reference")
    unanswered = PaymentAuthorisation.objects.live().filter(reference__in=references, status__in=UNANSWERED)
    return frozenset(row[0] for row in asked.union(unanswered.order_by().values_list("reference")))


def carry_over(*, references: Mapping[UUID, UUID]) -> None:
    """Lets the payment of a plan pay for the one that takes its place: from old reference to new (M1, M2).

    Otherwise the successor's release would authorise the same units a second time.
    """
    for old, new in references.items():
        PaymentRelease.objects.filter(reference=old).update(reference=new)
        PaymentAuthorisation.objects.live().filter(reference=old).bumped(reference=new)


def hand_back(*, references: Collection[UUID]) -> None:
    """Lets the payments of plans that end without a successor pay for what remains of their orders (W6).

    Their children ask for their own; what was held for the plan is divided among them.
    """
    if not references:
        return
    PaymentRelease.objects.filter(reference__in=references).delete()
    PaymentAuthorisation.objects.live().filter(reference__in=references).bumped(reference=None, units={})


def lock_order_of_payments(order_id: UUID) -> Order:
    """The order, locked: whoever plans an order's payments, or writes how they went, does so one after the other.

    :raises NotFound: there is no such order.
    """
    order: Order | None = (
        Order.objects.select_for_update(no_key=True, of=("self",)).filter(pk=order_id).first()
    )
    if order is None:
        raise NotFound.of(Order, order_id)
    return order


def _problems(
    order: Order, amount: Decimal, currency: str, expires_at: datetime | None, status: PaymentStatus
) -> list[Problem]:
    found: list[Problem] = []
    if amount <= 0 or amount != rounded(amount, currency):
        found.append(
            Problem(
                "amount",
                text("Give an amount greater than 0, in whole coins of %(currency)s.", currency=currency),
                "OUT_OF_RANGE",
            )
        )
    others = order.payments.live().values_list("currency", flat=True)
    expected = {order.currency, *others} - {""}
    if expected - {currency}:
        named = " and ".join(sorted(expected))
        found.append(
            Problem(
                "currency",
                text("The order is paid in %(named)s: give the amount in that.", named=named),
                "CURRENCY_MISMATCH",
            )
        )
    if status not in RECORDABLE:
        found.append(
            Problem(
                "status",
                text("Give one of %(recordable)s.", recordable=", ".join(RECORDABLE)),
                "STATUS_NOT_RECORDABLE",
            )
        )
    if expires_at is not None and expires_at <= timezone.now():
        found.append(Problem("expires", text("The authorisation has expired already."), "IN_THE_PAST"))
    return found
