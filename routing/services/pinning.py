"""M4: pinning waiting plans to the top, and letting them go back to their places (spec 3)."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from backoffice.core.errors import StateConflict
from backoffice.core.events import publish
from backoffice.core.texts import text
from routing.dates import ask_for_dates_of
from routing.events import PlanMoved, PlanPinned, PlanUnpinned
from routing.models import RoutingPlan, WaitingArticle, WaitingRoomSettings
from routing.rank import rank_of
from routing.services.interventions import lock_waiting_plan
from routing.services.taking import wake_those_behind


def pin_plan(*, plan_id: UUID, version: int | None = None, reason: str = "") -> RoutingPlan:
    """Puts a waiting plan in front of all that are not pinned, behind those that were pinned before (M4).

    :raises NotFound: there is no such plan.
    :raises VersionConflict: it changed since ``version``.
    :raises StateConflict: it does not wait, or is pinned already.
    """
    with transaction.atomic():
        plan = lock_waiting_plan(plan_id, version)
        if plan.pinned_at is not None:
            raise StateConflict(
                text("The plan is pinned to the top already."), code="ALREADY_PINNED", field="status"
            )
        _move(plan, timezone.now(), PlanPinned, reason)
    return plan


def unpin_plan(*, plan_id: UUID, version: int | None = None, reason: str = "") -> RoutingPlan:
    """Lets a pinned plan go back to the place that its order gives it (M4).

    :raises NotFound: there is no such plan.
    :raises VersionConflict: it changed since ``version``.
    :raises StateConflict: it does not wait, or is not pinned.
    """
    with transaction.atomic():
        plan = lock_waiting_plan(plan_id, version)
        if plan.pinned_at is None:
            raise StateConflict(text("The plan is not pinned."), code="NOT_PINNED", field="status")
        _move(plan, None, PlanUnpinned, reason)
    return plan


def _move(plan: RoutingPlan, pinned_at: datetime | None, event: type[PlanMoved], reason: str) -> None:
    """Under STRICT others stand behind it now, or no longer do (W4, W12), and dates change with the
    turns (W10).
    """
    plan.pinned_at = pinned_at
    plan.rank = rank_of(plan, WaitingRoomSettings.load().prioritization)
    plan.touch(("pinned_at", "rank"))
    WaitingArticle.objects.filter(plan=plan).update(rank=plan.rank)
    wake_those_behind([plan.id])
    ask_for_dates_of([plan.id])
    publish([event(plan_id=plan.id, order_id=plan.order_id)], reason=reason)
