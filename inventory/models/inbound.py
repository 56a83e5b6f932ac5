from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from backoffice.core.models.base import Versioned
from backoffice.core.statuses import StatusChoices
from inventory.models.article import Article
from inventory.models.facility import Facility


class InboundProcess(Versioned):
    """How expected stock comes into a facility: a purchase order, and the receipts that fulfil it."""

    tenant_inbound_process_id = models.CharField(max_length=255, unique=True, null=True, blank=True)
    facility = models.ForeignKey(Facility, on_delete=models.CASCADE, related_name="inbound_processes")
    origin = models.JSONField(default=dict, blank=True)
    order_date = models.DateTimeField(null=True, blank=True)
    requested_date = models.DateField(null=True, blank=True)
    supplier = models.JSONField(default=dict, blank=True)
    cancelled = models.BooleanField(default=False)
    details = models.JSONField(default=dict, blank=True)
    custom_attributes = models.JSONField(default=dict, blank=True)

    class Meta(Versioned.Meta):
        verbose_name_plural = "inbound processes"

    def __str__(self) -> str:
        return self.tenant_inbound_process_id or str(self.id)


class ExpectedStockStatus(StatusChoices):
    OPEN = "OPEN", _("Open"), "blue", "open"
    CLOSED = "CLOSED", _("Closed"), "gray", "closed"
    CANCELLED = "CANCELLED", _("Cancelled"), "red", "closed"


class ExpectedStock(models.Model):
    """One requested item of a purchase order; open and dated it is a bucket that may be promised from (W6).

    Quantities are units: ``quantity`` requested, ``received`` so far, ``reserved`` by plans. Without a
    ``delivery_date`` (a calendar day in the facility's zone) nothing can ever be promised from it (spec 2).
    """

    inbound_process = models.ForeignKey(InboundProcess, on_delete=models.CASCADE, related_name="items")
    facility = models.ForeignKey(Facility, on_delete=models.CASCADE, related_name="expected_stocks")
    article = models.ForeignKey(Article, on_delete=models.PROTECT, related_name="expected_stocks")
    quantity = models.PositiveBigIntegerField()
    received = models.PositiveBigIntegerField(default=0)
    reserved = models.PositiveBigIntegerField(default=0)
    delivery_date = models.DateField(null=True, blank=True)
    reference = models.CharField(max_length=255, blank=True)
    status = models.CharField(
        max_length=16, choices=ExpectedStockStatus.choices, default=ExpectedStockStatus.OPEN
    )

    class Meta:
        verbose_name_plural = "expected stock"
        constraints = (
            models.CheckConstraint(name="expected_stock_requested", condition=Q(quantity__gte=1)),
            models.CheckConstraint(
                name="expected_stock_not_overpromised",
                condition=Q(reserved=0) | Q(reserved__lte=F("quantity") - F("received")),
            ),
        )
        indexes = (
            models.Index(
                fields=("article", "delivery_date"),
                name="expected_open_by_article",
                condition=Q(status="OPEN"),
            ),
        )

    def __str__(self) -> str:
        return f"{self.quantity} of {self.article_id} on {self.delivery_date or 'no date'}"

    @property
    def outstanding(self) -> int:
        """Units still to come; over-receipt leaves nothing outstanding."""
        if self.status != ExpectedStockStatus.OPEN:
            return 0
        return max(0, self.quantity - self.received)


class Receipt(Versioned):
    """What actually came in for an inbound process."""

    inbound_process = models.ForeignKey(InboundProcess, on_delete=models.CASCADE, related_name="receipts")
    tenant_receipt_id = models.CharField(max_length=255, blank=True)
    status = models.CharField(max_length=16, default="OPEN")
    comments = models.JSONField(default=list, blank=True)
    actor = models.CharField(max_length=255, blank=True)

    def __str__(self) -> str:
        return self.tenant_receipt_id or str(self.id)


class ReceiptLine(models.Model):
    """Units of one article that a receipt brought; they are booked at ``facility``."""

    receipt = models.ForeignKey(Receipt, on_delete=models.CASCADE, related_name="lines")
    facility = models.ForeignKey(Facility, on_delete=models.CASCADE, related_name="+")
    article = models.ForeignKey(Article, on_delete=models.PROTECT, related_name="+")
    expected_stock = models.ForeignKey(
        ExpectedStock, on_delete=models.SET_NULL, null=True, related_name="receipt_lines"
    )
    accepted_quantity = models.PositiveBigIntegerField(default=0)
    rejected_quantity = models.PositiveBigIntegerField(default=0)
    details = models.JSONField(default=dict, blank=True)

    def __str__(self) -> str:
        return f"{self.accepted_quantity} of {self.article_id}"
