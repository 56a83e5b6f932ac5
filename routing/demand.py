"""Demand: what the waiting room wants of each article, beside what is there and what is coming (spec 5, 6)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, F, Min, OuterRef, Q, QuerySet, Sum
from django.utils import timezone

from inventory.models import (
    Article,
    ExpectedStock,
    FacilityStatus,
    Listing,
    ListingStatus,
    StockLevel,
)
from orders.models import DeliveryType
from routing.engine.hours import zone_of


@dataclass(frozen=True, slots=True)
class Supply:
    """Units of an article that nobody was promised: ``available`` now, ``incoming`` by day from today on.

    ``unscheduled`` is expected as well, but no date counts on it: it is late, undated, or on hold (W10).
    """

    available: int = 0
    incoming: tuple[tuple[date, int], ...] = ()
    unscheduled: int = 0


@dataclass(frozen=True, slots=True)
class Coming:
    """``units`` come on a day; ``lacking`` are still missing then."""

    day: date
    units: int
    lacking: int


@dataclass(frozen=True, slots=True)
class Demand:
    """An article that ``plans`` plans wait for, the ``oldest`` of them since then: ``units`` in all, with its supply.

    ``today`` is the day on which what is there counts.
    """

    article: Article
    units: int
    plans: int
    oldest: datetime
    supply: Supply
    today: date = field(default_factory=timezone.localdate)

    @property
    def expected(self) -> int:
        """Units that are coming on a known day."""
        return sum(units for _day, units in self.supply.incoming)

    @property
    def next_day(self) -> date | None:
        return self.supply.incoming[0][0] if self.supply.incoming else None

    @property
    def gap(self) -> int:
        """Units that are wanted, and neither there nor coming on a known day."""
        return max(0, self.units - self.supply.available - self.expected)

    @property
    def closes_on(self) -> date | None:
        """The day from which on all that is wanted is there; ``None``: there is a gap."""
        return next((coming.day for coming in self.schedule if not coming.lacking), None)

    @property
    def schedule(self) -> Iterator[Coming]:
        """What is there today, and what comes on each day after."""
        there = 0
        for day, units in ((self.today, self.supply.available), *self.supply.incoming):
            there += units
            yield Coming(day, units, max(0, self.units - there))


def demanded(articles: QuerySet[Article], facility_ids: Collection[UUID] | None = None) -> QuerySet[Any]:
    """Those of the articles that plans wait for, with ``units``, ``plans`` and ``oldest``; one aggregation.

    With ``facility_ids`` only what one of these facilities could serve: they list it, and it is not to be collected
    elsewhere.
    """
    waits = "waiting_articles"
    counted = None
    if facility_ids is not None:
        listed = Listing.objects.filter(
            article=OuterRef("pk"), facility_id__in=facility_ids, status=ListingStatus.ACTIVE
        )
        articles = articles.filter(Exists(listed))
        counted = ~Q(**{f"{waits}__plan__delivery_type": DeliveryType.COLLECT}) | Q(
            **{f"{waits}__plan__order__collect_facility_id__in": facility_ids}
        )
    return articles.annotate(
        units=Sum(f"{waits}__quantity", filter=counted),
        plans=Count(waits, filter=counted),
        oldest=Min(f"{waits}__plan__waiting_since", filter=counted),
    ).filter(units__gt=0)


def demand_of(articles: Sequence[Any], facility_ids: Collection[UUID] | None = None) -> list[Demand]:
    """Articles that came from :func:`demanded`, in their order, with their supply: everywhere, or at these facilities.
    Two queries.
    """
    supplies = supplies_of([article.pk for article in articles], facility_ids)
    return [
        Demand(article, article.units, article.plans, article.oldest, supplies[article.pk])
        for article in articles
    ]


def supplies_of(
    article_ids: Collection[UUID], facility_ids: Collection[UUID] | None = None
) -> Mapping[UUID, Supply]:
    """What ONLINE facilities with an ACTIVE listing have and expect (B3)."""
    if not article_ids:
        return {}
    listed = Listing.objects.filter(
        article=OuterRef("article"), facility=OuterRef("facility"), status=ListingStatus.ACTIVE
    )
    counts = Q(Exists(listed), facility__status=FacilityStatus.ONLINE, article_id__in=article_ids)
    if facility_ids is not None:
        counts &= Q(facility_id__in=facility_ids)
    levels = StockLevel.objects.with_available().filter(counts)
    available = dict(levels.order_by().values_list("article_id").annotate(units=Sum("free")))
    incoming: dict[UUID, dict[date, int]] = defaultdict(lambda: defaultdict(int))
    unscheduled: dict[UUID, int] = defaultdict(int)
    now = timezone.now()
    buckets = ExpectedStock.objects.outstanding().filter(counts, quantity__gt=F("received") + F("reserved"))
    columns = ("article_id", "delivery_date", "facility__time_zone", "inbound_process__on_hold")
    for article, day, zone, held, quantity, received, reserved in buckets.values_list(
        *columns, "quantity", "received", "reserved"
    ):
        units = quantity - received - reserved
        if held or day is None or day < now.astimezone(zone_of(zone)).date():
            unscheduled[article] += units
        else:
            incoming[article][day] += units
    return {
        article: Supply(
            available.get(article, 0), tuple(sorted(incoming[article].items())), unscheduled.get(article, 0)
        )
        for article in article_ids
    }
