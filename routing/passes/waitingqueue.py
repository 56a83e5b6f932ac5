"""The queue of waiting plans that a pass works through: several articles' queues, merged by rank (W2, W3, W12)."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from django.db.models import Exists, F, OuterRef, Q, Sum
from django.db.models.functions import Greatest
from django.utils import timezone

from inventory.models import FacilityStatus, Listing, ListingContextRule, ListingStatus, StockLevel
from inventory.models.listing import RESTOCKS
from routing.models import (
    Overtaking,
    PartialRelease,
    PlanLine,
    PlanStatus,
    RoutingPlan,
    WaitingArticle,
    WaitingRoomSettings,
)
from routing.passes import pace
from routing.passes.expected import free_buckets
from routing.passes.watching import may_watch

Place = tuple[bytes, UUID]
"""(rank, plan id)"""


def supplies(article_ids: Collection[UUID], settings: WaitingRoomSettings) -> dict[UUID, int | None]:
    """Units of each article that ONLINE facilities with an ACTIVE listing can give, from stock or from what they may
    expect (W6); ``None`` is without bound (B3).
    """
    listed = Q(
        facility__status=FacilityStatus.ONLINE,
        facility__listings__status=ListingStatus.ACTIVE,
        facility__listings__article_id=F("article_id"),
    )
    free = Greatest(F("on_hand") - F("reserved") - F("safety_stock"), 0)
    found: dict[UUID, int | None] = dict.fromkeys(article_ids, 0)
    found |= dict(
        StockLevel.objects.filter(listed, article_id__in=article_ids)
        .values_list("article_id")
        .annotate(units=Sum(free))
        .order_by()
    )
    for bucket in free_buckets(article_ids, settings, timezone.now()):
        found[bucket.article_id] = (found[bucket.article_id] or 0) + bucket.units
    replenished = Q(
        status=ListingStatus.ACTIVE, facility__status=FacilityStatus.ONLINE, article_id__in=article_ids
    )
    for article in Listing.objects.filter(replenished, out_of_stock_behaviour__in=RESTOCKS).values_list(
        "article_id", flat=True
    ):
        found[article] = None
    for article in ListingContextRule.objects.filter(
        out_of_stock_behaviour__in=RESTOCKS,
        listing__status=ListingStatus.ACTIVE,
        listing__facility__status=FacilityStatus.ONLINE,
        listing__article_id__in=article_ids,
    ).values_list("listing__article_id", flat=True):
        found[article] = None
    return found


@dataclass(slots=True)
class ArticleQueue:
    """Plans that wait for one article, by rank, read page by page while the article lasts (W3).

    ``supply`` bounds what is read: a plan that needs more than there is anywhere cannot go. With ``in_part`` one may,
    in whole lines or in any quantity (W7). It has the plans that watch the article, or those that watch others, of
    these only who is ``watching`` one of some articles.
    """

    article: UUID
    supply: int | None
    in_part: PartialRelease = PartialRelease.NONE
    watched: bool = True
    watching: Collection[UUID] = ()
    page: list[Place] = field(default_factory=list)
    after: bytes = b""
    dry: bool = False

    def head(self, size: int) -> Place | None:
        """The next plan, or ``None`` when nobody is left whom the supply could serve; reads ``size`` at a time."""
        if self.supply == 0:
            return None
        if not self.page and not self.dry:
            self._read(size)
        return self.page[-1] if self.page else None

    def pop(self) -> Place:
        return self.page.pop()

    def _read(self, size: int) -> None:
        rows = WaitingArticle.objects.filter(
            article_id=self.article, rank__gt=self.after, watched=self.watched
        )
        if self.watching:
            others = WaitingArticle.objects.filter(article_id__in=self.watching, watched=True)
            rows = rows.filter(plan_id__in=others.values("plan_id"))
        if self.supply is not None and self.in_part != PartialRelease.QUANTITY:
            enough = Q(quantity__lte=self.supply)
            if self.in_part == PartialRelease.LINE_ITEM:
                lines = PlanLine.objects.filter(plan=OuterRef("plan"), article=self.article)
                enough = enough | Q(Exists(lines.filter(quantity__lte=self.supply)))
            rows = rows.filter(enough)
        places = [
            (bytes(rank), plan) for rank, plan in rows.order_by("rank").values_list("rank", "plan_id")[:size]
        ]
        self.dry = len(places) < size
        if places:
            self.after = places[-1][0]
        self.page = places[::-1]


class WaitingQueue:
    """All plans that a claim concerns, by rank, each once.

    Under STRICT a plan that needs more than there is still stands in front of others, so that supply does not bound
    what is read (W12). ``everyone`` is looked at when it may have changed who is allowed to wait (W2). ``supply`` says
    what there is of each article, where a dry run knows better than :func:`supplies`.

    A plan is found by what it watches (:mod:`routing.passes.watching`), and by whatever it needs if it watches one of
    the articles that have ``stirred``; with None any may have.
    """

    def __init__(
        self,
        articles: Collection[UUID],
        plans: Collection[UUID],
        *,
        settings: WaitingRoomSettings,
        everyone: bool = False,
        supply: Mapping[UUID, int | None] | None = None,
        stirred: Collection[UUID] | None = (),
    ) -> None:
        self._articles, self._plans = articles, plans
        self._settings = settings
        self._strict = settings.overtaking == Overtaking.STRICT
        self._everyone = everyone
        self._stirred = stirred
        self._queues = [
            queue
            for article, units in (supplies(articles, settings) if supply is None else supply).items()
            for queue in self._queues_of(article, units)
        ]
        named = RoutingPlan.objects.filter(id__in=plans, status=PlanStatus.WAITING).values_list("rank", "id")
        self._named = sorted(((bytes(rank), plan) for rank, plan in named), reverse=True)
        self._size = self._first_size()

    def _queues_of(self, article: UUID, units: int | None) -> Iterator[ArticleQueue]:
        bound, in_part = self._bound(units), PartialRelease(self._settings.partial_release)
        yield ArticleQueue(article, bound, in_part)
        if self._everyone or self._stirred is None or not may_watch(self._settings):
            yield ArticleQueue(article, bound, in_part, watched=False)
        elif self._stirred:
            yield ArticleQueue(article, bound, in_part, watched=False, watching=self._stirred)

    def _first_size(self) -> int:
        """A plan takes at least one unit: to give away ten, no five hundred plans need to be looked at (T4b)."""
        bound = len(self._named)
        for queue in self._queues:
            if queue.supply is None:
                return pace.MOST
            if queue.watched:
                bound += queue.supply
        return min(pace.MOST, bound + 1)

    def _bound(self, supply: int | None) -> int | None:
        return None if self._everyone or (self._strict and supply) else supply

    def take(self, most: int = pace.MOST) -> list[UUID]:
        """The next plans, at most so many; empty when the pass is through. Each call may take twice as many as the one
        before.
        """
        taken: list[UUID] = []
        while len(taken) < min(self._size, most):
            place = self._pop()
            if place is None:
                break
            if not taken or place[1] != taken[-1]:
                taken.append(place[1])
        self._size = min(pace.MOST, self._size * 2)
        return taken

    def begins_anew_with(self, plan_ids: Sequence[UUID], *, everyone: bool) -> bool:
        """Whether, with the stock of this moment, these plans stand in front of all others (W12). If so, the queue goes
        on behind them with that stock. Asked while the levels are locked.
        """
        if everyone != self._everyone:
            return False
        fresh = WaitingQueue(
            self._articles, self._plans, settings=self._settings, everyone=everyone, stirred=self._stirred
        )
        fresh._size = len(plan_ids)
        if fresh.take() != list(plan_ids):
            return False
        self._queues, self._named = fresh._queues, fresh._named
        return True

    def restock(self, supply: Mapping[UUID, int | None]) -> None:
        """Tells what is left of each article after a chunk, so that the pass ends when stock is used up (W3)."""
        for queue in self._queues:
            if queue.article in supply:
                queue.supply = self._bound(supply[queue.article])

    def _pop(self) -> Place | None:
        heads: list[tuple[Place, ArticleQueue | None]] = [
            (place, queue) for queue in self._queues if (place := queue.head(self._size)) is not None
        ]
        if self._named:
            heads.append((self._named[-1], None))
        if not heads:
            return None
        place = min(head for head, _ in heads)
        for head, queue in heads:
            if head == place:
                if queue is None:
                    self._named.pop()
                else:
                    queue.pop()
        return place
