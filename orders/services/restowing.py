"""Putting picked units back, because their plan goes another way (P2)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from uuid import UUID

from django.db import transaction

from backoffice.core.bulk import update_rows
from backoffice.core.events import publish
from inventory.services.picks import Restow, restow
from orders.events import PickJobRestowed, event_ids
from orders.models import PICK_JOB_LIFECYCLE, PickJob, PickJobStatus, PickJobSubStatus, PickLine
from orders.services.shortpicks import count_picked, order_units


def restow_pick_job(*, pick_job_id: UUID, reason: str = "") -> None:
    """Puts what a PICKED job picked back into stock, because its plan goes another way (P2).

    The units are to be delivered again. The caller holds the locks of the order and of the job's plan.
    """
    with transaction.atomic():
        job = _locked(pick_job_id)
        PICK_JOB_LIFECYCLE.check(job.status, PickJobStatus.RESTOWED)
        _restow(job, list(PickLine.objects.filter(pick_job=job).order_by("id")), reason)
        job.touch(status=PickJobStatus.RESTOWED, sub_status=PickJobSubStatus.SHORT_PICK_REROUTE)
        publish([PickJobRestowed(**event_ids(job), facts={"subStatus": job.sub_status})], reason=reason)


def restow_lines(*, pick_job_id: UUID, references: Collection[UUID], reason: str = "") -> None:
    """Puts what was picked for these lines of a PICKED job back; the job stands, without them (S2).

    The caller holds the locks of the order and of the job's plan.
    """
    if not references:
        return
    with transaction.atomic():
        job = _locked(pick_job_id)
        lines = list(PickLine.objects.filter(pick_job=job, reference__in=references).order_by("id"))
        _restow(job, lines, reason)
        for line in lines:
            line.picked = 0
        update_rows(lines, ("picked",))
        if not PickLine.objects.filter(pick_job=job, picked__gt=0).exists():
            job.sub_status = PickJobSubStatus.ZERO_PICKED
        job.touch(("sub_status",))


def _locked(pick_job_id: UUID) -> PickJob:
    list(PickJob.objects.select_for_update(no_key=True).filter(pk=pick_job_id).values_list("id"))
    job: PickJob = PickJob.objects.get(pk=pick_job_id)
    return job


def _restow(job: PickJob, lines: Sequence[PickLine], reason: str) -> None:
    restow(
        units=[
            Restow(
                facility_id=job.facility_id,
                article_id=line.article_id,
                units=line.picked,
                reference=str(job.id),
            )
            for line in lines
            if line.picked
        ],
        reason=reason,
    )
    count_picked(order_id=job.order_id, fulfilled=order_units({line: -line.picked for line in lines}))
