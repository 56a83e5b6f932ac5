"""Expected stock that a newcomer may count on: what is left when those who wait already have been served (W6, W10)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Sum
from django.utils import timezone

from inventory.models import ExpectedStock
from routing.models import WaitingArticle


@dataclass(frozen=True, slots=True)
class Arrival:
    """Units of an article that come to a facility on a day, by the facility's calendar."""

    facility: UUID
    day: date
    units: int


def load_arrivals(articles: Collection[UUID]) -> dict[UUID, list[Arrival]]:
    """By article, earliest first; two queries. Whoever waits for an article takes what comes first, anywhere.

    What should have come by today is late, and counts for nobody (W8).
    """
    waiting = WaitingArticle.objects.filter(article_id__in=articles).order_by().values_list("article_id")
    owed: dict[UUID, int] = dict(waiting.annotate(units=Sum("missing")))
    buckets = ExpectedStock.objects.promisable().filter(
        article_id__in=articles, delivery_date__gt=timezone.now().date()
    )
    arrivals: dict[UUID, list[Arrival]] = defaultdict(list)
    for bucket in buckets.order_by("delivery_date", "id").only("article_id", "facility_id", "delivery_date"):
        article, units = bucket.article_id, bucket.free  # type: ignore[attr-defined]  # an annotation
        taken = min(units, owed.get(article, 0))
        if taken:
            owed[article] -= taken
        if units > taken:
            assert bucket.delivery_date is not None  # of what may be promised
            arrivals[article].append(Arrival(bucket.facility_id, bucket.delivery_date, units - taken))
    return dict(arrivals)
