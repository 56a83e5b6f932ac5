"""Pick jobs of plans that were routed while their order was locked (R8)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from uuid import UUID

from django.db.models import Sum

from inventory.models import Reservation
from orders.services.payments import awaiting_payment
from orders.services.pickjobs import PickJobDraft, PickLineDraft, create_pick_jobs
from routing.models import ConsolidatedStatus, PlanLine, PlanStatus, RoutingPlan, TriggerCause
from routing.passes.loading import lock_plans
from routing.triggers import trigger_articles


def create_held_back_pick_jobs(*, order_ids: Collection[UUID]) -> None:
    """Gives the routed plans of unlocked orders their pick jobs. Called in the transaction that unlocks the orders.

    What was not covered by stock when they were routed is looked for again. A job whose payment is still to be
    authorised is held for it (W9).
    """
    lock_plans(list(RoutingPlan.objects.filter(order_id__in=order_ids).values_list("id", flat=True)))
    plans = list(
        RoutingPlan.objects.filter(order_id__in=order_ids, status=PlanStatus.ROUTED, pick_job__isnull=True)
        .select_related("order")
        .order_by("id")
    )
    lines: dict[UUID, list[PlanLine]] = defaultdict(list)
    for line in PlanLine.objects.filter(plan__in=plans).order_by("id"):
        lines[line.plan_id].append(line)
    reserved: dict[UUID, int] = dict(
        Reservation.objects.filter(
            holder__in=[line.id for held in lines.values() for line in held], level__isnull=False
        )
        .values_list("holder")
        .annotate(units=Sum("quantity"))
    )
    held = awaiting_payment(references=[plan.id for plan in plans])
    jobs = create_pick_jobs(
        drafts=[_draft(plan, lines[plan.id], reserved, held=plan.id in held) for plan in plans]
    )
    for plan, job in zip(plans, jobs, strict=True):
        # LOCKED says that it could not be picked yet; any other status says how the plan came to where it is.
        locked = plan.consolidated_status == ConsolidatedStatus.LOCKED
        RoutingPlan.objects.filter(id=plan.id).bumped(
            pick_job_id=job,
            consolidated_status=ConsolidatedStatus.ROUTED if locked else plan.consolidated_status,
        )
    trigger_articles(
        (TriggerCause.STOCK_UP, line.article_id)
        for held in lines.values()
        for line in held
        if reserved.get(line.id, 0) < line.quantity
    )


def _draft(
    plan: RoutingPlan, lines: list[PlanLine], reserved: dict[UUID, int], *, held: bool
) -> PickJobDraft:
    assert plan.facility_id is not None
    return PickJobDraft(
        facility_id=plan.facility_id,
        order_id=plan.order_id,
        reference=plan.id,
        order_date=plan.order.order_date,
        channel=plan.delivery_type,
        service_level=plan.service_level,
        not_before=plan.not_before,
        target_time=plan.order.target_time,
        tenant_order_id=plan.order.tenant_order_id,
        held_for_payment=held,
        lines=tuple(
            PickLineDraft(
                order_line_id=line.order_line_id,
                article_id=line.article_id,
                reference=line.id,
                quantity=line.quantity,
                unbacked=line.quantity - reserved.get(line.id, 0),
            )
            for line in lines
        ),
    )
