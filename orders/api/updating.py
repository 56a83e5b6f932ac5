# ruff: noqa: N815 - fields are named as in JSON
"""The body that changes an order (O1)."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from backoffice.core.api.serializers import (
    LenientSerializer,
    QuantityField,
    RefField,
    StrictSerializer,
    UtcDateTimeField,
    VersionField,
)
from orders.api.consumers import ConsumerSerializer
from orders.api.lines import OrderedArticleSerializer
from orders.api.shapes import MOST_ITEMS, KeyField, ObjectField, TextField


class ArticleForUpdateSerializer(OrderedArticleSerializer):
    tenantArticleId = KeyField(required=False)


class OrderLineForUpdateSerializer(LenientSerializer):
    """With ``id`` a line that the order has: what is left out stays. Without, a new line of article and quantity."""

    id = RefField(required=False)
    quantity = QuantityField(required=False)
    article = ArticleForUpdateSerializer(required=False)


class OrderForUpdateSerializer(StrictSerializer):
    version = VersionField()
    comment = TextField(help_text="why, for the timeline")
    consumer = ConsumerSerializer(required=False)
    orderLineItems: Any = serializers.ListSerializer(
        child=OrderLineForUpdateSerializer(),
        required=False,
        allow_null=True,
        min_length=1,
        max_length=MOST_ITEMS,
        help_text="all lines that the order is to have: what is left out is taken out of it",
    )
    preferredHandlingTime = UtcDateTimeField(required=False)
    pricing = ObjectField(required=False)
    customAttributes = ObjectField(required=False, allow_null=True)
