"""M3: cancelling plans, and what they hold with them (spec 3)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from django.db import transaction

from backoffice.core.events import publish
from inventory.models import MovementCause
from orders.models import PickJobStatus
from orders.models.pickjob import FINISHED, STANDING
from orders.services.cancelling import record_cancelled_units
from orders.services.pickjobs import end_pick_jobs
from routing.events import PlanCancelled, PlanLowered
from routing.models import (
    PLAN_LIFECYCLE,
    ConsolidatedStatus,
    PlanLine,
    PlanStatus,
    RoutingPlan,
    TriggerCause,
)
from routing.passes.loading import lock_plans
from routing.services.choosing import Choice
from routing.services.interventions import (
    lock_holdings,
    lock_plan,
    refuse_unless_open_to_intervention,
    release_holdings,
)
from routing.services.taking import take_units, wake_those_behind, wake_waiting


def cancel_plan(
    *, plan_id: UUID, version: int | None = None, choice: Choice | None = None, reason: str = ""
) -> RoutingPlan:
    """Cancels a plan: its pick job ends, its stock is free again, its units count as cancelled (M3).

    With a ``choice`` only these units are: the plan goes on with the rest, and its pick job has fewer to pick. When
    nothing of the order is left, the order is cancelled.

    :raises NotFound: there is no such plan.
    :raises VersionConflict: it changed since ``version``.
    :raises StateConflict: it is not one that a person may touch now, or the choice tears a bundle apart.
    :raises Invalid: what is chosen is not in the plan.
    """
    with transaction.atomic():
        plan = lock_plan(plan_id, version)
        refuse_unless_open_to_intervention(plan)
        lines = list(PlanLine.objects.filter(plan=plan).order_by("id"))
        units = choice.units_of(lines) if choice is not None else None
        if units is None or units.total() == sum(line.quantity for line in lines):
            cancel_locked_plan(plan, reason=reason)
        else:
            _cancel_units(plan, lines, units, reason)
    return plan


def _cancel_units(
    plan: RoutingPlan, lines: Sequence[PlanLine], units: Mapping[UUID, int], reason: str
) -> None:
    """Cancels some of a locked plan's units, by plan line. Those who wait for what they held are woken (W4)."""
    lock_holdings([plan])
    cancelled: Counter[UUID] = Counter()
    for line in lines:
        cancelled[line.order_line_id] += units.get(line.id, 0)
    take_units([plan], [line for line in lines if units.get(line.id)], units)
    record_cancelled_units(order_id=plan.order_id, units=+cancelled, reference=plan.id, reason=reason)
    wake_waiting([plan], TriggerCause.PLAN_LOWERED)
    facts = {"units": cancelled.total()}
    publish([PlanLowered(plan_id=plan.id, order_id=plan.order_id, facts=facts)], reason=reason)


def cancel_locked_plan(plan: RoutingPlan, *, reason: str = "") -> None:
    """Cancels a plan that is locked, as is its order, with all of its units (M3)."""
    units: Counter[UUID] = Counter()
    for order_line, quantity in PlanLine.objects.filter(plan=plan).values_list("order_line_id", "quantity"):
        units[order_line] += quantity
    cancel_plans([plan], reason=reason)
    record_cancelled_units(order_id=plan.order_id, units=units, reference=plan.id, reason=reason)


def cancel_plans_of(*, order_ids: Collection[UUID], started_too: bool = False) -> None:
    """Cancels the live plans of cancelled orders, in the transaction that cancels the orders (I3b, O2).

    Plans whose pick job is finished are spared: what they brought, or did not, is counted. With ``started_too`` jobs
    under way end as well, and what they held is free again.

    :raises StateConflict: picking of one of them has started.
    """
    lock_plans(list(RoutingPlan.objects.filter(order_id__in=order_ids).values_list("id", flat=True)))
    plans = (
        RoutingPlan.objects.live()
        .filter(order_id__in=order_ids)
        .exclude(pick_job__status__in=FINISHED)
        .select_related("pick_job")
        .order_by("id")
    )
    cancel_plans(list(plans), started_too=started_too)


def cancel_plans(
    plans: Collection[RoutingPlan], *, reason: str = "", sub_status: str = "", started_too: bool = False
) -> None:
    """Cancels locked plans: their pick jobs end, what they hold is free, nobody finds them in the waiting room.

    :raises StateConflict: picking of one of them has started.
    """
    if not plans:
        return
    end_pick_jobs(
        pick_job_ids=[
            plan.pick_job.id for plan in plans if plan.pick_job and plan.pick_job.status in STANDING
        ],
        status=PickJobStatus.CANCELED,
        sub_status=sub_status,
        reason=reason,
        started_too=started_too,
    )
    wake_those_behind([plan.id for plan in plans])
    release_holdings([plan.id for plan in plans], MovementCause.CANCELLATION)
    for plan in plans:
        PLAN_LIFECYCLE.check(plan.status, PlanStatus.CANCELED)
        plan.touch(
            status=PlanStatus.CANCELED,
            consolidated_status=ConsolidatedStatus(plan.consolidated_status).then_canceled(),
            queued_run="",
            queued_at=None,
            planned_for=None,
        )
    publish([PlanCancelled(plan_id=plan.id, order_id=plan.order_id) for plan in plans], reason=reason)
