"""Importing a file: taken in and cut into batches, compared with what there is, and written when somebody says so.

Each step is a background job whose items are batches, so that a million rows are a few thousand calls, and one that is
killed goes on where it was. A batch is compared again when it is written: a record that somebody changed since the
reader saw the comparison is refused.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import timedelta
from typing import IO, Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet, Sum
from django.utils import timezone

from backoffice.core.actor import current_actor
from backoffice.core.errors import DomainError, Invalid, StateConflict
from backoffice.core.importing.reading import Form, form_of, rows_of
from backoffice.core.importing.resources import (
    Record,
    Resource,
    RowProblem,
    Verdict,
    key_of,
    read_records,
    resource_called,
)
from backoffice.core.models import BackgroundJob, ImportBatch, ImportFile, ImportPart, ImportState
from backoffice.core.services.jobs import start_job
from backoffice.core.texts import counted, stored, text

PART = 1 << 20
"""Bytes of the file that are kept in one row of the database."""

TOGETHER = "together"
"""The subject of the one item of a job that writes everything or nothing."""

COUNTED = ("new", "changed", "unchanged", "refused", "written", "failed")
TOLD = 20
"""How many problems a job's item names; the batch keeps all."""


def comparing_kind(resource: Resource) -> str:
    return f"IMPORT_COMPARE_{resource.name.upper()}"


def writing_kind(resource: Resource) -> str:
    return f"IMPORT_WRITE_{resource.name.upper()}"


@transaction.atomic
def take_in(*, resource: Resource, name: str, file: IO[bytes]) -> ImportFile:
    """Keeps the file and begins to compare it. Nothing that it is about is changed.

    :raises Invalid: field ``file``; it is too large, cannot be read, its header is wrong, or it has no rows.
    """
    form = form_of(file, resource)
    actor = current_actor()
    taken: ImportFile = ImportFile.objects.create(
        resource=resource.name,
        name=name[-255:],
        size=file.seek(0, 2),
        encoding=form.encoding,
        delimiter=form.delimiter,
        columns=list(form.columns),
        headers=list(form.headers),
        actor=actor.name,
        actor_id=actor.user_id,
    )
    _keep(taken, file)
    ids = []
    for batch in _cut(taken, resource, form, file):
        batch.save(force_insert=True)
        taken.rows += batch.rows
        ids.append(str(batch.pk))
    if not ids:
        raise Invalid(
            text("There is a header and nothing below it. Put at least one row into the file."),
            field="file",
            code="EMPTY",
        )
    taken.comparing = start_job(kind=comparing_kind(resource), arguments=_arguments(taken), subjects=ids)
    taken.save(update_fields=["rows", "comparing"])
    return taken


@transaction.atomic
def begin_writing(*, import_id: UUID, version: int, together: bool) -> ImportFile:
    """Begins to write what is new or changed. ``together``: all of it or nothing.

    :raises NotFound, VersionConflict:
    :raises StateConflict: it was not compared yet, or is being written already; there is nothing to write; or all is
        to be written together, and some of it was refused, or it is too much.
    """
    found: ImportFile = ImportFile.objects.lock_version(import_id, version)
    if found.state != ImportState.COMPARED:
        raise StateConflict(
            text(
                "This import is: %(state)s. Only one that waits for a decision can be begun.",
                state=found.state.label,
            )
        )
    counts = counts_of(found)
    if not counts["new"] + counts["changed"]:
        raise StateConflict(text("There is nothing to import: no row would change anything."))
    if together and counts["refused"]:
        raise StateConflict(
            counted(
                "%(number)d row was refused. Correct it and upload the file again, or import the good rows only.",
                "%(number)d rows were refused. Correct them and upload the file again, or import the good rows only.",
                counts["refused"],
            ),
            field="how",
        )
    if together and found.rows > settings.IMPORT_TOGETHER_ROWS:
        raise StateConflict(
            text(
                "All or nothing is possible for up to %(most)d rows. Import the good rows only, or cut the file.",
                most=settings.IMPORT_TOGETHER_ROWS,
            ),
            field="how",
        )
    resource = resource_called(found.resource)
    worth = ImportBatch.objects.filter(Q(new__gt=0) | Q(changed__gt=0), file=found).order_by("id")
    subjects = [TOGETHER] if together else [str(id) for id in worth.values_list("id", flat=True)]
    writing = start_job(kind=writing_kind(resource), arguments=_arguments(found), subjects=subjects)
    found.touch(together=together, writing=writing)
    return found


def compare(arguments: Mapping[str, Any], subject: str) -> dict[str, Any]:
    """What each record of a batch would do; the work of a job's item."""
    batch = ImportBatch.objects.select_related("file").get(pk=subject, file=arguments["importRef"])
    resource = resource_called(batch.file.resource)
    verdicts = _judged(resource, _records(resource, batch))
    batch.verdicts = [_kept(verdict) for verdict in verdicts]
    counts = dict.fromkeys(COUNTED[:4], 0)
    for verdict in verdicts:
        counts[verdict.action.lower()] += 1
    for name, count in counts.items():
        setattr(batch, name, count)
    batch.save(update_fields=["verdicts", *counts])
    problems = [problem for verdict in verdicts for problem in verdict.problems]
    return {**_place(batch), **counts, **_told(problems)}


def write(arguments: Mapping[str, Any], subject: str) -> dict[str, Any]:
    """Writes the good records of a batch, or of all of them together; the work of a job's item."""
    batches = ImportBatch.objects.select_related("file").filter(file=arguments["importRef"])
    if subject != TOGETHER:
        return _write_batch(batches.get(pk=subject))
    refused: list[RowProblem] = []
    with transaction.atomic():
        done = [_write_batch(batch, problems=refused) for batch in _one_by_one(batches)]
        if refused:
            transaction.set_rollback(True)
    if not refused:
        return {"written": sum(one["written"] for one in done), "failed": 0}
    _nothing_written(batches, refused)
    return {"written": 0, "failed": len({problem.row for problem in refused}), **_told(refused)}


def counts_of(file: ImportFile) -> dict[str, int]:
    """Records by what they would do, and by what became of them; and the ``rows`` that each job is through with."""
    batches = ImportBatch.objects.filter(file=file)
    sums = batches.aggregate(**{name: Sum(name) for name in COUNTED})
    counts = {name: value or 0 for name, value in sums.items()}
    for name, done in (("compared_rows", "verdicts"), ("written_rows", "outcomes")):
        through = batches.filter(**{f"{done}__isnull": False})
        counts[name] = through.aggregate(total=Sum("rows"))["total"] or 0
    return counts


def content_of(file: ImportFile) -> Iterator[bytes]:
    """The file as it came."""
    for data in (
        ImportPart.objects.filter(file=file).order_by("id").values_list("data", flat=True).iterator(1)
    ):
        yield zlib.decompress(bytes(data))


def forget_old_imports() -> int:
    """Deletes imports of long ago, with their files and jobs; what they wrote stays. Returns how many."""
    old = ImportFile.objects.filter(
        last_modified__lt=timezone.now() - timedelta(days=settings.IMPORT_RETENTION_DAYS)
    )
    gone = 0
    for file in old.select_related("comparing", "writing"):
        jobs = [job for job in (file.comparing, file.writing) if job is not None]
        if any(not job.ended for job in jobs):
            continue
        with transaction.atomic():
            ImportPart.objects.filter(file=file).delete()
            ImportBatch.objects.filter(file=file).delete()
            file.delete()
            BackgroundJob.objects.filter(pk__in=[job.pk for job in jobs]).delete()
        gone += 1
    return gone


def _arguments(file: ImportFile) -> dict[str, Any]:
    return {"importRef": str(file.pk), "file": file.name, "rows": file.rows}


def _keep(taken: ImportFile, file: IO[bytes]) -> None:
    if taken.size > settings.IMPORT_MAX_MEGABYTES * 1_000_000:
        raise Invalid(
            text(
                "The file is larger than %(most)d MB. Cut it into several.",
                most=settings.IMPORT_MAX_MEGABYTES,
            ),
            field="file",
            code="TOO_LARGE",
        )
    file.seek(0)
    while data := file.read(PART):
        ImportPart.objects.create(file=taken, data=zlib.compress(data))


def _cut(taken: ImportFile, resource: Resource, form: Form, file: IO[bytes]) -> Iterator[ImportBatch]:
    """Batches of about as many rows as the resource wants; rows of one record stay together."""
    content: list[tuple[int, list[str], Any]] = []
    last: tuple[str, ...] | None = None
    for row, cells, key, problem in _with_repeats(resource, form, rows_of(file, form)):
        if len(content) >= resource.per_batch and not (resource.many and key == last):
            yield ImportBatch(file=taken, first_row=content[0][0], rows=len(content), content=content)
            content = []
        content.append((row, cells, problem and problem.packed()))
        last = key
    if content:
        yield ImportBatch(file=taken, first_row=content[0][0], rows=len(content), content=content)


def _with_repeats(
    resource: Resource, form: Form, rows: Iterable[tuple[int, list[str]]]
) -> Iterator[tuple[int, list[str], tuple[str, ...], RowProblem | None]]:
    """The rows with their keys, and what is wrong with those whose key stood elsewhere before."""
    seen: dict[int, int] = {}
    last: tuple[str, ...] | None = None
    for row, cells in rows:
        key = key_of(resource, form.columns, cells)
        problem = None
        if not (resource.many and key == last) and all(key):
            first = seen.setdefault(hash(key), row)
            if first != row:
                said = (
                    text("Row %(row)d begins the same record: put its rows one below the other.", row=first)
                    if resource.many
                    else text("Row %(row)d is about the same: keep one of them.", row=first)
                )
                problem = RowProblem(row, resource.key[0], said, "REPEATED")
        yield row, cells, key, problem
        last = key


def _records(resource: Resource, batch: ImportBatch) -> list[Record]:
    return read_records(resource, batch.file.columns, batch.content)


def _judged(resource: Resource, records: Sequence[Record]) -> list[Verdict]:
    """A verdict for each record, in their order; those that make no sense by themselves are not looked up."""
    sound = [record for record in records if not record.problems]
    judged = iter(resource.judge(sound) if sound else ())
    return [
        Verdict(record, "REFUSED", _titled(resource, record), problems=record.problems)
        if record.problems
        else next(judged)
        for record in records
    ]


def _titled(resource: Resource, record: Record) -> str:
    return " · ".join(str(record.values[name]) for name in resource.key if name in record.values)


def _kept(verdict: Verdict) -> dict[str, Any]:
    """What is remembered of a verdict: of records that change nothing, next to nothing."""
    found: dict[str, Any] = {"row": verdict.record.row, "action": verdict.action}
    if verdict.action != "UNCHANGED":
        found |= {"title": verdict.title, "seen": verdict.seen}
    if verdict.changes:
        found["changes"] = verdict.changes
    if verdict.problems:
        found["problems"] = [problem.packed() for problem in verdict.problems]
    return found


def _write_batch(batch: ImportBatch, *, problems: list[RowProblem] | None = None) -> dict[str, Any]:
    """Writes what is still as it was when it was compared. What is refused is added to ``problems``."""
    resource = resource_called(batch.file.resource)
    wanted = {one["row"]: one for one in batch.verdicts or () if one["action"] in ("NEW", "CHANGED")}
    records = [record for record in _records(resource, batch) if record.row in wanted]
    good, outcomes, refused = [], [], []
    for verdict in _judged(resource, records):
        if verdict.action not in ("REFUSED", "UNCHANGED") and not _same(
            verdict.seen, wanted[verdict.record.row]["seen"]
        ):
            verdict.problems, verdict.action = [_changed_meanwhile(verdict)], "REFUSED"
        if verdict.action == "REFUSED":
            refused.append((verdict, verdict.problems))
        elif verdict.action == "UNCHANGED":
            outcomes.append([verdict.record.row, "ALREADY_SO", []])
        else:
            good.append(verdict)
    reason = text("Import of %(file)s", file=batch.file.name)
    failed = [
        (verdict, resource.refused(verdict.record, error))
        for verdict, error in _written(resource, good, reason)
    ]
    rows = {verdict.record.row for verdict, _problems in failed}
    outcomes += [[verdict.record.row, "WRITTEN", []] for verdict in good if verdict.record.row not in rows]
    for verdict, wrong in (*refused, *failed):
        outcomes.append([verdict.record.row, "REFUSED", [problem.packed() for problem in wrong]])
        if problems is not None:
            problems += wrong
    batch.outcomes = sorted(outcomes, key=lambda one: int(str(one[0])))
    batch.written, batch.failed = len(good) - len(failed), len(refused) + len(failed)
    batch.save(update_fields=["outcomes", "written", "failed"])
    wrong = [problem for _verdict, found in (*refused, *failed) for problem in found]
    return {**_place(batch), "written": batch.written, "failed": batch.failed, **_told(wrong)}


def _same(now: Any, then: Any) -> bool:
    """``then`` comes from JSON."""
    return [str(one) for one in now or ()] == [str(one) for one in then or ()]


def _changed_meanwhile(verdict: Verdict) -> RowProblem:
    message = text(
        "%(title)s was changed after the file was compared. Upload the row again to see what it would do now.",
        title=verdict.title,
    )
    return RowProblem(verdict.record.row, "", message, "CHANGED_MEANWHILE")


def _written(
    resource: Resource, verdicts: Sequence[Verdict], reason: str
) -> list[tuple[Verdict, DomainError]]:
    """Writes all that can be; returns what was refused. A refusal is found by halving, so that few cost few calls."""
    if not verdicts:
        return []
    try:
        with transaction.atomic():
            resource.write(verdicts, reason=reason)
    except DomainError as error:
        if len(verdicts) == 1:
            return [(verdicts[0], error)]
        half = len(verdicts) // 2
        return [
            *_written(resource, verdicts[:half], reason),
            *_written(resource, verdicts[half:], reason),
        ]
    return []


def _nothing_written(batches: QuerySet[ImportBatch], refused: Sequence[RowProblem]) -> None:
    """All or nothing, and it is nothing: each row says why, its own fault or that of others."""
    wrong: dict[int, list[RowProblem]] = {}
    for problem in refused:
        wrong.setdefault(problem.row, []).append(problem)
    for batch in _one_by_one(batches):
        rows = [one["row"] for one in batch.verdicts or () if one["action"] in ("NEW", "CHANGED")]
        batch.outcomes = [
            [row, "REFUSED", [problem.packed() for problem in wrong[row]]]
            if row in wrong
            else [row, "NOT_WRITTEN", []]
            for row in rows
        ]
        batch.failed = sum(row in wrong for row in rows)
        batch.save(update_fields=["outcomes", "failed"])


def _one_by_one(batches: QuerySet[ImportBatch]) -> Iterator[ImportBatch]:
    """In their order, one at a time in memory, and each read when it is its turn: they are changed meanwhile."""
    for id in list(batches.order_by("id").values_list("id", flat=True)):
        yield batches.get(pk=id)


def _place(batch: ImportBatch) -> dict[str, Any]:
    return {"firstRow": batch.first_row, "rows": batch.rows}


def _worded(message: str) -> dict[str, Any]:
    return {"message": message, **stored(message)}


def _told(problems: Sequence[RowProblem]) -> dict[str, Any]:
    """What a job's item says of refusals: it counts as refused as soon as there is one."""
    if not problems:
        return {}
    return {
        "summary": text("Some rows were refused"),
        "problems": [
            {
                **_worded(text("Row %(row)d: %(message)s", row=one.row, message=one.message)),
                "code": one.code,
                **({"field": one.column} if one.column else {}),
            }
            for one in problems[:TOLD]
        ],
    }
