"""M3: cancelling plans, and what they hold with them (spec 3)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from uuid import UUID

from django.db import transaction

from backoffice.core.events import publish
from inventory.models import MovementCause
from orders.models import PickJobStatus
from orders.services.cancelling import record_cancelled_units
from orders.services.pickjobs import end_pick_jobs
from routing.events import PlanCancelled
from routing.models import (
    PLAN_LIFECYCLE,
    ConsolidatedStatus,
    Overtaking,
    PlanLine,
    PlanStatus,
    RoutingPlan,
    TriggerCause,
    WaitingArticle,
    WaitingRoomSettings,
)
from routing.passes.loading import lock_plans
from routing.services.interventions import (
    lock_plan,
    refuse_unless_open_to_intervention,
    release_holdings,
)
from routing.triggers import trigger_articles


def cancel_plan(*, plan_id: UUID, version: int | None = None, reason: str = "") -> RoutingPlan:
    """Cancels a whole plan: its pick job ends, its stock is free again, its units count as cancelled (M3).

    When nothing of the order is left, the order is cancelled.

    :raises NotFound: there is no such plan.
    :raises VersionConflict: it changed since ``version``.
    :raises StateConflict: it is not one that a person may touch now.
    """
    with transaction.atomic():
        plan = lock_plan(plan_id, version)
        refuse_unless_open_to_intervention(plan)
        units: Counter[UUID] = Counter()
        for order_line, quantity in PlanLine.objects.filter(plan=plan).values_list(
            "order_line_id", "quantity"
        ):
            units[order_line] += quantity
        _cancel([plan], reason)
        record_cancelled_units(order_id=plan.order_id, units=units, reason=reason)
    return plan


def cancel_plans_of(*, order_ids: Collection[UUID]) -> None:
    """Cancels the live plans of cancelled orders, in the transaction that cancels the orders (I3b).

    :raises StateConflict: picking of one of them has started.
    """
    lock_plans(list(RoutingPlan.objects.filter(order_id__in=order_ids).values_list("id", flat=True)))
    plans = (
        RoutingPlan.objects.live().filter(order_id__in=order_ids).select_related("pick_job").order_by("id")
    )
    _cancel(list(plans), reason="")


def _cancel(plans: Collection[RoutingPlan], reason: str) -> None:
    if not plans:
        return
    jobs = [plan.pick_job_id for plan in plans if plan.pick_job_id is not None]
    end_pick_jobs(pick_job_ids=jobs, status=PickJobStatus.CANCELED, reason=reason)
    _wake_those_behind(plans)
    release_holdings([plan.id for plan in plans], MovementCause.CANCELLATION)
    for plan in plans:
        PLAN_LIFECYCLE.check(plan.status, PlanStatus.CANCELED)
        plan.status = PlanStatus.CANCELED
        plan.consolidated_status = ConsolidatedStatus(plan.consolidated_status).then_canceled()
        plan.queued_run, plan.queued_at = "", None
        plan.touch(("status", "consolidated_status", "queued_run", "queued_at"))
    publish([PlanCancelled(plan_id=plan.id, order_id=plan.order_id) for plan in plans], reason=reason)


def _wake_those_behind(plans: Collection[RoutingPlan]) -> None:
    """Under STRICT a waiting plan that leaves no longer blocks those behind it (W4)."""
    if WaitingRoomSettings.load().overtaking != Overtaking.STRICT:
        return
    waited_for = WaitingArticle.objects.filter(plan__in=plans).values_list("article_id", flat=True)
    trigger_articles((TriggerCause.PLAN_IN_FRONT, article) for article in waited_for.distinct())
