from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext as say

from inventory.models.inbound import ExpectedStock
from inventory.models.stock import StockLevel


class Reservation(models.Model):
    """A live claim on units of a level or of expected stock, held by an opaque ``holder``.

    For routing the holder is a plan line, and the reservation is its allocation. ``rank`` is the holder's place among
    others, given when it reserved: when less comes than was promised the lowest is served first (W8). A claim that ends
    is deleted; what it was stays in the ledger.
    """

    holder = models.UUIDField()
    level = models.ForeignKey(StockLevel, on_delete=models.PROTECT, null=True, related_name="reservations")
    expected_stock = models.ForeignKey(
        ExpectedStock,
        on_delete=models.PROTECT,
        null=True,
        related_name="reservations",
        db_index=False,
    )
    quantity = models.PositiveBigIntegerField()
    rank = models.BinaryField(default=b"", editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    created = models.DateTimeField()

    class Meta:
        constraints = (
            models.CheckConstraint(name="reservation_of_something", condition=Q(quantity__gt=0)),
            models.CheckConstraint(
                name="reservation_of_level_or_expected_stock",
                condition=Q(level__isnull=False, expected_stock__isnull=True)
                | Q(level__isnull=True, expected_stock__isnull=False),
            ),
            models.UniqueConstraint(name="one_reservation_per_holder_and_level", fields=("holder", "level")),
            models.UniqueConstraint(
                name="one_reservation_per_holder_and_bucket",
                fields=("holder", "expected_stock"),
                condition=Q(expected_stock__isnull=False),
            ),
        )
        indexes = (
            models.Index(fields=("created", "id"), name="reservation_by_created"),
            models.Index(
                fields=("expected_stock",),
                name="reservation_by_bucket",
                condition=Q(expected_stock__isnull=False),
            ),
        )

    def __str__(self) -> str:
        return say("%(quantity)s for %(holder)s") % {"quantity": self.quantity, "holder": self.holder}
