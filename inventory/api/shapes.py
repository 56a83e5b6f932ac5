"""Pieces that the bodies of inventory's resources are made of."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

from rest_framework import serializers

from backoffice.core.api.serializers import TagField, UtcDateTimeField

MOST_ITEMS = 500
"""The contract's limit of bulk requests."""

LARGEST_INTEGER = 2**31 - 1


class KeyField(serializers.CharField):
    """What a client calls something of theirs."""

    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=255, trim_whitespace=False, **options)


class TextField(serializers.CharField):
    """Optional, may be empty, and stays as it was written."""

    def __init__(self, *, max_length: int = 255, required: bool = False, **options: Any) -> None:
        super().__init__(
            max_length=max_length, required=required, allow_blank=True, trim_whitespace=False, **options
        )


class ObjectField(serializers.DictField):
    """Any JSON object, kept as it is; null is an empty one."""

    def __init__(self, **options: Any) -> None:
        super().__init__(required=False, allow_null=True, **options)


class ObjectsField(serializers.ListField):
    """A list of JSON objects that are kept as they are."""

    child = serializers.DictField()

    def __init__(self, *, max_length: int = 100, **options: Any) -> None:
        super().__init__(required=False, max_length=max_length, **options)


def list_of(
    shape: type[serializers.Serializer[Any]], *, most: int, **options: Any
) -> serializers.ListSerializer[Any]:
    """A list of objects of one shape, at most ``most`` of them."""
    return serializers.ListSerializer(child=shape(), max_length=most, **options)


class CountField(serializers.IntegerField):
    def __init__(self, *, min_value: int = 0, max_value: int = LARGEST_INTEGER, **options: Any) -> None:
        super().__init__(min_value=min_value, max_value=max_value, **options)

    def to_internal_value(self, data: Any) -> int:
        if isinstance(data, (bool, str)):
            self.fail("invalid")
        return super().to_internal_value(data)


class PriceField(serializers.DecimalField):
    """A price per unit; parts of less than a cent are rounded away."""

    def __init__(self, **options: Any) -> None:
        super().__init__(max_digits=14, decimal_places=2, **options)

    def validate_precision(self, value: Decimal) -> Decimal:
        try:
            rounded = value.quantize(Decimal("0.01"), ROUND_HALF_UP)
        except InvalidOperation:
            self.fail("max_digits", max_digits=self.max_digits)
        return super().validate_precision(rounded)


class ResourceSerializer(serializers.Serializer[Any]):
    """What every versioned resource answers with."""

    id = serializers.CharField()
    version = serializers.IntegerField()
    created = UtcDateTimeField()
    lastModified = UtcDateTimeField()  # noqa: N815


class TagReferencesField(serializers.ListField):
    """``[{"id": "brand", "value": "premium"}]``"""

    def __init__(self, **options: Any) -> None:
        super().__init__(child=TagField(), required=False, max_length=100, **options)


def present(values: Mapping[str, Any]) -> dict[str, Any]:
    """Without what is unknown or empty: an answer leaves such fields out."""
    return {key: value for key, value in values.items() if value not in (None, "", [], {})}
