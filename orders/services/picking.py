"""Working on a pick job: what its actions may do when, and what comes of it (P1-P3).

The order is locked first, so that whatever happens to an order happens in turn; then what the floors above keep
(:class:`PickJobMoving`), the job, and stock.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from backoffice.core.bulk import update_rows
from backoffice.core.errors import Invalid, NotFound, Problem, StateConflict
from backoffice.core.events import Event, publish
from backoffice.core.texts import text
from inventory.services.picks import Pick, book_picks
from orders.events import (
    ENDED_AS,
    PickJobClosed,
    PickJobEvent,
    PickJobFinished,
    PickJobGivenUp,
    PickJobMoving,
    PickJobPaused,
    PickJobReset,
    PickJobRestarted,
    PickJobRestowed,
    PickJobStarted,
    PickJobWithdrawn,
    event_ids,
)
from orders.models import (
    PICK_JOB_LIFECYCLE,
    Order,
    PickJob,
    PickJobStatus,
    PickJobSubStatus,
    PickLine,
    PickLineStatus,
)
from orders.pickactions import MOVES, LineReport, PickAction, Step
from orders.services.shortpicks import count_picked, order_units

_S = PickJobStatus

_SIMPLE: Mapping[PickAction, type[PickJobEvent]] = MappingProxyType(
    {
        PickAction.START: PickJobStarted,
        PickAction.PAUSE: PickJobPaused,
        PickAction.RESTART: PickJobRestarted,
        PickAction.RESET: PickJobReset,
        PickAction.RESTOW: PickJobRestowed,
    }
)


def change_pick_job(
    *,
    pick_job_id: UUID,
    version: int,
    steps: Sequence[Step],
    custom_attributes: Mapping[str, Any] | None = None,
    reason: str = "",
) -> PickJob:
    """Does the steps in their order, all or none, and returns the job as it is then (P1).

    Once every line of a job in progress is reported, it is PICKED: picked units leave the stock, reservations end, and
    what is missing is a short pick (P2). A job CLOSED before that counts lines that were not reported as they stand,
    and nobody looks for what is missing; with nothing picked it is ABORTED (spec 5).

    :raises NotFound: there is no such job.
    :raises VersionConflict: it changed since ``version``.
    :raises StateConflict: the action does not fit the job's status, or it is too early to start (B4).
    :raises Invalid: a report names another job's line, or more units than were ordered; every problem at once.
    """
    with transaction.atomic():
        change = _Change(_lock(pick_job_id, version))
        for step in steps:
            change.do(step)
        if change.job.status == _S.IN_PROGRESS and change.all_reported and any(s.reports for s in steps):
            change.finish(_S.PICKED)
        if custom_attributes is not None:
            change.job.custom_attributes = dict(custom_attributes)
        change.save(reason)
    job: PickJob = PickJob.objects.with_line_items().get(pk=pick_job_id)
    return job


@dataclass(slots=True)
class _Change:
    """A locked job while it is worked on. Everything is written at the end, under one new version."""

    job: PickJob
    events: list[Event] = field(default_factory=list)
    lines: list[PickLine] = field(init=False)

    def __post_init__(self) -> None:
        self.lines = list(PickLine.objects.filter(pick_job=self.job).order_by("id"))

    @property
    def all_reported(self) -> bool:
        return all(line.status == PickLineStatus.CLOSED for line in self.lines)

    def do(self, step: Step) -> None:
        fitting = [action for action in step.actions if self.job.status in MOVES[action][0]]
        action = fitting[0] if fitting else step.actions[0]
        origins, target = MOVES[action]
        if not fitting:
            raise StateConflict(
                text(
                    "%(action)s is not possible while the pick job is %(status)s: it has to be %(origins)s.",
                    action=action,
                    status=self.job.status,
                    origins=" or ".join(origins),
                ),
                field="status",
            )
        match action:
            case PickAction.PICK:
                self._report(step.reports)
                if step.finishes:
                    self._finish_by_request()
            case PickAction.CLOSE:
                self._close()
            case PickAction.ABORT | PickAction.REJECT | PickAction.EXPIRE:
                sub_status = PickJobSubStatus.PICK_JOB_ABORTED if target == _S.ABORTED else ""
                self._end(target, PickJobGivenUp, sub_status)
            case PickAction.CANCEL | PickAction.OBSOLETE:
                self._end(target, PickJobWithdrawn)
            case _:
                self._move(action, target)

    def _move(self, action: PickAction, target: PickJobStatus) -> None:
        if action is PickAction.START:
            self._refuse_too_early()
            self.job.sub_status = ""
        if action in (PickAction.START, PickAction.RESET):
            fresh = PickLineStatus.IN_PROGRESS if action is PickAction.START else PickLineStatus.OPEN
            for line in self.lines:
                line.status, line.picked = fresh, 0
                line.stock_emptied, line.short_pick_reason = False, None
        self.job.status = target
        self.events.append(_SIMPLE[action](**event_ids(self.job)))

    def _refuse_too_early(self) -> None:
        begins = self.job.not_before
        if begins is not None and begins > timezone.now():
            raise StateConflict(
                text("Picking cannot begin before %(begins)s UTC.", begins=f"{begins:%Y-%m-%d %H:%M}"),
                code="TOO_EARLY",
                field="notBefore",
            )

    def _report(self, reports: Sequence[LineReport]) -> None:
        lines = {line.id: line for line in self.lines}
        problems = [problem for report in reports for problem in _problems(report, lines.get(report.line_id))]
        if problems:
            raise Invalid.many(problems)
        for report in reports:
            line = lines[report.line_id]
            line.picked = line.picked if report.picked is None else report.picked
            if report.stock_emptied is not None:
                line.stock_emptied = report.stock_emptied
            if report.short_pick_reason is not None:
                line.short_pick_reason = dict(report.short_pick_reason)
            line.status = PickLineStatus.CLOSED if report.done else PickLineStatus.IN_PROGRESS

    def _finish_by_request(self) -> None:
        left = [str(line.id) for line in self.lines if line.status != PickLineStatus.CLOSED]
        if left:
            raise StateConflict(
                text("Not every line has been reported yet: %(left)s.", left=", ".join(left)),
                code="LINES_OPEN",
                field="status",
            )
        self.finish(_S.PICKED)

    def _close(self) -> None:
        if self.job.status == _S.PICKED:
            self.job.status = _S.CLOSED
        elif any(line.picked for line in self.lines):
            self.finish(_S.CLOSED, reroutable=False)
        else:
            self._end(_S.ABORTED, PickJobGivenUp, PickJobSubStatus.ZERO_PICKED)
            return
        self.events.append(PickJobClosed(**event_ids(self.job)))

    def _end(
        self,
        status: PickJobStatus,
        told: type[PickJobGivenUp | PickJobWithdrawn],
        sub_status: str = "",
    ) -> None:
        PICK_JOB_LIFECYCLE.check(self.job.status, status)
        self.job.status, self.job.sub_status = status, sub_status
        facts = {"subStatus": sub_status} if sub_status else {}
        ids = event_ids(self.job)
        self.events += [ENDED_AS[status](**ids, facts=facts), told(**ids)]

    def finish(self, status: PickJobStatus, *, reroutable: bool = True) -> None:
        """Books what was picked and what was not (P1, P2), and counts it for the order (S7)."""
        job, lines = self.job, self.lines
        picked, ordered = sum(line.picked for line in lines), sum(line.quantity for line in lines)
        book_picks(
            picks=[
                Pick(
                    facility_id=job.facility_id,
                    article_id=line.article_id,
                    holder=line.reference,
                    quantity=line.quantity,
                    picked=line.picked,
                    emptied=line.stock_emptied,
                    reference=str(job.id),
                )
                for line in lines
            ]
        )
        count_picked(
            order_id=job.order_id,
            fulfilled=order_units({line: line.picked for line in lines}),
            short_picked=order_units({line: line.missing for line in lines}),
        )
        for line in lines:
            line.status = PickLineStatus.CLOSED
        job.status = status
        job.sub_status = ""
        if picked < ordered:
            job.sub_status = PickJobSubStatus.SHORT_PICKED if picked else PickJobSubStatus.ZERO_PICKED
        self.events.append(
            PickJobFinished(
                **event_ids(job),
                picked={line.reference: line.picked for line in lines},
                missing={line.reference: line.missing for line in lines},
                reroutable=reroutable,
                facts={"picked": picked, "quantity": ordered},
            )
        )

    def save(self, reason: str) -> None:
        update_rows(self.lines, ("picked", "status", "stock_emptied", "short_pick_reason"))
        self.job.touch(("status", "sub_status", "custom_attributes"))
        publish(self.events, reason=reason)


def _lock(pick_job_id: UUID, version: int) -> PickJob:
    found = PickJob.objects.filter(pk=pick_job_id).first()
    if found is None:
        raise NotFound.of(PickJob, pick_job_id)
    list(Order.objects.select_for_update(no_key=True).filter(pk=found.order_id).values_list("id"))
    publish([PickJobMoving(**event_ids(found))])
    job: PickJob = PickJob.objects.lock_version(pick_job_id, version)
    return job


def _problems(report: LineReport, line: PickLine | None) -> list[Problem]:
    if line is None:
        message = text("The pick job has no line %(line_id)s.", line_id=report.line_id)
        return [Problem(f"{report.path}.id", message, "NOT_FOUND")]
    if report.picked is not None and not 0 <= report.picked <= line.quantity:
        message = text(
            "Give a number from 0 to %(quantity)s: as many are to be picked.", quantity=line.quantity
        )
        return [Problem(f"{report.path}.picked", message, "OUT_OF_RANGE")]
    if report.picked is None and report.done and not line.picked:
        message = text("Say how many units were picked, 0 if none.")
        return [Problem(f"{report.path}.picked", message, "REQUIRED")]
    return []
