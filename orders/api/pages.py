"""Lists that put what lives first."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from django.db.models import Model, Q, QuerySet
from rest_framework.request import Request
from rest_framework.response import Response

from backoffice.core.api.pages import read_size
from backoffice.core.errors import Invalid, Problem
from backoffice.core.ids import as_uuid

M = TypeVar("M", bound=Model)


def live_first_page_of(
    queryset: QuerySet[M],
    request: Request,
    plural: str,
    render: Callable[[M], Any],
    *,
    live: Q,
) -> Response:
    """Like :func:`backoffice.core.api.pages.page_of`, for the records of one ``tenantOrderId``: those that are
    ``live`` before all others, and the newest first (spec 5, "Lists").

    :raises Invalid: ``size`` or ``startAfterId`` is malformed or out of range; both are reported.
    """
    problems: list[Problem] = []
    size = read_size(request, problems)
    cursor = request.query_params.get("startAfterId")
    after = as_uuid(cursor) if cursor else None
    if cursor and after is None:
        problems.append(Problem("startAfterId", "This is not an id that a page ended with."))
    if problems:
        raise Invalid.many(problems)

    standing, ended = queryset.filter(live), queryset.exclude(live)
    if after is not None:
        if standing.filter(pk=after).exists():
            standing = standing.filter(pk__lt=after)
        else:
            standing, ended = standing.none(), ended.filter(pk__lt=after)
    shown = list(standing.order_by("-pk")[:size])
    if len(shown) < size:
        shown += ended.order_by("-pk")[: size - len(shown)]
    return Response({plural: [render(row) for row in shown], "total": queryset.count()})
