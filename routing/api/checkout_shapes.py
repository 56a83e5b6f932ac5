# ruff: noqa: N815 - fields are named as in JSON
"""What shops ask at the checkout, and what they are answered (the contract's CheckoutOptions…)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, ClassVar

from django.utils import timezone
from rest_framework import serializers

from backoffice.core.api.fields import NumberField
from backoffice.core.api.serializers import (
    LenientSerializer,
    QuantityField,
    RefField,
    TagField,
    UtcDateTimeField,
)
from inventory.api.facility_rendering import FacilityAddressSerializer
from orders.api.consumers import ADDRESS_TYPES
from orders.api.customservices import CustomServiceForCreationSerializer
from orders.api.deliveries import DeliveryPreferencesSerializer, ShippingSerializer
from orders.api.shapes import MOST_ITEMS, KeepingSerializer, KeyField, ObjectField, TextField, many
from routing.api.naming import RefTextField
from routing.api.promises import PromisedCarrierSerializer

LONGEST_PERIOD = timedelta(days=100)
PERIOD = timedelta(days=14)
"""The period that is looked at unless the shop says another."""


class CheckoutAddressSerializer(KeepingSerializer):
    """Where it is to go; nothing but the country has to be known yet."""

    country = serializers.RegexField(
        r"^[A-Z]{2}\Z",
        help_text="ISO 3166-1 alpha-2",
        error_messages={"invalid": "A country is a code of two capital letters, such as DE."},
    )
    addressType = serializers.ChoiceField(ADDRESS_TYPES, required=False)
    street = TextField()
    houseNumber = TextField()
    postalCode = TextField()
    city = TextField()
    province = TextField()


class CheckoutArticleSerializer(KeepingSerializer):
    tenantArticleId = KeyField()
    title = TextField(default="")


class CheckoutLineSerializer(KeepingSerializer):
    article = CheckoutArticleSerializer()
    quantity = QuantityField()
    tags = many(TagField())
    customAttributes = ObjectField(required=False)


class CustomServiceReferenceSerializer(CustomServiceForCreationSerializer):
    ignored_keys: ClassVar[frozenset[str]] = frozenset({"id"})


class GeoFenceSerializer(LenientSerializer):
    lat = NumberField(min_value=-90, max_value=90, help_text="degrees")
    lon = NumberField(min_value=-180, max_value=180, help_text="degrees")
    radius = NumberField(min_value=1, max_value=100, help_text="kilometres")


class CheckoutOptionsInputSerializer(LenientSerializer):
    """``deliveryPreferences.collect`` names the facility, or is empty: then all are asked that hand over."""

    deliveryPreferences = DeliveryPreferencesSerializer()
    orderLineItems = many(CheckoutLineSerializer(), required=True, min_length=1)
    consumerAddress = CheckoutAddressSerializer(required=False)
    customAttributes = ObjectField(required=False, help_text="only facilities that have them all take part")
    customServices = many(CustomServiceReferenceSerializer())
    tags = many(TagField())
    geoFence = GeoFenceSerializer(required=False, help_text="only facilities within it take part")
    filterDuplicates = serializers.BooleanField(required=False, help_text="no facility is ever named twice")


class FacilityFilterSerializer(LenientSerializer):
    tags = many(TagField())
    customAttributes = ObjectField(required=False)


class TenantArticleIdsField(serializers.ListField):
    def __init__(self) -> None:
        super().__init__(child=KeyField(), min_length=1, max_length=MOST_ITEMS)

    def to_internal_value(self, data: Any) -> list[str]:
        """Each once."""
        return list(dict.fromkeys(super().to_internal_value(data)))


class DeliveryEarliestRequestSerializer(LenientSerializer):
    tenantArticleIds = TenantArticleIdsField()
    consumerAddress = CheckoutAddressSerializer()
    earliestDeliveryDate = UtcDateTimeField(required=False, help_text="no earlier date is of use")
    filter = FacilityFilterSerializer(required=False)
    includeCalculationHints = serializers.BooleanField(required=False)
    includeListingDetails = serializers.BooleanField(required=False)


class BasketItemSerializer(LenientSerializer):
    tenantArticleId = KeyField()
    quantity = QuantityField()


class DeliveryTimePeriodRequestSerializer(LenientSerializer):
    basket = many(BasketItemSerializer(), required=True, min_length=1)
    consumerAddress = CheckoutAddressSerializer()
    deliveryPreferences = ShippingSerializer(required=False)
    startDate = UtcDateTimeField(required=False, help_text="now, unless given")
    endDate = UtcDateTimeField(required=False, help_text="two weeks after the start, unless given")
    includeCalculationHints = serializers.BooleanField(required=False)

    def validate(self, attrs: Any) -> Any:
        start = attrs.get("startDate") or timezone.now()
        end = attrs.get("endDate") or start + PERIOD
        if not start <= end <= start + LONGEST_PERIOD:
            raise serializers.ValidationError(
                {"endDate": [f"The period ends after it starts, within {LONGEST_PERIOD.days} days."]}
            )
        return {**attrs, "startDate": start, "endDate": end}


class PickingStartSerializer(LenientSerializer):
    facilityRef = RefTextField(help_text="a facility, by id or by URN")
    latestPickingStart = UtcDateTimeField()


class DeliveryTimePointRequestSerializer(LenientSerializer):
    desiredDeliveryDate = UtcDateTimeField()
    tenantArticleIds = TenantArticleIdsField()
    facilities = many(PickingStartSerializer(), required=True)


class CollectFacilitySerializer(LenientSerializer):
    facilityRef = RefField(required=False)
    tenantFacilityRef = KeyField(required=False)

    def validate(self, attrs: Any) -> Any:
        if len(attrs) != 1:
            raise serializers.ValidationError(
                {"facilityRef": ["Name the facility by either facilityRef or tenantFacilityRef."]}
            )
        return attrs


class CollectEarliestRequestSerializer(LenientSerializer):
    tenantArticleIds = TenantArticleIdsField()
    facilities = many(CollectFacilitySerializer())
    desiredCollectDate = UtcDateTimeField(required=False, help_text="no earlier date is of use")
    includeCalculationHints = serializers.BooleanField(required=False)


class CheckoutAvailabilitySerializer(serializers.Serializer[Any]):
    tenantArticleId = serializers.CharField()
    available = serializers.IntegerField(help_text="units on the shelf that nobody has")
    isBackOrderable = serializers.BooleanField(
        help_text="it may be ordered there although it is not in stock"
    )
    latestPickingStart = UtcDateTimeField(required=False, help_text="when it will be picked")
    preOrderReleaseDate = UtcDateTimeField(required=False, help_text="no unit is picked before")


class FacilityOptionSerializer(serializers.Serializer[Any]):
    """To collect it has ``address``, opening times and ``targetTime``; to ship, ``deliveryOptions``."""

    facilityRef = serializers.CharField()
    name = serializers.CharField()
    availabilities = CheckoutAvailabilitySerializer(many=True)
    customServices = serializers.ListField(child=serializers.DictField())
    address = FacilityAddressSerializer(required=False)
    closingDays = serializers.ListField(child=serializers.DictField(), required=False)
    pickingTimes = serializers.DictField(required=False)
    targetTime = UtcDateTimeField(required=False, help_text="when all of it will be ready")
    deliveryOptions = PromisedCarrierSerializer(many=True, required=False)


class CheckoutOptionsSerializer(serializers.Serializer[Any]):
    facilities = FacilityOptionSerializer(many=True)


class AvailableCarrierSerializer(serializers.Serializer[Any]):
    carrierRef = serializers.CharField()
    name = serializers.CharField()
    latestPickingStartDate = UtcDateTimeField(required=False)


class ListingDetailsSerializer(serializers.Serializer[Any]):
    facilityRef = serializers.CharField()
    tenantFacilityId = serializers.CharField(allow_blank=True)
    customAttributes = serializers.DictField(required=False)


class EarliestDeliverySerializer(serializers.Serializer[Any]):
    tenantArticleId = serializers.CharField()
    earliestPredictedDeliveryDate = UtcDateTimeField(
        required=False, help_text="when it can leave the facility: the carrier's way is not counted"
    )
    availableCarriers = AvailableCarrierSerializer(many=True, required=False)
    listingDetails = ListingDetailsSerializer(many=True, required=False)


class DeliveryEarliestSerializer(serializers.Serializer[Any]):
    checkoutOptions = EarliestDeliverySerializer(many=True)
    calculationHints = serializers.ListField(child=serializers.CharField(), required=False)


class DayOptionSerializer(serializers.Serializer[Any]):
    date = UtcDateTimeField()
    overallStatus = serializers.ChoiceField(("ALL", "PARTIAL", "NONE"))
    availableCarriers = AvailableCarrierSerializer(many=True, required=False)


class DeliveryTimePeriodSerializer(serializers.Serializer[Any]):
    checkoutOptions = DayOptionSerializer(many=True)
    calculationHints = serializers.ListField(child=serializers.CharField(), required=False)


class TimePointItemSerializer(serializers.Serializer[Any]):
    tenantArticleId = serializers.CharField()
    facilityRef = serializers.CharField()
    available = serializers.IntegerField(help_text="units that are there, or come, and can be picked in time")
    latestPickingStart = UtcDateTimeField()


class DeliveryTimePointSerializer(serializers.Serializer[Any]):
    items = TimePointItemSerializer(many=True)


class CollectEarliestItemSerializer(serializers.Serializer[Any]):
    tenantArticleId = serializers.CharField()
    facilityRef = serializers.CharField(required=False)
    tenantFacilityId = serializers.CharField(required=False)
    available = serializers.IntegerField(required=False)
    earliestPredictedProvisioningDate = UtcDateTimeField(required=False)
    latestPickingStartDate = UtcDateTimeField(required=False)


class CollectEarliestSerializer(serializers.Serializer[Any]):
    checkoutOptions = CollectEarliestItemSerializer(many=True)
    calculationHints = serializers.ListField(child=serializers.CharField(), required=False)
