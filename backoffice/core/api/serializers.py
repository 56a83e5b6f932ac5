"""The shape of bodies. Field names are written as they are in JSON, with ``source=`` for ours."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ValidationError

from backoffice.core.api.fields import (
    LocalizedField,
    QuantityField,
    RefField,
    TagField,
    UtcDateTimeField,
    VersionField,
)


class LenientSerializer(serializers.Serializer[Any]):
    """Unknown keys are ignored."""

    # So it is wherever the contract allows additional properties. What stands above is in the OpenAPI document.


class StrictSerializer(serializers.Serializer[Any]):
    """Where the contract says ``additionalProperties: false``: unknown keys are errors that name them.

    ``ignored_keys`` are allowed and ignored: what a client read and sends back, such as ``created``.
    """

    ignored_keys: ClassVar[frozenset[str]] = frozenset()

    def to_internal_value(self, data: Any) -> Any:
        problems: dict[str, Any] = {}
        if isinstance(data, Mapping):
            for key in data:
                if key not in self.fields and key not in self.ignored_keys:
                    problems[str(key)] = [ErrorDetail("There is no such field here.", code="unknown_field")]
        try:
            values = super().to_internal_value(data)
        except ValidationError as error:
            if not isinstance(error.detail, dict):
                raise
            raise ValidationError({**error.detail, **problems}) from error
        if problems:
            raise ValidationError(problems)
        return values


__all__ = [
    "LenientSerializer",
    "LocalizedField",
    "QuantityField",
    "RefField",
    "StrictSerializer",
    "TagField",
    "UtcDateTimeField",
    "VersionField",
]
