"""O3: plans leave facilities that went OFFLINE, unless picking has begun (spec 3)."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from django.db import transaction

from backoffice.core.events import publish
from backoffice.core.nudges import nudge
from backoffice.core.texts import text
from inventory.models import Facility, FacilityStatus
from orders.models import Order, PickJob, PickJobSubStatus
from orders.models.order import LIVE_ORDER_STATUSES
from routing.events import PlanReplaced
from routing.models import ConsolidatedStatus, PlanStatus, QueuedRun, RoutingPlan
from routing.passes.loading import lock_plans
from routing.passes.retries import one_by_one
from routing.services.interventions import Ending, lock_holdings, replace_all
from routing.triggers import ROUTE_TASK

VACATE_TASK = "routing.vacate"

CHUNK = 200
"""Plans per transaction at most."""

REASON = text("Its facility went OFFLINE")

STANDING = (PlanStatus.ROUTED, PlanStatus.PLANNED)

_ENDINGS = {
    PlanStatus.ROUTED: Ending(ConsolidatedStatus.OBSOLETE_WAS_ROUTED, PickJobSubStatus.RECALCULATION),
    PlanStatus.PLANNED: Ending(ConsolidatedStatus.OBSOLETE, PickJobSubStatus.RECALCULATION),
}


def vacate_offline_facilities() -> int:
    """Routes anew what stands at OFFLINE facilities and was not begun; returns how many plans that were.

    Found in the database: a plan that was just being routed when its facility went OFFLINE is found by the next sweep.
    """
    vacated = 0
    last: UUID | None = None
    while plan_ids := _next(last):
        vacated += sum(one_by_one(plan_ids, _vacate, _leave))
        last = plan_ids[-1]
    return vacated


def _next(last: UUID | None) -> list[UUID]:
    """By ascending id, so that a plan which cannot be moved is not tried again and again.

    Two questions instead of one: so the database finds few rows by their indexes, and does not look through all that
    such a facility ever fulfilled.
    """
    offline = list(Facility.with_retired.filter(status=FacilityStatus.OFFLINE).values_list("id", flat=True))
    standing = RoutingPlan.objects.filter(status__in=STANDING)
    if last is not None:
        standing = standing.filter(id__gt=last)
    jobs = PickJob.objects.unstarted().filter(facility_id__in=offline)
    found: list[UUID] = []
    for plans in (
        standing.filter(pick_job_id__in=jobs.values("id")),
        standing.filter(pick_job__isnull=True, facility_id__in=offline),
    ):
        found += plans.order_by("id").values_list("id", flat=True)[:CHUNK]
    return sorted(found)[:CHUNK]


def _vacate(plan_ids: Sequence[UUID]) -> int:
    """Locks orders, plans, pick jobs and levels, in this order; whoever was begun meanwhile stays."""
    with transaction.atomic():
        orders = RoutingPlan.objects.filter(id__in=plan_ids).values("order_id")
        list(
            Order.objects.select_for_update(no_key=True, of=("self",))
            .filter(id__in=orders, status__in=LIVE_ORDER_STATUSES)
            .order_by("id")
            .values_list("id")
        )
        lock_plans(plan_ids)
        lock_holdings(list(_standing(plan_ids)))
        plans = list(_standing(plan_ids))
        if not plans:
            return 0
        successors = replace_all(
            plans,
            endings={plan.id: _ENDINGS[PlanStatus(plan.status)] for plan in plans},
            queued_run=QueuedRun.VACATED,
        )
        publish(
            [
                PlanReplaced(plan_id=plan.id, order_id=plan.order_id, facts={"successor": str(successor.id)})
                for plan, successor in zip(plans, successors, strict=True)
            ],
            reason=REASON,
        )
        nudge(ROUTE_TASK)
        return len(plans)


def _standing(plan_ids: Sequence[UUID]) -> Sequence[RoutingPlan]:
    return list(
        RoutingPlan.objects.to_be_vacated()
        .filter(id__in=plan_ids, order__status__in=LIVE_ORDER_STATUSES)
        .select_related("order")
        .order_by("id")
    )


def _leave(plan_id: UUID, error: Exception) -> None:
    """The next sweep finds it again."""
