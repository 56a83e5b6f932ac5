"""Authorisations that end while their orders still wait (W9)."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from backoffice.core.events import publish
from orders.events import PaymentEvent, PaymentExpired, PaymentExpiring
from orders.models import ExpiryNotice, OrderLine, PaymentAuthorisation, PaymentStatus
from orders.models.order import LIVE_ORDER_STATUSES
from orders.models.payment import PaymentQuerySet
from orders.paymentfacts import facts_of
from orders.services.paymentoperations import renew
from orders.services.payments import lock_order_of_payments


def watch_expiry(*, renewing: bool) -> int:
    """Flags authorisations that end soon, or have ended, while units of their order are still to be delivered; with
    ``renewing`` those that have ended are authorised again. Returns the number of authorisations that were flagged.

    Each is told about once when it is about to end and once when it has.
    """
    return sum(_watch(id, renewing=renewing) for id in list(_due().values_list("id", flat=True)))


def _due() -> PaymentQuerySet:
    now = timezone.now()
    soon = now + timedelta(hours=settings.PAYMENT_EXPIRY_NOTICE_HOURS)
    ending = Q(expires_at__lte=soon, expiry_notice=ExpiryNotice.NONE)
    ended = Q(expires_at__lte=now) & ~Q(expiry_notice=ExpiryNotice.EXPIRED)
    to_deliver = OrderLine.objects.filter(
        quantity__gt=F("cancelled") + F("fulfilled") + F("short_picked")
    ).values("order_id")
    found: PaymentQuerySet = (
        PaymentAuthorisation.objects.live()
        .filter(ending | ended, status=PaymentStatus.AUTHORISED)
        .filter(order__status__in=LIVE_ORDER_STATUSES, order_id__in=to_deliver)
        .order_by("id")
    )
    return found


def _watch(payment_id: UUID, *, renewing: bool) -> bool:
    """Under the order's lock, so that it is told once and renewed once."""
    order_id = PaymentAuthorisation.objects.values_list("order_id", flat=True).get(pk=payment_id)
    with transaction.atomic():
        lock_order_of_payments(order_id)
        payment = _due().filter(pk=payment_id).first()
        if payment is None or payment.expires_at is None:
            return False
        ended = payment.expires_at <= timezone.now()
        payment.touch(expiry_notice=ExpiryNotice.EXPIRED if ended else ExpiryNotice.EXPIRING)
        event: type[PaymentEvent] = PaymentExpired if ended else PaymentExpiring
        publish([event(payment_id=payment.id, order_id=payment.order_id, facts=facts_of(payment))])
        if ended and renewing:
            renew(payment=payment)
    return True
