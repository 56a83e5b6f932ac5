from __future__ import annotations

from datetime import datetime

from django.db import models
from django.db.models import F, Q
from django.utils.functional import cached_property
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from backoffice.core.lifecycle import Lifecycle
from backoffice.core.models.base import Versioned, VersionedQuerySet, uuid7
from backoffice.core.statuses import StatusChoices
from inventory.models import Article, Facility


class OrderStatus(StatusChoices):
    """PROMISED and LOCKED orders are routed and reserved, but nobody picks them yet (R8)."""

    OPEN = "OPEN", _("Open"), "blue", "live"
    LOCKED = "LOCKED", _("Locked"), "amber", "live"
    PROMISED = "PROMISED", _("Promised"), "violet", "live"
    CANCELLED = "CANCELLED", _("Cancelled"), "red", "ended"
    OBSOLETE = "OBSOLETE", _("Obsolete"), "gray", "ended"


LIVE_ORDER_STATUSES = (OrderStatus.OPEN, OrderStatus.LOCKED, OrderStatus.PROMISED)

ORDER_LIFECYCLE = Lifecycle(
    "order",
    {
        OrderStatus.PROMISED: {OrderStatus.OPEN, OrderStatus.LOCKED, OrderStatus.CANCELLED},
        OrderStatus.LOCKED: {OrderStatus.OPEN, OrderStatus.CANCELLED},
        OrderStatus.OPEN: {OrderStatus.CANCELLED, OrderStatus.OBSOLETE},
        OrderStatus.CANCELLED: set(),
        OrderStatus.OBSOLETE: set(),
    },
)


class DeliveryType(models.TextChoices):
    SHIPPING = "SHIPPING", _("Shipping")
    COLLECT = "COLLECT", _("Collect")


class ServiceLevel(models.TextChoices):
    DELIVERY = "DELIVERY", _("Standard")
    SAMEDAY = "SAMEDAY", _("Same day")


class OrderQuerySet(VersionedQuerySet["Order"]):
    def live(self) -> OrderQuerySet:
        return self.filter(status__in=LIVE_ORDER_STATUSES)

    def promised_until(self, moment: datetime) -> OrderQuerySet:
        """Promises that hold until the moment, or an earlier one (R8)."""
        return self.filter(status=OrderStatus.PROMISED, valid_until__lte=moment)

    def with_line_items(self) -> OrderQuerySet:
        """With what :attr:`Order.line_items` needs, in one more query for all."""
        lines = OrderLine.objects.kept().select_related("article").order_by("order_id", "position")
        fetched = models.Prefetch("lines", lines, to_attr="line_items")
        return self.prefetch_related(fetched)  # type: ignore[no-redef]  # it fills the cached property


class Order(Versioned):
    """What a consumer bought. Its id is also its process id, the handle for whole-order interventions.

    ``country``, ``latitude`` and ``longitude`` are those of the address it is delivered to; ``ordering_facility`` is
    set when a store orders for itself (B2); ``preselected_facilities`` and ``preferred_carriers`` are lists of ids and
    carrier keys. ``consumer``, ``delivery_preferences``, ``custom_services`` and ``details`` keep the document as it
    was placed. ``value`` is the sum of the lines' prices in ``currency``.
    """

    tenant_order_id = models.CharField(max_length=255, null=True, blank=True)  # noqa: DJ001 - none is not ""
    status = models.CharField(max_length=16, choices=OrderStatus.choices, default=OrderStatus.OPEN)
    order_date = models.DateTimeField()
    priority = models.PositiveIntegerField(default=0)
    target_time = models.DateTimeField(null=True, blank=True)
    valid_until = models.DateTimeField(null=True, blank=True, help_text=_("end of a promise (R8)"))

    consumer = models.JSONField(default=dict, blank=True)
    consumer_id = models.CharField(max_length=255, blank=True)
    ordering_facility = models.ForeignKey(
        Facility,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="orders_for_itself",
        db_index=False,
    )
    country = models.CharField(max_length=2, blank=True)
    latitude = models.FloatField(null=True, blank=True)
    longitude = models.FloatField(null=True, blank=True)

    delivery_type = models.CharField(
        max_length=16, choices=DeliveryType.choices, default=DeliveryType.SHIPPING
    )
    service_level = models.CharField(
        max_length=16, choices=ServiceLevel.choices, default=ServiceLevel.DELIVERY
    )
    collect_facility = models.ForeignKey(
        Facility,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="collect_orders",
        db_index=False,
    )
    preselected_facilities = models.JSONField(default=list, blank=True)
    preferred_carriers = models.JSONField(default=list, blank=True)
    delivery_preferences = models.JSONField(default=dict, blank=True)

    tags = models.JSONField(default=list, blank=True)
    custom_services = models.JSONField(default=list, blank=True)
    payment_info = models.JSONField(default=dict, blank=True)
    value = models.DecimalField(max_digits=19, decimal_places=4, default=0)
    currency = models.CharField(max_length=3, blank=True)
    cancelation_reason = models.JSONField(null=True, blank=True)
    details = models.JSONField(default=dict, blank=True)
    custom_attributes = models.JSONField(default=dict, blank=True)
    anonymised = models.BooleanField(default=False, help_text=_("nothing tells who bought it any more"))

    objects = OrderQuerySet.as_manager()

    class Meta(Versioned.Meta):
        permissions = (
            ("view", "See orders and pick jobs"),
            ("place", "Place and change orders"),
            ("cancel", "Cancel orders"),
            ("manage_reasons", "Change the list of cancelation reasons"),
            ("manage_services", "Change the list of custom services"),
            ("pick", "Work on pick jobs"),
            ("anonymise", "Take personal data away from orders"),
            ("manage_payments", "Record payments and report on them"),
        )
        constraints = (
            models.UniqueConstraint(
                name="one_live_order_per_tenant_order_id",
                fields=("tenant_order_id",),
                condition=Q(status__in=LIVE_ORDER_STATUSES, tenant_order_id__isnull=False),
            ),
            models.CheckConstraint(name="order_status_known", condition=Q(status__in=OrderStatus.values)),
            models.CheckConstraint(
                name="order_collects_at_one_facility",
                condition=Q(delivery_type="COLLECT", collect_facility__isnull=False)
                | Q(delivery_type="SHIPPING", collect_facility__isnull=True),
            ),
            models.CheckConstraint(
                name="order_promise_ends", condition=~Q(status="PROMISED") | Q(valid_until__isnull=False)
            ),
        )
        indexes = (
            models.Index(fields=("tenant_order_id", "id"), name="order_by_tenant_order_id"),
            models.Index(fields=("created", "id"), name="order_by_created"),
            models.Index(fields=("status", "id"), name="order_by_status"),
            models.Index(fields=("country", "id"), name="order_by_country"),
            models.Index(fields=("target_time", "id"), name="order_by_target_time"),
            models.Index(fields=("order_date", "id"), name="order_by_date"),
            models.Index(fields=("id",), name="order_anonymised", condition=Q(anonymised=True)),
            models.Index(
                fields=("valid_until",), name="order_promise_ends_at", condition=Q(status="PROMISED")
            ),
            models.Index(fields=("consumer_id",), name="order_by_consumer"),
            models.Index(
                fields=("ordering_facility",),
                name="order_by_ordering_facility",
                condition=Q(ordering_facility__isnull=False),
            ),
            models.Index(
                fields=("collect_facility",),
                name="order_by_collect_facility",
                condition=Q(collect_facility__isnull=False),
            ),
        )

    def __str__(self) -> str:
        return self.tenant_order_id or str(self.id)

    @cached_property
    def line_items(self) -> list[OrderLine]:
        """The lines in their order, with their articles."""
        return list(
            OrderLine.objects.kept().filter(order=self).select_related("article").order_by("position")
        )


class OrderLineQuerySet(models.QuerySet["OrderLine"]):
    def kept(self) -> OrderLineQuerySet:
        """Lines that a change of the order did not take out of it."""
        return self.filter(removed=False)


class OrderLine(models.Model):
    """Units of one article in an order.

    ``cancelled``, ``fulfilled`` and ``short_picked`` are units that no live plan carries any more; what is left of
    ``quantity`` is in live plans (S7). A line that a change of the order took out of it is ``removed``: all of it is
    cancelled, and it stays for the sake of the plans that once carried it (O1).
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="lines", db_index=False)
    position = models.PositiveIntegerField()
    article = models.ForeignKey(Article, on_delete=models.PROTECT, related_name="order_lines")
    quantity = models.PositiveBigIntegerField()
    cancelled = models.PositiveBigIntegerField(default=0)
    fulfilled = models.PositiveBigIntegerField(default=0)
    short_picked = models.PositiveBigIntegerField(default=0)
    removed = models.BooleanField(default=False)
    shop_price = models.DecimalField(max_digits=19, decimal_places=4, null=True, blank=True)
    title = models.CharField(max_length=1024, blank=True)
    tags = models.JSONField(default=list, blank=True)
    details = models.JSONField(default=dict, blank=True)
    custom_attributes = models.JSONField(default=dict, blank=True)

    objects = OrderLineQuerySet.as_manager()

    class Meta:
        ordering = ("order_id", "position")
        constraints = (
            models.UniqueConstraint(name="order_line_position", fields=("order", "position")),
            models.CheckConstraint(name="order_line_quantity", condition=Q(quantity__gte=1)),
            models.CheckConstraint(
                name="order_line_units_conserved",
                condition=Q(quantity__gte=F("cancelled") + F("fulfilled") + F("short_picked")),
            ),
        )

    def __str__(self) -> str:
        return f"{self.quantity} × {self.title or self.article_id}"

    @property
    def live(self) -> int:
        """Units that plans still have to bring to the consumer."""
        return self.quantity - self.cancelled - self.fulfilled - self.short_picked


class Bundle(models.Model):
    """Lines that are routed as one unit and never separated (S2): a custom service with ``isBundled``."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="bundles", db_index=False)
    position = models.PositiveIntegerField()
    service = models.JSONField(default=dict)

    class Meta:
        ordering = ("order_id", "position")
        constraints = (models.UniqueConstraint(name="bundle_position", fields=("order", "position")),)

    def __str__(self) -> str:
        return say("bundle %(position)s of %(order_id)s") % {
            "position": self.position,
            "order_id": self.order_id,
        }


class BundleItem(models.Model):
    bundle = models.ForeignKey(Bundle, on_delete=models.CASCADE, related_name="items", db_index=False)
    line = models.ForeignKey(OrderLine, on_delete=models.CASCADE, related_name="bundle_items")
    quantity = models.PositiveBigIntegerField()

    class Meta:
        constraints = (
            models.UniqueConstraint(name="line_once_in_bundle", fields=("bundle", "line")),
            models.CheckConstraint(name="bundle_item_quantity", condition=Q(quantity__gte=1)),
        )

    def __str__(self) -> str:
        return say("%(quantity)s of %(line_id)s") % {"quantity": self.quantity, "line_id": self.line_id}
