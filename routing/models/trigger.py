from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from inventory.models import Article, Facility
from routing.models.plan import RoutingPlan


class TriggerCause(models.TextChoices):
    """What may let a waiting plan go (W4)."""

    STOCK_UP = "STOCK_UP", _("Stock came")
    RESERVATION_FREED = "RESERVATION_FREED", _("A reservation was freed")
    SAFETY_STOCK_DOWN = "SAFETY_STOCK_DOWN", _("Safety stock was lowered")
    RECEIPT = "RECEIPT", _("A receipt was booked")
    EXPECTED_STOCK = "EXPECTED_STOCK", _("Expected stock changed")
    DATE_LIMIT = "DATE_LIMIT", _("Expected stock came within the date limit")
    LISTING = "LISTING", _("A listing changed")
    GROUP = "GROUP", _("A facility group changed")
    FACILITY = "FACILITY", _("A facility changed")
    CAPACITY = "CAPACITY", _("Picking capacity was renewed")
    STRATEGY = "STRATEGY", _("The routing strategy changed")
    SETTINGS = "SETTINGS", _("The waiting-room settings changed")
    PREORDER_START = "PREORDER_START", _("A preorder started")
    HOLD_EXPIRED = "HOLD_EXPIRED", _("A hold expired")
    PLAN_LOWERED = "PLAN_LOWERED", _("A waiting plan was lowered")
    ORDER = "ORDER", _("The order changed")
    PLAN_IN_FRONT = "PLAN_IN_FRONT", _("The plan in front left")
    UNBACKED = "UNBACKED", _("A plan was routed beside stock that others wait for")
    ENTRY = "ENTRY", _("A plan entered the waiting room")
    WATCHED = "WATCHED", _("Plans that waited for another article wait for it now")


class ReleaseTrigger(models.Model):
    """Something happened that may let waiting plans go (W4). Rows are only inserted, and deleted when served.

    A trigger names an article, a plan, or - where neither - a facility or everything, and is then spread over the
    articles concerned when it is claimed. ``lease_until`` is set by the worker that claims it; when the worker dies the
    lease ends and another takes over (W11).
    """

    cause = models.CharField(max_length=24, choices=TriggerCause.choices)
    article = models.ForeignKey(
        Article, on_delete=models.CASCADE, null=True, related_name="+", db_index=False
    )
    facility = models.ForeignKey(
        Facility, on_delete=models.CASCADE, null=True, related_name="+", db_index=False
    )
    plan = models.ForeignKey(
        RoutingPlan, on_delete=models.CASCADE, null=True, related_name="+", db_index=False
    )
    created = models.DateTimeField()
    lease = models.UUIDField(null=True)
    lease_until = models.DateTimeField(null=True)

    class Meta:
        indexes = (
            models.Index(fields=("article", "id"), name="trigger_by_article"),
            models.Index(fields=("plan",), name="trigger_by_plan", condition=Q(plan__isnull=False)),
            models.Index(
                fields=("facility",), name="trigger_by_facility", condition=Q(facility__isnull=False)
            ),
            models.Index(fields=("lease",), name="trigger_by_lease", condition=Q(lease__isnull=False)),
        )

    def __str__(self) -> str:
        return f"{self.get_cause_display()} ({self.pk})"
