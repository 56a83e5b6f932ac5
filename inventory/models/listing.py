from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from backoffice.core.models.base import Versioned, VersionedQuerySet
from backoffice.core.statuses import StatusChoices
from inventory.models.article import Article
from inventory.models.facility import Facility


class ListingStatus(StatusChoices):
    """Stock counts only where the listing is ACTIVE (B3)."""

    ACTIVE = "ACTIVE", _("Active"), "green", "active"
    INACTIVE = "INACTIVE", _("Inactive"), "gray", "inactive"


class OutOfStockBehaviour(models.TextChoices):
    """What may happen to an order line that finds no stock at the listing (B1, B3)."""

    NONE = "NONE", _("Cannot wait")
    BACKORDER = "BACKORDER", _("Backorder")
    PREORDER = "PREORDER", _("Preorder")
    RESTOCK = "RESTOCK", _("Restock")
    PREORDER_AND_RESTOCK = "PREORDER_AND_RESTOCK", _("Preorder and restock")


PREORDERS = (OutOfStockBehaviour.PREORDER, OutOfStockBehaviour.PREORDER_AND_RESTOCK)
RESTOCKS = (OutOfStockBehaviour.RESTOCK, OutOfStockBehaviour.PREORDER_AND_RESTOCK)


def _configuration_fits() -> Q:
    """A start where and only where the behaviour preorders, days where and only where it restocks (spec 2)."""
    return (
        (Q(out_of_stock_behaviour__in=PREORDERS) & Q(preorder_start__isnull=False))
        | (~Q(out_of_stock_behaviour__in=PREORDERS) & Q(preorder_start__isnull=True))
    ) & (
        (Q(out_of_stock_behaviour__in=RESTOCKS) & Q(restockable_in_days__isnull=False))
        | (~Q(out_of_stock_behaviour__in=RESTOCKS) & Q(restockable_in_days__isnull=True))
    )


class OutOfStockRule(models.Model):
    """A behaviour and its configuration; ``restockable_in_days`` 0 is without limit of time or quantity (spec 2)."""

    out_of_stock_behaviour = models.CharField(
        max_length=24, choices=OutOfStockBehaviour.choices, default=OutOfStockBehaviour.NONE
    )
    preorder_start = models.DateTimeField(null=True, blank=True)
    restockable_in_days = models.PositiveIntegerField(null=True, blank=True)

    class Meta:
        abstract = True


class ListingQuerySet(VersionedQuerySet["Listing"]):
    def active(self) -> ListingQuerySet:
        return self.filter(status=ListingStatus.ACTIVE)


class Listing(OutOfStockRule, Versioned):
    """An article at a facility. ``details`` keeps what the contract carries and nothing here reads."""

    facility = models.ForeignKey(Facility, on_delete=models.CASCADE, related_name="listings", db_index=False)
    article = models.ForeignKey(Article, on_delete=models.PROTECT, related_name="listings", db_index=False)
    status = models.CharField(max_length=16, choices=ListingStatus.choices, default=ListingStatus.ACTIVE)
    price = models.DecimalField(max_digits=14, decimal_places=2, null=True, blank=True)
    currency = models.CharField(max_length=3, blank=True)
    tags = models.JSONField(default=list, blank=True)
    details = models.JSONField(default=dict, blank=True)
    custom_attributes = models.JSONField(default=dict, blank=True)

    objects = ListingQuerySet.as_manager()

    class Meta(Versioned.Meta):
        constraints = (
            models.UniqueConstraint(
                name="one_listing_per_facility_and_article", fields=("facility", "article")
            ),
            models.CheckConstraint(name="listing_configuration_fits", condition=_configuration_fits()),
            models.CheckConstraint(name="listing_status_known", condition=Q(status__in=ListingStatus.values)),
        )
        indexes = (
            models.Index(fields=("article", "facility"), name="listing_by_article"),
            models.Index(fields=("last_modified", "id"), name="listing_by_last_modified"),
            models.Index(
                fields=("preorder_start",),
                name="listing_preorder_start",
                condition=Q(preorder_start__isnull=False),
            ),
        )

    def __str__(self) -> str:
        return say("%(article)s at %(facility)s") % {"article": self.article, "facility": self.facility}


class ListingContextRule(OutOfStockRule):
    """An exception to the listing's behaviour for some orders (B1).

    ``conditions`` is a list of 1–5 ``{"type": FACILITY_GROUP | TAG_REFERENCE, "operator"?: "NOT", "values": […]}``.
    """

    listing = models.ForeignKey(Listing, on_delete=models.CASCADE, related_name="context_rules")
    priority = models.PositiveSmallIntegerField()
    conditions = models.JSONField()

    class Meta:
        ordering = ("listing_id", "priority", "id")
        constraints = (
            models.CheckConstraint(
                name="context_rule_priority_range", condition=Q(priority__range=(1, 1000))
            ),
            models.CheckConstraint(name="context_rule_configuration_fits", condition=_configuration_fits()),
        )
        indexes = (
            models.Index(
                fields=("preorder_start",),
                name="context_rule_preorder_start",
                condition=Q(preorder_start__isnull=False),
            ),
        )

    def __str__(self) -> str:
        return say("rule %(priority)s of %(listing_id)s") % {
            "priority": self.priority,
            "listing_id": self.listing_id,
        }
