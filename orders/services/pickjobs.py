"""Creating and ending the work orders of facilities, many at a time.

What is here is called for hundreds of plans in one transaction: the number of statements does not depend on the
number of jobs.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone

from backoffice.core.bulk import insert_rows, update_rows
from backoffice.core.errors import NotFound, StateConflict
from backoffice.core.events import publish
from backoffice.core.models import uuid7
from backoffice.core.texts import text
from orders.events import ENDED_AS, PickJobCreated, PickJobOpened
from orders.models import (
    PICK_JOB_LIFECYCLE,
    DeliveryType,
    PickJob,
    PickJobStatus,
    PickJobSubStatus,
    PickLine,
)
from orders.models.pickjob import FINISHED, STANDING, STARTED, UNSTARTED
from orders.shortids import short_ids

ATTEMPTS = 5
"""How often short ids are drawn anew because another transaction took one of them at the same moment."""

HELD_FOR_PAYMENT = "Waits until its payment is authorised."
"""What a held job says about itself, until a failure gives it something better to say (W9)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PickLineDraft:
    """``reference`` is the opaque holder of the line's reservation; ``unbacked`` units have no stock yet (R2)."""

    order_line_id: UUID
    article_id: UUID
    reference: UUID
    quantity: int
    unbacked: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class PickJobDraft:
    """``reference`` is the caller's, opaque here; ``not_before`` is when picking may begin (B3, B4). A job that is
    ``held_for_payment`` waits until its payment is authorised (W9).
    """

    facility_id: UUID
    order_id: UUID
    reference: UUID
    order_date: datetime
    lines: tuple[PickLineDraft, ...]
    channel: str = DeliveryType.SHIPPING
    service_level: str = ""
    not_before: datetime | None = None
    target_time: datetime | None = None
    tenant_order_id: str | None = None
    held_for_payment: bool = False


def create_pick_jobs(*, drafts: Sequence[PickJobDraft]) -> list[UUID]:
    """Writes one job per draft, in their order: OPEN, or WAITING_FOR_INPUT while it is held for its payment (W9). One
    that may not begin yet says so in its sub-status (B4). Returns their ids.
    """
    if not drafts:
        return []
    ids = [uuid7() for _ in drafts]
    with transaction.atomic():
        _write_jobs(ids, drafts)
        lines = [(id, line) for id, draft in zip(ids, drafts, strict=True) for line in draft.lines]
        insert_rows(
            PickLine,
            each={
                "pick_job": [job for job, _ in lines],
                "order_line": [line.order_line_id for _, line in lines],
                "article": [line.article_id for _, line in lines],
                "reference": [line.reference for _, line in lines],
                "quantity": [line.quantity for _, line in lines],
                "unbacked": [line.unbacked for _, line in lines],
            },
        )
        publish(
            [
                PickJobCreated(
                    pick_job_id=id,
                    order_id=draft.order_id,
                    facility_id=draft.facility_id,
                    reference=draft.reference,
                )
                for id, draft in zip(ids, drafts, strict=True)
            ]
        )
    return ids


def end_pick_jobs(
    *,
    pick_job_ids: Collection[UUID],
    status: PickJobStatus,
    sub_status: str = "",
    reason: str = "",
    started_too: bool = False,
) -> list[PickJob]:
    """Ends jobs that nobody started, with ``started_too`` that nobody finished (O2); all or none. Returns them by id.

    :raises NotFound: one of them does not exist.
    :raises StateConflict: one of them was started, or has ended already.
    """
    if not pick_job_ids:
        return []
    with transaction.atomic():
        _lock(pick_job_ids)
        jobs = list(PickJob.objects.filter(id__in=pick_job_ids).order_by("id"))
        missing = set(pick_job_ids) - {job.id for job in jobs}
        if missing:
            raise NotFound.of(PickJob, min(missing))
        for job in jobs:
            _check_end(job, status, STARTED + FINISHED if not started_too else FINISHED)
        now = timezone.now()
        PickJob.objects.filter(id__in=pick_job_ids).bumped(status=status, sub_status=sub_status)
        for job in jobs:
            job.status, job.sub_status = status, sub_status
            job.version, job.last_modified = job.version + 1, now
        publish(
            [
                ENDED_AS[status](
                    pick_job_id=job.id,
                    order_id=job.order_id,
                    facility_id=job.facility_id,
                    reference=job.reference,
                    facts={"subStatus": sub_status} if sub_status else {},
                )
                for job in jobs
            ],
            reason=reason,
        )
    return jobs


def open_held_pick_jobs(*, references: Collection[UUID]) -> list[PickJob]:
    """Opens the jobs that were held until the payment of these references is authorised, and returns them (W9).

    One that was ended in the meantime, or is held for nothing, stays as it is.
    """
    with transaction.atomic():
        held = PickJob.objects.filter(
            reference__in=references, status=PickJobStatus.WAITING_FOR_INPUT, held_for_payment=True
        )
        _lock(set(held.values_list("id", flat=True)))
        jobs = list(held.order_by("id"))
        if jobs:
            PickJob.objects.filter(id__in=[job.id for job in jobs]).bumped(
                status=PickJobStatus.OPEN, held_for_payment=False, status_reason=""
            )
            publish(
                [
                    PickJobOpened(
                        pick_job_id=job.id,
                        order_id=job.order_id,
                        facility_id=job.facility_id,
                        reference=job.reference,
                    )
                    for job in jobs
                ]
            )
    return jobs


def flag_held_pick_jobs(*, references: Collection[UUID], problem: str) -> None:
    """Lets jobs that are held for their payment say why it takes so long (W9)."""
    if not references:
        return
    with transaction.atomic():
        held = PickJob.objects.filter(
            reference__in=references, status=PickJobStatus.WAITING_FOR_INPUT, held_for_payment=True
        ).exclude(status_reason=problem)
        _lock(set(held.values_list("id", flat=True)))
        held.bumped(status_reason=problem)


def back_lines(*, backed: Mapping[UUID, int]) -> None:
    """Takes ``units`` per pick line off what is not covered by stock, because stock now covers them (R2).

    :raises NotFound: a pick line does not exist.
    :raises StateConflict: a line has fewer unbacked units than that, or its job is no longer to be started.
    """
    if not backed:
        return
    with transaction.atomic():
        job_ids = set(PickLine.objects.filter(id__in=backed).values_list("pick_job_id", flat=True))
        _lock(job_ids)
        lines = list(PickLine.objects.filter(id__in=backed).select_related("pick_job").order_by("id"))
        missing = set(backed) - {line.id for line in lines}
        if missing:
            raise NotFound.of(PickLine, min(missing))
        for line in lines:
            _check_backing(line, backed[line.id])
            line.unbacked -= backed[line.id]
        update_rows(lines, ("unbacked",))
        PickJob.objects.filter(id__in=job_ids).bumped()


def unback_lines(*, units: Mapping[UUID, int]) -> None:
    """So many units of pick lines, by the lines' ``reference``, are not covered by stock any more (R2). Lines of jobs
    that were started or have ended are left out.
    """
    with transaction.atomic():
        wanted = PickLine.objects.filter(reference__in=units, pick_job__status__in=UNSTARTED)
        job_ids = set(wanted.values_list("pick_job_id", flat=True))
        _lock(job_ids)
        lines = list(wanted.order_by("id"))
        for line in lines:
            line.unbacked = min(line.quantity, line.unbacked + units[line.reference])
        update_rows(lines, ("unbacked",))
        PickJob.objects.filter(id__in=job_ids).bumped()


def lower_lines(*, units: Mapping[UUID, int]) -> None:
    """Takes units off pick lines of jobs that nobody started, by the lines' ``reference``: first those that no stock
    covers. A line of which nothing is left goes; the caller leaves something of every job.

    :raises StateConflict: a line has fewer units than that, or its job was started or has ended.
    """
    if not units:
        return
    with transaction.atomic():
        wanted = PickLine.objects.filter(reference__in=units, pick_job__status__in=STANDING)
        job_ids = set(wanted.values_list("pick_job_id", flat=True))
        _lock(job_ids)
        lines = list(wanted.select_related("pick_job").order_by("id"))
        for line in lines:
            _check_lowering(line, units[line.reference])
            line.quantity -= units[line.reference]
            line.unbacked = max(0, line.unbacked - units[line.reference])
        PickLine.objects.filter(id__in=[line.id for line in lines if not line.quantity]).delete()
        update_rows([line for line in lines if line.quantity], ("quantity", "unbacked"))
        PickJob.objects.filter(id__in=job_ids).bumped()


def _write_jobs(ids: Sequence[UUID], drafts: Sequence[PickJobDraft]) -> None:
    """Two transactions may draw the same short id at once: the later one draws again."""
    now = timezone.now()
    attempt = 1
    while True:
        names = short_ids([draft.facility_id for draft in drafts])
        try:
            with transaction.atomic():
                insert_rows(PickJob, each={"id": ids, "short_id": names, **_columns(drafts, now)})
            return
        except IntegrityError as error:
            if "short_id" not in str(error) or attempt == ATTEMPTS:
                raise
            attempt += 1


def _columns(drafts: Sequence[PickJobDraft], now: datetime) -> dict[str, list[Any]]:
    """What the drafts say of their jobs, by field."""
    held = [draft.held_for_payment for draft in drafts]
    early = [draft.not_before is not None and draft.not_before > now for draft in drafts]
    return {
        "facility": [draft.facility_id for draft in drafts],
        "order": [draft.order_id for draft in drafts],
        "reference": [draft.reference for draft in drafts],
        "status": [PickJobStatus.WAITING_FOR_INPUT if one else PickJobStatus.OPEN for one in held],
        "sub_status": [PickJobSubStatus.WAITING_FOR_RELEASE_TIME if one else "" for one in early],
        "status_reason": [HELD_FOR_PAYMENT if one else "" for one in held],
        "held_for_payment": held,
        "channel": [draft.channel for draft in drafts],
        "service_level": [draft.service_level for draft in drafts],
        "not_before": [draft.not_before for draft in drafts],
        "target_time": [draft.target_time for draft in drafts],
        "order_date": [draft.order_date for draft in drafts],
        "tenant_order_id": [draft.tenant_order_id or "" for draft in drafts],
    }


def _lock(pick_job_ids: Collection[UUID]) -> None:
    """In the order of ids, and in a statement of its own, so that what is read next is what was locked."""
    locked = PickJob.objects.select_for_update(no_key=True).filter(id__in=pick_job_ids).order_by("id")
    list(locked.values_list("id", flat=True))


def _check_end(job: PickJob, status: PickJobStatus, too_late: Collection[PickJobStatus]) -> None:
    if job.status in too_late:
        raise StateConflict(
            text(
                "The pick job %(short_id)s (%(id)s) is %(status)s: picking has started.",
                short_id=job.short_id,
                id=job.id,
                status=job.status,
            ),
            code="PICKING_STARTED",
            field="status",
        )
    if not PICK_JOB_LIFECYCLE.allowed(job.status, status):
        raise StateConflict(
            text(
                "The pick job %(short_id)s (%(id)s) is %(status)s and cannot become %(status2)s.",
                short_id=job.short_id,
                id=job.id,
                status=job.status,
                status2=status,
            ),
            field="status",
        )


def _check_lowering(line: PickLine, units: int) -> None:
    if line.pick_job.status not in UNSTARTED:
        raise StateConflict(
            text(
                "The pick job %(short_id)s (%(pick_job_id)s) is %(status)s: picking has started.",
                short_id=line.pick_job.short_id,
                pick_job_id=line.pick_job_id,
                status=line.pick_job.status,
            ),
            code="PICKING_STARTED",
            field="status",
        )
    if units > line.quantity:
        raise StateConflict(
            text(
                "%(units)s units cannot be taken off the pick line %(id)s of %(quantity)s.",
                units=units,
                id=line.id,
                quantity=line.quantity,
            )
        )


def _check_backing(line: PickLine, units: int) -> None:
    if line.pick_job.status not in UNSTARTED:
        raise StateConflict(
            text(
                "The pick job %(pick_job_id)s is %(status)s.",
                pick_job_id=line.pick_job_id,
                status=line.pick_job.status,
            ),
            field="status",
        )
    if not 0 <= units <= line.unbacked:
        raise StateConflict(
            text(
                "%(units)s units of the pick line %(id)s cannot be backed: %(unbacked)s are unbacked.",
                units=units,
                id=line.id,
                unbacked=line.unbacked,
            )
        )
