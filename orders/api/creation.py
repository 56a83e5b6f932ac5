# ruff: noqa: N815 - fields are named as in JSON
"""The body that places an order."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from backoffice.core.api.serializers import LocalizedField, StrictSerializer, TagField, UtcDateTimeField
from orders.api.consumers import ConsumerSerializer
from orders.api.customservices import CustomServiceForCreationSerializer
from orders.api.deliveries import DeliveryPreferencesSerializer
from orders.api.lines import OrderLineForCreationSerializer
from orders.api.shapes import KeepingSerializer, KeyField, ObjectField, TextField, many
from orders.models import OrderStatus


class PaymentInfoSerializer(StrictSerializer):
    currency = serializers.RegexField(
        r"^[A-Z]{3}\Z",
        required=False,
        help_text="ISO 4217",
        error_messages={"invalid": "A currency is a code of three capital letters, such as EUR."},
    )
    methodLocalized = LocalizedField(required=False)


class PromisesOptionsSerializer(StrictSerializer):
    validUntil = UtcDateTimeField()


class SourceSerializer(StrictSerializer):
    sourceRef = KeyField(required=False)
    tenantSourceId = KeyField(required=False)

    def validate(self, attrs: Any) -> Any:
        if len(attrs) != 1:
            raise serializers.ValidationError("Give either sourceRef or tenantSourceId.")
        return attrs


class StatusReasonSerializer(KeepingSerializer):
    status = serializers.ChoiceField(OrderStatus.choices)
    reason = TextField(required=True)


class StickerSerializer(StrictSerializer):
    key = KeyField()
    nameLocalized = LocalizedField()
    name = TextField()
    color = TextField()
    priority = serializers.IntegerField(min_value=1, max_value=10000)


class OrderForCreationSerializer(StrictSerializer):
    orderDate = UtcDateTimeField()
    consumer = ConsumerSerializer()
    orderLineItems = many(OrderLineForCreationSerializer(), min_length=1, required=True)
    tenantOrderId = KeyField(required=False)
    status = serializers.ChoiceField(OrderStatus.choices, required=False, help_text="OPEN or LOCKED")
    deliveryPreferences = DeliveryPreferencesSerializer(required=False)
    customServices = many(CustomServiceForCreationSerializer())
    tags = many(TagField())
    paymentInfo = PaymentInfoSerializer(required=False)
    pricing = ObjectField(required=False)
    promisesOptions = PromisesOptionsSerializer(required=False)
    source = SourceSerializer(required=False)  # type: ignore[assignment]  # a field, not the attribute of fields
    statusReasons = many(StatusReasonSerializer())
    stickers = many(StickerSerializer(), max_length=100)
    customAttributes = ObjectField(required=False)
