"""Starting background jobs, and working them off (M5).

Each item is done in a transaction of its own, together with its result and the job's progress: killed at any instant a
worker leaves whole items behind, and the next one goes on with those that are pending. One that is refused leaves the
others done. Work is found in the database; a worker takes a slice of a job at a time, so that long jobs share it.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import structlog
from django.db import OperationalError, transaction
from django.db.models import F, Q
from django.utils import timezone

from backoffice.core.actor import Actor, acting_as, current_actor
from backoffice.core.errors import DomainError
from backoffice.core.jobs import JobKind, kind_of, known_kinds
from backoffice.core.models import JOB_LIFECYCLE, BackgroundJob, JobItem, JobItemStatus, JobStatus
from backoffice.core.nudges import nudge
from backoffice.core.texts import stored, text

log = structlog.get_logger(__name__)

JOBS_TASK = "core.jobs"

LEASE = timedelta(minutes=1)
"""How long one item may take before another worker takes over."""

SLICE = 100
"""Items that a worker does at most before it looks who else is waiting."""

SLICE_SECONDS = 5.0

KEPT = timedelta(days=30)
"""How long jobs that have ended can be looked at."""

FAILED = text("Something went wrong on our side; it has been logged.")

OPEN = (JobStatus.PENDING, JobStatus.RUNNING)


class LeaseLost(Exception):
    """Somebody stopped the job, or another worker took it over."""


def start_job(*, kind: str, arguments: Mapping[str, Any], subjects: Iterable[str]) -> BackgroundJob:
    """Writes down what is to be done, under the current actor; a worker begins after the commit."""
    actor = current_actor()
    with transaction.atomic():
        job: BackgroundJob = BackgroundJob.objects.create(
            kind=kind, arguments=dict(arguments), actor=actor.name, actor_id=actor.user_id
        )
        items = JobItem.objects.bulk_create(
            [JobItem(job=job, subject=subject) for subject in subjects], batch_size=2_000
        )
        job.total = len(items)
        job.save(update_fields=["total"])
        nudge(JOBS_TASK)
    return job


def stop_job(*, job_id: UUID, version: int) -> BackgroundJob:
    """Leaves what is still pending undone; what has been done stays so.

    :raises NotFound: there is no such job.
    :raises VersionConflict: it changed since ``version``.
    :raises StateConflict: it has ended.
    """
    with transaction.atomic():
        job: BackgroundJob = BackgroundJob.objects.lock_version(job_id, version)
        JOB_LIFECYCLE.check(job.status, JobStatus.STOPPED)
        job.touch(status=JobStatus.STOPPED, finished=timezone.now(), lease=None, lease_until=None)
    return job


def work_off() -> int:
    """Does a slice of the job that has been waiting longest for its turn; returns how many items that were."""
    job = _claim()
    if job is None:
        return 0
    done = 0
    try:
        with acting_as(Actor(job.actor, job.actor_id)):
            done = _work_on(job)
    except LeaseLost:
        log.info("job_left", job=str(job.pk))
    finally:
        ended = _give_back(job)
    if done or ended:  # else others are at its items, and whoever looks again at once looks in vain
        nudge(JOBS_TASK)
    return done


def forget_old_jobs() -> int:
    """Deletes jobs that ended long ago, with their items; returns how many. Those of imports go with these."""
    old = BackgroundJob.objects.filter(
        finished__lt=timezone.now() - KEPT, files_compared=None, files_written=None
    )
    ids = list(old.values_list("id", flat=True))
    old.filter(id__in=ids).delete()
    return len(ids)


def _claim() -> BackgroundJob | None:
    now = timezone.now()
    free = Q(lease_until__isnull=True) | Q(lease_until__lt=now)
    kinds = [kind.name for kind in known_kinds()]
    with transaction.atomic():
        waiting = BackgroundJob.objects.filter(free, status__in=OPEN, kind__in=kinds)
        locked = waiting.select_for_update(no_key=True, skip_locked=True)
        job: BackgroundJob | None = locked.order_by("last_modified", "id").first()
        if job is None:
            return None
        if job.status != JobStatus.RUNNING:
            JOB_LIFECYCLE.check(job.status, JobStatus.RUNNING)
        job.touch(
            status=JobStatus.RUNNING, started=job.started or now, lease=uuid4(), lease_until=now + LEASE
        )
    return job


def _work_on(job: BackgroundJob) -> int:
    kind = kind_of(job)
    until = time.monotonic() + SLICE_SECONDS
    pending = JobItem.objects.filter(job=job, status=JobItemStatus.PENDING).order_by("id")
    done = 0
    for item_id in list(pending.values_list("id", flat=True)[:SLICE]):
        done += _do(kind, job, item_id)
        if time.monotonic() > until:
            break
    return done


def _do(kind: JobKind, job: BackgroundJob, item_id: int) -> bool:
    """False when another worker is at the item.

    :raises LeaseLost: somebody else has the job now; the item is as it was.
    """
    with transaction.atomic():
        items = JobItem.objects.select_for_update(skip_locked=True, of=("self",))
        item = items.filter(pk=item_id, status=JobItemStatus.PENDING).first()
        if item is None:
            return False
        item.status, item.result = _outcome(kind, job, item)
        item.save(update_fields=["status", "result"])
        mine = BackgroundJob.objects.filter(pk=job.pk, lease=job.lease)
        failed = int(item.status == JobItemStatus.FAILED)
        if not mine.update(
            done=F("done") + 1, failed=F("failed") + failed, lease_until=timezone.now() + LEASE
        ):
            raise LeaseLost
    return True


def _outcome(kind: JobKind, job: BackgroundJob, item: JobItem) -> tuple[JobItemStatus, dict[str, Any]]:
    try:
        with transaction.atomic():
            result = kind.work(job.arguments, item.subject)
            return JobItemStatus.FAILED if "problems" in result else JobItemStatus.SUCCEEDED, result
    except DomainError as error:
        return JobItemStatus.FAILED, {"summary": error.summary, "problems": _problems(error)}
    except OperationalError:
        raise  # nobody's fault: it is tried again
    except Exception:
        log.exception("job_item_failed", job=str(job.pk), subject=item.subject)
        problem = {
            "message": FAILED,
            "code": "INTERNAL_ERROR",
            **stored(FAILED),
        }
        return JobItemStatus.FAILED, {"summary": text("Internal error"), "problems": [problem]}


def _problems(error: DomainError) -> list[dict[str, Any]]:
    return [
        {
            "message": one.message,
            "code": one.code,
            **({"field": one.field} if one.field else {}),
            **stored(one.message),
        }
        for one in error.problems
    ]


def _give_back(job: BackgroundJob) -> bool:
    """The job is done when nothing is pending, which is told; else somebody goes on with it."""
    with transaction.atomic():
        mine = BackgroundJob.objects.select_for_update(no_key=True).filter(pk=job.pk, lease=job.lease)
        found: BackgroundJob | None = mine.first()
        if found is None:
            return False
        if not JobItem.objects.filter(job=found, status=JobItemStatus.PENDING).exists():
            JOB_LIFECYCLE.check(found.status, JobStatus.DONE)
            found.status, found.finished = JobStatus.DONE, timezone.now()
        found.lease = found.lease_until = None
        found.touch(("status", "finished", "lease", "lease_until"))
        return found.ended
