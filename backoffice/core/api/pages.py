"""Keyset pages: page 10,000 costs what page 1 does, and a vanished cursor still works (spec 5, "Lists")."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from django.core.exceptions import ValidationError
from django.db.models import Model, QuerySet
from rest_framework.request import Request
from rest_framework.response import Response

from backoffice.core.api.search.pages import Cursor, Order, Sort, first_of
from backoffice.core.errors import Invalid, Problem

M = TypeVar("M", bound=Model)


def page_of(
    queryset: QuerySet[M],
    request: Request,
    plural: str,
    render: Callable[[M], Any],
    *,
    default_size: int = 25,
    max_size: int = 500,
    page_info: bool = False,
    cursor: str = "startAfterId",
    prepare: Callable[[Sequence[M]], object] | None = None,
) -> Response:
    """``{"<plural>": […], "total": n}``: the rows after ``startAfterId``, by id, at most ``size`` of them.

    ``total`` counts all rows of ``queryset``. With ``page_info`` the page says whether there are more. ``cursor`` is
    the parameter that names the last row of the page before. ``prepare`` is called with all rows of the page before the
    first is rendered: to look up for all at once what they mention.

    :raises Invalid: ``size`` or ``startAfterId`` is malformed or out of range; both are reported.
    """
    problems: list[Problem] = []
    size = read_size(request, problems, default=default_size, maximum=max_size)
    after = _read_cursor(queryset, request, cursor, problems)
    if problems:
        raise Invalid.many(problems)
    rows = queryset.order_by("pk")
    if after is not None:
        rows = rows.filter(pk__gt=after)
    found = list(rows[: size + 1] if page_info else rows[:size])
    shown = found[:size]
    if prepare is not None:
        prepare(shown)
    body: dict[str, Any] = {plural: [render(row) for row in shown], "total": queryset.count()}
    if page_info:
        body["pageInfo"] = {
            "startCursor": str(shown[0].pk) if shown else "",
            "endCursor": str(shown[-1].pk) if shown else "",
            "hasNextPage": len(found) > size,
            "hasPreviousPage": after is not None,
        }
    return Response(body)


def page_in_order(
    queryset: QuerySet[M],
    request: Request,
    plural: str,
    render: Callable[[M], Any],
    *,
    column: str,
    descending: bool = False,
) -> Response:
    """Like :func:`page_of`, by a column of the rows. Equal values are by their ids, in the same direction; rows without
    a value come last.

    The row that the page before ended with must exist: the page goes on from its value.

    :raises Invalid: ``size`` or ``startAfterId`` is malformed or out of range, or that row is gone; both are reported.
    """
    problems: list[Problem] = []
    size = read_size(request, problems)
    cursor = None
    if (id := _read_cursor(queryset, request, "startAfterId", problems)) is not None:
        last = queryset.model._default_manager.filter(pk=id).values_list(column, flat=True)
        if last:
            cursor = Cursor(id, last[0])
        else:
            problems.append(Problem("startAfterId", "There is no such thing any more to go on from."))
    if problems:
        raise Invalid.many(problems)
    order = Order(sort=Sort(column, nullable=True), descending=descending)
    shown = first_of(order.parts(queryset, cursor), size)
    return Response({plural: [render(row) for row in shown], "total": queryset.count()})


def read_size(request: Request, problems: list[Problem], *, default: int = 25, maximum: int = 500) -> int:
    """The ``size`` that was asked for; what is wrong with it is added to ``problems``."""
    text = request.query_params.get("size")
    if text is None:
        return default
    # Digits of other scripts are digits to str.isdigit and int as well, hence isascii.
    if text.isascii() and text.isdigit() and len(text) < 10 and 1 <= int(text) <= maximum:
        return int(text)
    problems.append(Problem("size", f"The size is a number from 1 to {maximum}.", "OUT_OF_RANGE"))
    return default


def _read_cursor(queryset: QuerySet[M], request: Request, name: str, problems: list[Problem]) -> Any:
    text = request.query_params.get(name)
    if not text:
        return None
    field = queryset.model._meta.pk
    assert field is not None
    try:
        cursor = field.to_python(text)
        field.run_validators(cursor)
    except ValidationError:
        problems.append(Problem(name, "This is not an id that a page ended with."))
        return None
    return cursor
