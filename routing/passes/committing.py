"""Writing what a chunk of decisions means, with bulk statements only (spec 7, "commit").

The caller holds the locks of the plans and of the levels, in one transaction with the decisions.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from django.utils import timezone

from backoffice.core.bulk import insert_rows, update_rows
from backoffice.core.events import Event, publish
from inventory.services.reservations import Claim, reserve
from orders.services.payments import hand_back
from orders.services.pickjobs import PickJobDraft, PickLineDraft, create_pick_jobs
from routing.dates import ask_for_dates, awaited_articles
from routing.engine import Outcome, ReasonCode
from routing.events import (
    PlanEvent,
    PlanFallback,
    PlanNotRoutable,
    PlanPlanned,
    PlanReleased,
    PlanRetryable,
    PlanRouted,
    PlanSplit,
    PlanWaiting,
)
from routing.models import (
    PLAN_LIFECYCLE,
    ConsolidatedStatus,
    Overtaking,
    PlanStatus,
    RunType,
    TriggerCause,
    WaitingArticle,
    WaitingRoomSettings,
)
from routing.passes.loading import Chunk
from routing.passes.logs import LogBook
from routing.passes.outcomes import STATUS, reason_facts, unroutable_as
from routing.passes.payments import held_for_payment
from routing.passes.settled import UNPICKABLE, Settled
from routing.passes.splitting import with_children, write_split
from routing.passes.starts import starts_of
from routing.passes.watching import Watches
from routing.rank import rank_of
from routing.triggers import trigger_articles, trigger_plans, trigger_those_behind

WRITTEN = (
    "status",
    "consolidated_status",
    "facility_id",
    "pick_job_id",
    "run_type",
    "routing_run",
    "split_count",
    "first_routing_attempt",
    "unroutable_since",
    "queued_run",
    "queued_at",
    "waiting_since",
    "rank",
    "behaviour",
    "reason",
    "may_no_longer_wait",
    "not_before",
    "planned_for",
    "preorder_start",
    "restocked_at",
    "service_level",
    "pinned_at",
    "held_until",
    "version",
    "last_modified",
)
STAYING = (PlanStatus.WAITING, PlanStatus.RETRYABLE)
"""Plans that are looked at again and again; when nothing is new about one, nothing is written."""

STANDING = (Outcome.ROUTED, Outcome.PLANNED)
"""Outcomes that put a plan at a facility, where it holds what it was given."""

UNROUTABLE: Mapping[str, type[PlanEvent]] = {
    PlanStatus.NOT_ROUTABLE: PlanNotRoutable,
    PlanStatus.RETRYABLE: PlanRetryable,
}
"""Which event tells of which way of not being routable (R5)."""


def commit(
    chunk: Chunk, settled: Sequence[Settled], settings: WaitingRoomSettings, *, reason: str = ""
) -> None:
    """Writes plans, with the children that a split makes of them, reservations, pick jobs, the waiting room's index,
    logs, triggers and events.

    A plan that was waiting, or is retried, and goes on so for the same reason is not written at all (spec 8).
    """
    now = timezone.now()
    book = LogBook(chunk, now)
    settled = with_children(settled)
    watches = Watches(settled, chunk, settings)
    standing = [one for one in settled if one.decision.outcome in STANDING]
    hand_back(references=[one.row.plan.id for one in settled if one.decision.outcome is Outcome.REASSIGNED])
    _allocate(chunk, standing, held_for_payment(standing, settings), settings)
    changed: list[Settled] = []
    entered: list[Settled] = []
    stayed: list[Settled] = []
    left: list[Settled] = []
    moved: list[Settled] = []
    for one in settled:
        plan, before = one.row.plan, one.row.plan.status
        if not _apply(one, chunk, now, settings):
            if plan.id in watches.moved:
                moved.append(one)
            continue
        book.add(
            one.row,
            one.decision,
            run=plan.routing_run,
            run_type=one.run_type,
            status=plan.status,
            children=one.children,
        )
        changed.append(one)
        if plan.status == PlanStatus.WAITING:
            (stayed if before == PlanStatus.WAITING else entered).append(one)
        elif before == PlanStatus.WAITING:
            left.append(one)
    update_rows([one.row.plan for one in changed if not one.new], WRITTEN)
    write_split(changed)
    _index_waiting([*entered, *stayed, *moved], [one.row.plan.id for one in left], watches)
    book.write()
    trigger_plans([one.row.plan.id for one in entered], TriggerCause.ENTRY)
    trigger_articles((TriggerCause.WATCHED, article) for article in watches.begun)
    _wake_those_behind([one for one in left if not one.released], settings)
    planned = [one for one in standing if one.row.plan.status == PlanStatus.PLANNED]
    _ask_for_dates([*entered, *left, *planned], standing)
    publish(_events(standing, entered, changed), reason=reason)


def _allocate(
    chunk: Chunk, standing: Sequence[Settled], held: Collection[UUID], settings: WaitingRoomSettings
) -> None:
    """Reserves stock, and makes the pick jobs of orders that may be picked; a plan line holds its reservation. The jobs
    of ``held`` plans wait for their payment (W9).
    """
    reserve(claims=[claim for one in standing if not one.holds for claim in _claims(one, chunk, settings)])
    pickable = [
        one for one in standing if one.decision.routed and one.row.plan.order.status not in UNPICKABLE
    ]
    for one, job in zip(
        pickable, create_pick_jobs(drafts=[_draft(one, chunk, held) for one in pickable]), strict=True
    ):
        one.row.plan.pick_job_id = job


def _claims(one: Settled, chunk: Chunk, settings: WaitingRoomSettings) -> Iterator[Claim]:
    """What the lines are given of levels, and of buckets, where whoever was released first is served first (W8)."""
    plan, facility = one.row.plan, one.decision.facility
    assert facility is not None
    for allocation in one.decision.allocations:
        line = allocation.line
        if allocation.reserved:
            level = chunk.levels[chunk.world.facilities[facility].id, line.article]
            yield Claim(level, line.id, allocation.reserved, str(plan.id))
        for bucket, units in allocation.expected:
            yield Claim.of_expected(bucket, line.id, units, rank_of(plan, settings.prioritization))


def _draft(one: Settled, chunk: Chunk, held: Collection[UUID]) -> PickJobDraft:
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
        held_for_payment=plan.id in held,
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
    attempted = plan.first_routing_attempt or now
    if status == PlanStatus.NOT_ROUTABLE:
        status = unroutable_as(attempted, chunk.policies.retry_window, now)
    reason = reason_facts(decision, chunk.world)
    no_longer = decision.outcome is Outcome.WAITING and not decision.may_wait
    stays = status == plan.status and status in STAYING
    # A pass over the waiting room is no answer to who asked for R1-R7: the plan stays in that queue (W2, M2).
    answered = one.run_type is not RunType.REACTIVATION or not stays
    if stays and not (answered and plan.queued_run):
        if plan.reason == reason and plan.may_no_longer_wait == no_longer:
            return False
    elif status != plan.status and not one.new:  # a child begins as what it is (spec 2)
        PLAN_LIFECYCLE.check(plan.status, status)
    if status == PlanStatus.WAITING and plan.waiting_since is None:
        plan.waiting_since = now
    elif status != PlanStatus.WAITING:
        plan.pinned_at = plan.held_until = None
    plan.facility_id = _place(one, chunk)
    if status != PlanStatus.NOT_ROUTABLE:
        plan.unroutable_since = None
    elif plan.status != status:
        plan.unroutable_since = now
    plan.status = status
    plan.consolidated_status = one.consolidated
    if status == PlanStatus.RETRYABLE and one.consolidated == ConsolidatedStatus.NOT_ROUTABLE:
        plan.consolidated_status = ConsolidatedStatus.RETRYABLE
    plan.run_type = one.run_type
    plan.routing_run += 1
    plan.split_count += len(decision.split_off)
    plan.first_routing_attempt = attempted
    if answered:
        plan.queued_run, plan.queued_at = "", None
    plan.behaviour = decision.behaviour or plan.behaviour
    plan.reason = reason
    plan.may_no_longer_wait = no_longer
    plan.not_before = decision.not_before
    plan.planned_for = decision.planned_for
    plan.preorder_start, plan.restocked_at = starts_of(one.row, decision, chunk.world)
    plan.rank = rank_of(plan, settings.prioritization)
    plan.version += 1
    plan.last_modified = now
    return True


def _place(one: Settled, chunk: Chunk) -> UUID | None:
    """Where the plan stands now; one that was PLANNED and goes back to the waiting room stands nowhere (W8)."""
    if one.decision.outcome in STANDING and one.decision.facility is not None:
        return chunk.world.facilities[one.decision.facility].id
    return None if one.decision.outcome is Outcome.WAITING else one.row.plan.facility_id


def _index_waiting(waiting: Sequence[Settled], left: Sequence[UUID], watches: Watches) -> None:
    """Keeps the index of the waiting room: one row per waiting plan and article (W3)."""
    stale = [*left, *(one.row.plan.id for one in waiting)]
    if stale:
        WaitingArticle.objects.filter(plan_id__among=stale).delete()
    rows = [
        (
            *(one.row.plan.id, article, quantity, missing.get(article, 0), one.row.plan.rank),
            *(len(one.needs) == 1, watches.includes(one.row.plan.id, article)),
        )
        for one in waiting
        for missing in (dict(one.decision.reason.missing),)
        for article, quantity in one.needs.items()
    ]
    plans, articles, quantities, lacking, ranks, alone, watched = (
        zip(*rows, strict=True) if rows else ((),) * 7
    )
    insert_rows(
        WaitingArticle,
        each={
            "plan": plans,
            "article": articles,
            "quantity": quantities,
            "missing": lacking,
            "rank": ranks,
            "alone": alone,
            "watched": watched,
        },
    )


def _wake_those_behind(left: Sequence[Settled], settings: WaitingRoomSettings) -> None:
    """Under STRICT a plan that leaves without its units no longer blocks those behind it (W4)."""
    if settings.overtaking == Overtaking.STRICT:
        trigger_those_behind(article for one in left for article in one.row.facts.needs)


def _ask_for_dates(moved: Sequence[Settled], standing: Sequence[Settled]) -> None:
    """Of all that those need who ``moved`` in or out or are planned, and of what others wait for and is gone (W10)."""
    articles = {article for one in moved for article in one.row.facts.needs}
    taken = {article for one in standing for article in one.row.facts.needs} - articles
    ask_for_dates([*articles, *awaited_articles(taken)])


def _events(
    standing: Sequence[Settled], entered: Sequence[Settled], changed: Sequence[Settled]
) -> list[Event]:
    events: list[Event] = []
    for one in standing:
        plan = one.row.plan
        ids = {"plan_id": plan.id, "order_id": plan.order_id}
        facts = {"facilityRef": str(plan.facility_id), "consolidatedStatus": plan.consolidated_status}
        if plan.planned_for is not None:
            facts["plannedFor"] = plan.planned_for.isoformat()
            events.append(PlanPlanned(**ids, facts=facts))
        else:
            events.append(PlanRouted(**ids, facts=facts))
        if one.released:
            events.append(PlanReleased(**ids, facts=facts))
        if one.decision.reason.code is ReasonCode.FALLBACK:
            events.append(PlanFallback(**ids, facts=facts))
    events += [
        PlanSplit(
            plan_id=one.row.plan.id,
            order_id=one.row.plan.order_id,
            facts={"children": [str(child) for child in one.children]},
        )
        for one in changed
        if one.children
    ]
    events += [
        PlanWaiting(plan_id=one.row.plan.id, order_id=one.row.plan.order_id, facts=dict(one.row.plan.reason))
        for one in entered
    ]
    events += [
        told(plan_id=one.row.plan.id, order_id=one.row.plan.order_id, facts=dict(one.row.plan.reason))
        for one in changed
        if (told := UNROUTABLE.get(one.row.plan.status)) is not None
    ]
    return events
