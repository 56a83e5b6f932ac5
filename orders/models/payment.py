from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from backoffice.core.lifecycle import Lifecycle
from backoffice.core.messages import MessageField
from backoffice.core.models.base import Versioned, VersionedQuerySet
from backoffice.core.statuses import StatusChoices
from orders.models.order import Order

LONGEST_ERROR = 1024
"""Characters that are kept of what a gateway says."""


class PaymentStatus(StatusChoices):
    """A FAILED authorisation was refused, and is asked for again; a PENDING one has not been answered yet (W9)."""

    PENDING = "PENDING", _("Pending"), "amber", "live"
    AUTHORISED = "AUTHORISED", _("Authorised"), "green", "live"
    FAILED = "FAILED", _("Failed"), "red", "live"
    VOIDED = "VOIDED", _("Voided"), "gray", "ended"
    CAPTURED = "CAPTURED", _("Captured"), "blue", "ended"


LIVE_PAYMENT_STATUSES = PaymentStatus.in_group("live")
"""Authorisations that hold money, or are to."""

UNANSWERED = (PaymentStatus.PENDING, PaymentStatus.FAILED)
"""Authorisations that pick jobs may be held for."""

PAYMENT_LIFECYCLE = Lifecycle(
    "payment authorisation",
    {
        PaymentStatus.PENDING: {PaymentStatus.AUTHORISED, PaymentStatus.FAILED, PaymentStatus.VOIDED},
        PaymentStatus.FAILED: {PaymentStatus.AUTHORISED, PaymentStatus.VOIDED},
        PaymentStatus.AUTHORISED: {PaymentStatus.VOIDED, PaymentStatus.CAPTURED},
        PaymentStatus.VOIDED: set(),
        PaymentStatus.CAPTURED: set(),
    },
)


class ExpiryNotice(StatusChoices):
    """What was told about an authorisation's end, so that it is told once."""

    NONE = "", _("None"), "gray", "none"
    EXPIRING = "EXPIRING", _("Expires soon"), "amber", "due"
    EXPIRED = "EXPIRED", _("Expired"), "red", "due"


class PaymentQuerySet(VersionedQuerySet["PaymentAuthorisation"]):
    def live(self) -> PaymentQuerySet:
        """Those that hold money for their orders, or are to; not those that are being voided."""
        return self.filter(status__in=LIVE_PAYMENT_STATUSES, voiding=False)


class PaymentAuthorisation(Versioned):
    """Money held for an order, until it is captured or voided (W9). ``amount`` is in ``currency``.

    ``reference`` is the released plan that it pays for, opaque here, and ``units`` are that plan's, by order line;
    without a reference it pays for all that no other authorisation of the order pays for. One that is ``voiding`` is
    to hold money no longer; those that take its place name it as what they ``replace``.
    """

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="payments")
    reference = models.UUIDField(
        null=True, blank=True, help_text=_("the released plan it pays for; none: what remains of the order")
    )
    units = models.JSONField(default=dict, blank=True)
    amount = models.DecimalField(max_digits=19, decimal_places=4)
    currency = models.CharField(max_length=3)
    status = models.CharField(max_length=16, choices=PaymentStatus.choices, default=PaymentStatus.AUTHORISED)
    voiding = models.BooleanField(default=False)
    replaces = models.ForeignKey(
        "self",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="replacements",
        db_index=False,
    )
    origin = models.ForeignKey(
        "self",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="descendants",
        help_text=_("the one that the shop recorded, of which this one holds a part"),
        db_index=False,
    )
    gateway_reference = models.CharField(max_length=255, blank=True)
    original_reference = models.CharField(
        max_length=255,
        blank=True,
        help_text=_("the gateway's, of the authorisation that this one goes back to"),
    )
    expires_at = models.DateTimeField(null=True, blank=True)
    expiry_notice = models.CharField(max_length=16, choices=ExpiryNotice.choices, blank=True, default="")
    last_error = MessageField(
        max_length=LONGEST_ERROR, blank=True, help_text=_("why the gateway's last answer was no")
    )

    objects = PaymentQuerySet.as_manager()

    class Meta(Versioned.Meta):
        constraints = (
            models.CheckConstraint(name="payment_amount_positive", condition=Q(amount__gte=0)),
            models.CheckConstraint(name="payment_status_known", condition=Q(status__in=PaymentStatus.values)),
            models.UniqueConstraint(
                name="one_live_payment_per_plan",
                fields=("reference", "origin"),
                condition=Q(
                    reference__isnull=False, status__in=("PENDING", "AUTHORISED", "FAILED"), voiding=False
                ),
            ),
        )
        indexes = (
            models.Index(
                fields=("expires_at",),
                name="payment_by_expiry",
                condition=Q(status="AUTHORISED", voiding=False, expires_at__isnull=False),
            ),
            models.Index(
                fields=("replaces",), name="payment_by_replaced", condition=Q(replaces__isnull=False)
            ),
            models.Index(fields=("origin",), name="payment_by_origin", condition=Q(origin__isnull=False)),
        )

    def __str__(self) -> str:
        return f"{self.amount:f} {self.currency} {self.get_status_display()}"

    def become(self, status: PaymentStatus, **changes: object) -> None:
        """Moves to ``status`` by the table and writes these other ``changes`` with it.

        :raises StateConflict: the table does not know the move.
        """
        if status != self.status:
            PAYMENT_LIFECYCLE.check(self.status, status)
        self.touch(status=status, **changes)
