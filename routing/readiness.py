"""Whether routing keeps up: the age of the oldest trigger and of the oldest queued plan (spec 8, "Operations")."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils import timezone

from backoffice.core.readiness import Finding
from routing.models import ReleaseTrigger, RoutingPlan

PATIENCE = timedelta(minutes=5)
"""A minute for the sweep to find what a lost message left behind, and time to work on it."""

REMEDY = """\
See that workers run and what their log says. If it grows though they work, start more of them (docs/scale.md)."""


def oldest_trigger() -> Finding:
    """The oldest release trigger that nobody has served to the end."""
    return _judge(ReleaseTrigger.objects.order_by("id").values_list("created", flat=True).first(), "trigger")


def oldest_queued_plan() -> Finding:
    """The oldest plan that awaits a routing decision."""
    return _judge(RoutingPlan.objects.queued().values_list("queued_at", flat=True).first(), "queued plan")


def _judge(since: datetime | None, what: str) -> Finding:
    if since is None:
        return Finding(ok=True, detail=f"no {what}")
    age = timezone.now() - since
    return Finding(ok=age < PATIENCE, detail=f"the oldest {what} is {max(0, int(age.total_seconds()))} s old")
