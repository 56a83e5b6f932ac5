"""Giving money free, because less is delivered (M3, O2)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal
from uuid import UUID

from django.db.models import F

from orders.models import Order, OrderLine, PaymentAuthorisation, PaymentRelease
from orders.money import divide, rounded
from orders.paymentunits import Units, rest_of, units_of, weight_of, weights_of
from orders.services.paymentoperations import intended, lower, void


def void_payments(*, order_ids: Collection[UUID]) -> None:
    """Gives free all money that is held for cancelled orders (M3, O2). The caller holds the orders' locks.

    What was fulfilled before is still to be paid: so much stays held, at its prices.
    """
    payments = PaymentAuthorisation.objects.live().filter(order_id__in=order_ids)
    by_order: dict[UUID, list[PaymentAuthorisation]] = {}
    for payment in payments.order_by(F("reference").asc(nulls_last=True), "id"):
        by_order.setdefault(payment.order_id, []).append(payment)
    if not by_order:
        return
    fulfilled: dict[UUID, list[OrderLine]] = {}
    for line in OrderLine.objects.filter(order_id__in=by_order, fulfilled__gt=0):
        fulfilled.setdefault(line.order_id, []).append(line)
    for order_id, held in by_order.items():
        _keep_for(fulfilled.get(order_id, ()), held)


def reduce_payments(*, order: Order, cancelled: Units, reference: UUID | None = None) -> None:
    """Gives free what was held for units that were just cancelled: of the plan that ``reference`` names, if it is paid
    for by itself, else of what remains of the order, and then of other plans, the newest first (M3).

    The caller holds the order's lock, and has counted the units as cancelled.
    """
    payments = list(PaymentAuthorisation.objects.live().filter(order=order).order_by("-id"))
    if not payments:
        return
    _ask_for_less(reference, cancelled)
    lines = list(OrderLine.objects.filter(order=order))
    weights = weights_of(lines)
    held = _held(payments, lines, before=cancelled)
    left = {line: quantity for line, quantity in cancelled.items() if quantity}
    payments.sort(key=lambda one: (one.reference != reference, one.reference is not None))
    for paid_for in dict.fromkeys(payment.reference for payment in payments):
        together = [payment for payment in payments if payment.reference == paid_for]
        here = held[together[0].id]
        taken = {line: min(quantity, here.get(line, 0)) for line, quantity in left.items()}
        left = {line: quantity - taken[line] for line, quantity in left.items()}
        if any(taken.values()):
            for payment in together:
                _take_from(payment, here, taken, weights)


def _take_from(
    payment: PaymentAuthorisation, held: Units, taken: Units, weights: Mapping[UUID, Decimal]
) -> None:
    left = {line: quantity - taken.get(line, 0) for line, quantity in held.items()}
    if payment.reference is not None:
        payment.touch(units={str(line): quantity for line, quantity in left.items() if quantity})
    if not any(left.values()):
        void(payment)
        return
    whole, remaining = weight_of(held, weights), weight_of(left, weights)
    if not whole:
        return  # nothing of it was worth anything: what is held is for something else
    amount = divide(intended(payment), [remaining, whole - remaining], payment.currency)[0]
    if amount:
        lower(payment, amount)
    else:
        void(payment)


def _keep_for(fulfilled: Sequence[OrderLine], payments: Sequence[PaymentAuthorisation]) -> None:
    if any(line.shop_price is None for line in fulfilled):
        return  # nobody can tell what they are worth: it is left to who captures
    owed = sum((line.fulfilled * (line.shop_price or Decimal()) for line in fulfilled), Decimal())
    for payment in payments:
        kept = min(intended(payment), rounded(owed, payment.currency))
        owed -= kept
        if kept > 0:
            lower(payment, kept)
        else:
            void(payment)


def _ask_for_less(reference: UUID | None, cancelled: Units) -> None:
    """A release that was not planned yet takes its units from what remains, and is to take no cancelled ones."""
    release = PaymentRelease.objects.filter(reference=reference).first() if reference else None
    if release is None:
        return
    units = {line: quantity - cancelled.get(line, 0) for line, quantity in units_of(release.units).items()}
    release.units = {str(line): quantity for line, quantity in units.items() if quantity > 0}
    release.save(update_fields=("units",))


def _held(
    payments: Sequence[PaymentAuthorisation], lines: Sequence[OrderLine], *, before: Units
) -> dict[UUID, dict[UUID, int]]:
    """The units that each authorisation pays for; ``before`` are units that were cancelled since."""
    own = {
        payment.reference: units_of(payment.units) for payment in payments if payment.reference is not None
    }
    rest = rest_of(lines, list(own.values()), and_also=before)
    return {payment.id: own[payment.reference] if payment.reference else rest for payment in payments}
