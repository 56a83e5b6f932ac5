"""New stock first backs pick lines that were routed without it, by rank, before it serves waiting plans (R2)."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, F, OuterRef, QuerySet

from inventory.models import Listing, ListingStatus, StockLevel
from inventory.services.levels import lock_levels_of
from inventory.services.reservations import Claim, extend
from orders.models import PickJob, PickLine
from orders.models.pickjob import UNSTARTED
from orders.services.pickjobs import back_lines
from routing.passes.retries import with_retries

LINES = 500
"""Pick lines per transaction at most."""


def back_pick_lines(article_ids: Collection[UUID]) -> int:
    """Reserves what is available for unbacked lines of unstarted pick jobs, by rank; returns the units backed."""
    backed = 0
    while units := with_retries(lambda: _back_some(article_ids)):
        backed += units
    return backed


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
        found = list(
            _unbacked()
            .filter(id__in=[line for line, _ in wanted])
            .order_by("pick_job__plan__rank", "id")
            .select_related("pick_job")
        )
        levels = lock_levels_of({(line.pick_job.facility_id, line.article_id) for line in found})
        left = {key: level.available for key, level in levels.items()}
        claims: list[Claim] = []
        backed: dict[UUID, int] = {}
        for line in found:
            key = (line.pick_job.facility_id, line.article_id)
            units = min(line.unbacked, left.get(key, 0))
            if units:
                left[key] -= units
                backed[line.id] = units
                claims.append(Claim(levels[key].id, line.reference, units, str(line.pick_job.reference)))
        extend(claims=claims)
        back_lines(backed=backed)
        return sum(backed.values())


def _unbacked() -> QuerySet[PickLine]:
    """Unbacked lines of unstarted jobs of plans, where there is stock that counts (B3)."""
    here = {"facility_id": OuterRef("pick_job__facility_id"), "article_id": OuterRef("article_id")}
    stocked = StockLevel.objects.filter(on_hand__gt=F("reserved") + F("safety_stock"), **here)
    listed = Listing.objects.filter(status=ListingStatus.ACTIVE, **here)
    return PickLine.objects.filter(
        Exists(stocked),
        Exists(listed),
        unbacked__gt=0,
        pick_job__status__in=UNSTARTED,
        pick_job__plan__isnull=False,
    )
