"""From the bytes of a file to numbered rows: which encoding, which separator, which columns.

What is wrong with the file as a whole is refused here, before anything else, with what to do about it.
"""

from __future__ import annotations

import codecs
import csv
import difflib
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import IO

from backoffice.core.errors import Invalid, Problem
from backoffice.core.importing.resources import Resource
from backoffice.core.texts import languages, text

CHUNK = 1 << 16
DELIMITERS = (",", ";", "\t")
IGNORED = ("row", "outcome", "problem")
"""Columns that our own reports have besides those of the file."""

MOST_CELL = 100_000
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_NO_TEXTS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"%PDF", b"\x1f\x8b")
_NOT_USED = frozenset(map(chr, range(0x80, 0xA0)))
"""What Latin-1 has at the places where Windows has quotation marks; nobody writes that."""


@dataclass(frozen=True, slots=True)
class Form:
    """How a file is written. ``columns`` are names of the resource's, empty where a column is left alone."""

    encoding: str
    delimiter: str
    headers: Sequence[str]
    columns: Sequence[str]


def encoding_of(file: IO[bytes]) -> str:
    """The encoding in which the whole file can be read: one with a mark, UTF-8, or else Western European.

    :raises Invalid: it is no text, or in no encoding that we know.
    """
    file.seek(0)
    start = file.read(4)
    if not start:
        raise _refused(text("The file is empty. Put a header and at least one row into it."), "EMPTY")
    if start.startswith(_NO_TEXTS):
        raise _refused(
            text("This is not a CSV file. In a spreadsheet, save it as “CSV UTF-8” and upload that."),
            "NO_CSV",
        )
    marked = next((name for mark, name in _MARKS if start.startswith(mark)), "")
    for name in (marked,) if marked else ("utf-8", "cp1252"):
        if _readable(file, name):
            return name
    raise _refused(
        text("The file's encoding is not known. Save it as “CSV UTF-8”, and upload it again."), "ENCODING"
    )


def _readable(file: IO[bytes], encoding: str) -> bool:
    file.seek(0)
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        while chunk := file.read(CHUNK):
            decoded = decoder.decode(chunk)
            if "\0" in decoded or (encoding == "cp1252" and not _NOT_USED.isdisjoint(decoded)):
                return False
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def form_of(file: IO[bytes], resource: Resource) -> Form:
    """:raises Invalid: the encoding is not known; or the header, with every column that is wrong."""
    encoding = encoding_of(file)
    with _text(file, encoding) as lines:
        line = lines.readline(MOST_CELL)
    candidates = []
    for delimiter in DELIMITERS:
        headers = next(csv.reader([line], delimiter=delimiter), [])
        columns = [_column(header, resource) for header in headers]
        candidates.append((sum(bool(name) for name in columns), len(headers), delimiter, headers, columns))
    known, _count, delimiter, headers, columns = max(candidates, key=lambda one: one[:2])
    if not known:
        names = ", ".join(column.name for column in resource.columns)
        message = text("The first row must name the columns. Known are: %(names)s.", names=names)
        raise _refused(message, "HEADER")
    problems = list(_header_problems(headers, columns, resource))
    if problems:
        raise Invalid.many(problems)
    while headers and not headers[-1].strip():
        headers, columns = headers[:-1], columns[:-1]
    return Form(encoding, delimiter, headers, ["" if name in IGNORED else name for name in columns])


def _column(header: str, resource: Resource) -> str:
    wanted = _plain(header)
    if not wanted:
        return ""
    for _language in languages():  # files come from colleagues, too
        for column in resource.columns:
            if wanted in (_plain(column.name), _plain(str(column.label))):
                return column.name
    return next((name for name in IGNORED if wanted == name), "")


def _plain(name: str) -> str:
    return "".join(letter for letter in name.casefold() if letter.isalnum())


def _header_problems(headers: Sequence[str], columns: Sequence[str], resource: Resource) -> Iterator[Problem]:
    names = [column.name for column in resource.columns]
    for header, name in zip(headers, columns, strict=True):
        if name or not header.strip():
            continue
        near = difflib.get_close_matches(header.strip().casefold(), names, n=1)
        meant = text("Did you mean %(name)s?", name=near[0]) if near else text("Rename it, or take it out.")
        message = text("There is no column “%(header)s”. %(remedy)s", header=header, remedy=meant)
        yield Problem("file", message, "UNKNOWN_COLUMN")
    for name in sorted({name for name in columns if name and columns.count(name) > 1}):
        yield Problem(
            "file", text("The column %(name)s stands there twice. Take one out.", name=name), "DUPLICATE"
        )
    for column in resource.columns:
        if column.name in resource.key and column.name not in columns:
            message = text(
                "The column %(name)s is missing: without it nobody knows what a row is about.",
                name=column.name,
            )
            yield Problem("file", message, "REQUIRED")


def rows_of(file: IO[bytes], form: Form) -> Iterator[tuple[int, list[str]]]:
    """The rows below the header with their numbers; empty ones are left out.

    :raises Invalid: a text has no end, or is longer than any cell could be.
    """
    before = csv.field_size_limit(MOST_CELL)
    number = 1
    try:
        with _text(file, form.encoding) as lines:
            reader = csv.reader(lines, delimiter=form.delimiter)
            next(reader, None)
            for number, cells in enumerate(reader, start=2):
                if any(cell.strip() for cell in cells):
                    yield number, cells
    except csv.Error as error:
        message = text(
            "After row %(row)d a text has no end: look for a quotation mark that is missing there.",
            row=number,
        )
        raise _refused(message, "QUOTES") from error
    finally:
        csv.field_size_limit(before)


class _text:  # noqa: N801 - reads like the context manager that it is
    """The file as text; it stays open."""

    def __init__(self, file: IO[bytes], encoding: str) -> None:
        file.seek(0)
        self._wrapper = io.TextIOWrapper(file, encoding=encoding, newline="")

    def __enter__(self) -> io.TextIOWrapper:
        return self._wrapper

    def __exit__(self, *_: object) -> None:
        self._wrapper.detach()


def _refused(message: str, code: str) -> Invalid:
    return Invalid(message, field="file", code=code)
