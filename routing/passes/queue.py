"""Routing what is in the queue: new plans, rerouted and retried ones, in fair order (R1-R5, R10)."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

import structlog
from django.db import transaction
from django.utils import timezone

from routing.engine import Decision, decide
from routing.models import (
    Overtaking,
    QueuedRun,
    RoutingPlan,
    WaitingArticle,
    WaitingRoomSettings,
)
from routing.passes.claims import awaited
from routing.passes.committing import UNPICKABLE, Settled, commit
from routing.passes.loading import Chunk, Row, load_chunk, load_rows, lock_plans
from routing.passes.outcomes import RUN_TYPE, consolidated
from routing.passes.release import serve_waiting_room
from routing.passes.retries import one_by_one

log = structlog.get_logger(__name__)

CHUNK = 200
"""Plans per transaction at most."""

PATIENCE_SECONDS = 5.0
"""How long a pass waits for another worker to serve those who waited before."""

SET_ASIDE = timedelta(minutes=1)


def route_queue() -> int:
    """Decides queued plans until none is left that may be decided now; returns how many it decided.

    Fair (R10): before a plan is decided, whatever came for those who already wait for its articles is given to them.
    """
    decided = 0
    give_up = time.monotonic() + PATIENCE_SECONDS
    while True:
        serve_waiting_room()
        plan_ids = _due()
        if not plan_ids:
            return decided
        done = sum(one_by_one(plan_ids, _route_chunk, _set_aside))
        decided += done
        if done:
            give_up = time.monotonic() + PATIENCE_SECONDS
        elif time.monotonic() > give_up:
            log.info("queue_waits_for_release", plans=len(plan_ids))
            return decided
        else:
            time.sleep(0.02)


def _due() -> list[UUID]:
    due = RoutingPlan.objects.queued().filter(queued_at__lte=timezone.now())
    return list(due.values_list("id", flat=True)[:CHUNK])


def _set_aside(plan_id: UUID, error: Exception) -> None:
    """A plan that cannot be decided goes to the back of the queue and is tried again in a while."""
    RoutingPlan.objects.filter(id=plan_id).exclude(queued_run="").update(queued_at=timezone.now() + SET_ASIDE)


def _route_chunk(plan_ids: Sequence[UUID]) -> int:
    """Lock, load, decide, commit: one transaction. Returns how many plans were decided.

    Plans whose articles are to be given to others first stay in the queue. That is looked up under the levels' locks,
    because whoever raises stock writes the trigger under the same lock (R10).
    """
    with transaction.atomic():
        lock_plans(plan_ids)
        rows = sorted(
            (row for row in load_rows(plan_ids) if row.plan.queued_run),
            key=lambda row: (row.plan.queued_at, row.plan.id),
        )
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


def waited_for(chunk: Chunk) -> frozenset[UUID]:
    """Articles that plans outside the chunk wait for; under STRICT those of the chunk queue behind them (R10)."""
    own = [row.plan.id for row in chunk.rows]
    waiting = WaitingArticle.objects.filter(article_id__in=chunk.articles).exclude(plan_id__in=own)
    return frozenset(waiting.values_list("article_id", flat=True).distinct())


def _settled(row: Row, decision: Decision) -> Settled:
    run = QueuedRun(row.plan.queued_run)
    return Settled(
        row=row,
        decision=decision,
        run_type=RUN_TYPE[run],
        consolidated=consolidated(
            run, row.plan.status, decision.outcome, locked=row.plan.order.status in UNPICKABLE
        ),
    )
