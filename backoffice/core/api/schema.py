"""One line of documentation per endpoint::

@operation("List facilities", page=("facilities", FacilitySchema), tag="Facilities")
def get(self, request): …
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema, inline_serializer
from rest_framework import serializers

F = TypeVar("F", bound=Callable[..., Any])

REFUSALS = {
    400: "Malformed or invalid; every problem at once",
    401: "No token, or a bad one",
    403: "A permission is missing; it is named",
    404: "There is no such resource",
    409: "The version or the state has changed",
    429: "Too many requests; Retry-After says when to come back",
}


class ErrorSerializer(serializers.Serializer[Any]):
    """One of the errors that a refusal lists."""

    summary = serializers.CharField()
    description = serializers.CharField(required=False)
    code = serializers.CharField(required=False, help_text="machine-readable and stable")
    field = serializers.CharField(required=False, help_text="a path such as orderLineItems[0].quantity")
    version = serializers.IntegerField(required=False, help_text="the current version")
    requestVersion = serializers.IntegerField(required=False, help_text="the version that was given")  # noqa: N815


class BearerScheme(OpenApiAuthenticationExtension):
    target_class = "backoffice.core.api.authentication.BearerAuthentication"
    name = "bearer"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer"}


class PathSchema(AutoSchema):
    """Operations that do not name themselves are named after method and path: ``getStocksByStockId``."""

    def get_operation_id(self) -> str:
        segments = [segment for segment in self.path.split("/") if segment not in ("", "api")]
        words = [f"by_{segment.strip('{}')}" if segment.startswith("{") else segment for segment in segments]
        parts = re.split(r"[^A-Za-z0-9]+", "_".join(words))
        return self.method.lower() + "".join(part[:1].upper() + part[1:] for part in parts)


SIZE = OpenApiParameter("size", int, description="how many at most")
START_AFTER_ID = OpenApiParameter("startAfterId", str, description="the last id of the page before")


def query(
    name: str, description: str = "", *, kind: Any = str, many: bool = False, enum: Any = None
) -> OpenApiParameter:
    """A query parameter; ``many`` ones may be repeated or joined by commas."""
    return OpenApiParameter(name, kind, description=description, many=many, enum=enum)


def page_schema(plural: str, item: Any, *, page_info: bool = False) -> serializers.Serializer[Any]:
    """The schema of what :func:`backoffice.core.api.pages.page_of` answers."""
    fields: dict[str, Any] = {plural: item(many=True), "total": serializers.IntegerField()}
    if page_info:
        fields["pageInfo"] = PageInfoSerializer()
    return inline_serializer(f"{item.__name__.removesuffix('Serializer')}Page", fields)


class PageInfoSerializer(serializers.Serializer[Any]):
    startCursor = serializers.CharField(allow_blank=True)  # noqa: N815
    endCursor = serializers.CharField(allow_blank=True)  # noqa: N815
    hasNextPage = serializers.BooleanField()  # noqa: N815
    hasPreviousPage = serializers.BooleanField()  # noqa: N815


def operation(
    summary: str,
    *,
    answer: Any = None,
    status: int = 200,
    page: tuple[str, Any] | None = None,
    request: Any = None,
    errors: Iterable[int] = (400, 401, 403, 404),
    parameters: Iterable[OpenApiParameter] = (),
    tag: str | None = None,
    **more: Any,
) -> Callable[[F], F]:
    """Documents one method of a view.

    ``answer`` is a serializer (class, instance or ``many``), or nothing for an empty answer; ``page`` makes it a
    keyset page and documents its parameters. ``errors`` all answer with the array of errors.
    """
    shown = list(parameters)
    if page is not None:
        answer = page_schema(*page)
        shown += [SIZE, START_AFTER_ID]
    responses: dict[int, Any] = {
        code: OpenApiResponse(ErrorSerializer(many=True), description=REFUSALS[code]) for code in errors
    }
    responses[status] = OpenApiResponse(description="Done") if answer is None else answer
    return extend_schema(
        summary=summary,
        request=request,
        responses=responses,
        parameters=shown,
        tags=None if tag is None else [tag],
        **more,
    )


ANY_JSON = OpenApiTypes.OBJECT
