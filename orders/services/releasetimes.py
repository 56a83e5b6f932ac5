"""When picking may begin: jobs that are held back open when their time comes, or when it is moved (B3, B4)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from backoffice.core.bulk import update_rows
from backoffice.core.events import publish
from orders.events import PickJobReleaseTimeChanged, PickJobReleaseTimeReached
from orders.models import PickJob, PickJobSubStatus

CHUNK = 500
"""Jobs per transaction at most."""

HELD_BACK = PickJobSubStatus.WAITING_FOR_RELEASE_TIME


def open_due_pick_jobs(*, now: datetime | None = None) -> int:
    """Opens the jobs that were held back until ``now``; returns how many.

    Found in the database, so that nothing is missed while no sweep runs, and once each.
    """
    now = now or timezone.now()
    due = PickJob.objects.due(now).order_by("id").values_list("id", flat=True)
    opened = 0
    while ids := list(due[:CHUNK]):
        opened += _open(ids, now)
    return opened


def move_release_times(*, moved: Mapping[UUID, datetime | None], now: datetime) -> int:
    """Sets when picking of unstarted jobs may begin, by job id; ``None`` is at once. Returns how many changed.

    One whose time lies ahead is held back, also if it was open. A job that was started keeps its time.
    """
    if not moved:
        return 0
    with transaction.atomic():
        _lock(moved)
        changed = []
        for job in PickJob.objects.unstarted().filter(id__in=moved).order_by("id"):
            if job.not_before == moved[job.id]:
                continue
            job.not_before = moved[job.id]
            if job.not_before is not None and job.not_before > now:
                job.sub_status = HELD_BACK
            elif job.sub_status == HELD_BACK:
                job.sub_status = ""
            job.version, job.last_modified = job.version + 1, now
            changed.append(job)
        update_rows(changed, ("not_before", "sub_status", "version", "last_modified"))
        publish(
            [
                PickJobReleaseTimeChanged(
                    pick_job_id=job.id,
                    order_id=job.order_id,
                    facility_id=job.facility_id,
                    reference=job.reference,
                    facts={"notBefore": job.not_before.isoformat()} if job.not_before else {},
                )
                for job in changed
            ]
        )
    return len(changed)


def _open(ids: Collection[UUID], now: datetime) -> int:
    with transaction.atomic():
        _lock(ids)
        jobs = list(PickJob.objects.due(now).filter(id__in=ids).order_by("id"))
        PickJob.objects.filter(id__in=[job.id for job in jobs]).bumped(sub_status="")
        publish(
            [
                PickJobReleaseTimeReached(
                    pick_job_id=job.id,
                    order_id=job.order_id,
                    facility_id=job.facility_id,
                    reference=job.reference,
                )
                for job in jobs
            ]
        )
    return len(jobs)


def _lock(ids: Collection[UUID]) -> None:
    """In the order of ids, and in a statement of its own, so that what is read next is what was locked."""
    list(PickJob.objects.select_for_update(no_key=True).filter(id__in=ids).order_by("id").values_list("id"))
