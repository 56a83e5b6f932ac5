"""M1: assigning a facility by hand (spec 3)."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from backoffice.core.errors import Invalid, NotFound, StateConflict
from backoffice.core.events import publish
from backoffice.core.texts import text
from inventory.models import Facility, FacilityStatus
from orders.models import Order, PickJobSubStatus, ServiceLevel
from routing.engine import assign
from routing.events import PlanReplaced
from routing.models import (
    ConsolidatedStatus,
    PlanLine,
    QueuedRun,
    RoutingPlan,
    RunType,
    WaitingRoomSettings,
)
from routing.passes.committing import commit
from routing.passes.loading import load_chunk, load_rows
from routing.passes.settled import Settled
from routing.services.choosing import Choice
from routing.services.dividing import part_split_off, split_off
from routing.services.interventions import (
    IN_PLACE,
    REPLACED,
    Ending,
    lock_holdings,
    lock_live_plans,
    lock_order,
    lock_plan,
    picking_started,
    refuse_unless_open_to_intervention,
    replace,
)

BY_ASSIGNMENT = Ending(ConsolidatedStatus.OBSOLETE_WAS_MANUALLY_ASSIGNED, PickJobSubStatus.MANUAL_REROUTE)


def assign_plan(
    *,
    plan_id: UUID,
    facility_id: UUID,
    version: int | None = None,
    choice: Choice | None = None,
    service_level: str | None = None,
    reason: str = "",
) -> RoutingPlan:
    """Routes a plan to the facility, whatever the fences say, and returns the plan that now stands there.

    What is available there is reserved, the rest is unbacked. ``service_level`` changes the plan's delivery service in
    the same act. A plan that was ROUTED or PLANNED becomes OBSOLETE, and its successor is returned. With a ``choice``
    only these units go there, as a plan of their own, which is returned; the others stay where they are (M1).

    :raises NotFound: there is no such plan or facility.
    :raises VersionConflict: the plan changed since ``version``.
    :raises StateConflict: the facility is OFFLINE, the plan is not one that a person may touch now, or the choice tears
        a bundle apart.
    :raises Invalid: there is no such service level, or what is chosen is not in the plan.
    """
    if service_level is not None and service_level not in ServiceLevel.values:
        raise Invalid(
            text("Use one of %(values)s.", values=", ".join(ServiceLevel.values)), field="serviceLevel"
        )
    with transaction.atomic():
        plan = lock_plan(plan_id, version)
        refuse_unless_open_to_intervention(plan)
        facility = open_facility(facility_id)
        return _assign(
            [plan if choice is None else _chosen_part(plan, choice, reason)],
            facility,
            service_level=service_level,
            run_type=RunType.MANUAL_ASSIGNMENT,
            consolidated=ConsolidatedStatus.FACILITY_MANUALLY_ASSIGNED_TO_PICKJOB_THEN_ROUTED,
            reason=reason,
        )[0]


def _chosen_part(plan: RoutingPlan, choice: Choice, reason: str) -> RoutingPlan:
    """What is chosen of a locked plan, as a plan of its own; the plan itself if that is all of it."""
    lines = list(PlanLine.objects.filter(plan=plan).order_by("id"))
    units = choice.units_of(lines)
    if units.total() == sum(line.quantity for line in lines):
        return plan
    if plan.pick_job is not None and plan.pick_job.held_for_payment:
        raise StateConflict(
            text("The plan's payment is still being authorised: assign all of it, or wait until it is."),
            code="AWAITING_PAYMENT",
            field="lineItems",
        )
    lock_holdings([plan])
    part = split_off(plan, lines, units)
    publish([part_split_off(plan, part)], reason=reason)
    return part


def assign_process(*, order_id: UUID, facility_id: UUID, version: int, reason: str = "") -> Order:
    """Routes all plans of an order that a person may touch to the facility (M1).

    :raises NotFound: there is no such order or facility.
    :raises VersionConflict: the order changed since ``version``.
    :raises StateConflict: the facility is OFFLINE, the order has ended, or none of its plans may be touched.
    """
    with transaction.atomic():
        order = lock_order(order_id)
        order.claim(version)
        facility = open_facility(facility_id)
        plans = [
            plan
            for plan in lock_live_plans(order)
            if plan.status in (*IN_PLACE, *REPLACED) and not picking_started(plan)
        ]
        if not plans:
            raise StateConflict(
                text("The order has no plan that a facility could be assigned to now."), field="status"
            )
        _assign(
            plans,
            facility,
            service_level=None,
            run_type=RunType.PROCESS_MANUALASSIGNMENT,
            consolidated=ConsolidatedStatus.FACILITY_MANUALLY_ASSIGNED_TO_PROCESS_THEN_ROUTED,
            reason=reason,
        )
    return order


def open_facility(facility_id: UUID) -> Facility:
    """One that plans may be assigned to (M1).

    :raises NotFound: there is no such facility.
    :raises StateConflict: it is OFFLINE.
    """
    facility = Facility.objects.filter(pk=facility_id).first()
    if facility is None:
        raise NotFound.of(Facility, facility_id)
    if facility.status == FacilityStatus.OFFLINE:
        raise StateConflict(
            text("%(name)s is OFFLINE and takes no orders.", name=facility.name), field="facilityRef"
        )
    return facility


def _assign(
    plans: list[RoutingPlan],
    facility: Facility,
    *,
    service_level: str | None,
    run_type: RunType,
    consolidated: ConsolidatedStatus,
    reason: str,
) -> list[RoutingPlan]:
    lock_holdings(plans)
    standing = []
    for plan in plans:
        if plan.status in REPLACED:
            successor = replace(plan, ending=BY_ASSIGNMENT, queued_run=QueuedRun.PLAN_REROUTE, by_hand=True)
            facts = {"successor": str(successor.id)}
            publish([PlanReplaced(plan_id=plan.id, order_id=plan.order_id, facts=facts)], reason=reason)
            standing.append(successor.id)
        else:
            standing.append(plan.id)
    rows = load_rows(standing)
    chunk = load_chunk(rows, also=[facility.id])
    place = chunk.world.index[facility.id]
    settled = []
    for row in rows:
        row.plan.service_level = service_level or row.plan.service_level
        decision = assign(row.facts, place, chunk.world, chunk.policies.of(row.plan).patterns)
        for allocation in decision.allocations:
            chunk.world.take(place, allocation.line.article, allocation.reserved)
        settled.append(Settled(row, decision, run_type, consolidated))
    commit(chunk, settled, WaitingRoomSettings.load(), reason=reason)
    return [row.plan for row in rows]
