"""What all interventions by hand share: locks in the one order, and who may be touched (spec 3, "Interventions")."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from django.utils import timezone

from backoffice.core.errors import NotFound, StateConflict
from inventory.models import MovementCause, StockLevel
from inventory.services.levels import lock_levels
from inventory.services.reservations import free
from orders.models import Order, PickJob, PickJobStatus, PickJobSubStatus
from orders.models.order import LIVE_ORDER_STATUSES
from orders.models.pickjob import UNSTARTED
from orders.services.pickjobs import end_pick_jobs
from routing.models import (
    PLAN_LIFECYCLE,
    ConsolidatedStatus,
    PlanLine,
    PlanStatus,
    QueuedRun,
    RoutingPlan,
    WaitingArticle,
    WaitingRoomSettings,
)
from routing.passes.loading import lock_plans
from routing.rank import rank_of

IN_PLACE = (PlanStatus.WAITING, PlanStatus.RETRYABLE, PlanStatus.NOT_ROUTABLE)
"""Plans that hold nothing: an intervention changes them as they are."""

REPLACED = (PlanStatus.ROUTED, PlanStatus.PLANNED)
"""Plans that hold stock: an intervention makes them OBSOLETE and lets a successor carry on (M1, M2)."""


@dataclass(frozen=True, slots=True)
class Ending:
    """How the pick job of a replaced plan ends."""

    consolidated: ConsolidatedStatus
    sub_status: PickJobSubStatus


def lock_order(order_id: UUID) -> Order:
    """The order, locked: the first lock of every intervention, so that they follow one another.

    :raises NotFound: there is no such order.
    :raises StateConflict: it has ended.
    """
    order: Order | None = (
        Order.objects.select_for_update(no_key=True, of=("self",)).filter(pk=order_id).first()
    )
    if order is None:
        raise NotFound.of(Order, order_id)
    if order.status not in LIVE_ORDER_STATUSES:
        raise StateConflict(
            f"The order is {order.status}: nothing of it can be changed any more.", field="status"
        )
    return order


def lock_plan(plan_id: UUID, version: int | None) -> RoutingPlan:
    """The plan with its order, both locked, the order first.

    :raises NotFound: there is no such plan.
    :raises VersionConflict: it changed since ``version``; ``None`` takes it as it is.
    :raises StateConflict: its order has ended.
    """
    order_id = RoutingPlan.objects.filter(pk=plan_id).values_list("order_id", flat=True).first()
    if order_id is None:
        raise NotFound.of(RoutingPlan, plan_id)
    order = lock_order(order_id)
    lock_plans([plan_id])
    plan: RoutingPlan = RoutingPlan.objects.select_related("pick_job").get(pk=plan_id)
    plan.order = order
    if version is not None:
        plan.claim(version)
    return plan


def lock_live_plans(order: Order) -> list[RoutingPlan]:
    """All live plans of a locked order, locked, by id."""
    lock_plans(list(RoutingPlan.objects.filter(order=order).values_list("id", flat=True)))
    plans = list(RoutingPlan.objects.live().filter(order=order).select_related("pick_job").order_by("id"))
    for plan in plans:
        plan.order = order
    return plans


def lock_holdings(plans: Collection[RoutingPlan]) -> None:
    """Locks the pick jobs of locked plans, then all stock levels of their articles, each by id.

    Ending one plan after the other, and deciding anew, would else take these locks in whatever order the plans hold
    things, and run into those who keep the order (spec 8, traps).
    """
    jobs = [plan.pick_job_id for plan in plans if plan.pick_job_id is not None]
    list(PickJob.objects.select_for_update(no_key=True).filter(id__in=jobs).order_by("id").values_list("id"))
    articles = PlanLine.objects.filter(plan__in=plans).values("article_id")
    lock_levels(list(StockLevel.objects.filter(article_id__in=articles).values_list("id", flat=True)))


def refuse_unless_open_to_intervention(plan: RoutingPlan) -> None:
    """:raises StateConflict: the plan is not one that a person may touch now."""
    if plan.status == PlanStatus.INITIAL:
        raise StateConflict("The plan is just being routed: try again in a moment.", field="status")
    if plan.status not in (*IN_PLACE, *REPLACED):
        raise StateConflict(
            f"The plan is {plan.status}: only plans that wait, are planned, are not routable, or are routed and not "
            "yet started can be changed by hand.",
            field="status",
        )
    if plan.pick_job is not None and picking_started(plan):
        raise StateConflict(
            f"Picking of the plan's pick job {plan.pick_job.short_id} has started ({plan.pick_job.status}).",
            code="PICKING_STARTED",
            field="status",
        )


def picking_started(plan: RoutingPlan) -> bool:
    return plan.pick_job is not None and plan.pick_job.status not in UNSTARTED


def replace(plan: RoutingPlan, *, ending: Ending, queued_run: QueuedRun) -> RoutingPlan:
    """Makes a ROUTED or PLANNED plan OBSOLETE, frees what it holds, and returns its INITIAL successor (M1, M2)."""
    PLAN_LIFECYCLE.check(plan.status, PlanStatus.OBSOLETE)
    if plan.pick_job is not None:
        end_pick_jobs(
            pick_job_ids=[plan.pick_job.id], status=PickJobStatus.REROUTED, sub_status=ending.sub_status
        )
    release_holdings([plan.id])
    plan.status, plan.consolidated_status = PlanStatus.OBSOLETE, ending.consolidated
    plan.touch(("status", "consolidated_status"))
    successor = RoutingPlan(
        order=plan.order,
        parent=plan.parent,
        reroute_predecessor=plan,
        queued_run=queued_run,
        queued_at=timezone.now(),
        delivery_type=plan.delivery_type,
        service_level=plan.service_level,
        facility_blacklist=plan.facility_blacklist,
        waiting_since=plan.waiting_since,
    )
    successor.rank = rank_of(successor, WaitingRoomSettings.load().prioritization)
    successor.save(force_insert=True)
    PlanLine.objects.bulk_create(
        [
            PlanLine(
                plan=successor,
                order_line_id=line.order_line_id,
                article_id=line.article_id,
                bundle_id=line.bundle_id,
                quantity=line.quantity,
            )
            for line in PlanLine.objects.filter(plan=plan).order_by("id")
        ]
    )
    return successor


def release_holdings(plan_ids: Collection[UUID], cause: MovementCause = MovementCause.RELEASE) -> None:
    """Frees all stock that the plans hold, and takes them out of the waiting room's index."""
    WaitingArticle.objects.filter(plan_id__in=plan_ids).delete()
    free(
        holders=list(PlanLine.objects.filter(plan_id__in=plan_ids).values_list("id", flat=True)), cause=cause
    )
