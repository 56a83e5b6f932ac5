"""Shapes of documents in the OpenAPI schema: what checks a request is what describes it."""

from __future__ import annotations

from typing import Any, ClassVar

from drf_spectacular.extensions import OpenApiSerializerExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import ComponentIdentity, ResolvedComponent
from rest_framework import serializers

from routing.documents.records import Record
from routing.documents.shape import Components, Shape


class DocumentSerializer(serializers.BaseSerializer[Any]):
    """Stands for a shape in the schema. Requests are read by :mod:`routing.documents`, not by this."""

    shape: ClassVar[Shape]
    name: ClassVar[str]

    @classmethod
    def of(cls, shape: Shape, name: str = "") -> type[DocumentSerializer]:
        """A class of its own for the shape; a record has a name already."""
        known = shape.name if isinstance(shape, Record) else name
        return type(f"{known}Serializer", (cls,), {"shape": shape, "name": known})


class DocumentExtension(OpenApiSerializerExtension):
    target_class = "routing.api.documents.DocumentSerializer"
    match_subclasses = True

    def get_name(self, auto_schema: AutoSchema, direction: str) -> str:
        return str(self.target.name)

    def get_identity(self, auto_schema: AutoSchema, direction: str) -> ComponentIdentity:
        """Its name: the shape is the same one, whether a body is made of it or it stands within another."""
        return ComponentIdentity(self.target.name)

    def map_serializer(self, auto_schema: AutoSchema, direction: str) -> dict[str, Any]:
        components: Components = {}
        schema = self.target.shape.schema(components)
        own = components.pop(self.target.name, schema)
        for name, component in components.items():
            auto_schema.registry.register_on_missing(
                ResolvedComponent(name, ResolvedComponent.SCHEMA, component, ComponentIdentity(name))
            )
        return own
