"""Pieces that the bodies of orders are made of."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any
from uuid import UUID

from rest_framework import serializers

from backoffice.core.api.serializers import LenientSerializer, RefField
from backoffice.core.api.values import instant
from inventory.references import URN

MOST_ITEMS = 500
"""The contract's limit of lists."""

LONGEST_KEY = 255


class KeepingSerializer(LenientSerializer):
    """Unknown keys are kept with it."""

    # So it is wherever the contract allows additional properties of a document that is kept.

    def to_internal_value(self, data: Any) -> Any:
        values = super().to_internal_value(data)
        return {**{key: value for key, value in data.items() if key not in self.fields}, **values}


class TextField(serializers.CharField):
    """Optional, may be empty, and stays as it was written."""

    def __init__(self, *, max_length: int = 1024, required: bool = False, **options: Any) -> None:
        super().__init__(
            max_length=max_length, required=required, allow_blank=True, trim_whitespace=False, **options
        )


class KeyField(serializers.CharField):
    """What a client calls something of theirs."""

    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=LONGEST_KEY, **options)


class PriceField(serializers.DecimalField):
    """A price per unit; parts of less than a hundredth of a cent are rounded away."""

    def __init__(self, **options: Any) -> None:
        super().__init__(max_digits=19, decimal_places=4, **options)

    def validate_precision(self, value: Decimal) -> Decimal:
        try:
            rounded = value.quantize(Decimal("0.0001"), ROUND_HALF_UP)
        except InvalidOperation:
            self.fail("max_digits", max_digits=self.max_digits)
        return super().validate_precision(rounded)


class ObjectField(serializers.DictField):
    """Any JSON object, kept as it is."""


class FacilityRefField(RefField):
    """A facility by its id, or by its URN, which stays a text (spec 5, "Conventions")."""

    default_error_messages = {"max_length": "This is too long for the URN of a facility."}

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, str) or not data.startswith(URN):
            return super().to_internal_value(data)
        if len(data) > len(URN) + LONGEST_KEY:
            self.fail("max_length")
        return data


class FacilityNaming(KeepingSerializer):
    """Names a facility by our id, or by the client's."""

    facilityRef = FacilityRefField(required=False)  # noqa: N815
    tenantFacilityId = KeyField(required=False)  # noqa: N815

    def validate(self, attrs: Any) -> Any:
        if "facilityRef" not in attrs and "tenantFacilityId" not in attrs:
            raise serializers.ValidationError(
                {"facilityRef": ["Name the facility, by facilityRef or by tenantFacilityId."]},
                code="required",
            )
        return attrs


def many(
    item: serializers.Serializer[Any],
    *,
    required: bool = False,
    min_length: int | None = None,
    max_length: int = MOST_ITEMS,
) -> serializers.ListSerializer[Any]:
    return serializers.ListSerializer(
        child=item, required=required, min_length=min_length, max_length=max_length
    )


class _Trees(threading.local):
    """The serializers of this thread, by class."""

    def __init__(self) -> None:
        self.by_class: dict[type[serializers.Serializer[Any]], serializers.Serializer[Any]] = {}


_trees = _Trees()


def validated(serializer_class: type[serializers.Serializer[Any]], data: Any) -> Any:
    """What a serializer makes of ``data``.

    A serializer copies its tree of fields when it is built, which for an order takes longer than writing it. So each
    thread keeps one (T9).

    :raises rest_framework.exceptions.ValidationError: with every problem at once.
    """
    tree = _trees.by_class.get(serializer_class)
    if tree is None:
        tree = _trees.by_class[serializer_class] = serializer_class()
    return tree.run_validation(data)


def plain(value: Any) -> Any:
    """Validated values as the JSON that is kept and answered: moments in UTC, ids as texts."""
    if isinstance(value, Mapping):
        return {str(key): plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [plain(inner) for inner in value]
    if isinstance(value, datetime):
        return instant(value)
    if isinstance(value, Decimal):
        return float(value)
    return str(value) if isinstance(value, UUID) else value
