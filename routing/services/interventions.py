"""What all interventions by hand share: locks in the one order, and who may be touched (spec 3, "Interventions")."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils import timezone

from backoffice.core.bulk import update_rows
from backoffice.core.errors import NotFound, StateConflict
from backoffice.core.texts import text
from inventory.models import MovementCause, Reservation, StockLevel
from inventory.services.expected import lock_expected
from inventory.services.levels import lock_levels
from inventory.services.reservations import free
from orders.models import DeliveryType, Order, PickJob, PickJobStatus, PickJobSubStatus
from orders.models.order import LIVE_ORDER_STATUSES
from orders.models.pickjob import UNSTARTED
from orders.services.payments import carry_over
from orders.services.pickjobs import end_pick_jobs
from routing.dates import ask_for_dates_of
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
from routing.services.strategies import blacklists_assigned_facilities

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
            text("The order is %(status)s: nothing of it can be changed any more.", status=order.status),
            field="status",
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
    """Locks the pick jobs of locked plans, then all stock levels of their articles, then the buckets of expected stock
    that they were promised from, each by id.

    Ending one plan after the other, and deciding anew, would else take these locks in whatever order the plans hold
    things, and run into those who keep the order (spec 8, traps).
    """
    jobs = [plan.pick_job_id for plan in plans if plan.pick_job_id is not None]
    list(PickJob.objects.select_for_update(no_key=True).filter(id__in=jobs).order_by("id").values_list("id"))
    lines = PlanLine.objects.filter(plan__in=plans)
    levels = StockLevel.objects.filter(article_id__in=lines.values("article_id"))
    lock_levels(list(levels.values_list("id", flat=True)))
    if any(plan.status == PlanStatus.PLANNED for plan in plans):
        promised = Reservation.objects.filter(holder__in=lines.values("id"), expected_stock__isnull=False)
        lock_expected(list(promised.values_list("expected_stock_id", flat=True)))


def refuse_unless_open_to_intervention(plan: RoutingPlan) -> None:
    """:raises StateConflict: the plan is not one that a person may touch now."""
    if plan.status == PlanStatus.INITIAL:
        raise StateConflict(text("The plan is just being routed: try again in a moment."), field="status")
    if plan.status not in (*IN_PLACE, *REPLACED):
        raise StateConflict(
            text(
                "The plan is %(status)s: only plans that wait, are planned, are not routable, "
                "or are routed and not yet started can be changed by hand.",
                status=plan.status,
            ),
            field="status",
        )
    if plan.pick_job is not None and picking_started(plan):
        raise StateConflict(
            text(
                "Picking of the plan's pick job %(short_id)s has started (%(status)s).",
                short_id=plan.pick_job.short_id,
                status=plan.pick_job.status,
            ),
            code="PICKING_STARTED",
            field="status",
        )


def lock_waiting_plan(plan_id: UUID, version: int | None) -> RoutingPlan:
    """As :func:`lock_plan`, for what is done to waiting plans alone (M4).

    :raises StateConflict: it does not wait, or its order has ended.
    """
    plan = lock_plan(plan_id, version)
    if plan.status != PlanStatus.WAITING:
        raise StateConflict(
            text("The plan is %(status)s: only plans that wait have a turn.", status=plan.status),
            field="status",
        )
    return plan


def picking_started(plan: RoutingPlan) -> bool:
    return plan.pick_job is not None and plan.pick_job.status not in UNSTARTED


def replace(
    plan: RoutingPlan, *, ending: Ending, queued_run: QueuedRun, by_hand: bool = False
) -> RoutingPlan:
    """Makes a ROUTED or PLANNED plan OBSOLETE, frees what it holds, and returns its INITIAL successor (M1, M2).

    ``by_hand``: a person says where the successor goes, which no blacklist binds (R9).
    """
    return replace_all([plan], endings={plan.id: ending}, queued_run=queued_run, by_hand=by_hand)[0]


def replace_all(
    plans: Sequence[RoutingPlan],
    *,
    endings: Mapping[UUID, Ending],
    queued_run: QueuedRun,
    by_hand: bool = False,
) -> list[RoutingPlan]:
    """:func:`replace` for many plans, by id, in a number of statements that does not depend on how many.

    The caller holds the locks of the plans and of what they hold; their ``order`` has been fetched.
    """
    jobs: dict[PickJobSubStatus, list[UUID]] = defaultdict(list)
    for plan in plans:
        if plan.pick_job_id is not None:
            jobs[endings[plan.id].sub_status].append(plan.pick_job_id)
    for sub_status, ids in jobs.items():
        end_pick_jobs(pick_job_ids=ids, status=PickJobStatus.REROUTED, sub_status=sub_status)
    return succeed_all(
        plans,
        consolidated={plan.id: endings[plan.id].consolidated for plan in plans},
        queued_run=queued_run,
        avoid={} if by_hand else _assigned_before(plans),
    )


def succeed(
    plan: RoutingPlan,
    *,
    consolidated: ConsolidatedStatus,
    queued_run: QueuedRun,
    avoid: Collection[UUID] = (),
) -> RoutingPlan:
    """:func:`replace` for a plan whose pick job, if any, has ended. The successor is kept from ``avoid`` (R9)."""
    return succeed_all(
        [plan], consolidated={plan.id: consolidated}, queued_run=queued_run, avoid={plan.id: avoid}
    )[0]


def succeed_all(
    plans: Sequence[RoutingPlan],
    *,
    consolidated: Mapping[UUID, ConsolidatedStatus],
    queued_run: QueuedRun,
    avoid: Mapping[UUID, Collection[UUID]],
) -> list[RoutingPlan]:
    """:func:`succeed` for many plans; ``consolidated`` and ``avoid`` are by plan id."""
    for plan in plans:
        PLAN_LIFECYCLE.check(plan.status, PlanStatus.OBSOLETE)
    release_holdings([plan.id for plan in plans])
    now = timezone.now()
    for plan in plans:
        plan.status, plan.consolidated_status = PlanStatus.OBSOLETE, consolidated[plan.id]
        plan.planned_for = None
        plan.version, plan.last_modified = plan.version + 1, now
    update_rows(plans, ("status", "consolidated_status", "planned_for", "version", "last_modified"))
    prioritization = WaitingRoomSettings.load().prioritization
    successors = [_successor(plan, queued_run, now, avoid.get(plan.id, ())) for plan in plans]
    for successor in successors:
        successor.rank = rank_of(successor, prioritization)
    RoutingPlan.objects.bulk_create(successors, batch_size=2_000)
    _copy_lines(plans, successors)
    carry_over(references={plan.id: successor.id for plan, successor in zip(plans, successors, strict=True)})
    return successors


def _assigned_before(plans: Sequence[RoutingPlan]) -> dict[UUID, tuple[UUID, ...]]:
    """The facility that each plan comes from, if the strategy wants it avoided; to collect there is no other (R9)."""
    if not blacklists_assigned_facilities():
        return {}
    return {
        plan.id: (plan.facility_id,)
        for plan in plans
        if plan.facility_id is not None and plan.delivery_type != DeliveryType.COLLECT
    }


def _successor(
    plan: RoutingPlan, queued_run: QueuedRun, now: datetime, avoid: Collection[UUID]
) -> RoutingPlan:
    return plan.part(
        parent_id=plan.parent_id,
        reroute_predecessor=plan,
        queued_run=queued_run,
        queued_at=now,
        facility_blacklist=list(dict.fromkeys([*plan.facility_blacklist, *map(str, avoid)])),
        remainder=plan.remainder,
    )


def _copy_lines(plans: Sequence[RoutingPlan], successors: Sequence[RoutingPlan]) -> None:
    successor_of = {plan.id: successor for plan, successor in zip(plans, successors, strict=True)}
    PlanLine.objects.bulk_create(
        [
            line.carried_by(successor_of[line.plan_id])
            for line in PlanLine.objects.filter(plan__in=successor_of).order_by("id")
        ],
        batch_size=2_000,
    )


def release_holdings(plan_ids: Collection[UUID], cause: MovementCause = MovementCause.RELEASE) -> None:
    """Frees all stock that the plans hold, and takes them out of the waiting room's index."""
    ask_for_dates_of(plan_ids)
    WaitingArticle.objects.filter(plan_id__in=plan_ids).delete()
    free(
        holders=list(PlanLine.objects.filter(plan_id__in=plan_ids).values_list("id", flat=True)), cause=cause
    )
