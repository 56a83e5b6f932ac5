"""Keyset pages: page 10,000 costs what page 1 does, and a vanished cursor still works (spec 5, "Lists")."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from django.core.exceptions import ValidationError
from django.db.models import Model, QuerySet
from rest_framework.request import Request
from rest_framework.response import Response

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
    prepare: Callable[[Sequence[M]], object] | None = None,
) -> Response:
    """``{"<plural>": […], "total": n}``: the rows after ``startAfterId``, by id, at most ``size`` of them.

    ``total`` counts all rows of ``queryset``. With ``page_info`` the page says whether there are more. ``prepare`` is
    called with all rows of the page before the first is rendered: to look up for all at once what they mention.

    :raises Invalid: ``size`` or ``startAfterId`` is malformed or out of range; both are reported.
    """
    problems: list[Problem] = []
    size = read_size(request, problems, default=default_size, maximum=max_size)
    after = _read_cursor(queryset, request, problems)
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


def _read_cursor(queryset: QuerySet[M], request: Request, problems: list[Problem]) -> Any:
    text = request.query_params.get("startAfterId")
    if not text:
        return None
    field = queryset.model._meta.pk
    assert field is not None
    try:
        cursor = field.to_python(text)
        field.run_validators(cursor)
    except ValidationError:
        problems.append(Problem("startAfterId", "This is not an id that a page ended with."))
        return None
    return cursor
