"""Writing what a chunk of decisions means, with bulk statements only (spec 7, "commit").

The caller holds the locks of the plans and of the levels, in one transaction with the decisions.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils import timezone

from backoffice.core.bulk import update_rows
from backoffice.core.events import Event, publish
from inventory.services.reservations import Claim, reserve
from orders.models import OrderStatus
from orders.services.pickjobs import PickJobDraft, PickLineDraft, create_pick_jobs
from routing.engine import Decision, Outcome
from routing.events import PlanNotRoutable, PlanReleased, PlanRouted, PlanWaiting
from routing.models import (
    PLAN_LIFECYCLE,
    ConsolidatedStatus,
    PlanStatus,
    RunType,
    TriggerCause,
    WaitingArticle,
    WaitingRoomSettings,
)
from routing.passes.loading import Chunk, Row
from routing.passes.logs import LogBook
from routing.passes.outcomes import STATUS, reason_facts
from routing.rank import rank_of
from routing.triggers import trigger_articles, trigger_plans

WRITTEN = (
    "status",
    "consolidated_status",
    "facility_id",
    "pick_job_id",
    "run_type",
    "routing_run",
    "first_routing_attempt",
    "queued_run",
    "queued_at",
    "waiting_since",
    "rank",
    "behaviour",
    "reason",
    "may_no_longer_wait",
    "not_before",
    "service_level",
    "pinned_at",
    "held_until",
    "version",
    "last_modified",
)
UNPICKABLE = (OrderStatus.LOCKED, OrderStatus.PROMISED)
"""Orders whose routed plans get no pick job yet (R8)."""


@dataclass(frozen=True, slots=True)
class Settled:
    """A decision to be written: what kind of run it was, and how the plan comes to its new status."""

    row: Row
    decision: Decision
    run_type: RunType
    consolidated: ConsolidatedStatus
    released: bool = False


def commit(
    chunk: Chunk, settled: Sequence[Settled], settings: WaitingRoomSettings, *, reason: str = ""
) -> None:
    """Writes plans, reservations, pick jobs, the waiting room's index, logs, triggers and events.

    A plan that was waiting and goes on waiting for the same reason is not written at all (spec 8).
    """
    now = timezone.now()
    book = LogBook(chunk, now)
    routed = [one for one in settled if one.decision.routed]
    _allocate(chunk, routed)
    changed: list[Settled] = []
    entered: list[Settled] = []
    stayed: list[Settled] = []
    left: list[Settled] = []
    for one in settled:
        plan, before = one.row.plan, one.row.plan.status
        if not _apply(one, chunk, now, settings):
            continue
        book.add(one.row, one.decision, run=plan.routing_run, run_type=one.run_type, status=plan.status)
        changed.append(one)
        if plan.status == PlanStatus.WAITING:
            (stayed if before == PlanStatus.WAITING else entered).append(one)
        elif before == PlanStatus.WAITING:
            left.append(one)
    update_rows([one.row.plan for one in changed], WRITTEN)
    _index_waiting([*entered, *stayed], [one.row.plan.id for one in left])
    book.write()
    trigger_plans([one.row.plan.id for one in entered], TriggerCause.ENTRY)
    _wake_those_behind([one for one in left if not one.released], settings)
    publish(_events(routed, entered, changed), reason=reason)


def _allocate(chunk: Chunk, routed: Sequence[Settled]) -> None:
    """Reserves stock, and makes the pick jobs of orders that may be picked; a plan line holds its reservation."""
    reserve(
        claims=[
            Claim(
                chunk.levels[chunk.world.facilities[one.decision.facility].id, allocation.line.article],
                allocation.line.id,
                allocation.reserved,
                str(one.row.plan.id),
            )
            for one in routed
            for allocation in one.decision.allocations
            if allocation.reserved and one.decision.facility is not None
        ]
    )
    pickable = [one for one in routed if one.row.plan.order.status not in UNPICKABLE]
    for one, job in zip(
        pickable, create_pick_jobs(drafts=[_draft(one, chunk) for one in pickable]), strict=True
    ):
        one.row.plan.pick_job = job


def _draft(one: Settled, chunk: Chunk) -> PickJobDraft:
    plan, order = one.row.plan, one.row.plan.order
    assert one.decision.facility is not None
    order_lines = {line.id: line.order_line_id for line in one.row.lines}
    return PickJobDraft(
        facility_id=chunk.world.facilities[one.decision.facility].id,
        order_id=order.id,
        reference=plan.id,
        order_date=order.order_date,
        channel=plan.delivery_type,
        service_level=plan.service_level,
        not_before=one.decision.not_before,
        target_time=order.target_time,
        tenant_order_id=order.tenant_order_id,
        lines=tuple(
            PickLineDraft(
                order_line_id=order_lines[allocation.line.id],
                article_id=allocation.line.article,
                reference=allocation.line.id,
                quantity=allocation.line.quantity,
                unbacked=allocation.unbacked,
            )
            for allocation in one.decision.allocations
        ),
    )


def _apply(one: Settled, chunk: Chunk, now: datetime, settings: WaitingRoomSettings) -> bool:
    """Changes the plan in memory; False when there is nothing to write."""
    plan, decision = one.row.plan, one.decision
    status = STATUS[decision.outcome]
    reason = reason_facts(decision, chunk.world)
    no_longer = decision.outcome is Outcome.WAITING and not decision.may_wait
    if status == plan.status == PlanStatus.WAITING and not plan.queued_run:
        if plan.reason == reason and plan.may_no_longer_wait == no_longer:
            return False
    elif status != plan.status:
        PLAN_LIFECYCLE.check(plan.status, status)
    if status == PlanStatus.WAITING and plan.waiting_since is None:
        plan.waiting_since = now
    elif status != PlanStatus.WAITING:
        plan.pinned_at = plan.held_until = None
    if decision.routed and decision.facility is not None:
        plan.facility_id = chunk.world.facilities[decision.facility].id
    plan.status = status
    plan.consolidated_status = one.consolidated
    plan.run_type = one.run_type
    plan.routing_run += 1
    plan.first_routing_attempt = plan.first_routing_attempt or now
    plan.queued_run, plan.queued_at = "", None
    plan.behaviour = decision.behaviour or plan.behaviour
    plan.reason = reason
    plan.may_no_longer_wait = no_longer
    plan.not_before = decision.not_before
    plan.rank = rank_of(plan, settings.prioritization)
    plan.version += 1
    plan.last_modified = now
    return True


def _index_waiting(waiting: Sequence[Settled], left: Sequence[UUID]) -> None:
    """Keeps the index of the waiting room: one row per waiting plan and article (W3)."""
    stale = [*left, *(one.row.plan.id for one in waiting)]
    if stale:
        WaitingArticle.objects.filter(plan_id__in=stale).delete()
    WaitingArticle.objects.bulk_create(
        [
            WaitingArticle(
                plan_id=one.row.plan.id,
                article_id=article,
                quantity=quantity,
                missing=missing.get(article, 0),
                rank=one.row.plan.rank,
                alone=len(one.row.facts.needs) == 1,
            )
            for one in waiting
            for missing in (dict(one.decision.reason.missing),)
            for article, quantity in one.row.facts.needs.items()
        ],
        batch_size=2_000,
    )


def _wake_those_behind(left: Sequence[Settled], settings: WaitingRoomSettings) -> None:
    """Under STRICT a plan that leaves without its units no longer blocks those behind it (W4)."""
    if settings.overtaking == "STRICT":
        trigger_articles(
            (TriggerCause.PLAN_IN_FRONT, article) for one in left for article in one.row.facts.needs
        )


def _events(routed: Sequence[Settled], entered: Sequence[Settled], changed: Sequence[Settled]) -> list[Event]:
    events: list[Event] = []
    for one in routed:
        plan = one.row.plan
        ids = {"plan_id": plan.id, "order_id": plan.order_id}
        facts = {"facilityRef": str(plan.facility_id), "consolidatedStatus": plan.consolidated_status}
        events.append(PlanRouted(**ids, facts=facts))
        if one.released:
            events.append(PlanReleased(**ids, facts=facts))
    events += [
        PlanWaiting(plan_id=one.row.plan.id, order_id=one.row.plan.order_id, facts=dict(one.row.plan.reason))
        for one in entered
    ]
    events += [
        PlanNotRoutable(
            plan_id=one.row.plan.id, order_id=one.row.plan.order_id, facts=dict(one.row.plan.reason)
        )
        for one in changed
        if one.row.plan.status == PlanStatus.NOT_ROUTABLE
    ]
    return events
