"""P4: what happens to those who hold stock that, after a correction, is not there.

A stock write holds locks that come last in the order of locks, so it cannot see to plans itself. What it leaves behind
is found in the data: levels of which more is reserved than there is.
"""

from __future__ import annotations

from uuid import UUID

import structlog
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from backoffice.core.events import publish
from backoffice.core.nudges import nudge
from inventory.models import Reservation
from orders.models import Order, PickJobSubStatus
from orders.models.pickjob import UNSTARTED
from routing.events import PlanReplaced
from routing.models import ConsolidatedStatus, PlanLine, PlanStatus, QueuedRun, RoutingPlan
from routing.passes.loading import lock_plans
from routing.passes.retries import with_retries
from routing.services.interventions import Ending, lock_holdings, replace
from routing.triggers import ROUTE_TASK

log = structlog.get_logger(__name__)

CORRECT_TASK = "routing.correct"

BY_CORRECTION = Ending(ConsolidatedStatus.OBSOLETE_WAS_ROUTED, PickJobSubStatus.STOCK_ZEROED)


def overdrawn_reservations() -> QuerySet[Reservation]:
    """What may be taken from its holders where more is reserved than there is: picks that have started keep theirs."""
    unstarted = Q(plan__pick_job__isnull=True) | Q(plan__pick_job__status__in=UNSTARTED)
    holders = PlanLine.objects.filter(
        unstarted, id=OuterRef("holder"), plan__status__in=(PlanStatus.ROUTED, PlanStatus.PLANNED)
    )
    return Reservation.objects.filter(Exists(holders), level__reserved__gt=F("level__on_hand"))


def correct_overdrawn() -> int:
    """Frees the newest unstarted reservations until every level has what is reserved of it; returns how many plans
    that sent through routing again (P4).

    One plan at a time, in a transaction of its own: it takes the locks in their order and looks again under them.
    """
    rerouted = 0
    failed: set[UUID] = set()
    while (holder := _newest(failed)) is not None:
        plan_id, order_id = holder
        try:
            rerouted += with_retries(lambda: _give_back(plan_id, order_id))  # noqa: B023 - called at once
        except Exception:
            log.exception("plan_failed", plan=str(plan_id))
            failed.add(plan_id)
    return rerouted


def _newest(failed: set[UUID]) -> tuple[UUID, UUID] | None:
    """The plan, and its order, that reserved last of the overdrawn levels."""
    line = PlanLine.objects.filter(id=OuterRef("holder"))
    newest = (
        overdrawn_reservations()
        .annotate(plan_id=line.values("plan_id"), order_id=line.values("plan__order_id"))
        .exclude(plan_id__in=failed)
        .order_by("-created", "-id")
        .values_list("plan_id", "order_id")
    )
    return newest.first()


@transaction.atomic
def _give_back(plan_id: UUID, order_id: UUID) -> bool:
    """Replaces the plan by one that is routed again, if under its locks it still holds what is not there."""
    list(Order.objects.select_for_update(no_key=True).filter(pk=order_id).values_list("id"))
    lock_plans([plan_id])
    plan = RoutingPlan.objects.select_related("order", "pick_job").get(pk=plan_id)
    lock_holdings([plan])
    held = PlanLine.objects.filter(plan=plan).values("id")
    if not overdrawn_reservations().filter(holder__in=held).exists():
        return False
    successor = replace(plan, ending=BY_CORRECTION, queued_run=QueuedRun.STOCK_CORRECTED)
    publish([PlanReplaced(plan_id=plan.id, order_id=order_id, facts={"successor": str(successor.id)})])
    nudge(ROUTE_TASK)
    return True
