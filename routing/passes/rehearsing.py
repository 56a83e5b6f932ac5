"""Passes over the waiting room without lock and commit: what they would release, if it were as supposed (spec 7).

The same decisions in the same order as :mod:`routing.passes.release` makes them. What that writes, and would then read
again, is kept here in memory: what was given away, who has gone, what was left behind, and the triggers of it all.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from inventory.models import StockLevel
from routing.engine import Decision
from routing.models import Overtaking, PlanStatus, RoutingPlan, WaitingArticle, WaitingRoomSettings
from routing.passes.backing import suppose_backing
from routing.passes.claims import Claim, together
from routing.passes.expected import free_buckets
from routing.passes.loading import Chunk, Row, load_chunk, load_rows, load_world
from routing.passes.release import (
    Closed,
    decide_releases,
    freed_behind,
    settled_release,
    wanted_in_front,
)
from routing.passes.settled import UNPICKABLE
from routing.passes.splitting import with_children
from routing.passes.supposing import Supposed
from routing.passes.waitingqueue import WaitingQueue
from routing.rank import rank_of


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """A plan that would go, as decided in ``world``; ``root`` is it, or the waiting plan that it would be a part of."""

    root: RoutingPlan
    row: Row
    decision: Decision
    chunk: Chunk


@dataclass
class Rehearsal:
    """``looked_at`` is told of the plans of each chunk before they are decided, and may raise to end it.

    ``left_behind`` are what released plans would leave in the waiting room, by the ids that these would have (W7).
    """

    supposed: Supposed
    settings: WaitingRoomSettings
    now: datetime
    document: Mapping[str, Any] | None
    looked_at: Callable[[Collection[UUID]], None]
    released: list[Rehearsed] = field(default_factory=list)
    left_behind: dict[UUID, Row] = field(default_factory=dict)
    gone: set[UUID] = field(default_factory=set)
    backed: int = 0
    _pending: dict[UUID, bool] = field(default_factory=dict)
    """What is still to be served, oldest trigger first: articles, and plans that were left behind (True)."""
    _roots: dict[UUID, RoutingPlan] = field(default_factory=dict)

    @property
    def strict(self) -> bool:
        return self.settings.overtaking == Overtaking.STRICT

    def serve(self, articles: Iterable[UUID], *, everyone: bool = False) -> None:
        """Passes over the articles, and whatever these wake, until nothing is left to serve."""
        self._pending.update(dict.fromkeys(articles, False))
        while self._pending:
            self._pass(self._claim(), everyone=everyone)

    def root_of(self, row: Row) -> RoutingPlan:
        return self._roots.get(row.plan.id, row.plan)

    def load(self, rows: Sequence[Row], *, releasing: bool = True) -> Chunk:
        return load_chunk(
            rows,
            lock=False,
            now=self.now,
            document=self.document,
            expecting=self.settings if releasing else None,
            supposed=self.supposed,
        )

    def note(self, rows: Iterable[Row], decisions: Iterable[Decision], chunk: Chunk) -> None:
        """Takes down who goes, and what stays behind of it."""
        for row, decision in zip(rows, decisions, strict=True):
            if not decision.released:
                continue
            pickable = row.plan.order.status not in UNPICKABLE
            self.supposed.note(decision, chunk.world, pickable=pickable)
            root = self.root_of(row)
            self.released.append(Rehearsed(root, row, decision, chunk))
            self.gone.add(row.plan.id)
            self.left_behind.pop(row.plan.id, None)
            self._pending.pop(row.plan.id, None)
            for child in with_children([settled_release(row, decision)]):
                if child.new and child.decision.facility is None:
                    self._leave_behind(child.row, root)

    def _leave_behind(self, row: Row, root: RoutingPlan) -> None:
        plan = row.plan
        plan.rank = rank_of(plan, self.settings.prioritization)
        self._roots[plan.id] = root
        self.left_behind[plan.id] = replace(row, facts=replace(row.facts, rank=plan.rank))
        self._pending[plan.id] = True

    def _claim(self) -> Claim:
        """What a worker would serve next, and together (:func:`routing.passes.claims.claim`)."""
        articles = [one for one, is_plan in self._pending.items() if not is_plan]
        plans = [one for one, is_plan in self._pending.items() if is_plan]
        if plans and (not articles or next(iter(self._pending)) == plans[0]):
            needed = {article for plan in plans for article in self.left_behind[plan].facts.needs}
            served = together(needed if self.strict else needed & set(articles), set(articles))
        else:
            plans = []
            served = together({articles[0]}, set(articles))
        for one in (*served, *plans):
            self._pending.pop(one, None)
        return Claim(uuid4(), set(served), set(plans), Counter())

    def _pass(self, claim: Claim, *, everyone: bool) -> None:
        while True:
            self.backed += suppose_backing(claim.articles, self.supposed)
            wider = self._pass_from_the_head(claim, everyone=everyone)
            if not wider:
                return
            claim.articles |= wider

    def _pass_from_the_head(self, claim: Claim, *, everyone: bool) -> set[UUID]:
        """Serves the claim, or tells the articles that must be served with it (W12)."""
        closed: Closed = set()
        for rows, queue in self._turns(claim, everyone=everyone):
            self.looked_at([self.root_of(row).id for row in rows])
            chunk = self.load(rows)
            if self.strict and (wider := wanted_in_front(rows, chunk, claim, gone=self.gone)):
                return wider
            decisions = decide_releases(rows, chunk, closed, self.settings)
            self.note(rows, decisions, chunk)
            if self.strict:
                self._pending.update(dict.fromkeys(freed_behind(decisions, claim), False))
            queue.restock({article: chunk.world.supply(article) for article in chunk.articles})
        return set()

    def _turns(self, claim: Claim, *, everyone: bool) -> Iterator[tuple[list[Row], WaitingQueue]]:
        """The plans of the claim by rank, chunk by chunk: those that are written, and what was left behind."""
        queue = WaitingQueue(
            claim.articles,
            (),
            settings=self.settings,
            everyone=everyone,
            supply=self._supply(claim.articles),
            stirred=None,  # what is supposed may be what a plan watches
        )
        others = sorted(
            (
                row
                for row in self.left_behind.values()
                if row.plan.id in claim.plans or not claim.articles.isdisjoint(row.facts.needs)
            ),
            key=lambda row: row.facts.rank,
        )
        more = True
        while more:
            plan_ids = queue.take()
            more = bool(plan_ids)
            rows = [row for row in load_rows(plan_ids) if self._may_go(row)] if more else []
            until = rows[-1].facts.rank if rows else None
            now = [row for row in others if not more or (until is not None and row.facts.rank < until)]
            others = [row for row in others if row not in now]
            rows = sorted((*rows, *now), key=lambda row: row.facts.rank)
            if rows:
                yield rows, queue

    def _may_go(self, row: Row) -> bool:
        plan = row.plan
        held = plan.held_until is not None and plan.held_until > self.now
        return plan.status == PlanStatus.WAITING and not held and plan.id not in self.gone

    def _supply(self, articles: Collection[UUID]) -> dict[UUID, int | None]:
        levels = self.supposed.levels(StockLevel.objects.filter(article_id__in=articles), articles)
        buckets = self.supposed.free(free_buckets(articles, self.settings, self.now), articles)
        world = load_world((), articles, levels, frozenset(), self.now, buckets=buckets)
        return {article: world.supply(article) for article in articles}


def awaited_by_anyone() -> list[UUID]:
    """Every article that somebody waits for."""
    return list(WaitingArticle.objects.order_by("article_id").values_list("article_id", flat=True).distinct())
