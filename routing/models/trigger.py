from __future__ import annotations

from django.db import models
from django.db.models import Q

from inventory.models import Article, Facility
from routing.models.plan import RoutingPlan


class TriggerCause(models.TextChoices):
    """What may let a waiting plan go (W4)."""

    STOCK_UP = "STOCK_UP", "Stock came"
    RESERVATION_FREED = "RESERVATION_FREED", "A reservation was freed"
    SAFETY_STOCK_DOWN = "SAFETY_STOCK_DOWN", "Safety stock was lowered"
    RECEIPT = "RECEIPT", "A receipt was booked"
    EXPECTED_STOCK = "EXPECTED_STOCK", "Expected stock changed"
    DATE_LIMIT = "DATE_LIMIT", "Expected stock came within the date limit"
    LISTING = "LISTING", "A listing changed"
    GROUP = "GROUP", "A facility group changed"
    FACILITY = "FACILITY", "A facility changed"
    CAPACITY = "CAPACITY", "Picking capacity was renewed"
    STRATEGY = "STRATEGY", "The routing strategy changed"
    SETTINGS = "SETTINGS", "The waiting-room settings changed"
    PREORDER_START = "PREORDER_START", "A preorder started"
    HOLD_EXPIRED = "HOLD_EXPIRED", "A hold expired"
    PLAN_LOWERED = "PLAN_LOWERED", "A waiting plan was lowered"
    ORDER = "ORDER", "The order changed"
    PLAN_IN_FRONT = "PLAN_IN_FRONT", "The plan in front left"
    UNBACKED = "UNBACKED", "A plan was routed beside stock that others wait for"
    ENTRY = "ENTRY", "A plan entered the waiting room"


class ReleaseTrigger(models.Model):
    """Something happened that may let waiting plans go (W4). Rows are only inserted, and deleted when served.

    A trigger names an article, a plan, or - where neither - a facility or everything, and is then spread over the
    articles concerned when it is claimed. ``lease_until`` is set by the worker that claims it; when the worker dies the
    lease ends and another takes over (W11).
    """

    cause = models.CharField(max_length=24, choices=TriggerCause.choices)
    article = models.ForeignKey(Article, on_delete=models.CASCADE, null=True, related_name="+")
    facility = models.ForeignKey(Facility, on_delete=models.CASCADE, null=True, related_name="+")
    plan = models.ForeignKey(RoutingPlan, on_delete=models.CASCADE, null=True, related_name="+")
    created = models.DateTimeField()
    lease = models.UUIDField(null=True)
    lease_until = models.DateTimeField(null=True)

    class Meta:
        indexes = (
            models.Index(fields=("article", "id"), name="trigger_by_article"),
            models.Index(fields=("plan",), name="trigger_by_plan", condition=Q(plan__isnull=False)),
            models.Index(fields=("lease",), name="trigger_by_lease", condition=Q(lease__isnull=False)),
        )

    def __str__(self) -> str:
        return f"{self.get_cause_display()} ({self.pk})"
