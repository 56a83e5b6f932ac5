"""What routing makes of a pick job's end: what is missing, given up or withdrawn (P1, P2).

The subscribers call this in the transaction of the end, which holds the locks of the order, the plan and the job.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from backoffice.core.bulk import update_rows
from backoffice.core.events import publish
from backoffice.core.nudges import nudge
from orders.events import PickJobFinished
from orders.models import DeliveryType, Order, PickLine
from orders.services.restowing import restow_lines, restow_pick_job
from orders.services.shortpicks import count_picked
from routing.engine.policy import StockMode
from routing.events import PlanCancelled, PlanReplaced, PlanSplit
from routing.models import (
    PLAN_LIFECYCLE,
    ConsolidatedStatus,
    PlanLine,
    PlanStatus,
    QueuedRun,
    RoutingPlan,
    TriggerCause,
    WaitingRoomSettings,
)
from routing.passes.loading import load_chunk, load_rows, lock_plans
from routing.passes.policies import NodePolicy, Policies
from routing.rank import rank_of
from routing.services.cancelling import cancel_locked_plan
from routing.services.interventions import succeed
from routing.services.strategies import strategy_in_use
from routing.triggers import ROUTE_TASK, trigger_articles


class Answer(Enum):
    """What is done about a short pick: nothing, the missing units go elsewhere, or the whole plan does (P2)."""

    NOTHING = auto()
    SPLIT = auto()
    REROUTE = auto()


def answer_to(reroute: Mapping[str, Any] | None, *, collect: bool, picked: int) -> Answer:
    """The answer that a node's ``reroute`` configuration gives to a short pick with so many ``picked`` units."""
    config = reroute or {}
    way = config.get("clickAndCollect" if collect else "shipFromStore") or {}
    if not way.get("active") or (picked and config.get("rerouteZeroPicksOnly")):
        return Answer.NOTHING
    if way["rerouteType"] == "REROUTE":
        return Answer.REROUTE
    return Answer.NOTHING if collect else Answer.SPLIT


@dataclass(frozen=True, slots=True)
class _Rules:
    """What today's strategy says to the plan whose units are missing."""

    by: NodePolicy
    blacklists_assigned: bool

    @classmethod
    def of(cls, plan: RoutingPlan) -> _Rules:
        document = strategy_in_use().document
        policies = Policies.load([plan], document, timezone.now())
        blacklists = document.get("globalConfiguration", {}).get("blacklistAssignedFacilities")
        return cls(policies.of(plan), bool(blacklists))

    def fails_again(self, plan: RoutingPlan, missing: Collection[UUID]) -> bool:
        """Whether the facility would only be chosen again for what it has just not found (P2): its books still show
        the units, or stock is not asked, unless all that is missing, by plan lines, may wait there instead (R7).
        """
        assert plan.facility is not None
        if not plan.facility.books_short_picks:
            return True
        if self.by.policy.stock is not StockMode.OFF:
            return False
        return not (self.by.policy.waiting_room_without_fence and _may_wait_there(plan, missing))

    def avoid(self, plan: RoutingPlan, *, missing: Collection[UUID] = ()) -> Collection[UUID]:
        """Facilities that what follows must not be routed to; a collect order has no other (R9)."""
        if plan.delivery_type == DeliveryType.COLLECT or plan.facility_id is None:
            return ()
        if self.blacklists_assigned or (missing and self.fails_again(plan, missing)):
            return (plan.facility_id,)
        return ()


def _may_wait_there(plan: RoutingPlan, line_ids: Collection[UUID]) -> bool:
    """Though it is SUSPENDED now: avoided it would be for good (O3)."""
    assert plan.facility_id is not None
    [row] = load_rows([plan.id])
    world = load_chunk([row], lock=False, also=[plan.facility_id]).world
    place = world.index.get(plan.facility_id)
    if place is None:
        return False
    found = [
        world.effective(line.article, row.facts.order).get(place)
        for line in row.facts.lines
        if line.id in line_ids
    ]
    return all(effective is not None and effective.behaviour.can_wait for effective in found)


def see_to_missing(finished: PickJobFinished) -> None:
    """Does about a short pick what the strategy in use says (P2). Nothing else is done about it: it stands."""
    if not finished.reroutable or not any(finished.missing.values()):
        return
    plan = _plan(finished.reference)
    if plan is None or plan.status != PlanStatus.ROUTED:
        return
    rules = _Rules.of(plan)
    answer = answer_to(
        rules.by.picked.config.get("reroute"),
        collect=plan.delivery_type == DeliveryType.COLLECT,
        picked=sum(finished.picked.values()),
    )
    if answer is Answer.REROUTE:
        _reroute(plan, finished, rules)
    elif answer is Answer.SPLIT:
        _split(plan, finished, rules)


def route_given_up(*, plan_id: UUID) -> None:
    """Sends the plan of a job that was aborted or rejected, or that expired, through R1 again (P1)."""
    plan = _plan(plan_id)
    if plan is None or plan.status != PlanStatus.ROUTED:
        return
    avoid = _Rules.of(plan).avoid(plan)
    _replace(plan, ConsolidatedStatus.OBSOLETE_WAS_ROUTED, QueuedRun.JOB_GIVEN_UP, avoid)


def cancel_withdrawn(*, plan_id: UUID) -> None:
    """Cancels the plan of a job that nobody is to pick any more, with its units (P1)."""
    plan = _plan(plan_id)
    if plan is not None and plan.status == PlanStatus.ROUTED:
        cancel_locked_plan(plan)


def look_for_stock(*, pick_job_ids: Collection[UUID]) -> None:
    """Jobs that are unstarted again may be backed again (R2)."""
    unbacked = PickLine.objects.filter(pick_job__in=pick_job_ids, unbacked__gt=0)
    articles = unbacked.values_list("article_id", flat=True).distinct()
    trigger_articles((TriggerCause.STOCK_UP, article) for article in articles)


def let_short_picks_stand() -> int:
    """Cancels plans of missing units that neither a facility nor the waiting room takes: they stay short-picked (P2).

    Found by what they are, each in a transaction of its own; returns how many.
    """
    found = list(RoutingPlan.objects.stuck_after_short_pick().order_by("id").values_list("id", "order_id"))
    return sum(_let_stand(plan_id, order_id) for plan_id, order_id in found)


@transaction.atomic
def _let_stand(plan_id: UUID, order_id: UUID) -> bool:
    list(Order.objects.select_for_update(no_key=True).filter(pk=order_id).values_list("id"))
    lock_plans([plan_id])
    plan = RoutingPlan.objects.stuck_after_short_pick().filter(pk=plan_id).first()
    if plan is None:
        return False
    count_picked(order_id=order_id, short_picked=_order_units(plan))
    PLAN_LIFECYCLE.check(plan.status, PlanStatus.CANCELED)
    plan.touch(status=PlanStatus.CANCELED, consolidated_status=ConsolidatedStatus.CANCELED)
    publish([PlanCancelled(plan_id=plan.id, order_id=order_id, facts={"shortPicked": True})])
    return True


def _short(missing: Mapping[UUID, int]) -> list[UUID]:
    return [line_id for line_id, units in missing.items() if units]


def _plan(plan_id: UUID) -> RoutingPlan | None:
    plans = RoutingPlan.objects.select_related("order", "pick_job", "facility")
    return plans.filter(pk=plan_id).first()


def _reroute(plan: RoutingPlan, finished: PickJobFinished, rules: _Rules) -> None:
    """What was picked goes back to its shelf, and the whole plan is routed again."""
    restow_pick_job(pick_job_id=finished.pick_job_id)
    _take_up(plan, finished.missing)
    avoid = rules.avoid(plan, missing=_short(finished.missing))
    _replace(plan, ConsolidatedStatus.OBSOLETE_WAS_SHORTPICKED, QueuedRun.SHORT_PICK, avoid)


def _replace(
    plan: RoutingPlan, consolidated: ConsolidatedStatus, queued_run: QueuedRun, avoid: Collection[UUID]
) -> None:
    successor = succeed(plan, consolidated=consolidated, queued_run=queued_run, avoid=avoid)
    nudge(ROUTE_TASK)
    publish([PlanReplaced(plan_id=plan.id, order_id=plan.order_id, facts={"successor": str(successor.id)})])


def _split(plan: RoutingPlan, finished: PickJobFinished, rules: _Rules) -> None:
    """The plan keeps what was picked; what is missing becomes a child, which is routed by itself."""
    lines = list(PlanLine.objects.filter(plan=plan).order_by("id"))
    missing = dict(finished.missing)
    torn = {line.bundle_id for line in lines if line.bundle_id is not None and missing.get(line.id)}
    whole = [line for line in lines if line.bundle_id in torn and line.bundle_id is not None]
    _take_up(plan, finished.missing)
    restow_lines(
        pick_job_id=finished.pick_job_id,
        references=[line.id for line in whole if finished.picked.get(line.id)],
    )
    missing |= {line.id: line.quantity for line in whole}
    child = _child_of(plan, lines, missing, rules.avoid(plan, missing=_short(missing)))
    _keep_picked(lines, missing)
    plan.touch(
        consolidated_status=ConsolidatedStatus.ROUTING_PLAN_SHORTPICKED_THEN_SPLIT,
        split_count=plan.split_count + 1,
    )
    nudge(ROUTE_TASK)
    publish([PlanSplit(plan_id=plan.id, order_id=plan.order_id, facts={"children": [str(child.id)]})])


def _child_of(
    plan: RoutingPlan, lines: Collection[PlanLine], missing: Mapping[UUID, int], avoid: Collection[UUID]
) -> RoutingPlan:
    child = plan.part(
        queued_run=QueuedRun.SHORT_PICK_SPLIT,
        queued_at=timezone.now(),
        facility_blacklist=sorted({*plan.facility_blacklist, *map(str, avoid)}),
    )
    child.rank = rank_of(child, WaitingRoomSettings.load().prioritization)
    child.save(force_insert=True)
    PlanLine.objects.bulk_create(
        [line.carried_by(child, quantity=missing[line.id]) for line in lines if missing.get(line.id)]
    )
    return child


def _keep_picked(lines: Collection[PlanLine], missing: Mapping[UUID, int]) -> None:
    """Takes the missing units out of the plan's lines; a line of which nothing is left goes."""
    for line in lines:
        line.quantity -= missing.get(line.id, 0)
    update_rows([line for line in lines if line.quantity and missing.get(line.id)], ("quantity",))
    PlanLine.objects.filter(id__in=[line.id for line in lines if not line.quantity]).delete()


def _take_up(plan: RoutingPlan, missing: Mapping[UUID, int]) -> None:
    """Somebody sees to the missing units: they are no longer short-picked, but in a live plan (S7)."""
    units: Counter[UUID] = Counter()
    for line in PlanLine.objects.filter(plan=plan):
        units[line.order_line_id] -= missing.get(line.id, 0)
    count_picked(order_id=plan.order_id, short_picked=units)


def _order_units(plan: RoutingPlan) -> Counter[UUID]:
    units: Counter[UUID] = Counter()
    for order_line_id, quantity in PlanLine.objects.filter(plan=plan).values_list(
        "order_line_id", "quantity"
    ):
        units[order_line_id] += quantity
    return units
