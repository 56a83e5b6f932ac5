"""Taking units out of plans, because they were taken out of the order (O1)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from backoffice.core.errors import StateConflict
from backoffice.core.texts import text
from orders.models import Order, OrderLine, PickJob, PickJobSubStatus
from orders.models.pickjob import UNSTARTED
from orders.services.modifying import drop_bundles
from routing.models import PlanLine, PlanStatus, RoutingPlan
from routing.services.cancelling import cancel_plans
from routing.services.choosing import Takings, bundle_broken
from routing.services.interventions import lock_holdings
from routing.services.taking import take_units

TURNS = {
    PlanStatus.WAITING: 0,
    PlanStatus.INITIAL: 1,
    PlanStatus.RETRYABLE: 1,
    PlanStatus.NOT_ROUTABLE: 1,
    PlanStatus.PLANNED: 2,
    PlanStatus.ROUTED: 3,
}
"""Who gives units up first: WAITING plans, others that hold nothing, PLANNED, then ROUTED ones not started (O1)."""


def lower_plans(order: Order, plans: Sequence[RoutingPlan], lowered: Mapping[UUID, int]) -> set[UUID]:
    """Takes units, by order line, out of the locked live plans of a locked order; the ids of plans that carry less now.

    Within each turn the plan that is ranked last gives first. A plan of which nothing is left is cancelled. A bundle
    goes only as a whole, and only where plain units do not suffice (S2). What a plan held for its units is free again.

    :raises StateConflict: too few units are in plans that are not being picked, or the rest belongs to a bundle that
        does not go as a whole.
    """
    lock_holdings(plans)
    jobs = PickJob.objects.in_bulk([plan.pick_job_id for plan in plans if plan.pick_job_id is not None])
    giving = [
        plan for plan in plans if plan.pick_job_id is None or jobs[plan.pick_job_id].status in UNSTARTED
    ]
    giving.sort(key=lambda plan: (bytes(plan.rank), plan.id), reverse=True)
    giving.sort(key=lambda plan: TURNS[PlanStatus(plan.status)])
    lines: dict[UUID, list[PlanLine]] = {plan.id: [] for plan in giving}
    for line in PlanLine.objects.filter(plan__in=giving).order_by("-id"):
        lines[line.plan_id].append(line)
    takings = Takings(lowered, _refusal)
    takings.take_from([line for plan in giving for line in lines[plan.id]])
    if takings.bundles:
        drop_bundles(order=order, bundle_ids=takings.bundles)
    emptied = [p for p in giving if all(takings.units[line.id] == line.quantity for line in lines[p.id])]
    cancel_plans(emptied, sub_status=PickJobSubStatus.ORDER_MODIFIED)
    touched = [p for p in giving if p not in emptied and any(takings.units[line.id] for line in lines[p.id])]
    take_units(
        touched,
        [line for plan in touched for line in lines[plan.id] if takings.units[line.id]],
        takings.units,
    )
    return {plan.id for plan in touched}


def _refusal(order_line: UUID, available: int, lines: Sequence[PlanLine]) -> StateConflict:
    """Why the units of an order line cannot go: they are tied to others, or being picked."""
    line = OrderLine.objects.select_related("article").get(pk=order_line)
    article = line.article.tenant_article_id
    if any(one.bundle_id is not None and one.order_line_id == order_line for one in lines):
        return bundle_broken(available, article, "orderLineItems")
    return StateConflict(
        text(
            "Only %(available)s units of %(article)s can still go: the others are being "
            "picked, or are picked.",
            available=available,
            article=article,
        ),
        code="UNITS_PICKED",
        field="orderLineItems",
    )
