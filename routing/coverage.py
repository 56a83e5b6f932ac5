"""What each facility could give a plan today, for whoever assigns it by hand (M1)."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import F

from inventory.models import Article, Facility, FacilityStatus, ListingStatus, Reservation, StockLevel
from routing.models import PlanLine, RoutingPlan


@dataclass(frozen=True, slots=True)
class Coverage:
    """``units`` of the plan's ``wanted`` are there; ``lacking`` are the others, by article."""

    facility: Facility
    wanted: int
    units: int
    lacking: Sequence[tuple[Article, int]]


def coverage_of(plan: RoutingPlan) -> list[Coverage]:
    """Every facility that a plan may be assigned to, who covers most first; four queries.

    Stock counts only where the listing is ACTIVE (B3). What the plan holds itself counts as there: an assignment frees
    it first.
    """
    lines = list(PlanLine.objects.filter(plan=plan).select_related("article").order_by("id"))
    needs: Counter[UUID] = Counter()
    for line in lines:
        needs[line.article_id] += line.quantity
    articles = {line.article_id: line.article for line in lines}
    available = _available(needs, [line.pk for line in lines])
    facilities = Facility.objects.exclude(status=FacilityStatus.OFFLINE).order_by("rank", "name", "id")
    found = [_coverage(facility, needs, articles, available[facility.pk]) for facility in facilities]
    return sorted(found, key=lambda one: -one.units)


def _available(needs: Mapping[UUID, int], holders: Sequence[UUID]) -> dict[UUID, dict[UUID, int]]:
    own = dict(
        Reservation.objects.filter(holder__in=holders, level__isnull=False).values_list("level", "quantity")
    )
    levels = StockLevel.objects.filter(
        article__in=needs,
        facility__listings__status=ListingStatus.ACTIVE,
        facility__listings__article=F("article"),
    )
    found: dict[UUID, dict[UUID, int]] = defaultdict(dict)
    for level in levels:
        there = level.on_hand - level.reserved - level.safety_stock + own.get(level.pk, 0)
        found[level.facility_id][level.article_id] = max(0, there)
    return found


def _coverage(
    facility: Facility,
    needs: Mapping[UUID, int],
    articles: Mapping[UUID, Article],
    available: Mapping[UUID, int],
) -> Coverage:
    lacking = [
        (articles[id], units - available.get(id, 0))
        for id, units in needs.items()
        if units > available.get(id, 0)
    ]
    wanted = sum(needs.values())
    return Coverage(facility, wanted, wanted - sum(units for _article, units in lacking), lacking)
