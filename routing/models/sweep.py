from __future__ import annotations

from datetime import UTC, datetime

from django.db import models
from django.utils.translation import gettext as say

from inventory.models import Article, Facility
from routing.models.plan import RoutingPlan

BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)


class SweepMark(models.Model):
    """How far a sweep has looked along the time: what became due since is found once, however long none ran (W4)."""

    name = models.CharField(max_length=32, unique=True)
    reached = models.DateTimeField(default=BEGINNING)

    def __str__(self) -> str:
        return say("%(name)s until %(reached)s") % {
            "name": self.name,
            "reached": f"{self.reached:%Y-%m-%d %H:%M}",
        }


class PlannedReview(models.Model):
    """What a PLANNED plan holds of expected stock came, or will come otherwise than it was promised: it is to be looked
    at (W8). Rows are only inserted, in the transaction of their cause, and deleted by whoever has looked since.
    """

    plan = models.ForeignKey(RoutingPlan, on_delete=models.CASCADE, related_name="reviews")
    created = models.DateTimeField()

    def __str__(self) -> str:
        return say("review %(id)s of %(plan_id)s") % {"id": self.pk, "plan_id": self.plan_id}


class ReleaseTimeReview(models.Model):
    """A preorder start may have moved: what it holds back at the facility is to be looked at again (B4).

    Rows are only inserted, in the transaction of their cause, and deleted when it is certain that no decision which was
    under way then can still hold anything by the old start. Without an ``article`` the facility's groups changed.
    """

    facility = models.ForeignKey(Facility, on_delete=models.CASCADE, related_name="+")
    article = models.ForeignKey(Article, on_delete=models.CASCADE, null=True, related_name="+")
    created = models.DateTimeField()

    def __str__(self) -> str:
        return say("review %(id)s") % {"id": self.pk}
