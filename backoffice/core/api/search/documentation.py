"""Searches in the OpenAPI document: what reads a query is what describes it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from drf_spectacular.extensions import OpenApiSerializerExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import ComponentIdentity, ResolvedComponent
from rest_framework import serializers

from backoffice.core.api.search.conditions import Components, Condition, Schema
from backoffice.core.api.search.documents import Attributes
from backoffice.core.api.search.pages import DEFAULT_SIZE, MOST, Sort
from backoffice.core.api.search.reading import MOST_VALUES


class SearchPayloadSerializer(serializers.BaseSerializer[Any]):
    """Stands for the body of a search in the schema; :mod:`.payloads` reads it."""

    name: ClassVar[str]
    fields_: ClassVar[Mapping[str, Condition]]
    sorts: ClassVar[Mapping[str, Sort | Attributes]]


def payload_serializer(
    name: str, fields: Mapping[str, Condition], sorts: Mapping[str, Sort | Attributes]
) -> type[SearchPayloadSerializer]:
    members = {"name": name, "fields_": fields, "sorts": sorts}
    return type(f"{name}SearchPayloadSerializer", (SearchPayloadSerializer,), members)


class SearchPayloadExtension(OpenApiSerializerExtension):
    target_class = "backoffice.core.api.search.documentation.SearchPayloadSerializer"
    match_subclasses = True

    def get_name(self, auto_schema: AutoSchema, direction: str) -> str:
        return f"{self.target.name}SearchPayload"

    def get_identity(self, auto_schema: AutoSchema, direction: str) -> ComponentIdentity:
        """Its name, because requests and answers have no shape of their own here."""
        return ComponentIdentity(self.get_name(auto_schema, direction))

    def map_serializer(self, auto_schema: AutoSchema, direction: str) -> Schema:
        query = self._component(auto_schema, f"{self.target.name}SearchQuery", self._query(auto_schema))
        size = {"type": "integer", "minimum": 1, "maximum": MOST, "default": DEFAULT_SIZE}
        cursor = {"type": "string"}
        return {
            "type": "object",
            "required": ["query"],
            "additionalProperties": False,
            "properties": {
                "query": query,
                "sort": {
                    "type": "array",
                    "minItems": 1,
                    "maxItems": 1,
                    "items": _sort_schema(self.target.sorts),
                },
                "size": {**size, "description": "how many, forward"},
                "after": {**cursor, "description": "pageInfo.endCursor of the page before"},
                "last": {**size, "description": "how many, backward"},
                "before": {**cursor, "description": "pageInfo.startCursor of the page after"},
                "startAfterId": {**cursor, "deprecated": True, "description": "use after"},
                "options": {
                    "type": "object",
                    "additionalProperties": False,
                    "properties": {"withTotal": {"type": "boolean"}},
                },
            },
        }

    def _query(self, auto_schema: AutoSchema) -> Schema:
        """Several queries, each of which may be as deep again."""
        itself = {"$ref": f"#/components/schemas/{self.target.name}SearchQuery"}
        queries = {"type": "array", "items": itself, "maxItems": MOST_VALUES}
        components: Components = {}
        properties = {key: condition.described(components) for key, condition in self.target.fields_.items()}
        for name, component in components.items():
            self._component(auto_schema, name, component)
        return {
            "type": "object",
            "additionalProperties": False,
            "properties": {"and": queries, "or": queries, **properties},
        }

    def _component(self, auto_schema: AutoSchema, name: str, schema: Schema) -> Schema:
        component = ResolvedComponent(name, ResolvedComponent.SCHEMA, schema, ComponentIdentity(name))
        auto_schema.registry.register_on_missing(component)
        return dict(component.ref)


def _sort_schema(sorts: Mapping[str, Sort | Attributes]) -> Schema:
    """``a.b`` is ``{"a": {"b": "ASC"}}``."""
    whole: Schema = {"type": "object", "minProperties": 1, "maxProperties": 1}
    direction = {"type": "string", "enum": ["ASC", "DESC"]}
    for path, sort in sorts.items():
        level = whole
        *parents, last = path.split(".")
        for parent in parents:
            inner = {"type": "object", "minProperties": 1, "maxProperties": 1}
            level = level.setdefault("properties", {}).setdefault(parent, inner)
        any_member = {
            "type": "object",
            "additionalProperties": direction,
            "minProperties": 1,
            "maxProperties": 1,
        }
        level.setdefault("properties", {})[last] = direction if isinstance(sort, Sort) else any_member
    return whole
