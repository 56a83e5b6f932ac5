from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from backoffice.core.api.values import instant, with_plus

LARGEST_QUANTITY = 2**31 - 1
LARGEST_VERSION = 2**31 - 1

_LOCALE = re.compile(r"^[a-z]{2,3}([_-][A-Za-z0-9]{2,8})*$")


@extend_schema_field({"type": "string"})
class RefField(serializers.Field[UUID, Any, str, Any]):
    """The id of one of our resources: an opaque string to clients, a UUID to us."""

    default_error_messages = {"invalid": "This is not the id of anything here."}

    def to_internal_value(self, data: Any) -> UUID:
        try:
            return UUID(data)
        except (AttributeError, TypeError, ValueError):
            self.fail("invalid")

    def to_representation(self, value: Any) -> str:
        return str(value)


class UtcDateTimeField(serializers.DateTimeField):
    """A moment; without an offset it is UTC, without a time midnight. A space counts as the ``+`` of an offset."""

    def __init__(self, **options: Any) -> None:
        super().__init__(default_timezone=UTC, **options)

    def to_internal_value(self, value: Any) -> datetime:
        return super().to_internal_value(with_plus(value) if isinstance(value, str) else value)

    def to_representation(self, value: Any) -> Any:
        return instant(value) if isinstance(value, datetime) else value


class QuantityField(serializers.IntegerField):
    """Units of an article. At least one, unless ``min_value`` says otherwise."""

    def __init__(self, *, min_value: int = 1, **options: Any) -> None:
        super().__init__(min_value=min_value, max_value=LARGEST_QUANTITY, **options)

    def to_internal_value(self, data: Any) -> int:
        if isinstance(data, (bool, str)):
            self.fail("invalid")
        return super().to_internal_value(data)


class NumberField(serializers.FloatField):
    """A number of JSON: not a text, not even one such as ``"nan"``."""

    def to_internal_value(self, data: Any) -> float:
        if isinstance(data, (bool, str)):
            self.fail("invalid")
        return super().to_internal_value(data)


class VersionField(serializers.IntegerField):
    """The version that a client saw (optimistic locking); required unless told otherwise."""

    def __init__(self, **options: Any) -> None:
        super().__init__(min_value=0, max_value=LARGEST_VERSION, **options)


class LocalizedField(serializers.DictField):
    """One text per locale: ``{"de_DE": "Wert", "en_US": "Value"}``."""

    default_error_messages = {"locale": "{locale} is not a locale such as de_DE."}
    child = serializers.CharField(max_length=1024)

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"allow_empty": False, **options})

    def to_internal_value(self, data: Any) -> dict[Any, Any]:
        texts = super().to_internal_value(data)
        for locale in texts:
            if not _LOCALE.match(str(locale)):
                self.fail("locale", locale=locale)
        return texts


class TagField(serializers.Serializer[Any]):
    """One value of a tag: ``{"id": "brand", "value": "premium"}``."""

    id = serializers.CharField(max_length=255)
    value = serializers.CharField(max_length=255)

    class Meta:
        ref_name = "TagReference"
