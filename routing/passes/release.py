"""Serving the waiting room: what a trigger woke is tried by rank, until the stock is used up (W2-W5, W11, W12)."""

from __future__ import annotations

import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import partial
from uuid import UUID

import structlog
from django.db import OperationalError, connection, transaction
from django.utils import timezone

from backoffice.core.nudges import nudge
from routing.dates import ask_for_dates, awaited_articles
from routing.engine import Decision, Outcome, Partial, release
from routing.models import (
    ConsolidatedStatus,
    Overtaking,
    PlanStatus,
    ReleaseRun,
    RoutingPlan,
    RunType,
    TriggerCause,
    WaitingRoomSettings,
)
from routing.passes.backing import back_pick_lines, may_back, wake_for_backing
from routing.passes.claims import (
    Claim,
    LeaseLost,
    absorb,
    awaited,
    claim,
    contested,
    postpone,
    renew,
    set_aside,
    settle,
    widen,
)
from routing.passes.committing import commit
from routing.passes.loading import Chunk, Row, load_chunk, load_rows, lock_plans
from routing.passes.pace import Pace
from routing.passes.retries import PassInterrupted, is_lost, one_by_one, with_retries
from routing.passes.settled import UNPICKABLE, Settled
from routing.passes.waitingqueue import WaitingQueue
from routing.passes.watching import may_watch, stirred, watch_everything
from routing.services.planned import review_planned_plans
from routing.triggers import ROUTE_TASK, trigger_those_behind

log = structlog.get_logger(__name__)

CHANGES_WHO_MAY_WAIT = frozenset({TriggerCause.LISTING, TriggerCause.GROUP, TriggerCause.STRATEGY})
"""Causes after which all plans of an article are looked at, not only those that its stock may serve: one that would no
longer be allowed to wait is flagged (W2, B5)."""

Closed = set[tuple[UUID, UUID]]
"""(facility, article) that stand closed to later plans, because an earlier one is still to have them (STRICT)."""


class StartAgain(PassInterrupted):
    """Whoever stands in front must be tried first: stock came while the pass was under way, or a plan needs what others
    wait for, too (W12).
    """


@dataclass(slots=True)
class Tally:
    considered: int = 0
    released: int = 0


def serve_waiting_room() -> int:
    """Serves pending triggers until none is left that this worker may take; returns the plans released.

    Plans that go back to the waiting room, because what they were promised does not come, are there first: their turn
    may come before that of others (W8, W12), and before that of newcomers (R10).
    """
    review_planned_plans()
    released = 0
    while (claimed := with_retries(claim)) is not None:
        try:
            released += serve(claimed)
        except LeaseLost:
            log.warning("lease_lost", lease=str(claimed.lease))
    return released


def serve(claimed: Claim) -> int:
    """One pass over a claim, in transactions of one chunk each; returns the plans released.

    Killed at any instant it leaves whole chunks behind, and triggers that bring the next worker to the rest (W11).

    :raises LeaseLost: another worker took over.
    """
    run = ReleaseRun(
        started=timezone.now(),
        causes=dict(claimed.causes),
        articles=[str(article) for article in claimed.articles],
    )
    begun = time.monotonic()
    if claimed.articles:
        run.backed_units = back_pick_lines(claimed.articles)
    while True:
        try:
            with_retries(partial(_serve_from_the_head, claimed, run, begun))
            return run.released
        except StartAgain:
            run.articles = [str(article) for article in claimed.articles]
            run.backed_units += back_pick_lines(claimed.articles)


def _serve_from_the_head(claimed: Claim, run: ReleaseRun, begun: float) -> None:
    queue = WaitingQueue(
        claimed.articles,
        claimed.plans,
        settings=WaitingRoomSettings.load(),
        everyone=_concerns_everyone(claimed),
        stirred=claimed.stirred,
    )
    closed: Closed = set()
    pace = Pace()
    while plan_ids := queue.take(pace.plans):
        with pace.timing(len(plan_ids)):
            tries = one_by_one(
                plan_ids,
                partial(_serve_chunk, claimed=claimed, queue=queue, closed=closed),
                lambda plan_id, _: set_aside(plan_id),
            )
        run.considered += sum(tally.considered for tally in tries)
        run.released += sum(tally.released for tally in tries)
        _keep(run, claimed, begun)
    if _heeds_more(claimed, WaitingRoomSettings.load()):
        raise StartAgain
    with transaction.atomic():
        more_came = absorb(claimed)
        if not more_came:
            _finish(run, claimed, begun)
    if more_came:
        raise StartAgain  # outside of the transaction, which would forget what it absorbed


def _finish(run: ReleaseRun, claimed: Claim, begun: float) -> None:
    settle(claimed)
    ask_for_dates(awaited_articles(claimed.articles))
    run.still_waiting = max(0, run.considered - run.released)
    run.finished = timezone.now()
    run.causes = dict(claimed.causes)
    _keep(run, claimed, begun)
    if RoutingPlan.objects.queued().exists():
        nudge(ROUTE_TASK)


def _keep(run: ReleaseRun, claimed: Claim, begun: float) -> None:
    """Records the pass as far as it got. That plans were tried as they entered, in vain, is no news."""
    run.seconds = time.monotonic() - begun
    if run.released or run.backed_units or (run.considered and claimed.articles):
        run.save()


def _serve_chunk(plan_ids: Sequence[UUID], *, claimed: Claim, queue: WaitingQueue, closed: Closed) -> Tally:
    """One transaction. If the connection is lost nobody knows whether it was committed, and which triggers it took into
    the claim: then whoever stands in front is looked at again (W12).
    """
    before = connection.connection
    try:
        return _serve_together(plan_ids, claimed, queue, closed)
    except OperationalError as error:
        if not is_lost(before):
            raise
        log.info("connection_lost", lease=str(claimed.lease), error=str(error))
        raise StartAgain from error


def _serve_together(plan_ids: Sequence[UUID], claimed: Claim, queue: WaitingQueue, closed: Closed) -> Tally:
    """Lock, load, decide, commit: one transaction."""
    with transaction.atomic():
        renew(claimed)
        lock_plans(plan_ids)
        now = timezone.now()
        rows = [row for row in load_rows(plan_ids) if row.plan.status == PlanStatus.WAITING]
        held = [row.plan.id for row in rows if row.plan.held_until and row.plan.held_until > now]
        watch_everything(held)
        rows = [row for row in rows if row.plan.id not in held]
        if not rows:
            return Tally(len(plan_ids), 0)
        settings = WaitingRoomSettings.load()
        chunk = load_chunk(rows, now=now, expecting=settings)
        strict = settings.overtaking == Overtaking.STRICT
        start_again = absorb(claimed) and not _may_go_on(plan_ids, claimed, queue)
        start_again |= _heeds_more(claimed, settings, before=rows[-1].facts.rank)
        others = wanted_in_front(rows, chunk, claimed) if strict else set()
        if others:
            widen(claimed, others)
            start_again = True
        decisions: list[Decision] = []
        newly_closed: Closed = set()
        if not start_again:
            rows = _not_awaited(rows, chunk, claimed)
            newly_closed |= closed
            decisions = decide_releases(rows, chunk, newly_closed, settings)
            commit(
                chunk,
                [settled_release(row, decision) for row, decision in zip(rows, decisions, strict=True)],
                settings,
            )
            wake_for_backing(decisions, chunk.world)
            if strict:
                # Also for articles that this pass does not serve (W12).
                trigger_those_behind(freed_behind(decisions, claimed))
            queue.restock({article: chunk.world.supply(article) for article in chunk.articles})
    if start_again:
        claimed.include(others)
        raise StartAgain
    closed |= newly_closed
    return Tally(len(rows), sum(decision.released for decision in decisions))


def freed_behind(decisions: Sequence[Decision], claimed: Claim) -> list[UUID]:
    """Articles of released plans that the claim does not serve."""
    return [
        article
        for decision in decisions
        if decision.released
        for article in decision.plan.needs
        if article not in claimed.articles
    ]


def _heeds_more(claimed: Claim, settings: WaitingRoomSettings, *, before: bytes | None = None) -> bool:
    """Whether what has come meanwhile wakes somebody in front of the rank ``before``, or anywhere, who slept beside the
    articles of the claim. From now on the claim heeds it.
    """
    woken = stirred(claimed, before) if may_watch(settings) else set()
    if woken is None or woken:
        claimed.heed(woken)
        return True
    return False


def _may_go_on(plan_ids: Sequence[UUID], claimed: Claim, queue: WaitingQueue) -> bool:
    """More came, but it changes nothing about whose turn it is. Else stock that is written without a pause would keep a
    pass starting again and again, and nobody would ever be served.
    """
    return not may_back(claimed.articles) and queue.begins_anew_with(
        plan_ids, everyone=_concerns_everyone(claimed)
    )


def _concerns_everyone(claimed: Claim) -> bool:
    return not CHANGES_WHO_MAY_WAIT.isdisjoint(claimed.causes)


def decide_releases(
    rows: Sequence[Row], chunk: Chunk, closed: Closed, settings: WaitingRoomSettings
) -> list[Decision]:
    """Decides the rows in their order; what one is given the next does not see. Writes nothing.

    Under STRICT a plan that stays, or leaves something behind, closes what it could use to all later ones, and adds
    that to ``closed``, which carries it from chunk to chunk (W12).
    """
    strict = settings.overtaking == Overtaking.STRICT
    partial = Partial(settings.partial_release)
    world = chunk.world
    for facility, article in closed:
        if facility in world.index:
            world.close((world.index[facility],), (article,))
    decisions = []
    for row in rows:
        by = chunk.policies.of(row.plan)
        decision = release(row.facts, world, by.policy, by.patterns, partial=partial)
        decision.take_from(world)
        if strict and decision.waiting:
            world.close(decision.pattern.permitted, decision.waiting)
            closed |= {
                (world.facilities[facility].id, article)
                for facility in decision.pattern.permitted
                for article in decision.waiting
            }
        decisions.append(decision)
    return decisions


def wanted_in_front(
    rows: Sequence[Row], chunk: Chunk, claimed: Claim, *, gone: Collection[UUID] = ()
) -> set[UUID]:
    """Articles that are there, that rows need beside those of the claim, and that earlier plans wait for, which are
    not ``gone``: under STRICT it is for those to be tried first (W12).
    """
    there = {article for article in chunk.articles - claimed.articles if chunk.world.supply(article) != 0}
    return contested(claimed, [row.plan.id for row in rows], there, gone=gone) if there else set()


def _not_awaited(rows: list[Row], chunk: Chunk, claimed: Claim) -> list[Row]:
    """Leaves out plans that were woken by name while an article of theirs is still to be served from the head of its
    queue: somebody in front may want what has come (W12). They are woken again later.
    """
    foreign = chunk.articles - claimed.articles
    waited_for = awaited(foreign) if claimed.plans and foreign else set()
    if not waited_for:
        return rows
    later = [
        row for row in rows if row.plan.id in claimed.plans and not waited_for.isdisjoint(row.facts.needs)
    ]
    gone = {row.plan.id for row in later}
    postpone(claimed, gone)
    watch_everything(gone)
    return [row for row in rows if row.plan.id not in gone]


def settled_release(row: Row, decision: Decision) -> Settled:
    """What a pass decided about a plan, to be written."""
    return Settled(
        row=row,
        decision=decision,
        run_type=RunType.REACTIVATION,
        consolidated=_released_as(row, decision)
        if decision.released
        else ConsolidatedStatus(row.plan.consolidated_status),
        released=decision.released,
        in_full=decision.released and not decision.waiting and not row.plan.remainder,
    )


def _released_as(row: Row, decision: Decision) -> ConsolidatedStatus:
    if decision.outcome is Outcome.REASSIGNED:
        return ConsolidatedStatus.OBSOLETE
    if row.plan.order.status in UNPICKABLE:
        return ConsolidatedStatus.LOCKED
    if decision.split_off:
        return ConsolidatedStatus.WAITING_THEN_ROUTED_AND_SPLIT
    return ConsolidatedStatus.WAITING_THEN_ROUTED
