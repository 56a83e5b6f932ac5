"""Routing what is in the queue: new plans, rerouted and retried ones, in fair order (R1-R5, R10)."""

from __future__ import annotations

import time
from collections.abc import Collection, Sequence
from datetime import timedelta
from functools import partial
from uuid import UUID

import structlog
from django.db import transaction
from django.db.models import Min, Q
from django.utils import timezone

from routing.engine import Decision, decide
from routing.models import (
    Overtaking,
    PlanLine,
    QueuedRun,
    RoutingPlan,
    WaitingArticle,
    WaitingRoomSettings,
)
from routing.passes.backing import wake_for_backing
from routing.passes.claims import awaited
from routing.passes.committing import commit
from routing.passes.loading import Chunk, Row, load_chunk, load_rows, lock_plans_if_free
from routing.passes.outcomes import RUN_TYPE, consolidated
from routing.passes.pace import Pace
from routing.passes.release import serve_waiting_room
from routing.passes.retries import one_by_one, with_retries
from routing.passes.settled import UNPICKABLE, Settled

log = structlog.get_logger(__name__)

PATIENCE_SECONDS = 5.0
"""How long a pass waits for another worker, who serves those who waited before or routes the queue already."""

PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 0.02, 0.2
"""Before it looks again; each time longer."""

SET_ASIDE = timedelta(minutes=1)


def route_queue() -> int:
    """Decides queued plans until none is left that may be decided now; returns how many it decided.

    Fair (R10): before a plan is decided, whatever came for those who already wait for its articles is given to them.
    One worker at a time routes the queue, so that plans are decided in its order; others leave it to that one.
    """
    decided, pace = 0, Pace()
    give_up, pause = time.monotonic() + PATIENCE_SECONDS, PAUSE_SECONDS
    while True:
        serve_waiting_room()
        plan_ids = with_retries(partial(_due, pace.plans))
        if not plan_ids:
            return decided
        begun = time.monotonic()
        done = sum(one_by_one(plan_ids, _route_chunk, _set_aside))
        decided += done
        now = time.monotonic()
        if done:
            pace.learn(done, now - begun)
            give_up, pause = now + PATIENCE_SECONDS, PAUSE_SECONDS
        elif now > give_up:
            log.info("queue_left_to_others", plans=len(plan_ids))
            return decided
        else:
            time.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE_SECONDS)


def route_at_once(order_id: UUID, *, patience: float) -> bool:
    """Decides the queued plans of an order for whose decision somebody waits; False if it is still to come.

    They do not jump the queue: those who came before them for the same articles, waiting or queued, are left to the
    workers, for whom it waits ``patience`` seconds at most (R10).
    """
    give_up = time.monotonic() + patience
    while True:
        plan_ids = list(RoutingPlan.objects.queued().filter(order=order_id).values_list("id", flat=True))
        if not plan_ids:
            return True
        if not _others_first(plan_ids):
            one_by_one(plan_ids, _route_chunk, _set_aside)
        if not RoutingPlan.objects.queued().filter(id__among=plan_ids).exists():
            return True
        if time.monotonic() > give_up:
            return False
        time.sleep(0.02)


def _others_first(plan_ids: Sequence[UUID]) -> bool:
    """Whether plans were queued before these that need any of their articles; not so if a worker has decided these."""
    own = RoutingPlan.objects.filter(id__among=plan_ids)
    first = own.aggregate(first=Min("queued_at"))["first"]
    if first is None:
        return False
    articles = PlanLine.objects.filter(plan__in=plan_ids).values("article_id")
    earlier = RoutingPlan.objects.queued().filter(queued_at__lt=first, lines__article_id__in=articles)
    return earlier.exists()


def _due(most: int) -> list[UUID]:
    due = RoutingPlan.objects.queued().filter(queued_at__lte=timezone.now())
    return list(due.values_list("id", flat=True)[:most])


def _set_aside(plan_id: UUID, error: Exception) -> None:
    """A plan that cannot be decided goes to the back of the queue and is tried again in a while."""
    RoutingPlan.objects.filter(id=plan_id).exclude(queued_run="").update(queued_at=timezone.now() + SET_ASIDE)


def _route_chunk(plan_ids: Sequence[UUID]) -> int:
    """Lock, load, decide, commit: one transaction. Returns how many plans were decided; none if another worker has
    taken them already. Whoever waited for it would find nothing left to do, chunk by chunk.
    """
    with transaction.atomic():
        if not lock_plans_if_free(plan_ids):
            return 0
        rows = sorted(
            (row for row in load_rows(plan_ids) if row.plan.queued_run),
            key=lambda row: (row.plan.queued_at, row.plan.id),
        )
        return decide_and_commit(rows)


def decide_and_commit(rows: Sequence[Row]) -> int:
    """Decides locked plans in the order given, and writes what came of it. Returns how many were decided.

    Those whose articles are to be given to others first stay as they are, in the queue if they are in it. That is
    looked up under the levels' locks, because whoever raises stock writes the trigger under the same lock (R10).
    """
    chunk = load_chunk(rows)
    first_others = awaited(chunk.articles)
    rows = [row for row in rows if first_others.isdisjoint(row.facts.needs)]
    if not rows:
        return 0
    settings = WaitingRoomSettings.load()
    taken = waited_for(chunk) if settings.overtaking == Overtaking.STRICT else frozenset()
    decisions = decide_queued(rows, chunk, taken)
    settled = [_settled(row, decision) for row, decision in zip(rows, decisions, strict=True)]
    commit(chunk, settled, settings)
    wake_for_backing(decisions, chunk.world)
    return len(rows)


def decide_queued(rows: Sequence[Row], chunk: Chunk, taken: frozenset[UUID] = frozenset()) -> list[Decision]:
    """Decides the rows in their order; what one is given the next does not see. Writes nothing.

    ``taken`` are articles that others wait for under STRICT: a plan that needs one sees no stock of it, and queues
    behind them if it may wait (R10).
    """
    world = chunk.world
    for article in taken:
        world.close(range(len(world.facilities)), (article,))
    decisions = []
    for row in rows:
        by = chunk.policies.of(row.plan)
        decision = decide(row.facts, world, by.policy, by.patterns)
        decision.take_from(world)
        decisions.append(decision)
    return decisions


def waited_for(chunk: Chunk, *, gone: Collection[UUID] = ()) -> frozenset[UUID]:
    """Articles that plans outside the chunk wait for; under STRICT those of the chunk queue behind them (R10).

    Held plans block nobody (W12); nor do those that are ``gone`` in a dry run.
    """
    own = [*gone, *(row.plan.id for row in chunk.rows)]
    waiting = WaitingArticle.objects.filter(article_id__in=chunk.articles).exclude(
        Q(plan_id__in=own) | Q(plan__held_until__gt=timezone.now())
    )
    return frozenset(waiting.values_list("article_id", flat=True).distinct())


def _settled(row: Row, decision: Decision) -> Settled:
    run = QueuedRun(row.plan.queued_run or QueuedRun.RETRY)
    return Settled(
        row=row,
        decision=decision,
        run_type=RUN_TYPE[run],
        consolidated=consolidated(
            run,
            row.plan.status,
            decision.outcome,
            locked=row.plan.order.status in UNPICKABLE,
            split=bool(decision.split_off),
        ),
    )
