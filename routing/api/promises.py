# ruff: noqa: N815 - fields are named as in JSON
"""Delivery promises: an order is routed and reserved while the consumer pays, and answered with what is promised."""

from __future__ import annotations

from typing import Any

from django.urls import path, reverse
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from backoffice.core.api.fields import NumberField
from backoffice.core.api.schema import operation
from backoffice.core.api.serializers import LenientSerializer, UtcDateTimeField
from backoffice.core.api.views import ApiView
from inventory.models import OutOfStockBehaviour
from orders.api.creation import OrderForCreationSerializer, PromisesOptionsSerializer
from orders.api.drafting import promise_of
from orders.api.shapes import validated
from orders.models import OrderStatus
from routing.promises import render_promise
from routing.services.promising import promise_delivery

TAG = "Promises"


class ResourceInvestmentSerializer(LenientSerializer):
    level = NumberField(min_value=0, max_value=1)


class AdditionalInfoSerializer(LenientSerializer):
    includeListingCustomAttributes = serializers.BooleanField(required=False)
    resourceInvestment = ResourceInvestmentSerializer(required=False)


class PromiseRequestSerializer(OrderForCreationSerializer):
    """``additionalInfo`` asks for more of an answer that has no more to give, and for time that is not needed."""

    additionalInfo = AdditionalInfoSerializer(required=False)
    status = serializers.ChoiceField(
        (OrderStatus.PROMISED, OrderStatus.OPEN),
        required=False,
        help_text="it is PROMISED whatever is said here",
    )
    pricing = None  # type: ignore[assignment]  # that takes the field away
    source = None  # type: ignore[assignment]


class TimeframeSerializer(serializers.Serializer[Any]):
    start = UtcDateTimeField()


class PromisedLineSerializer(serializers.Serializer[Any]):
    tenantArticleId = serializers.CharField()
    title = serializers.CharField(allow_blank=True)
    quantity = serializers.IntegerField()
    available = serializers.IntegerField(help_text="units that are reserved for it")
    outOfStockBehaviour = serializers.ChoiceField(OutOfStockBehaviour.choices, required=False)
    availabilityTimeframe = TimeframeSerializer(
        required=False, help_text="no unit is picked before its start"
    )


class PromisingFacilitySerializer(serializers.Serializer[Any]):
    facilityRef = serializers.CharField()
    facilityName = serializers.CharField()
    tenantFacilityId = serializers.CharField(required=False)


class PromisedCarrierSerializer(serializers.Serializer[Any]):
    carrierRef = serializers.CharField()
    carrierKey = serializers.CharField()
    carrierName = serializers.CharField()
    products = serializers.ListField(child=serializers.DictField())
    deliveryPromiseValidUntil = UtcDateTimeField(required=False)


class PromisedShipmentSerializer(serializers.Serializer[Any]):
    facility = PromisingFacilitySerializer()
    lineItems = PromisedLineSerializer(many=True)
    carriers = PromisedCarrierSerializer(many=True)


class PromisedCollectSerializer(serializers.Serializer[Any]):
    facility = PromisingFacilitySerializer()
    lineItems = PromisedLineSerializer(many=True)
    targetTime = UtcDateTimeField(help_text="as asked for, else when it will be ready")


class BackOrderedSerializer(serializers.Serializer[Any]):
    lineItems = PromisedLineSerializer(many=True)


class DeliveryPromiseSerializer(serializers.Serializer[Any]):
    """What is in none of the lists cannot be delivered, or has not been decided about yet."""

    orderRef = serializers.CharField()
    orderVersion = serializers.IntegerField()
    promisesOptions = PromisesOptionsSerializer()
    shipToCustomer = PromisedShipmentSerializer(many=True, required=False)
    shipToStore = PromisedShipmentSerializer(many=True, required=False)
    collect = PromisedCollectSerializer(required=False)
    backOrdered = BackOrderedSerializer(required=False)


class DeliveryPromiseView(ApiView):
    permissions = {"POST": "orders.place"}

    @operation(
        "Promise a delivery: place a PROMISED order, which is reserved until validUntil",
        operation_id="postDeliveryPromise",
        request=PromiseRequestSerializer,
        answer=DeliveryPromiseSerializer,
        status=201,
        errors=(400, 401, 403, 409),
        tag=TAG,
    )
    def post(self, request: Request) -> Response:
        order = promise_delivery(draft=promise_of(validated(PromiseRequestSerializer, request.data)))
        location = reverse("api:order", kwargs={"id": order.pk})
        return Response(render_promise(order), status=201, headers={"Location": location})


urlpatterns = [
    path("promises/deliverypromise", DeliveryPromiseView.as_view(), name="delivery-promise"),
]
