"""M2: asking for a new routing decision, by hand or for all that could not be routed (spec 3)."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from backoffice.core.errors import StateConflict
from backoffice.core.events import publish
from backoffice.core.nudges import nudge
from backoffice.core.texts import text
from orders.models import Order, PickJobSubStatus
from routing.events import PlanReplaced, PlanRerouteRequested
from routing.models import ConsolidatedStatus, QueuedRun, RoutingPlan
from routing.passes.loading import lock_plans
from routing.services.interventions import (
    IN_PLACE,
    REPLACED,
    Ending,
    lock_holdings,
    lock_live_plans,
    lock_order,
    lock_plan,
    picking_started,
    refuse_unless_open_to_intervention,
    replace,
)
from routing.triggers import ROUTE_TASK

BATCH = 2_000

_ENDINGS = {
    QueuedRun.PLAN_REROUTE: Ending(
        ConsolidatedStatus.OBSOLETE_WAS_MANUALLY_REROUTED, PickJobSubStatus.MANUAL_REROUTE
    ),
    QueuedRun.PROCESS_REROUTE: Ending(
        ConsolidatedStatus.OBSOLETE_WAS_MANUALLY_REROUTED, PickJobSubStatus.PROCESS_REROUTE
    ),
}


def reroute_plan(*, plan_id: UUID, version: int | None = None, reason: str = "") -> RoutingPlan:
    """Puts a plan into the queue for a decision with today's strategy, and returns the plan that awaits it (M2).

    A ROUTED or PLANNED plan becomes OBSOLETE, and its INITIAL successor is returned.

    :raises NotFound: there is no such plan.
    :raises VersionConflict: it changed since ``version``.
    :raises StateConflict: it is not one that a person may touch now.
    """
    with transaction.atomic():
        plan = lock_plan(plan_id, version)
        refuse_unless_open_to_intervention(plan)
        return _queue(plan, QueuedRun.PLAN_REROUTE, reason)


def reroute_process(*, order_id: UUID, version: int, reason: str = "") -> Order:
    """Asks for a new decision about every plan of the order that a person may touch now (M2).

    :raises NotFound: there is no such order.
    :raises VersionConflict: the order changed since ``version``.
    :raises StateConflict: the order has ended, or none of its plans can be rerouted.
    """
    with transaction.atomic():
        order = lock_order(order_id)
        order.claim(version)
        plans = [
            plan
            for plan in lock_live_plans(order)
            if plan.status in (*IN_PLACE, *REPLACED) and not picking_started(plan)
        ]
        if not plans:
            raise StateConflict(text("The order has no plan that could be rerouted now."), field="status")
        lock_holdings(plans)
        for plan in plans:
            _queue(plan, QueuedRun.PROCESS_REROUTE, reason)
    return order


def reroute_plans(*, plan_ids: Collection[UUID], reason: str = "") -> int:
    """Reroutes those of the plans that a person may touch now, each in a transaction of its own (M2, M5).

    Returns how many; the others stay as they are.
    """
    rerouted = 0
    for plan_id in plan_ids:
        try:
            reroute_plan(plan_id=plan_id, reason=reason)
        except StateConflict:
            continue
        rerouted += 1
    return rerouted


def retry_not_routable() -> int:
    """Puts every plan that could not be routed into the queue again, in one statement (R5); returns how many."""
    with transaction.atomic():
        retried = RoutingPlan.objects.retryable()
        queued = retried.bumped(queued_run=QueuedRun.RETRY, queued_at=timezone.now())
        if queued:
            nudge(ROUTE_TASK)
    return queued


def queue_reroutes(*, reason: str = "") -> int:
    """Asks for a new decision about every plan that could not be routed, as by hand (M2); returns how many.

    Set-based, in transactions of :data:`BATCH` plans. A plan that is in the queue already stays there as it is.
    """
    queued = 0
    waiting = (
        RoutingPlan.objects.unroutable().filter(queued_run="").order_by("id").values_list("id", flat=True)
    )
    batch = list(waiting[:BATCH])
    while batch:
        queued += _queue_together(batch, reason)
        # By ascending id, so that a plan which comes out of the queue meanwhile is not put into it again.
        batch = list(waiting.filter(id__gt=batch[-1])[:BATCH])
    return queued


def _queue_together(plan_ids: Collection[UUID], reason: str) -> int:
    with transaction.atomic():
        lock_plans(plan_ids)
        plans = RoutingPlan.objects.unroutable().filter(id__in=plan_ids, queued_run="")
        found = list(plans.order_by("id").values_list("id", "order_id"))
        plans.bumped(queued_run=QueuedRun.PLAN_REROUTE, queued_at=timezone.now())
        publish([PlanRerouteRequested(plan_id=plan, order_id=order) for plan, order in found], reason=reason)
        nudge(ROUTE_TASK)
    return len(found)


def _queue(plan: RoutingPlan, run: QueuedRun, reason: str) -> RoutingPlan:
    nudge(ROUTE_TASK)
    if plan.status in REPLACED:
        successor = replace(plan, ending=_ENDINGS[run], queued_run=run)
        facts = {"successor": str(successor.id)}
        publish([PlanReplaced(plan_id=plan.id, order_id=plan.order_id, facts=facts)], reason=reason)
        return successor
    plan.touch(queued_run=run, queued_at=timezone.now())
    publish([PlanRerouteRequested(plan_id=plan.id, order_id=plan.order_id)], reason=reason)
    return plan
