"""Plans that have waited longer than the site's ``maxWaitDays``: an alert, and the end if it says so (spec 2)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from backoffice.core.errors import StateConflict
from backoffice.core.events import publish
from backoffice.core.texts import text
from routing.events import PlanWaitsTooLong
from routing.models import PlanStatus, RoutingPlan, WaitingRoomSettings
from routing.passes.loading import lock_plans
from routing.passes.retries import one_by_one
from routing.services.cancelling import cancel_locked_plan
from routing.services.interventions import lock_plan

CHUNK = 500
"""Plans per transaction at most."""


def watch_waiting(*, now: datetime) -> int:
    """Tells once of every plan that has waited too long, and cancels it with ``autoCancel``. Returns how many are new.

    Who is no longer said to wait too long, because the setting changed, loses the mark. Plans that are held wait, too.
    """
    settings = WaitingRoomSettings.load()
    limit = None if settings.max_wait_days is None else now - timedelta(days=settings.max_wait_days)
    _forget(limit)
    if limit is None:
        return 0
    told = _tell(limit, settings.max_wait_days or 0, now)
    if settings.auto_cancel:
        _cancel(limit, text("Waited longer than %(days)d days", days=settings.max_wait_days))
    return told


def _forget(limit: datetime | None) -> None:
    within = Q() if limit is None else Q(waiting_since__gte=limit)
    RoutingPlan.objects.waiting_too_long().filter(within).update(overstayed_at=None)


def _tell(limit: datetime, days: int, now: datetime) -> int:
    unnoticed = RoutingPlan.objects.waiting().filter(overstayed_at__isnull=True, waiting_since__lt=limit)
    told = 0
    while plan_ids := list(unnoticed.order_by("id").values_list("id", flat=True)[:CHUNK]):
        with transaction.atomic():
            lock_plans(plan_ids)
            found = list(unnoticed.filter(id__in=plan_ids).values_list("id", "order_id", "waiting_since"))
            RoutingPlan.objects.filter(id__in=[id for id, _, _ in found]).bumped(overstayed_at=now)
            publish(
                [
                    PlanWaitsTooLong(
                        plan_id=id,
                        order_id=order,
                        facts={"days": (now - since).days if since else 0, "maxWaitDays": days},
                    )
                    for id, order, since in found
                ]
            )
        told += len(found)
    return told


def _cancel(limit: datetime, reason: str) -> None:
    """Each in a transaction of its own, so that one that fails leaves the others done."""
    overstaying = RoutingPlan.objects.waiting_too_long().filter(waiting_since__lt=limit)
    for plan_id in list(overstaying.order_by("id").values_list("id", flat=True)):
        one_by_one([plan_id], partial(_cancel_one, reason=reason), _leave)


def _cancel_one(plan_ids: Sequence[UUID], *, reason: str) -> None:
    (plan_id,) = plan_ids
    with transaction.atomic():
        try:
            plan = lock_plan(plan_id, None)
        except StateConflict:
            return  # its order has just ended
        if plan.status == PlanStatus.WAITING:
            cancel_locked_plan(plan, reason=reason)


def _leave(plan_id: UUID, error: Exception) -> None:
    """The next night finds it again."""
