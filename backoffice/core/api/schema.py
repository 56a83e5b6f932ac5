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
from drf_spectacular.plumbing import build_basic_type
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import (
    OpenApiParameter,
    OpenApiResponse,
    PolymorphicProxySerializer,
    extend_schema,
    inline_serializer,
)
from rest_framework import serializers

from backoffice.core.api.serializers import StrictSerializer

F = TypeVar("F", bound=Callable[..., Any])

REFUSALS = {
    400: "Malformed or invalid; every problem at once",
    401: "No token, or a bad one",
    403: "A permission is missing; it is named",
    404: "There is no such resource",
    409: "The version or the state has changed",
    429: "Too many requests; Retry-After says when to come back",
}

KEY_REUSED = "Or the Idempotency-Key was used for another request, or its request is still under way"
IDEMPOTENCY_KEY = {
    "in": "header",
    "name": "Idempotency-Key",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]([ -~]*[!-~])?$"},
    "description": "A text of your choice: for 24 hours the same request with it is answered as the first was, "
    "and not done again",
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
    """Operations that do not name themselves are named after method and path: ``getStocksByStockId``.

    What holds for all that need a token is added here: rate limits and, to every POST, idempotency keys. Bodies say all
    that is refused for its shape: unknown keys where they are strict, and how long lists may be. What services refuse
    in words of their own is added where a serializer ``says`` it: keywords of the schema by the names of its fields.
    """

    def get_operation(self, *args: Any, **kwargs: Any) -> Any:
        operation = super().get_operation(*args, **kwargs)
        if operation and isinstance(self.get_request_serializer(), PolymorphicProxySerializer):
            operation["requestBody"]["required"] = True
        if not operation or "401" not in operation["responses"]:
            return operation
        errors = operation["responses"]["401"]
        added = {"429": {**errors, "description": REFUSALS[429]}}
        if self.method == "POST":
            operation.setdefault("parameters", []).append(IDEMPOTENCY_KEY)
            stated = operation["responses"].get("409", {}).get("description", "")
            added["409"] = {**errors, "description": f"{stated}. {KEY_REUSED}" if stated else KEY_REUSED}
        operation["responses"] = dict(sorted({**operation["responses"], **added}.items()))
        return operation

    def _map_serializer(self, serializer: Any, direction: str, bypass_extensions: bool = False) -> Any:
        schema = super()._map_serializer(serializer, direction, bypass_extensions)
        if direction != "request":
            return schema
        for name, keywords in getattr(serializer, "says", {}).items():
            schema["properties"][name] |= keywords
        if isinstance(serializer, StrictSerializer) and schema.get("properties"):
            schema["properties"] |= {
                key: {} for key in sorted(serializer.ignored_keys - {*serializer.fields})
            }
            schema["additionalProperties"] = False
        return schema

    def _map_serializer_field(self, field: Any, direction: str, bypass_extensions: bool = False) -> Any:
        schema = super()._map_serializer_field(field, direction, bypass_extensions)
        if direction != "request":
            return schema
        if _must_say_something(field) and schema.get("type") == "string" and "format" not in schema:
            return {"pattern": NOT_BLANK, **schema}
        if isinstance(field, serializers.ListSerializer | serializers.ListField) and "items" in schema:
            lengths: Any = field  # both have them, one of them untyped
            least = lengths.min_length or int(not field.allow_empty)
            bounds = {"minItems": least or None, "maxItems": lengths.max_length}
        elif isinstance(field, serializers.DictField):
            bounds = {"minProperties": None if field.allow_empty else 1}
        else:
            return schema
        return {**schema, **{key: bound for key, bound in bounds.items() if bound is not None}}

    def get_operation_id(self) -> str:
        segments = [segment for segment in self.path.split("/") if segment not in ("", "api")]
        words = [f"by_{segment.strip('{}')}" if segment.startswith("{") else segment for segment in segments]
        parts = re.split(r"[^A-Za-z0-9]+", "_".join(words))
        return self.method.lower() + "".join(part[:1].upper() + part[1:] for part in parts)


NOT_BLANK = r"[^\s\x1c-\x1f\x85]"
"""A character that stays when blanks are cut off; what counts as one in Python beside what does in a pattern."""


def _must_say_something(field: Any) -> bool:
    """Blanks alone are cut off, and then there is nothing left."""
    return (
        isinstance(field, serializers.CharField)
        and not isinstance(field, serializers.RegexField)
        and field.trim_whitespace
        and not field.allow_blank
    )


def size_up_to(most: int) -> OpenApiParameter:
    """How many rows a page may have."""
    schema = {"type": "integer", "minimum": 1, "maximum": most}
    return OpenApiParameter("size", schema, description="how many at most")


SIZE = size_up_to(500)
START_AFTER_ID = OpenApiParameter("startAfterId", str, description="the last id of the page before")


def query(
    name: str,
    description: str = "",
    *,
    kind: Any = str,
    many: bool = False,
    enum: Any = None,
    known: Iterable[str] = (),
    required: bool = False,
) -> OpenApiParameter:
    """A query parameter; ``many`` ones may be repeated or joined by commas. Values beside the ``enum`` are refused,
    those beside what is ``known`` match nothing.
    """
    if known:
        said = f"one of {', '.join(known)}; others match nothing"
        description = f"{description}: {said}" if description else said
    return OpenApiParameter(name, kind, description=description, many=many, enum=enum, required=required)


def as_value(parameter: OpenApiParameter) -> dict[str, Any]:
    """The schema of what the parameter takes, where a body has it: ``many`` ones as one value, or as a list."""
    kind: Any = parameter.type
    one = dict(kind) if isinstance(kind, dict) else build_basic_type(kind)
    assert one is not None, f"{parameter.name} has a kind of its own"
    schema = {"oneOf": [one, {"type": "array", "items": one}]} if parameter.many else one
    return {**schema, "description": parameter.description} if parameter.description else schema


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
    keyset page and documents its parameters. ``errors`` all answer with the array of errors; 400 is always among them,
    because no address may contain NUL.
    """
    shown = list(parameters)
    if page is not None:
        answer = page_schema(*page)
        shown += [SIZE, START_AFTER_ID]
    responses: dict[int, Any] = {
        code: OpenApiResponse(ErrorSerializer(many=True), description=REFUSALS[code])
        for code in sorted({400, *errors})
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
MOMENT = OpenApiTypes.DATETIME
DAY = OpenApiTypes.DATE


def tell_of_words_that_are_no_ids(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """A hook of the generator. Where some paths have an id others have a word, as in ``orders/search``: what only those
    with an id take is refused there by 405.
    """
    paths = result["paths"]
    for path, operations in paths.items():
        here = re.compile(re.sub(r"\{[^}]+\}", "[^/{}]+", path))
        words = [other for other in paths if other != path and here.fullmatch(other)]
        for method, operation in operations.items():
            taken = [word.rpartition("/")[2] for word in words if method not in paths[word]]
            if taken and "404" in operation.get("responses", {}):
                described = {"description": f"In place of an id stands a path of its own: {', '.join(taken)}"}
                operation["responses"]["405"] = {**operation["responses"]["404"], **described}
    return result
