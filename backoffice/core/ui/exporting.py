"""Lists as CSV files: row by row, so that a million of them take no more memory than a page.

A table says in ``exported`` what a column gives to a file where that is not simply its value::

    exported = {"article": ((_("Article number"), "article__tenant_article_id"), (_("Article"), "article__title"))}

Values are plain: statuses as codes, numbers without separators, times in ISO-8601 and UTC.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from itertools import islice
from typing import Any, TypeVar

from django.http import StreamingHttpResponse
from django.utils import timezone
from django.utils.text import slugify
from django_tables2 import Table
from django_tables2.utils import A

from backoffice.core.api.values import instant

T = TypeVar("T")

PART = 500
"""Rows that are fetched, and told, together."""

FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What makes a spreadsheet take a text for a formula."""

Given = str | Callable[[Any], Any]
"""Where a value is found: a path from the row, such as ``article__title``, or a function of the row."""


@dataclass(frozen=True, slots=True)
class ExportedColumn:
    header: str
    given: Given

    def value(self, row: Any) -> Any:
        if callable(self.given):
            return plain(self.given(row))
        return plain(A(self.given).resolve(row, quiet=True))


def exported_columns(table: type[Table], without: Collection[str]) -> list[ExportedColumn]:
    """What the columns of a table give to a file; those without a name, such as buttons, give nothing."""
    told = getattr(table, "exported", {})
    found: list[ExportedColumn] = []
    for name, column in table.base_columns.items():
        if name in without or not column.verbose_name:
            continue
        usual = ((column.verbose_name, str(column.accessor or name)),)
        found += [ExportedColumn(str(header), given) for header, given in told.get(name, usual)]
    return found


def plain(value: Any) -> Any:
    """A value as it stands in a file: see above; of a list its parts, of nothing an empty text."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return instant(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Enum):
        return harmless(str(value.value))
    if isinstance(value, (list, tuple)):
        return harmless("; ".join(str(plain(one)) for one in value))
    if isinstance(value, (int, float)):
        return value
    return str(value) if isinstance(value, Decimal) else harmless(str(value))


def harmless(text: str) -> str:
    """A text that no spreadsheet takes for a formula; a quotation mark before it is how they write that themselves."""
    return f"'{text}" if text.startswith(FORMULA) else text


class _Line:
    """What a CSV writer writes is handed on at once."""

    def write(self, text: str) -> str:
        return text


def csv_lines(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[bytes]:
    """A file in UTF-8, with the mark by which spreadsheets know that."""
    writer: Any = csv.writer(_Line())
    yield b"\xef\xbb\xbf" + writer.writerow(header).encode()
    for part in in_parts(rows, PART):
        yield "".join(writer.writerow(row) for row in part).encode()


def csv_answer(name: str, columns: Sequence[ExportedColumn], rows: Iterable[Any]) -> StreamingHttpResponse:
    """A file of the rows, with today's date in its name."""
    cells = ([column.value(row) for column in columns] for row in rows)
    content = csv_lines([harmless(column.header) for column in columns], cells)
    return file_answer(f"{name}-{timezone.localdate().isoformat()}", content)


def file_answer(name: str, content: Iterable[bytes]) -> StreamingHttpResponse:
    """A CSV file to be kept under the name; nobody on the way keeps it."""
    response = StreamingHttpResponse(content, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{slugify(name) or "list"}.csv"'
    response["Cache-Control"] = "private, no-store"
    return response


def in_parts(items: Iterable[T], size: int) -> Iterator[list[T]]:
    """The items in lists of ``size``, the last one shorter."""
    source = iter(items)
    while part := list(islice(source, size)):
        yield part
