from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from backoffice.core.models.base import Versioned, VersionedQuerySet, uuid7
from backoffice.core.statuses import StatusChoices
from inventory.models.article import Article
from inventory.models.facility import Facility


class InboundStatus(StatusChoices):
    OPEN = "OPEN", _("Open"), "blue", "open"
    PARTIAL_DELIVERY = "PARTIAL_DELIVERY", _("Partly received"), "amber", "open"
    ON_HOLD = "ON_HOLD", _("On hold"), "violet", "open"
    CLOSED = "CLOSED", _("Closed"), "gray", "closed"


class InboundProcess(Versioned):
    """How stock comes into a facility: a purchase order says what is expected, receipts say what came.

    ``status`` follows from the rest; :mod:`inventory.services.inbound_status` computes it with every change. While a
    process is ``on_hold`` nothing is received, and nothing new is promised from what it expects.
    """

    tenant_inbound_process_id = models.CharField(max_length=255, unique=True, null=True, blank=True)
    facility = models.ForeignKey(Facility, on_delete=models.CASCADE, related_name="inbound_processes")
    on_hold = models.BooleanField(default=False)
    status = models.CharField(
        max_length=16, choices=InboundStatus.choices, default=InboundStatus.OPEN, editable=False
    )
    custom_attributes = models.JSONField(default=dict, blank=True)

    objects = VersionedQuerySet.as_manager()

    class Meta(Versioned.Meta):
        verbose_name_plural = "inbound processes"
        indexes = (models.Index(fields=("status", "id"), name="inbound_by_status"),)

    def __str__(self) -> str:
        return self.tenant_inbound_process_id or str(self.id)


class PurchaseOrder(models.Model):
    """What was ordered from a supplier, and when it should come: ``requested_at``, or as soon as possible (null).

    Its version is that of its process. Its items are the process's :class:`ExpectedStock`.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    inbound_process = models.OneToOneField(
        InboundProcess, on_delete=models.CASCADE, related_name="purchase_order"
    )
    order_date = models.DateTimeField()
    requested_at = models.DateTimeField(null=True, blank=True)
    supplier = models.CharField(max_length=255, blank=True)
    cancelled = models.BooleanField(default=False)
    custom_attributes = models.JSONField(default=dict, blank=True)
    created = models.DateTimeField(auto_now_add=True)
    last_modified = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return f"{self.supplier or say('Purchase order')} ({self.order_date:%Y-%m-%d})"

    @property
    def version(self) -> int:
        return self.inbound_process.version


class ExpectedStockStatus(StatusChoices):
    OPEN = "OPEN", _("Open"), "blue", "open"
    RECEIVED = "RECEIVED", _("Received"), "green", "closed"
    CLOSED = "CLOSED", _("Closed"), "gray", "closed"
    CANCELLED = "CANCELLED", _("Cancelled"), "red", "closed"


OUTSTANDING = Q(status=ExpectedStockStatus.OPEN, quantity__gt=F("received"))
"""Units of the item are still to come."""


class ExpectedStockQuerySet(models.QuerySet["ExpectedStock"]):
    def outstanding(self) -> ExpectedStockQuerySet:
        """What is still to come, with or without a date, with its ``units``."""
        return self.filter(OUTSTANDING).annotate(units=F("quantity") - F("received"))

    def promisable(self) -> ExpectedStockQuerySet:
        """Buckets that may be promised from (spec 2), with the ``free`` units of each.

        Whether the date is within the limit, the site and the article want it, is for the caller to say (W6).
        """
        return self.filter(
            OUTSTANDING,
            delivery_date__isnull=False,
            inbound_process__on_hold=False,
            reserved__lt=F("quantity") - F("received"),
        ).annotate(free=F("quantity") - F("received") - F("reserved"))


class ExpectedStock(models.Model):
    """One requested item of a purchase order; open and dated it is a bucket that may be promised from (W6).

    Quantities are units: ``quantity`` requested, ``received`` so far (more than requested after an over-receipt),
    ``reserved`` by holders. Without a ``delivery_date`` (a calendar day in the facility's zone) nothing can ever be
    promised from it (spec 2).
    """

    inbound_process = models.ForeignKey(InboundProcess, on_delete=models.CASCADE, related_name="items")
    facility = models.ForeignKey(Facility, on_delete=models.CASCADE, related_name="expected_stocks")
    article = models.ForeignKey(Article, on_delete=models.PROTECT, related_name="expected_stocks")
    quantity = models.PositiveBigIntegerField()
    received = models.PositiveBigIntegerField(default=0)
    reserved = models.PositiveBigIntegerField(default=0)
    delivery_date = models.DateField(null=True, blank=True)
    status = models.CharField(
        max_length=16, choices=ExpectedStockStatus.choices, default=ExpectedStockStatus.OPEN
    )
    details = models.JSONField(default=dict, blank=True)

    objects = ExpectedStockQuerySet.as_manager()

    class Meta:
        verbose_name_plural = _("expected stock")
        constraints = (
            models.CheckConstraint(name="expected_stock_requested", condition=Q(quantity__gte=1)),
            models.CheckConstraint(
                name="expected_stock_not_overpromised",
                condition=Q(reserved=0) | Q(reserved__lte=F("quantity") - F("received")),
            ),
            models.CheckConstraint(
                name="expected_stock_promised_while_open_and_dated",
                condition=Q(reserved=0)
                | Q(status=ExpectedStockStatus.OPEN.value, delivery_date__isnull=False),
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
        return say("%(quantity)s of %(article_id)s on %(what)s") % {
            "quantity": self.quantity,
            "article_id": self.article_id,
            "what": self.delivery_date or say("no date"),
        }

    @property
    def outstanding(self) -> int:
        """Units still to come; over-receipt leaves nothing outstanding."""
        if self.status != ExpectedStockStatus.OPEN:
            return 0
        return max(0, self.quantity - self.received)

    @property
    def promisable(self) -> int:
        """Units that may be reserved in all: those to come, if it is known when."""
        return self.outstanding if self.delivery_date is not None else 0


class ReceiptStatus(StatusChoices):
    OPEN = "OPEN", _("Open"), "blue", "open"
    IN_PROGRESS = "IN_PROGRESS", _("In progress"), "amber", "open"
    FINISHED = "FINISHED", _("Booked"), "green", "closed"


class Receipt(Versioned):
    """What came for an inbound process, at ``facility``. Only a FINISHED receipt is booked into stock."""

    inbound_process = models.ForeignKey(InboundProcess, on_delete=models.CASCADE, related_name="receipts")
    facility = models.ForeignKey(Facility, on_delete=models.CASCADE, related_name="+")
    received_at = models.DateTimeField()
    status = models.CharField(max_length=16, choices=ReceiptStatus.choices, default=ReceiptStatus.FINISHED)
    comments = models.JSONField(default=list, blank=True)
    details = models.JSONField(default=dict, blank=True)
    custom_attributes = models.JSONField(default=dict, blank=True)
    actor = models.CharField(max_length=255, blank=True)

    def __str__(self) -> str:
        return f"{self.received_at:%Y-%m-%d %H:%M}"


class ReceiptLine(models.Model):
    """Units of one article that a receipt brought: what was accepted became stock, what was rejected did not."""

    receipt = models.ForeignKey(Receipt, on_delete=models.CASCADE, related_name="lines")
    article = models.ForeignKey(Article, on_delete=models.PROTECT, related_name="+")
    accepted_quantity = models.PositiveBigIntegerField(default=0)
    rejected_quantity = models.PositiveBigIntegerField(default=0)
    details = models.JSONField(default=dict, blank=True)

    def __str__(self) -> str:
        return say("%(accepted_quantity)s of %(article_id)s") % {
            "accepted_quantity": self.accepted_quantity,
            "article_id": self.article_id,
        }
