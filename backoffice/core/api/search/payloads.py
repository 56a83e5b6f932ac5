"""The body of a search: what to look for, in which order, and which page of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.db.models import Q, QuerySet

from backoffice.core.api.search.documents import Attributes
from backoffice.core.api.search.pages import DEFAULT_SIZE, MOST, Cursor, Order, Paging, Sort, read_cursor
from backoffice.core.api.search.queries import Query
from backoffice.core.api.search.reading import Reader
from backoffice.core.api.search.subjects import Member

KEYS = ("query", "sort", "size", "last", "after", "before", "startAfterId", "options")
DIRECTIONS = {"ASC": False, "DESC": True}

Sorts = Mapping[str, Sort | Attributes]
"""By the path of the key, such as ``referenced.order.orderDate``; of :class:`Attributes` any member may follow."""


def read_payload(data: Any, query: Query, sorts: Sorts, rows: QuerySet[Any]) -> tuple[Q, Paging]:
    """:raises Invalid: with everything that is wrong, each under its path."""
    reader = Reader()
    given = {key: value for key, value, here in _known(data, reader)}
    reader.raise_problems()
    if "query" not in given:
        reader.refuse("query", "Say what to look for; an empty object finds everything.", "REQUIRED")
    found = query.read(given.get("query", {}), "query", reader)
    order = _order(given["sort"], sorts, reader) if "sort" in given else Order()
    _refuse_both_ways(given, reader)
    backward = "before" in given or "last" in given
    word = "last" if backward else "size"
    paging = Paging(
        order=order,
        size=_size(given[word], word, reader) if word in given else DEFAULT_SIZE,
        cursor=_cursor(given, order, rows, reader),
        backward=backward,
        with_total=_with_total(given.get("options", {}), reader),
    )
    reader.raise_problems()
    return found, paging


def _known(data: Any, reader: Reader) -> Iterator[tuple[str, Any, str]]:
    if not isinstance(data, Mapping):
        reader.refuse("", "The body of a search is an object.")
        return
    for key, value in data.items():
        if key not in KEYS:
            reader.refuse_key(str(key), KEYS)
        yield str(key), value, str(key)


def _refuse_both_ways(given: Mapping[str, Any], reader: Reader) -> None:
    """Forward is ``size`` and ``after``, backward is ``last`` and ``before``."""
    ways = {"before": ("after", "startAfterId", "size"), "last": ("after", "startAfterId", "size")}
    for word, others in ways.items():
        clash = [other for other in others if other in given]
        if word in given and clash:
            reader.refuse(word, f"This cannot be used together with {' and '.join(clash)}.", "AMBIGUOUS")
    if "after" in given and "startAfterId" in given:
        reader.refuse("startAfterId", "This cannot be used together with after.", "AMBIGUOUS")


def _size(given: Any, path: str, reader: Reader) -> int:
    if isinstance(given, float) and given.is_integer():
        given = int(given)
    if isinstance(given, bool) or not isinstance(given, int) or not 1 <= given <= MOST:
        reader.refuse(path, f"The size is a number from 1 to {MOST}.", "OUT_OF_RANGE")
        return DEFAULT_SIZE
    return given


def _with_total(given: Any, reader: Reader) -> bool:
    wanted = False
    for key, value, here in reader.entries(given, "options"):
        if key != "withTotal":
            reader.refuse_key(here, ("withTotal",))
        elif not isinstance(value, bool):
            reader.refuse(here, "This is to be true or false.")
        else:
            wanted = value
    return wanted


def _cursor(given: Mapping[str, Any], order: Order, rows: QuerySet[Any], reader: Reader) -> Cursor | None:
    for word in ("after", "startAfterId", "before"):
        if given.get(word) not in (None, ""):
            return read_cursor(given[word], order, rows, word, reader)
    return None


def _order(given: Any, sorts: Sorts, reader: Reader) -> Order:
    keys = reader.items(given, "sort")
    if len(keys) != 1:
        reader.refuse("sort", "Sort by one key: give a list of one object.")
        return Order()
    one, path = keys[0]
    names: list[str] = []
    while not isinstance(one, str):
        if not isinstance(one, Mapping) or len(one) != 1:
            reader.refuse(path, "Sort by one key: give an object with one key, and ASC or DESC.")
            return Order()
        ((name, one),) = one.items()
        names.append(str(name))
        path = f"{path}.{name}"
    if one not in DIRECTIONS:
        reader.refuse(path, "The direction is ASC or DESC.")
    sort = _sort_of(names, sorts)
    if sort is None:
        reader.refuse_key(path, tuple(sorts))
        return Order()
    return Order(".".join(names), sort, DIRECTIONS.get(one, False))


def _sort_of(names: list[str], sorts: Sorts) -> Sort | None:
    found = sorts.get(".".join(names))
    if isinstance(found, Sort):
        return found
    attributes = sorts.get(names[0]) if len(names) == 2 else None
    if isinstance(attributes, Attributes):
        return Sort(Member(attributes.column, names[1], within=attributes.within), nullable=True)
    return None
