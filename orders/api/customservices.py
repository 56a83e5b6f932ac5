# ruff: noqa: N815 - fields are named as in JSON
"""Services on articles of an order. One that ``isBundled`` makes a bundle of all that is below it (S2)."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from backoffice.core.api.serializers import QuantityField, StrictSerializer
from orders.api.shapes import KeepingSerializer, KeyField, TextField, many

DEEPEST = 10
"""Services may hold services; no client nests them deeper than this."""


class ArticleItemSerializer(StrictSerializer):
    tenantArticleRef = KeyField()
    quantity = QuantityField()


class AdditionalInformationSerializer(KeepingSerializer):
    additionalInformationRef = TextField(required=True)
    tenantAdditionalInformationId = TextField()


class CustomServiceDefinitionSerializer(KeepingSerializer):
    customServiceRef = TextField()
    tenantCustomServiceId = TextField()
    isBundled = serializers.BooleanField(required=False)
    additionalInformation = many(AdditionalInformationSerializer())


class CustomServiceForCreationSerializer(StrictSerializer):
    """``customServiceItems`` are services of the same shape."""

    customServiceDefinition = CustomServiceDefinitionSerializer()
    articleItems = many(ArticleItemSerializer(), required=True)

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        nested = many(type(self)(), required=True)
        return {**super().get_fields(), "customServiceItems": nested}

    def to_internal_value(self, data: Any) -> Any:
        if self._depth() > DEEPEST:
            raise serializers.ValidationError(f"Services are nested at most {DEEPEST} deep.")
        return super().to_internal_value(data)

    def _depth(self) -> int:
        depth, field = 0, self.parent
        while field is not None:
            depth += isinstance(field, CustomServiceForCreationSerializer)
            field = field.parent
        return depth + 1
