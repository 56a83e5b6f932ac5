from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Greatest
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from backoffice.core.messages import MessageField
from backoffice.core.models.base import QuicklyLoaded, Versioned, VersionedQuerySet
from inventory.models.article import Article
from inventory.models.facility import Facility


class StockLevelQuerySet(models.QuerySet["StockLevel"]):
    def with_available(self) -> StockLevelQuerySet:
        """Adds ``free`` = max(0, on hand - reserved - safety stock), in units."""
        return self.annotate(free=Greatest(F("on_hand") - F("reserved") - F("safety_stock"), 0))

    def of_open_facilities(self) -> StockLevelQuerySet:
        """Without those of facilities that were deleted, whose ledger stays."""
        return self.filter(facility__retired_at__isnull=True)

    def overdrawn(self) -> StockLevelQuerySet:
        """Levels of which more is reserved than there is (P4)."""
        return self.filter(reserved__gt=F("on_hand"))


class StockLevel(QuicklyLoaded):
    """What one facility has of one article: the unit of locking and the truth for availability (spec 2).

    All three counters are units. ``on_hand`` is the sum of the level's stock records, ``reserved`` the sum of its
    reservations. ``reserved`` may exceed ``on_hand`` only while picks that have started hold units that a correction
    took away, or until such a correction has been followed up (P4). ``recount_since`` is when a picker did not find
    what should have been there; the next stock write of the level, which is a count, clears it (P2).
    """

    facility = models.ForeignKey(Facility, on_delete=models.CASCADE, related_name="levels", db_index=False)
    article = models.ForeignKey(Article, on_delete=models.PROTECT, related_name="levels", db_index=False)
    on_hand = models.PositiveBigIntegerField(default=0)
    reserved = models.PositiveBigIntegerField(default=0)
    safety_stock = models.PositiveBigIntegerField(default=0)
    recount_since = models.DateTimeField(null=True, blank=True)

    objects = StockLevelQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                name="one_level_per_facility_and_article", fields=("facility", "article")
            ),
            models.CheckConstraint(name="level_on_hand_not_negative", condition=Q(on_hand__gte=0)),
            models.CheckConstraint(name="level_reserved_not_negative", condition=Q(reserved__gte=0)),
            models.CheckConstraint(name="level_safety_stock_not_negative", condition=Q(safety_stock__gte=0)),
        )
        indexes = (
            models.Index(fields=("article", "facility"), name="level_by_article"),
            models.Index(fields=("id",), name="level_overdrawn", condition=Q(reserved__gt=F("on_hand"))),
        )

    def __str__(self) -> str:
        return say("%(article_id)s at %(facility_id)s: %(on_hand)s on hand, %(reserved)s reserved") % {
            "article_id": self.article_id,
            "facility_id": self.facility_id,
            "on_hand": self.on_hand,
            "reserved": self.reserved,
        }

    @property
    def available(self) -> int:
        """Units that an order may still be given."""
        return max(0, self.on_hand - self.reserved - self.safety_stock)


class SafetyStock(Versioned):
    """That a facility keeps units of an article back. How many is the level's ``safety_stock``."""

    level = models.OneToOneField(StockLevel, on_delete=models.CASCADE, related_name="kept_back")

    objects = VersionedQuerySet.as_manager()

    class Meta(Versioned.Meta):
        verbose_name_plural = "safety stocks"

    def __str__(self) -> str:
        return say("safety stock of %(level_id)s") % {"level_id": self.level_id}


class Stock(Versioned):
    """A physical record of stock; several may make up one level. ``value`` is in units."""

    level = models.ForeignKey(StockLevel, on_delete=models.CASCADE, related_name="stocks")
    tenant_stock_id = models.CharField(max_length=255, null=True, blank=True, unique=True)
    location_ref = models.CharField(max_length=255, blank=True)
    value = models.PositiveBigIntegerField(default=0)
    available_until = models.DateTimeField(null=True, blank=True)
    receipt_date = models.DateTimeField(null=True, blank=True)
    conditions = models.JSONField(default=list, blank=True)
    properties = models.JSONField(default=dict, blank=True)
    trait_config = models.JSONField(default=list, blank=True)
    custom_attributes = models.JSONField(default=dict, blank=True)

    objects = VersionedQuerySet.as_manager()

    class Meta(Versioned.Meta):
        constraints = (models.CheckConstraint(name="stock_value_not_negative", condition=Q(value__gte=0)),)
        indexes = (
            models.Index(fields=("last_modified", "id"), name="stock_by_last_modified"),
            models.Index(fields=("location_ref", "id"), name="stock_by_location"),
            models.Index(fields=("value", "id"), name="stock_by_value"),
        )

    def __str__(self) -> str:
        return say("%(value)s units") % {"value": self.value}


class MovementCause(models.TextChoices):
    STOCK_UPDATE = "STOCK_UPDATE", _("Stock update")
    RECEIPT = "RECEIPT", _("Receipt")
    RESERVATION = "RESERVATION", _("Reservation")
    RELEASE = "RELEASE", _("Reservation ended")
    PICK = "PICK", _("Pick")
    SHORT_PICK = "SHORT_PICK", _("Short pick")
    CANCELLATION = "CANCELLATION", _("Cancellation")
    CORRECTION = "CORRECTION", _("Correction")
    FOUND = "FOUND", _("Found")


class StockMovement(models.Model):
    """One line of the append-only ledger: a level is the sum of its movements, always (spec 2).

    Deltas are in units; ``reference`` names what caused the movement (an id, or empty), ``actor`` who did.
    """

    level = models.ForeignKey(StockLevel, on_delete=models.CASCADE, related_name="movements", db_index=False)
    on_hand_delta = models.BigIntegerField(default=0)
    reserved_delta = models.BigIntegerField(default=0)
    cause = models.CharField(max_length=16, choices=MovementCause.choices)
    actor = models.CharField(max_length=255, blank=True)
    reference = models.CharField(max_length=64, blank=True)
    reason = MessageField(max_length=255, blank=True)
    created = models.DateTimeField()

    class Meta:
        indexes = (models.Index(fields=("level", "id"), name="movement_by_level"),)
        constraints = (
            models.CheckConstraint(
                name="movement_moves_something", condition=~Q(on_hand_delta=0, reserved_delta=0)
            ),
        )

    def __str__(self) -> str:
        return f"{self.cause} {self.on_hand_delta:+} / {self.reserved_delta:+}"
