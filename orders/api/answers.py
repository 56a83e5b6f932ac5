# ruff: noqa: N815 - fields are named as in JSON
"""The shape of answers, for the documentation; :mod:`orders.rendering` writes them."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from orders.api.creation import OrderForCreationSerializer
from orders.api.customservices import CustomServiceForCreationSerializer
from orders.api.lines import OrderedArticleSerializer, OrderLineForCreationSerializer
from orders.api.shapes import many
from orders.models import DeliveryType, OrderStatus, PickJobStatus, PickJobSubStatus, PickLineStatus


class VersionedSerializer(serializers.Serializer[Any]):
    id = serializers.CharField()
    version = serializers.IntegerField()
    created = serializers.DateTimeField()
    lastModified = serializers.DateTimeField()


class WorkflowSerializer(serializers.Serializer[Any]):
    isAvailable = serializers.BooleanField()


class OrderLineSerializer(OrderLineForCreationSerializer):
    id = serializers.CharField()


class CustomServiceSerializer(CustomServiceForCreationSerializer):
    id = serializers.CharField()


class OrderSerializer(OrderForCreationSerializer):
    id = serializers.CharField()
    version = serializers.IntegerField()
    created = serializers.DateTimeField()
    lastModified = serializers.DateTimeField()
    processId = serializers.CharField()
    status = serializers.ChoiceField(OrderStatus.choices)
    orderLineItems = many(OrderLineSerializer(), required=True)
    customServices = many(CustomServiceSerializer())
    cancelationReason = serializers.DictField(required=False)
    anonymized = serializers.BooleanField()
    workflowInformation = WorkflowSerializer()


class StrippedOrderLineSerializer(serializers.Serializer[Any]):
    quantity = serializers.IntegerField()
    title = serializers.CharField()


class StrippedOrderSerializer(VersionedSerializer):
    processRef = serializers.CharField()
    status = serializers.ChoiceField(OrderStatus.choices)
    orderDate = serializers.DateTimeField()
    orderLineItems = StrippedOrderLineSerializer(many=True)


class StrippedPickJobSerializer(VersionedSerializer):
    status = serializers.ChoiceField(PickJobStatus.choices)
    facilityRef = serializers.CharField()
    orderRef = serializers.CharField()
    targetTime = serializers.DateTimeField(required=False)


class PickLineSerializer(serializers.Serializer[Any]):
    id = serializers.CharField()
    globalLineItemId = serializers.CharField(help_text="the order line")
    article = OrderedArticleSerializer()
    quantity = serializers.IntegerField()
    picked = serializers.IntegerField()
    unbacked = serializers.IntegerField(help_text="units that no stock covers yet")
    status = serializers.ChoiceField(PickLineStatus.choices)
    stockEmptied = serializers.BooleanField(help_text="the picker saw that nothing is left there")
    shortPickReason = serializers.DictField(required=False)


class DeliveryInformationSerializer(serializers.Serializer[Any]):
    channel = serializers.ChoiceField(DeliveryType.choices)
    details = serializers.DictField()
    targetTime = serializers.DateTimeField(required=False)


class PickJobSerializer(VersionedSerializer):
    status = serializers.ChoiceField(PickJobStatus.choices)
    facilityRef = serializers.CharField()
    orderRef = serializers.CharField()
    subStatus = serializers.ChoiceField(PickJobSubStatus.choices, required=False)
    shortId = serializers.CharField()
    orderDate = serializers.DateTimeField()
    processId = serializers.CharField()
    routingPlanRef = serializers.CharField()
    tenantOrderId = serializers.CharField(required=False)
    notBefore = serializers.DateTimeField(required=False, help_text="picking may begin then, no earlier")
    deliveryinformation = DeliveryInformationSerializer()
    pickLineItems = PickLineSerializer(many=True)
    customAttributes = serializers.DictField(required=False)
    documentsRef = serializers.CharField()
    anonymized = serializers.BooleanField()
    workflowInformation = WorkflowSerializer()
