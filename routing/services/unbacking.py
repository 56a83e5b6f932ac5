"""Plans whose reservations are taken away: they do without, and their pick lines say so (R2)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from uuid import UUID

from backoffice.core.errors import StateConflict
from backoffice.core.texts import text
from orders.models import PickJob
from orders.models.pickjob import UNSTARTED
from orders.services.pickjobs import unback_lines
from routing.models import PlanStatus, RoutingPlan
from routing.passes.loading import lock_plans


def lock_to_unback(*, holders: Collection[UUID]) -> None:
    """Locks the plans that hold something, and their pick jobs, before stock is locked.

    :raises StateConflict: one is not ROUTED, or its picking has begun.
    """
    plans = RoutingPlan.objects.filter(lines__in=holders)
    ids = sorted(set(plans.values_list("id", flat=True)))
    lock_plans(ids)
    jobs = RoutingPlan.objects.filter(id__in=ids, pick_job__isnull=False).values_list("pick_job_id")
    list(PickJob.objects.select_for_update(no_key=True).filter(id__in=jobs).order_by("id").values_list("id"))
    for plan in RoutingPlan.objects.filter(id__in=ids).select_related("pick_job").order_by("id"):
        if plan.status != PlanStatus.ROUTED:
            raise StateConflict(
                text(
                    "The plan %(id)s is %(status)s: reroute or cancel it to free what it holds.",
                    id=plan.id,
                    status=plan.status,
                ),
                field="routingPlanRefs",
            )
        if plan.pick_job is not None and plan.pick_job.status not in UNSTARTED:
            raise StateConflict(
                text(
                    "Picking of the plan %(id)s has begun: abort its pick job to free what it holds.",
                    id=plan.id,
                ),
                code="PICKING_STARTED",
            )


def unback(*, units: Mapping[UUID, int]) -> None:
    """So many units of the holders' pick lines are not covered by stock any more. The caller has them locked."""
    unback_lines(units=units)
