"""What is to be asked of the gateway, written down (W9). The caller holds the order's lock.

:mod:`orders.services.paymentwork` then asks.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from uuid import UUID

from django.utils import timezone

from backoffice.core.events import publish
from backoffice.core.nudges import nudge
from orders.events import PaymentReduced, PaymentVoided
from orders.models import (
    OperationKind,
    OperationStatus,
    PaymentAuthorisation,
    PaymentOperation,
    PaymentStatus,
)
from orders.paymentfacts import facts_of
from orders.services.payments import PAYMENTS_TASK


def authorise(
    origin: PaymentAuthorisation, amount: Decimal, *, reference: UUID | None, units: Mapping[str, int]
) -> None:
    """Asks for ``amount`` anew, by the means of payment of ``origin``; for nothing if there is nothing to pay."""
    if not amount:
        return
    payment = PaymentAuthorisation.objects.create(
        order_id=origin.order_id,
        reference=reference,
        units=dict(units),
        amount=amount,
        currency=origin.currency,
        status=PaymentStatus.PENDING,
        replaces=origin,
        origin_id=origin.origin_id or origin.id,
        original_reference=origin.gateway_reference or origin.original_reference,
    )
    _ask(payment, OperationKind.AUTHORISE, amount)


def lower(payment: PaymentAuthorisation, amount: Decimal) -> None:
    """Holds no more than ``amount``."""
    asked = next(reversed(_open_operations(payment)), None)
    if asked is not None and not asked.was_sent:  # nobody has heard of it: it asks for less from the start
        asked.touch(amount=amount)
        if asked.kind == OperationKind.AUTHORISE:
            payment.touch(amount=amount)
            event = PaymentReduced(payment_id=payment.id, order_id=payment.order_id, facts=facts_of(payment))
            publish([event])
    elif amount != intended(payment):
        _ask(payment, OperationKind.REDUCE, amount)


def void(payment: PaymentAuthorisation) -> None:
    """What no gateway has heard of is dropped, and void at once; else the gateway is to void it, whatever it knows.

    From here on it is not live, so that another may have its reference.
    """
    payment.touch(voiding=True)
    operations = _open_operations(payment)
    for operation in operations:
        _drop(operation)
    if payment.status != PaymentStatus.AUTHORISED and not any(operation.was_sent for operation in operations):
        payment.become(PaymentStatus.VOIDED)
        publish([PaymentVoided(payment_id=payment.id, order_id=payment.order_id, facts=facts_of(payment))])
        return
    _ask(payment, OperationKind.VOID, payment.amount)


def renew(*, payment: PaymentAuthorisation) -> None:
    """Voids an authorisation and authorises the same again (W9). The caller holds the order's lock."""
    amount = intended(payment)
    void(payment)
    authorise(payment, amount, reference=payment.reference, units=payment.units)


def intended(payment: PaymentAuthorisation) -> Decimal:
    """What is held once everything that is to be done has been done."""
    reduction = (
        PaymentOperation.objects.open()
        .filter(authorisation=payment, kind=OperationKind.REDUCE)
        .order_by("-id")
        .first()
    )
    return payment.amount if reduction is None else reduction.amount


def _ask(payment: PaymentAuthorisation, kind: OperationKind, amount: Decimal) -> None:
    PaymentOperation.objects.create(
        order_id=payment.order_id,
        authorisation=payment,
        kind=kind,
        amount=amount,
        next_attempt=timezone.now(),
    )
    nudge(PAYMENTS_TASK)


def _open_operations(payment: PaymentAuthorisation) -> list[PaymentOperation]:
    """Locked, so that no worker takes one of them at the moment in which it is changed."""
    operations = PaymentOperation.objects.open().filter(authorisation=payment)
    return list(operations.select_for_update(no_key=True, of=("self",)).order_by("id"))


def _drop(operation: PaymentOperation) -> None:
    """Its lease stays: whoever is asking the gateway at this moment is waited for."""
    operation.touch(status=OperationStatus.DROPPED)
