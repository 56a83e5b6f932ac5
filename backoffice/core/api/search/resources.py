"""One declaration per resource makes its ``POST …/search``: shape, rows, answer and documentation."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.urls import URLPattern, path
from drf_spectacular.utils import inline_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from backoffice.core.api.schema import PageInfoSerializer, operation
from backoffice.core.api.search.conditions import Condition
from backoffice.core.api.search.documentation import payload_serializer
from backoffice.core.api.search.pages import page
from backoffice.core.api.search.payloads import Sorts, read_payload
from backoffice.core.api.search.queries import Query
from backoffice.core.api.views import ApiView

Render = Callable[[Sequence[Any]], list[dict[str, Any]]]


@dataclass(frozen=True, kw_only=True)
class Search:
    """``name`` is the contract's for one of the things, ``plural`` their key in the answer, ``at`` their path.

    ``rows`` gives all of them with what ``render`` needs; ``render`` gets a page at once.
    """

    name: str
    plural: str
    at: str
    permission: str
    tag: str
    item: type[serializers.BaseSerializer[Any]]
    rows: Callable[[], QuerySet[Any]]
    render: Render
    fields: Mapping[str, Condition]
    sorts: Sorts

    def answer(self, data: Any) -> dict[str, Any]:
        """:raises Invalid: with everything that is wrong with the body."""
        rows = self.rows()
        wanted, paging = read_payload(data, Query(self.fields), self.sorts, rows)
        found = page(rows.filter(wanted) if wanted else rows, paging)
        total = {} if found.total is None else {"total": found.total}
        return {self.plural: self.render(found.rows), "pageInfo": found.info, **total}

    @property
    def url(self) -> URLPattern:
        return path(f"{self.at}/search", search_view(self).as_view(), name=f"{self.at}-search")


def search_view(search: Search) -> type[ApiView]:
    """The view of a search; it only reads, and so may who may list."""

    class SearchView(ApiView):
        permissions: ClassVar[Mapping[str, str]] = {"POST": search.permission}

        @operation(
            f"Search {search.plural}",
            operation_id=f"search{search.name}",
            request=payload_serializer(search.name, search.fields, search.sorts),
            answer=inline_serializer(
                f"{search.name}SearchResult",
                {
                    search.plural: search.item(many=True),
                    "pageInfo": PageInfoSerializer(),
                    "total": serializers.IntegerField(
                        required=False, help_text="if options.withTotal was true"
                    ),
                },
            ),
            errors=(400, 401, 403),
            tag=search.tag,
            description="Nothing but the keys and operators of the schema is taken. Pages go on with "
            "`after: pageInfo.endCursor`, and back with `before: pageInfo.startCursor`.",
        )
        def post(self, request: Request) -> Response:
            return Response(search.answer(request.data))

    SearchView.__name__ = SearchView.__qualname__ = f"{search.name}SearchView"
    return SearchView


def each(render: Callable[[Any], dict[str, Any]]) -> Render:
    """Renders a page row by row, where a row says all there is to say."""
    return lambda rows: [render(row) for row in rows]
