"""M4: splitting units off a plan by hand (spec 3)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from backoffice.core.errors import StateConflict
from backoffice.core.events import Event, publish
from backoffice.core.nudges import nudge
from backoffice.core.texts import text
from inventory.models import MovementCause
from routing.events import PlanSplit, PlanWaiting
from routing.models import (
    ConsolidatedStatus,
    PlanLine,
    PlanStatus,
    QueuedRun,
    RoutingPlan,
    TriggerCause,
    WaitingArticle,
    WaitingRoomSettings,
)
from routing.rank import rank_of
from routing.services.choosing import Choice
from routing.services.interventions import (
    IN_PLACE,
    lock_plan,
    refuse_unless_open_to_intervention,
)
from routing.services.taking import lower_reason, take_units, wake_waiting
from routing.triggers import ROUTE_TASK, trigger_plans


def split_plan(*, plan_id: UUID, choice: Choice, version: int | None = None, reason: str = "") -> RoutingPlan:
    """Makes a plan of its own of some units, and returns it (M4).

    A part of a waiting plan waits in its stead, and goes when it can; a part of one that could not be routed is decided
    anew. Both are separate from then on; joining them puts them together again while both wait.

    :raises NotFound: there is no such plan.
    :raises VersionConflict: it changed since ``version``.
    :raises StateConflict: it holds stock, or is not one that a person may touch now; nothing would be left of it; or
        the choice tears a bundle apart.
    :raises Invalid: what is chosen is not in the plan.
    """
    with transaction.atomic():
        plan = lock_plan(plan_id, version)
        refuse_unless_open_to_intervention(plan)
        if plan.status not in IN_PLACE:
            raise StateConflict(
                text(
                    "The plan is %(status)s: of a plan that holds stock, assign or cancel a part instead.",
                    status=plan.status,
                ),
                field="status",
            )
        lines = list(PlanLine.objects.filter(plan=plan).order_by("id"))
        units = choice.units_of(lines)
        if units.total() == sum(line.quantity for line in lines):
            raise StateConflict(
                text("Nothing would be left of the plan: choose fewer units."),
                code="NOTHING_LEFT",
                field="lineItems",
            )
        waits = plan.status == PlanStatus.WAITING
        part = split_off(plan, lines, units, waits=waits)
        events: list[Event] = [part_split_off(plan, part)]
        if waits:
            trigger_plans([part.id], TriggerCause.ENTRY)
            events.append(PlanWaiting(plan_id=part.id, order_id=part.order_id, facts=dict(part.reason)))
        else:
            nudge(ROUTE_TASK)
        publish(events, reason=reason)
    return part


def part_split_off(plan: RoutingPlan, part: RoutingPlan) -> PlanSplit:
    """The event that tells of it."""
    return PlanSplit(plan_id=plan.id, order_id=plan.order_id, facts={"children": [str(part.id)]})


def split_off(
    plan: RoutingPlan, lines: Sequence[PlanLine], units: Mapping[UUID, int], *, waits: bool = False
) -> RoutingPlan:
    """Takes ``units``, by plan line, out of a locked plan, and makes a child of them: one that ``waits`` as the plan
    does, or else one that is INITIAL and in the queue (S6).

    What the plan held for them is free. Whoever waits is woken; the part itself is the caller's to wake.
    """
    part = plan.part(first_routing_attempt=plan.first_routing_attempt)
    if waits:
        _wait_like(part, plan, lines, units)
    else:
        part.queued_run, part.queued_at = QueuedRun.PLAN_REROUTE, timezone.now()
    part.rank = rank_of(part, WaitingRoomSettings.load().prioritization)
    part.save(force_insert=True)
    PlanLine.objects.bulk_create(
        [line.carried_by(part, quantity=units[line.id], dated=True) for line in lines if units.get(line.id)]
    )
    if waits:
        _index(part, plan, _needs(lines, units))
    _give(plan, lines, units)
    return part


def _wait_like(
    part: RoutingPlan, plan: RoutingPlan, lines: Sequence[PlanLine], units: Mapping[UUID, int]
) -> None:
    part.status, part.consolidated_status = PlanStatus.WAITING, ConsolidatedStatus.WAITING
    part.behaviour, part.may_no_longer_wait = plan.behaviour, plan.may_no_longer_wait
    part.pinned_at, part.held_until = plan.pinned_at, plan.held_until
    part.expected_date, part.expected_date_source = plan.expected_date, plan.expected_date_source
    part.preorder_start = plan.preorder_start
    part.reason = dict(plan.reason)
    lower_reason(part, _needs(lines, units))


def _give(plan: RoutingPlan, lines: Sequence[PlanLine], units: Mapping[UUID, int]) -> None:
    if plan.status == PlanStatus.WAITING:
        plan.consolidated_status = ConsolidatedStatus.WAITING_AND_SPLIT
    elif plan.consolidated_status == ConsolidatedStatus.ROUTED:
        plan.consolidated_status = ConsolidatedStatus.ROUTED_AND_SPLIT
    plan.split_count += 1
    take_units([plan], [line for line in lines if units.get(line.id)], units, cause=MovementCause.RELEASE)
    wake_waiting([plan], TriggerCause.PLAN_LOWERED)


def _needs(lines: Sequence[PlanLine], units: Mapping[UUID, int]) -> Counter[UUID]:
    needs: Counter[UUID] = Counter()
    for line in lines:
        needs[line.article_id] += units.get(line.id, 0)
    return +needs


def _index(part: RoutingPlan, plan: RoutingPlan, needs: Mapping[UUID, int]) -> None:
    """Enters the part into the index of the waiting room (W3), with what the plan lacked when it was looked at."""
    missing = dict(WaitingArticle.objects.filter(plan=plan).values_list("article_id", "missing"))
    WaitingArticle.objects.bulk_create(
        [
            WaitingArticle(
                plan=part,
                article_id=article,
                quantity=quantity,
                missing=min(quantity, missing.get(article, quantity)),
                rank=part.rank,
                alone=len(needs) == 1,
            )
            for article, quantity in needs.items()
        ]
    )
