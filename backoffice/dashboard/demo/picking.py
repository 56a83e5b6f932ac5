"""What pickers of the demo did this morning: most of it as ordered, a few things they did not find."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from django.db.models import Q
from django.utils import timezone

from backoffice.dashboard.demo.interventions import spread
from orders.models import PickJob, PickJobStatus
from orders.pickactions import LineReport, PickAction, Step
from orders.services.picking import change_pick_job

PICKED, BEGUN, SHORT = 48, 6, 3
"""How many jobs were picked, are being picked, and lacked something."""


def pick() -> None:
    """Every other picked job has left the house already."""
    jobs = _open_jobs()
    picked = spread(jobs, PICKED)
    left = [job for job in jobs if job not in picked]
    for number, job in enumerate(picked):
        _do(job, PickAction.START)
        _report(job, {line.pk: line.quantity for line in job.line_items})
        if number % 2:
            _do(job, PickAction.CLOSE)
    begun = spread(left, BEGUN)
    for number, job in enumerate(begun):
        _do(job, PickAction.START)
        if number % 3 == 0:
            _do(job, PickAction.PAUSE, "The shelf is being refilled")
    several = [job for job in left if job not in begun and sum(line.quantity for line in job.line_items) > 1]
    for job in spread(several, SHORT):
        _do(job, PickAction.START)
        first, *others = job.line_items
        _report(job, {first.pk: first.quantity - 1, **{line.pk: line.quantity for line in others}})


def _open_jobs() -> list[PickJob]:
    may_begin = Q(not_before__isnull=True) | Q(not_before__lte=timezone.now())
    jobs = PickJob.objects.filter(may_begin, status=PickJobStatus.OPEN, lines__unbacked=0).distinct()
    return list(jobs.with_line_items().order_by("tenant_order_id", "short_id"))


def _do(job: PickJob, action: PickAction, reason: str = "") -> None:
    _change(job, Step((action,)), reason)


def _report(job: PickJob, picked: Mapping[UUID, int]) -> None:
    reports = tuple(LineReport(line_id=id, picked=units) for id, units in picked.items())
    _change(job, Step((PickAction.PICK,), reports))


def _change(job: PickJob, step: Step, reason: str = "") -> None:
    changed = change_pick_job(pick_job_id=job.pk, version=job.version, steps=(step,), reason=reason)
    job.version = changed.version
