# ruff: noqa: N815 - fields are named as in JSON
"""How an order is to reach its consumer."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from backoffice.core.api.serializers import StrictSerializer, UtcDateTimeField
from orders.api.shapes import MOST_ITEMS, FacilityNaming, KeepingSerializer, KeyField, TextField, many
from orders.models import ServiceLevel

PRODUCT_CATEGORIES = ("STANDARD", "EXPRESS", "VALUE", "FORWARDING")


class CollectSerializer(FacilityNaming):
    paid = serializers.BooleanField(required=False)
    provisioningTime = UtcDateTimeField(required=False)


class CarrierWithProductSerializer(StrictSerializer):
    carrierKey = KeyField()
    carrierProduct = TextField()
    carrierServices = serializers.ListField(child=TextField(), required=False, max_length=MOST_ITEMS)


class ShippingSerializer(KeepingSerializer):
    serviceLevel = serializers.ChoiceField(ServiceLevel.choices, required=False)
    desiredDeliveryTime = UtcDateTimeField(required=False)
    carrierProductCategory = serializers.ChoiceField(PRODUCT_CATEGORIES, required=False)
    preferredCarriers = serializers.ListField(child=KeyField(), required=False, max_length=MOST_ITEMS)
    preferredCarriersWithProduct = many(CarrierWithProductSerializer())
    preselectedFacilities = many(FacilityNaming())


class ReservationPreferencesSerializer(KeepingSerializer):
    mode = serializers.ChoiceField(("SCHEDULED", "ASAP", "ALAP"))
    reservationTime = UtcDateTimeField(required=False)


class DeliveryPreferencesSerializer(StrictSerializer):
    """Either shipping, or collect at exactly one facility; with neither, the order is shipped."""

    collect = many(CollectSerializer(), max_length=1)
    shipping = ShippingSerializer(required=False)
    targetTime = UtcDateTimeField(required=False)
    estimatedDeliveryDate = UtcDateTimeField(required=False)
    reservationPreferences = ReservationPreferencesSerializer(required=False)
    sourcingOptionRefs = serializers.ListField(child=TextField(), required=False, max_length=MOST_ITEMS)
    supplyingFacilities = serializers.ListField(child=TextField(), required=False, max_length=MOST_ITEMS)

    def validate(self, attrs: Any) -> Any:
        if attrs.get("collect") and "shipping" in attrs:
            raise serializers.ValidationError(
                {
                    "shipping": [
                        "An order is either collected or shipped: leave out one of collect and shipping."
                    ]
                }
            )
        return attrs
