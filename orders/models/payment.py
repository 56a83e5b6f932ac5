from __future__ import annotations

from django.db import models
from django.db.models import Q

from backoffice.core.lifecycle import Lifecycle
from backoffice.core.models.base import Versioned
from backoffice.core.statuses import StatusChoices
from orders.models.order import Order


class PaymentStatus(StatusChoices):
    AUTHORISED = "AUTHORISED", "Authorised", "green", "live"
    VOIDED = "VOIDED", "Voided", "gray", "ended"
    CAPTURED = "CAPTURED", "Captured", "blue", "ended"
    FAILED = "FAILED", "Failed", "red", "ended"


PAYMENT_LIFECYCLE = Lifecycle(
    "payment authorisation",
    {
        PaymentStatus.AUTHORISED: {PaymentStatus.VOIDED, PaymentStatus.CAPTURED, PaymentStatus.FAILED},
        PaymentStatus.FAILED: {PaymentStatus.AUTHORISED, PaymentStatus.VOIDED},
        PaymentStatus.VOIDED: set(),
        PaymentStatus.CAPTURED: set(),
    },
)


class PaymentAuthorisation(Versioned):
    """Money held for an order, until it is captured or voided (W9). ``amount`` is in ``currency``."""

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="payments")
    reference = models.UUIDField(
        null=True, blank=True, help_text="the released plan it pays for; opaque here"
    )
    amount = models.DecimalField(max_digits=14, decimal_places=2)
    currency = models.CharField(max_length=3)
    status = models.CharField(max_length=16, choices=PaymentStatus.choices, default=PaymentStatus.AUTHORISED)
    gateway_reference = models.CharField(max_length=255, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)

    class Meta(Versioned.Meta):
        constraints = (models.CheckConstraint(name="payment_amount_positive", condition=Q(amount__gte=0)),)

    def __str__(self) -> str:
        return f"{self.amount} {self.currency} {self.get_status_display()}"
