"""New stock first backs pick lines that were routed without it, by rank, before it serves waiting plans (R2)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, F, OuterRef, QuerySet

from inventory.models import Listing, ListingStatus, StockLevel
from inventory.services.levels import lock_levels_of
from inventory.services.reservations import Claim, extend
from orders.models import PickJob, PickLine
from orders.models.pickjob import UNSTARTED
from orders.services.pickjobs import back_lines
from routing.engine import Decision, World
from routing.models import TriggerCause
from routing.passes.retries import with_retries
from routing.passes.supposing import Place, Supposed
from routing.triggers import trigger_articles

LINES = 500
"""Pick lines per transaction at most."""


def back_pick_lines(article_ids: Collection[UUID]) -> int:
    """Reserves what is available for unbacked lines of unstarted pick jobs, by rank; returns the units backed."""
    backed = 0
    while units := with_retries(lambda: _back_some(article_ids)):
        backed += units
    return backed


def wake_for_backing(decisions: Iterable[Decision], world: World) -> None:
    """Who was routed without stock that is withheld for those who wait picks before they do: a pass backs it (R2)."""
    trigger_articles(
        (TriggerCause.UNBACKED, allocation.line.article)
        for decision in decisions
        for facility, allocations in decision.given
        for allocation in allocations
        if allocation.unbacked and world.withheld(facility, allocation.line.article)
    )


def may_back(article_ids: Collection[UUID]) -> bool:
    """Whether there are pick lines that what is available now would back."""
    return _unbacked().filter(article_id__in=article_ids).exists()


def _back_some(article_ids: Collection[UUID]) -> int:
    with transaction.atomic():
        lines = _unbacked().filter(article_id__in=article_ids)
        wanted = list(lines.order_by("pick_job__plan__rank", "id").values_list("id", "pick_job_id")[:LINES])
        if not wanted:
            return 0
        jobs = PickJob.objects.select_for_update(no_key=True, of=("self",))
        list(jobs.filter(id__in={job for _, job in wanted}).order_by("id").values_list("id"))
        found = list(_by_turn(_unbacked().filter(id__in=[line for line, _ in wanted])))
        levels = lock_levels_of({(line.pick_job.facility_id, line.article_id) for line in found})
        claims: list[Claim] = []
        backed: dict[UUID, int] = {}
        for line, place, units in _shared_out(found, levels):
            backed[line.id] = units
            claims.append(Claim(levels[place].id, line.reference, units, str(line.pick_job.reference)))
        extend(claims=claims)
        back_lines(backed=backed)
        return sum(backed.values())


def suppose_backing(article_ids: Collection[UUID], supposed: Supposed) -> int:
    """What :func:`back_pick_lines` would do, if it were as ``supposed``, which then knows of it. Writes nothing."""
    places = {place for place in supposed.stock if place[1] in article_ids}
    lines = [
        line
        for line in _by_turn(_lacking().filter(article_id__in=article_ids))
        if (line.pick_job.facility_id, line.article_id) in places
    ]
    if not lines:
        return 0
    levels = supposed.levels(StockLevel.objects.filter(article_id__in=article_ids), article_ids)
    shares = _shared_out(lines, {(level.facility_id, level.article_id): level for level in levels})
    for _line, place, units in shares:
        supposed.reserved[place] += units
    return sum(units for _line, _place, units in shares)


def _shared_out(
    lines: Iterable[PickLine], levels: Mapping[Place, StockLevel]
) -> list[tuple[PickLine, Place, int]]:
    """Units for each of the lines that gets any, in their order, with the place that they come from."""
    left = {place: level.available for place, level in levels.items()}
    shares = []
    for line in lines:
        place = (line.pick_job.facility_id, line.article_id)
        units = min(line.unbacked, left.get(place, 0))
        if units:
            left[place] -= units
            shares.append((line, place, units))
    return shares


def _by_turn(lines: QuerySet[PickLine]) -> QuerySet[PickLine]:
    return lines.order_by("pick_job__plan__rank", "id").select_related("pick_job")


def _unbacked() -> QuerySet[PickLine]:
    """Those of :func:`_lacking` where there is stock."""
    here = {"facility_id": OuterRef("pick_job__facility_id"), "article_id": OuterRef("article_id")}
    return _lacking().filter(
        Exists(StockLevel.objects.filter(on_hand__gt=F("reserved") + F("safety_stock"), **here))
    )


def _lacking() -> QuerySet[PickLine]:
    """Unbacked lines of unstarted jobs of plans, where stock counts (B3)."""
    here = {"facility_id": OuterRef("pick_job__facility_id"), "article_id": OuterRef("article_id")}
    listed = Listing.objects.filter(status=ListingStatus.ACTIVE, **here)
    return PickLine.objects.filter(
        Exists(listed),
        unbacked__gt=0,
        pick_job__status__in=UNSTARTED,
        pick_job__plan__isnull=False,
    )
