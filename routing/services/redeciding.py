"""Deciding a plan again, to see: today's world and strategy beside what was decided (spec 1, "True dry run").

The passes' own code, without locks and without writing: a plan that waits is tried as the waiting room would (W2), any
other as if it were rerouted now (R1-R5, M2). What the plan holds itself counts as there.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils import timezone

from backoffice.core.errors import NotFound, StateConflict
from backoffice.core.texts import text
from inventory.models import Reservation
from orders.models.pickjob import FINISHED
from routing.decisions import last_log_of
from routing.engine import Decision, World
from routing.models import (
    DecisionLog,
    Overtaking,
    PlanStatus,
    RoutingPlan,
    RunType,
    WaitingArticle,
    WaitingRoomSettings,
)
from routing.models.plan import LIVE_PLAN_STATUSES
from routing.passes.loading import Chunk, Row, load_chunk, load_rows
from routing.passes.logs import LogBook
from routing.passes.outcomes import STATUS
from routing.passes.queue import decide_queued, waited_for
from routing.passes.release import decide_releases

MOST_IN_FRONT = 500
"""Under STRICT so many waiting plans in front are decided first; those farther ahead are left out."""


@dataclass(frozen=True, slots=True)
class Redecision:
    """``fresh`` is the log that a run would leave behind now, not written; ``stored`` is the plan's last one.

    ``may_no_longer_wait`` tells of a waiting plan that would not be allowed to wait today (W2).
    """

    fresh: DecisionLog
    stored: DecisionLog | None
    may_no_longer_wait: bool

    @property
    def facility_id(self) -> UUID | None:
        """Where the plan would go now, or most of it."""
        number = self.fresh.facts.get("facility")
        if number is None or self.fresh.snapshot is None:
            return None
        return UUID(self.fresh.snapshot.facts["facilities"][number][0])

    @property
    def changed(self) -> bool:
        """Whether another status, facility or split would come of it than what was decided last."""
        return self.stored is None or _result(self.fresh) != _result(self.stored)


def decide_again(
    *, plan_id: UUID, rerouted: bool = False, document: Mapping[str, Any] | None = None
) -> Redecision:
    """Writes nothing and locks nothing. ``rerouted``: as R1-R7 would decide a plan that waits, too (M2). ``document``
    stands in for that of the strategy in use.

    :raises NotFound: there is no such plan.
    :raises StateConflict: the plan has ended or is picked: there is nothing left to decide.
    """
    plan = RoutingPlan.objects.select_related("pick_job").filter(pk=plan_id).first()
    if plan is None:
        raise NotFound.of(RoutingPlan, plan_id)
    if not may_be_decided_again(plan):
        raise StateConflict(
            text("The plan has ended, or is picked: there is nothing left to decide."), field="status"
        )
    waits = plan.status == PlanStatus.WAITING and not rerouted
    settings = WaitingRoomSettings.load()
    strict = settings.overtaking == Overtaking.STRICT
    rows = load_rows([*(_in_front(plan) if waits and strict else ()), plan.pk])
    (row,) = (row for row in rows if row.plan.pk == plan.pk)
    chunk = load_chunk(
        rows,
        lock=False,
        given_back=_held(row),
        expecting=settings if waits else None,
        document=document,
    )
    _leave(plan, chunk.world)
    if waits:
        decided = decide_releases(rows, chunk, set(), settings)
    else:
        decided = decide_queued(rows, chunk, waited_for(chunk) if strict else frozenset())
    decision = next(found for one, found in zip(rows, decided, strict=True) if one is row)
    return Redecision(
        fresh=unwritten_log(row, decision, chunk, RunType.REACTIVATION if waits else RunType.REROUTE),
        stored=last_log_of(plan),
        may_no_longer_wait=waits and not decision.released and not decision.may_wait,
    )


def may_be_decided_again(plan: RoutingPlan) -> bool:
    """Whether there is anything left to decide; its ``pick_job`` should have been fetched."""
    picked = plan.pick_job is not None and plan.pick_job.status in FINISHED
    return plan.status in LIVE_PLAN_STATUSES and not picked


def _in_front(plan: RoutingPlan) -> Sequence[UUID]:
    """Those that stand in front for an article of the plan, nearest first; held plans block nobody (W12)."""
    articles = WaitingArticle.objects.filter(plan=plan).values("article_id")
    ahead = RoutingPlan.objects.waiting().unheld(timezone.now()).filter(rank__lt=plan.rank)
    found = ahead.filter(waiting_articles__article_id__in=articles).distinct().order_by("-rank")
    return list(found.values_list("id", flat=True)[:MOST_IN_FRONT])


def _held(row: Row) -> Counter[int]:
    """Units that the plan has reserved, by level."""
    held: Counter[int] = Counter()
    for level, quantity in Reservation.objects.filter(
        holder__in=[line.pk for line in row.lines], level__isnull=False
    ).values_list("level_id", "quantity"):
        held[level] += quantity
    return held


def _leave(plan: RoutingPlan, world: World) -> None:
    """Its own pick job takes no capacity from it."""
    place = world.index.get(plan.facility_id) if plan.facility_id is not None else None
    if place is not None and plan.pick_job is not None:
        world.book(place, -1)


def unwritten_log(row: Row, decision: Decision, chunk: Chunk, run_type: RunType) -> DecisionLog:
    """The log that a run would leave behind now."""
    book = LogBook(chunk, timezone.now())
    book.add(
        row,
        decision,
        run=row.plan.routing_run + 1,
        run_type=run_type,
        status=STATUS[decision.outcome],
    )
    (log,) = book.unwritten()
    log.plan = row.plan
    return log


def _result(log: DecisionLog) -> tuple[Any, ...]:
    """Where the plan stands, and what was split off, without the names of plans that a dry run does not make."""
    shared = log.snapshot.facts if log.snapshot is not None else {"facilities": []}
    unroutable = log.status in (PlanStatus.RETRYABLE, PlanStatus.NOT_ROUTABLE)

    def place(number: int | None) -> str | None:
        return shared["facilities"][number][0] if number is not None and shared["facilities"] else None

    return (
        PlanStatus.NOT_ROUTABLE if unroutable else log.status,
        place(log.facts.get("facility")),
        [(place(facility), rest) for _plan, facility, *rest in log.facts.get("split", ())],
    )
