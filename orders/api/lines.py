# ruff: noqa: N815 - fields are named as in JSON
"""What is bought."""

from __future__ import annotations

from rest_framework import serializers

from backoffice.core.api.fields import NumberField
from backoffice.core.api.serializers import LocalizedField, QuantityField, StrictSerializer, TagField
from orders.api.shapes import (
    MOST_ITEMS,
    KeepingSerializer,
    KeyField,
    ObjectField,
    PriceField,
    TextField,
    many,
)


class ArticleAttributeSerializer(KeepingSerializer):
    key = serializers.CharField(max_length=1024)
    value = serializers.CharField(max_length=4096, trim_whitespace=False)


class OrderedArticleSerializer(KeepingSerializer):
    tenantArticleId = KeyField()
    title = TextField(required=True)
    titleLocalized = LocalizedField(required=False)
    imageUrl = TextField(max_length=4096)
    weight = NumberField(min_value=0, required=False, help_text="grams")
    attributes = many(ArticleAttributeSerializer())
    customAttributes = ObjectField(required=False, allow_null=True)


class SubstituteSerializer(KeepingSerializer):
    tenantArticleId = KeyField()
    title = TextField(required=True)


class MeasurementValidationSerializer(KeepingSerializer):
    overPickHardTolerancePercentage = NumberField(min_value=0, required=False)
    overPickSoftTolerancePercentage = NumberField(min_value=0, required=False)
    shortPickHardTolerancePercentage = NumberField(min_value=0, max_value=100, required=False)
    shortPickSoftTolerancePercentage = NumberField(min_value=0, max_value=100, required=False)


class OrderLineForCreationSerializer(StrictSerializer):
    article = OrderedArticleSerializer()
    quantity = QuantityField()
    shopPrice = PriceField(required=False, help_text="of one unit, in the currency of paymentInfo")
    tags = many(TagField())
    allowedSubstitutes = many(SubstituteSerializer())
    measurementUnitKey = TextField()
    measurementValidation = MeasurementValidationSerializer(required=False)
    scannableCodes = serializers.ListField(child=TextField(), required=False, max_length=MOST_ITEMS)
    secondaryMeasurementUnitKey = TextField()
    secondaryQuantity = QuantityField(min_value=0, required=False)
    customAttributes = ObjectField(required=False)
