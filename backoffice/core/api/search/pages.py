"""Pages of a search: keyset, in either direction, in the order of its one sort key and then of the ids."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Expression, F, Model, Q, QuerySet

from backoffice.core.api.search.reading import Reader

DEFAULT_SIZE = 20
MOST = 250

_KEY = "search_key"


@dataclass(frozen=True, slots=True)
class Sort:
    """What may be sorted by. Rows without a value come last, whichever way; ``nullable`` says there may be some."""

    by: str | Expression
    nullable: bool = False


@dataclass(frozen=True, slots=True)
class Order:
    """``name`` is the path of the sort key; without a sort, rows are in the order of their ids."""

    name: str = ""
    sort: Sort | None = None
    descending: bool = False

    def applied(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        return rows if self.sort is None else rows.annotate(**{_KEY: _expression(self.sort)})

    def ordering(self, *, backward: bool) -> list[Any]:
        descending = self.descending != backward
        pk = "-pk" if descending else "pk"
        if self.sort is None:
            return [pk]
        key = F(_KEY)
        nulls = ({"nulls_first": True} if backward else {"nulls_last": True}) if self.sort.nullable else {}
        return [key.desc(**nulls) if descending else key.asc(**nulls), pk]

    def beyond(self, cursor: Cursor, *, backward: bool) -> Q:
        """The rows on the other side of the cursor."""
        way = "lt" if self.descending != backward else "gt"
        later = Q(**{f"pk__{way}": cursor.id})
        if self.sort is None:
            return later
        if cursor.value is None:
            same = Q(**{f"{_KEY}__isnull": True}) & later
            return same | Q(**{f"{_KEY}__isnull": False}) if backward else same
        # The first part alone is what an index on the key can answer.
        found = Q(**{f"{_KEY}__{way}e": cursor.value}) & (Q(**{f"{_KEY}__{way}": cursor.value}) | later)
        return found | Q(**{f"{_KEY}__isnull": True}) if self.sort.nullable and not backward else found


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
    """One query for the rows, and one for the total if it is wanted."""
    order, backward = paging.order, paging.backward
    total = rows.count() if paging.with_total else None
    ordered = order.applied(rows).order_by(*order.ordering(backward=backward))
    if paging.cursor is not None:
        ordered = ordered.filter(order.beyond(paging.cursor, backward=backward))
    found = list(ordered[: paging.size + 1])
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
        if (key := _key_or_none(rows, text)) is not None:
            row = order.applied(rows.model._default_manager.all()).filter(pk=key).first()
            if row is not None:
                return Cursor(key, getattr(row, _KEY))
            reader.refuse(path, "What has this id is gone: go on from a cursor, which does not mind.")
            return None
        return _decoded(text, order, rows)
    except (ValueError, TypeError, ValidationError, OverflowError, binascii.Error):
        reader.refuse(path, "This is not a cursor that a page in this order gave.")
        return None


def _decoded(text: str, order: Order, rows: QuerySet[Any]) -> Cursor:
    padded = text + "=" * (-len(text) % 4)
    name, value, id = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
    if name != _direction(order):
        raise ValueError("it is a cursor of another order")
    if isinstance(value, str):
        value.encode()
        if "\0" in value:
            raise ValueError("no database takes this")
    if value is None:
        return Cursor(_key(rows, str(id)))
    field = order.applied(rows).query.annotations[_KEY].output_field
    return Cursor(_key(rows, str(id)), _to_python(field.to_python, value))


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


def _key_or_none(rows: QuerySet[Any], text: str) -> Any:
    try:
        return _key(rows, text)
    except ValidationError:
        return None


def _direction(order: Order) -> str:
    return f"{order.name} {'DESC' if order.descending else 'ASC'}"


def _expression(sort: Sort) -> Expression | F:
    return F(sort.by) if isinstance(sort.by, str) else sort.by
