"""Taking back an assignment by hand (M1): what was assigned is decided as if it had not been (spec 3)."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from backoffice.core.errors import StateConflict
from backoffice.core.events import publish
from backoffice.core.nudges import nudge
from backoffice.core.texts import text
from orders.models import PickJobSubStatus
from routing.events import PlanReplaced, PlanUnassigned
from routing.models import (
    ConsolidatedStatus,
    PlanStatus,
    QueuedRun,
    RoutingPlan,
    RunType,
    WaitingRoomSettings,
)
from routing.rank import rank_of
from routing.services.interventions import (
    Ending,
    lock_holdings,
    lock_plan,
    refuse_unless_open_to_intervention,
    replace,
)
from routing.triggers import ROUTE_TASK

BY_HAND = (RunType.MANUAL_ASSIGNMENT, RunType.PROCESS_MANUALASSIGNMENT)

_ENDING = Ending(ConsolidatedStatus.OBSOLETE_WAS_MANUALLY_REROUTED, PickJobSubStatus.MANUAL_REROUTE)


def may_be_unassigned(plan: RoutingPlan) -> bool:
    """Whether a person put it where it stands."""
    return plan.status == PlanStatus.ROUTED and plan.run_type in BY_HAND


def unassign_plan(*, plan_id: UUID, version: int | None = None, reason: str = "") -> RoutingPlan:
    """Takes back an assignment by hand whose picking has not begun, and returns the plan that is decided instead.

    What it held is free; the delivery service is the order's again. R1-R7 decide where its units go: what waited before
    waits again, since when it did, unless it can go now. Its facility is not kept from it, blacklist or no (R9).

    :raises NotFound: there is no such plan.
    :raises VersionConflict: it changed since ``version``.
    :raises StateConflict: nobody assigned it by hand, or it is not one that a person may touch now.
    """
    with transaction.atomic():
        plan = lock_plan(plan_id, version)
        refuse_unless_open_to_intervention(plan)
        if not may_be_unassigned(plan):
            raise StateConflict(
                text("Nobody assigned the plan by hand: there is no assignment to take back."),
                code="NOT_ASSIGNED_BY_HAND",
                field="status",
            )
        lock_holdings([plan])
        successor = replace(plan, ending=_ENDING, queued_run=QueuedRun.PLAN_REROUTE, by_hand=True)
        if successor.service_level != plan.order.service_level:
            successor.service_level = plan.order.service_level
            successor.rank = rank_of(successor, WaitingRoomSettings.load().prioritization)
            successor.save(update_fields=["service_level", "rank"])
        ids = {"plan_id": plan.id, "order_id": plan.order_id}
        publish(
            [
                PlanUnassigned(**ids, facts={"facilityRef": str(plan.facility_id)}),
                PlanReplaced(**ids, facts={"successor": str(successor.id)}),
            ],
            reason=reason,
        )
        nudge(ROUTE_TASK)
    return successor
