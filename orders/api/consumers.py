# ruff: noqa: N815 - fields are named as in JSON
"""Who buys, and where they live."""

from __future__ import annotations

from rest_framework import serializers

from backoffice.core.api.fields import NumberField
from orders.api.shapes import FacilityRefField, KeepingSerializer, KeyField, ObjectField, TextField, many

ADDRESS_TYPES = ("POSTAL_ADDRESS", "PARCEL_LOCKER", "INVOICE_ADDRESS")


class CoordinatesSerializer(KeepingSerializer):
    lat = NumberField(min_value=-90, max_value=90)
    lon = NumberField(min_value=-180, max_value=180)


class PhoneNumberSerializer(KeepingSerializer):
    type = serializers.ChoiceField(("MOBILE", "PHONE"))
    value = TextField(required=True)
    label = TextField()  # type: ignore[assignment]  # a field, not the attribute of fields
    customAttributes = ObjectField(required=False)


class ConsumerAddressSerializer(KeepingSerializer):
    street = serializers.CharField(max_length=255)
    houseNumber = serializers.CharField(max_length=64, required=False)
    postalCode = serializers.CharField(max_length=64)
    city = serializers.CharField(max_length=255)
    province = serializers.CharField(max_length=255, required=False)
    country = serializers.RegexField(
        r"^[A-Z]{2}\Z",
        help_text="ISO 3166-1 alpha-2",
        error_messages={"invalid": "A country is a code of two capital letters, such as DE."},
    )
    additionalAddressInfo = TextField()
    addressType = serializers.ChoiceField(ADDRESS_TYPES, required=False)
    companyName = TextField()
    coordinates = CoordinatesSerializer(required=False)
    email = TextField()
    firstName = TextField()
    lastName = TextField()
    personalTitle = TextField()
    salutation = TextField()
    phoneNumbers = many(PhoneNumberSerializer())
    customAttributes = ObjectField(required=False)


class ConsumerSerializer(KeepingSerializer):
    """``facilityRef`` or ``tenantFacilityId`` name the store that orders for itself (B2)."""

    consumerId = KeyField(required=False, allow_blank=True)
    addresses = many(ConsumerAddressSerializer())
    email = TextField()
    facilityRef = FacilityRefField(required=False)
    tenantFacilityId = KeyField(required=False)
    customAttributes = ObjectField(required=False)
