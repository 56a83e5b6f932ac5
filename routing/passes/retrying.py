"""Unroutable plans within the strategy's retry window are tried again and again (R5)."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from django.db import transaction

from routing.models import PlanStatus, RoutingPlan
from routing.passes.loading import load_rows, lock_plans
from routing.passes.pace import Pace
from routing.passes.queue import decide_and_commit
from routing.passes.retries import one_by_one


def retry_unroutable() -> int:
    """Decides every RETRYABLE plan again, in release order; returns how many are RETRYABLE no more.

    One whose window has closed becomes NOT_ROUTABLE. One that still cannot go, for the same reason, is not written.
    """
    plan_ids = list(RoutingPlan.objects.in_retry_window().in_release_order().values_list("id", flat=True))
    return sum(sum(one_by_one(part, _retry_chunk, _leave)) for part in Pace().parts(plan_ids))


def _retry_chunk(plan_ids: Sequence[UUID]) -> int:
    """Lock, load, decide, commit: one transaction. Somebody may have moved a plan since it was found."""
    with transaction.atomic():
        lock_plans(plan_ids)
        rows = [
            row
            for row in load_rows(plan_ids)
            if row.plan.status == PlanStatus.RETRYABLE and not row.plan.queued_run
        ]
        if rows:
            decide_and_commit(rows)
        return sum(row.plan.status != PlanStatus.RETRYABLE for row in rows)


def _leave(plan_id: UUID, error: Exception) -> None:
    """The next sweep finds it again."""
