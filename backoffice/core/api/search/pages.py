"""Pages of a search: keyset, in either direction, in the order of its one sort key and then of the ids."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Expression, F, Func, Model, QuerySet, TextField, Value
from django.db.models.lookups import GreaterThan, LessThan

from backoffice.core.api.search.reading import Reader

DEFAULT_SIZE = 20
MOST = 250

_KEY = "search_key"

UNREADABLE = (ValueError, TypeError, ValidationError, OverflowError)
"""What is raised by texts that are no cursors, or no ids."""


@dataclass(frozen=True, slots=True)
class Sort:
    """What may be sorted by. Rows without a value come last, whichever way; ``nullable`` says there may be some.

    ``values`` are all that there may be, in their order, where they are few and no index has them beside the ids.
    """

    by: str | Expression
    nullable: bool = False
    values: Sequence[Any] = ()


@dataclass(frozen=True, slots=True)
class Order:
    """``name`` is the path of the sort key; without a sort, rows are in the order of their ids."""

    name: str = ""
    sort: Sort | None = None
    descending: bool = False

    def applied(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        return rows if self.sort is None else rows.annotate(**{_KEY: _expression(self.sort)})

    def parts(
        self, rows: QuerySet[Any], cursor: Cursor | None, *, backward: bool = False
    ) -> list[QuerySet[Any]]:
        """The rows on the other side of the cursor, each part in order, and the parts one after the other.

        Rows without a value are a part of their own: an index has them where the order does not want them. So are those
        that share one of few values, which are read in the order of their ids.
        """
        descending = self.descending != backward
        rows = self.applied(rows)
        if self.sort is None:
            return [_behind(rows, cursor, descending).order_by("-pk" if descending else "pk")]
        if self.sort.values:
            return _by_value(rows, self.sort.values, cursor, descending)
        keyed = rows.order_by(f"-{_KEY}", "-pk") if descending else rows.order_by(_KEY, "pk")
        if not self.sort.nullable:
            return [_beyond(keyed, cursor, descending)]
        keyless = keyed.filter(**{f"{_KEY}__isnull": True})
        if not isinstance(self.sort.by, str):  # no index has it, but there is one of the ids
            keyless = keyless.order_by("-pk" if descending else "pk")
        keyed = keyed.filter(**{f"{_KEY}__isnull": False})
        if cursor is None:
            return [keyless, keyed] if backward else [keyed, keyless]
        if cursor.value is None:
            keyless = _behind(keyless, cursor, descending)
            return [keyless, keyed] if backward else [keyless]
        keyed = _beyond(keyed, cursor, descending)
        return [keyed] if backward else [keyed, keyless]


@dataclass(frozen=True, slots=True)
class Cursor:
    id: Any
    value: Any = None


@dataclass(frozen=True, slots=True)
class Paging:
    """Which page: ``size`` rows, after or before the cursor; ``backward`` without one begins at the end."""

    order: Order = Order()
    size: int = DEFAULT_SIZE
    cursor: Cursor | None = None
    backward: bool = False
    with_total: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    rows: Sequence[Any]
    info: dict[str, Any]
    total: int | None


def page(rows: QuerySet[Any], paging: Paging) -> Page:
    """One query for the rows; another one where those with a sort key end, and for a total that is wanted."""
    order, backward = paging.order, paging.backward
    total = rows.count() if paging.with_total else None
    found = first_of(order.parts(rows, paging.cursor, backward=backward), paging.size + 1)
    shown = found[: paging.size]
    more, came_from = len(found) > paging.size, paging.cursor is not None
    if backward:
        shown.reverse()
    info = {
        "startCursor": cursor_text(order, shown[0]) if shown else "",
        "endCursor": cursor_text(order, shown[-1]) if shown else "",
        "hasNextPage": came_from if backward else more,
        "hasPreviousPage": more if backward else came_from,
    }
    return Page(shown, info, total)


def first_of(parts: Iterable[QuerySet[Any]], number: int) -> list[Any]:
    """So many rows, of the first part as far as it goes; a query for each part that is looked at."""
    found: list[Any] = []
    for part in parts:
        if len(found) < number:
            found += part[: number - len(found)]
    return found


def _by_value(
    rows: QuerySet[Any], values: Sequence[Any], cursor: Cursor | None, descending: bool
) -> list[QuerySet[Any]]:
    """The rows on the other side of the cursor, a part for each value."""
    ids = rows.order_by("-pk" if descending else "pk")
    to_come = list(reversed(values) if descending else values)
    if cursor is not None:
        to_come = to_come[to_come.index(cursor.value) :]
    return [
        _behind(ids.filter(**{_KEY: value}), cursor if cursor and value == cursor.value else None, descending)
        for value in to_come
    ]


def _behind(rows: QuerySet[Any], cursor: Cursor | None, descending: bool) -> QuerySet[Any]:
    """The rows whose id is on the other side of the cursor's."""
    return rows if cursor is None else rows.filter(**{"pk__lt" if descending else "pk__gt": cursor.id})


def _beyond(rows: QuerySet[Any], cursor: Cursor | None, descending: bool) -> QuerySet[Any]:
    """The rows on the other side of the cursor, by their key and then by their id."""
    if cursor is None:
        return rows
    key = rows.query.annotations[_KEY].output_field
    here = _row(Value(cursor.value, output_field=key), Value(cursor.id, output_field=rows.model._meta.pk))
    # One comparison of both is a range of an index, however many rows share the key; one of the key alone is a range
    # where the key is another table's.
    within = {f"{_KEY}__{'lte' if descending else 'gte'}": cursor.value}
    return rows.filter((LessThan if descending else GreaterThan)(_row(F(_KEY), F("pk")), here), **within)


def _row(*values: Expression | F) -> Func:
    return Func(*values, template="(%(expressions)s)", output_field=TextField())


def cursor_text(order: Order, row: Model) -> str:
    """Opaque to clients, and good for as long as the order of the page is asked for, even if the row is gone."""
    if order.sort is None:
        return str(row.pk)
    value = getattr(row, _KEY)
    if isinstance(value, date):
        value = value.isoformat()
    elif value is not None and not isinstance(value, (str, int)):
        value = str(value)
    document = json.dumps([_direction(order), value, str(row.pk)], separators=(",", ":"))
    return base64.urlsafe_b64encode(document.encode()).decode().rstrip("=")


def read_cursor(text: Any, order: Order, rows: QuerySet[Any], path: str, reader: Reader) -> Cursor | None:
    """The cursor that :func:`cursor_text` wrote. An id will do as well, in whatever order, while its row is there."""
    try:
        if not isinstance(text, str):
            raise ValueError("a cursor is a text")
        if order.sort is None:
            return Cursor(_key(rows, text))
        try:
            return _decoded(text, order, rows)
        except UNREADABLE:
            key = _key(rows, text)
    except UNREADABLE:
        reader.refuse(path, "This is not a cursor that a page in this order gave.")
        return None
    row = order.applied(rows.model._default_manager.all()).filter(pk=key).first()
    if row is None:
        reader.refuse(path, "What has this id is gone: go on from a cursor, which does not mind.")
        return None
    return Cursor(key, getattr(row, _KEY))


def _decoded(text: str, order: Order, rows: QuerySet[Any]) -> Cursor:
    padded = text + "=" * (-len(text) % 4)
    name, value, id = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
    if name != _direction(order):
        raise ValueError("it is a cursor of another order")
    if isinstance(value, str):
        value.encode()
        if "\0" in value:
            raise ValueError("no database takes this")
    if value is not None:
        field = order.applied(rows).query.annotations[_KEY].output_field
        value = _to_python(field.to_python, value)
    if order.sort is not None and order.sort.values and value not in order.sort.values:
        raise ValueError("nothing has this value")
    return Cursor(_key(rows, str(id)), value)


def _to_python(convert: Callable[[Any], Any], value: Any) -> Any:
    found = convert(value)
    if isinstance(found, int) and abs(found) > 2**63 - 1:
        raise OverflowError(found)
    return found


def _key(rows: QuerySet[Any], text: str) -> Any:
    field = rows.model._meta.pk
    assert field is not None
    key = field.to_python(text)
    field.run_validators(key)
    return key


def _direction(order: Order) -> str:
    return f"{order.name} {'DESC' if order.descending else 'ASC'}"


def _expression(sort: Sort) -> Expression | F:
    return F(sort.by) if isinstance(sort.by, str) else sort.by
