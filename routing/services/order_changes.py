"""Plans follow their order when it is changed: what goes, what comes, and what they are (O1)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from django.utils import timezone

from backoffice.core.nudges import nudge
from orders.models import Order
from routing.models import PlanStatus, QueuedRun, RoutingPlan, TriggerCause
from routing.services.intake import create_added_plan
from routing.services.interventions import lock_live_plans
from routing.services.lowering import lower_plans
from routing.services.ranking import rank_plans_of
from routing.services.taking import wake_waiting
from routing.triggers import ROUTE_TASK

UNROUTABLE = (PlanStatus.NOT_ROUTABLE, PlanStatus.RETRYABLE)


def follow_order(*, order_id: UUID, lowered: Mapping[UUID, int], raised: Mapping[UUID, int]) -> None:
    """Makes an order's plans carry what it has now, in the transaction that changes the order and holds its lock (O1).

    Lowered units leave the plans, added ones become a plan of their own. The others may be judged otherwise now: those
    that wait are looked at again, and what could not be routed is decided again. Routed plans stay where they are.

    :raises StateConflict: units that are to go are being picked, or belong to a bundle that stays.
    """
    order = Order.objects.get(pk=order_id)
    plans = lock_live_plans(order)
    lowered_ids = lower_plans(order, plans, lowered) if lowered else set()
    rank_plans_of([order_id])
    if raised:
        create_added_plan(order=order, raised=raised)
    _look_again([plan for plan in plans if plan.status == PlanStatus.WAITING], lowered_ids)
    _decide_again([plan for plan in plans if plan.status in UNROUTABLE and not plan.queued_run])


def _look_again(waiting: Sequence[RoutingPlan], lowered_ids: Collection[UUID]) -> None:
    """Under STRICT those behind may be freer now, too (W4)."""
    wake_waiting([plan for plan in waiting if plan.id in lowered_ids], TriggerCause.PLAN_LOWERED)
    wake_waiting([plan for plan in waiting if plan.id not in lowered_ids], TriggerCause.ORDER)


def _decide_again(unroutable: Sequence[RoutingPlan]) -> None:
    for plan in unroutable:
        plan.touch(queued_run=QueuedRun.ORDER_MODIFIED, queued_at=timezone.now())
    if unroutable:
        nudge(ROUTE_TASK)
