"""Watched articles: a plan that cannot go before Y comes is not looked at because X comes (T4).

Which article that is, is decided in one place, :func:`routing.engine.watching.watched`, whenever a pass has looked at a
plan and left it. The index of the waiting room has it as ``WaitingArticle.watched``, and the queue reads those rows.
docs/decisions/0026 tells why nobody is overlooked.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from uuid import UUID

from django.db.models import Exists, OuterRef, Q

from routing.engine import Outcome
from routing.engine.watching import watched
from routing.models import (
    Overtaking,
    PartialRelease,
    PlanStatus,
    ReleaseTrigger,
    RunType,
    TriggerCause,
    WaitingArticle,
    WaitingRoomSettings,
)
from routing.passes.claims import Claim
from routing.passes.loading import Chunk
from routing.passes.settled import Settled


def may_watch(settings: WaitingRoomSettings) -> bool:
    """Whether a plan that lacks one article has no use for the others: it goes whole or not at all (W5), and keeps
    nothing from those behind it (W2). Under other settings whatever plans watch is disregarded.
    """
    return settings.overtaking == Overtaking.ALLOW and settings.partial_release == PartialRelease.NONE


class Watches:
    """What those who go on waiting watch from now on, and whether that is something else than before.

    Made before anything is written, when all of the chunk is decided: what is left then is what counts. One query, none
    where nobody stays who needs several articles.
    """

    def __init__(self, settled: Iterable[Settled], chunk: Chunk, settings: WaitingRoomSettings) -> None:
        staying = {one.row.plan.id: one for one in settled if _stays(one)}
        before = _watched_by(staying)
        known = {article: chunk.world.supply(article) for article in chunk.articles} if staying else {}
        self._after: dict[UUID, Collection[UUID]] = {}
        self.moved: set[UUID] = set()
        """Plans that watch something else than before."""
        self.begun: set[UUID] = set()
        """Articles that somebody watches now who did not before."""
        for plan, one in staying.items():
            article = None
            if one.run_type is RunType.REACTIVATION and may_watch(settings):
                article = watched(one.needs, known, before[plan])
            after = set(one.needs) if article is None else {article}
            self._after[plan] = after
            if after != before[plan]:
                self.moved.add(plan)
                self.begun |= after - before[plan]

    def includes(self, plan_id: UUID, article_id: UUID) -> bool:
        """Whether the plan watches the article; who has just come watches all that it needs."""
        return plan_id not in self._after or article_id in self._after[plan_id]


def _stays(one: Settled) -> bool:
    waits = one.row.plan.status == PlanStatus.WAITING and one.decision.outcome is Outcome.WAITING
    return waits and not one.new and len(one.needs) > 1


def _watched_by(plan_ids: Collection[UUID]) -> Mapping[UUID, set[UUID]]:
    found: dict[UUID, set[UUID]] = defaultdict(set)
    if plan_ids:
        rows = WaitingArticle.objects.filter(plan_id__in=list(plan_ids), watched=True)
        for plan, article in rows.values_list("plan_id", "article_id"):
            found[plan].add(article)
    return found


def watch_everything(plan_ids: Collection[UUID]) -> None:
    """Plans that were found but not looked at, and will be woken by name: until then any of their articles wakes them,
    as what they watched may have come.
    """
    if plan_ids:
        WaitingArticle.objects.filter(plan_id__in=plan_ids, watched=False).update(watched=True)


def stirred(claim: Claim, before: bytes | None = None) -> set[UUID] | None:
    """Articles of which something came that others serve, or nobody yet, and which plans watch that need an article of
    the claim and stand in front of the rank ``before``, or anywhere: it may be their turn (W12). None if that may be
    any article. Those that the claim heeds already are left out.

    That plans have begun to watch an article does not mean that it came.
    """
    if not claim.articles or claim.stirred is None:
        return set()
    came = set(
        ReleaseTrigger.objects.filter(plan__isnull=True)
        .exclude(article_id__in=claim.articles | claim.stirred)
        .exclude(cause=TriggerCause.WATCHED)
        .values_list("article_id", flat=True)
        .distinct()
    )
    if not came:
        return set()
    in_front = WaitingArticle.objects.filter(Q() if before is None else Q(rank__lt=before))
    asleep = in_front.filter(article_id__in=claim.articles, watched=False)
    if None in came:  # a facility, or everything
        return None if asleep.exists() else set()
    watching = in_front.filter(
        Exists(asleep.filter(plan=OuterRef("plan"))), article_id__in=came, watched=True
    )
    return set(watching.values_list("article_id", flat=True).distinct())
