"""What can be imported: declared by the app that owns it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, ClassVar, Literal

from django.core.exceptions import ValidationError

from backoffice.core.errors import DomainError, NotFound
from backoffice.core.importing.columns import Column
from backoffice.core.texts import here, of_validation, restored, stored, text
from backoffice.core.ui.exporting import plain

Action = Literal["NEW", "CHANGED", "UNCHANGED", "REFUSED"]


@dataclass(frozen=True, slots=True)
class RowProblem:
    """``column`` is the name of one, or empty: it is about the row."""

    row: int
    column: str
    message: str
    code: str = "INVALID"

    def packed(self) -> list[Any]:
        """As JSON, for :meth:`unpacked`."""
        return [self.row, self.column, self.message, self.code, stored(self.message)]

    @classmethod
    def unpacked(cls, packed: Sequence[Any]) -> RowProblem:
        row, column, message, code, kept = packed
        return cls(row, column, restored({"message": message, **kept}), code)

    @property
    def said(self) -> str:
        """The message in the reader's language."""
        return str(here(self.message))


@dataclass(slots=True)
class Line:
    """One row: the values of its cells by the names of their columns; empty cells are left out."""

    row: int
    values: dict[str, Any]


@dataclass(slots=True)
class Record:
    """One thing that the file is about; of resources whose records have several lines, all of them."""

    lines: list[Line]
    problems: list[RowProblem] = field(default_factory=list)

    @property
    def row(self) -> int:
        return self.lines[0].row

    @property
    def values(self) -> dict[str, Any]:
        """What the record says as a whole: the first that is said of each."""
        found: dict[str, Any] = {}
        for line in self.lines:
            for name, value in line.values.items():
                found.setdefault(name, value)
        return found


@dataclass(slots=True)
class Verdict:
    """What a record would do. ``changes`` are columns with what is there and what would be, as texts.

    ``seen`` says on what this was based: if it is something else when it is to be written, somebody was there
    meanwhile. ``draft`` is for the service.
    """

    record: Record
    action: Action
    title: str
    changes: list[tuple[str, str, str]] = field(default_factory=list)
    problems: list[RowProblem] = field(default_factory=list)
    seen: Any = None
    draft: Any = None


class Resource:
    """What the rows of a file are.

    ``key`` are the columns by which a record is known; with ``many`` rows that follow each other with the same key are
    one record. ``fields`` maps what services call a field to the column that it comes from. ``per_batch`` rows are
    compared and written together.
    """

    name: ClassVar[str]
    title: ClassVar[Any]
    lead: ClassVar[Any]
    permission: ClassVar[str]
    list_name: ClassVar[str]
    icon: ClassVar[str] = "file-up"
    columns: ClassVar[tuple[Column, ...]]
    key: ClassVar[tuple[str, ...]]
    many: ClassVar[bool] = False
    per_batch: ClassVar[int] = 500
    fields: ClassVar[Mapping[str, str]] = {}

    def judge(self, records: Sequence[Record]) -> list[Verdict]:
        """Compares records that make sense by themselves with what there is, in a few queries. Writes nothing."""
        raise NotImplementedError

    def write(self, verdicts: Sequence[Verdict], *, reason: str) -> None:
        """Writes NEW and CHANGED ones, through the services, all or none.

        :raises DomainError: nothing is written.
        """
        raise NotImplementedError

    def column(self, name: str) -> Column | None:
        return next((column for column in self.columns if column.name == name), None)

    def refused(self, record: Record, error: DomainError) -> list[RowProblem]:
        """What a service said, at the row and, where that is known, the column that it came from."""
        return [
            RowProblem(record.row, self.column_of(problem.field), problem.message, problem.code)
            for problem in error.problems
        ]

    def column_of(self, path: str | None) -> str:
        """The column behind a field of the service, whatever stands before it."""
        text = path or ""
        for end, name in self.fields.items():
            if text == end or text.endswith(f".{end}"):
                return name
        return text if self.column(text) else ""


def read_records(
    resource: Resource, columns: Sequence[str], content: Iterable[Sequence[Any]]
) -> list[Record]:
    """The records of a batch, with what is wrong with their cells."""
    records: list[Record] = []
    last: tuple[str, ...] | None = None
    by_name = {column.name: column for column in resource.columns}
    for row, cells, problem in content:
        line, problems = _line(by_name, columns, row, cells)
        if problem:
            problems.append(RowProblem.unpacked(problem))
        key = key_of(resource, columns, cells)
        if resource.many and records and key == last:
            records[-1].lines.append(line)
            records[-1].problems += problems
        else:
            records.append(Record([line], problems))
        last = key
    for record in records:
        record.problems += _whole_problems(resource, record)
    return records


def key_of(resource: Resource, columns: Sequence[str], cells: Sequence[str]) -> tuple[str, ...]:
    """What a row is about, as it is written."""
    found = dict(zip(columns, cells, strict=False))
    return tuple(found.get(name, "").strip() for name in resource.key)


def _line(
    by_name: Mapping[str, Column], columns: Sequence[str], row: int, cells: Sequence[str]
) -> tuple[Line, list[RowProblem]]:
    values: dict[str, Any] = {}
    problems: list[RowProblem] = []
    if any(cell.strip() for cell in cells[len(columns) :]):
        message = text(
            "This row has more values than there are columns: put texts with a separator into quotation marks."
        )
        problems.append(RowProblem(row, "", message, "TOO_MANY_VALUES"))
    for name, cell in zip(columns, cells, strict=False):
        written = cell.strip()
        if not name or not written:
            continue
        try:
            values[name] = by_name[name].read(written)
        except ValidationError as error:
            for one in error.error_list:
                code = one.code if one.code and one.code.isupper() else "INVALID"
                problems.append(RowProblem(row, name, of_validation(one), code))
    return Line(row, values), problems


def _whole_problems(resource: Resource, record: Record) -> list[RowProblem]:
    """What is missing, and where the lines of a record contradict each other."""
    problems = []
    wrong = {(problem.row, problem.column) for problem in record.problems}
    for column in resource.columns:
        lines = record.lines if column.per_line else record.lines[:1]
        if column.needed:
            said = text("This is needed: fill it in.")
            problems += [
                RowProblem(line.row, column.name, said, "REQUIRED")
                for line in lines
                if column.name not in line.values and (line.row, column.name) not in wrong
            ]
        if column.per_line or len(record.lines) == 1:
            continue
        first = record.values.get(column.name)
        said = text(
            "Row %(row)d of the same record says something else: say the same in both, or leave one empty.",
            row=record.row,
        )
        problems += [
            RowProblem(line.row, column.name, said, "CONTRADICTION")
            for line in record.lines
            if line.values.get(column.name, first) != first
        ]
    return problems


def shown(value: Any) -> str:
    """A value as it is shown beside another one."""
    if isinstance(value, Enum):
        value = value.value
    if isinstance(value, list):
        return ", ".join(str(one) for one in value)
    return "" if value is None else str(plain(value)).removeprefix("'")


def changes_between(
    columns: Sequence[str], before: Mapping[str, Any], after: Mapping[str, Any]
) -> list[tuple[str, str, str]]:
    """What is different, of the columns that ``after`` has."""
    return [
        (name, shown(before.get(name)), shown(after[name]))
        for name in columns
        if name in after and before.get(name) != after[name]
    ]


_resources: dict[str, Resource] = {}


def register_resource(resource: Resource) -> None:
    """Makes it known; called by each app's ``AppConfig.ready``."""
    _resources[resource.name] = resource


def resource_called(name: str) -> Resource:
    """:raises NotFound: nothing of that name can be imported (any more)."""
    found = _resources.get(name)
    if found is None:
        raise NotFound(text("Nothing called %(name)s can be imported.", name=name))
    return found


def known_resources() -> tuple[Resource, ...]:
    return tuple(_resources.values())
