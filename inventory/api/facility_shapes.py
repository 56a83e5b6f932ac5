# ruff: noqa: N815 - fields are named as in JSON
"""What clients write about a facility."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

from rest_framework import serializers

from backoffice.core.api.fields import NumberField
from backoffice.core.api.serializers import (
    LenientSerializer,
    StrictSerializer,
    UtcDateTimeField,
    VersionField,
)
from backoffice.core.api.values import instant
from inventory.api.shapes import (
    CountField,
    KeyField,
    ObjectField,
    ObjectsField,
    TagReferencesField,
    TextField,
    list_of,
)
from inventory.filters import MANAGED_FACILITY
from inventory.models import FacilityService, FacilityStatus, LocationType
from inventory.services.facilities import FacilityValues

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

PICKING_METHODS = ("SINGLE_ORDER", "MULTI_ORDER", "BATCH_PICKING", "BATCH")


class FacilityTypeField(serializers.ChoiceField):
    def __init__(self) -> None:
        super().__init__(
            [MANAGED_FACILITY],
            required=False,
            error_messages={
                "invalid_choice": "Suppliers are not supported: leave the type out, or use MANAGED_FACILITY."
            },
        )


class FacilityCoordinatesSerializer(LenientSerializer):
    lat = NumberField(min_value=-90, max_value=90, help_text="degrees")
    lon = NumberField(min_value=-180, max_value=180, help_text="degrees")


class TimeZoneForCreationSerializer(LenientSerializer):
    timeZoneId = serializers.CharField(max_length=64, help_text="such as Europe/Berlin")

    class Meta:
        ref_name = "TimeZoneForCreation"


class FacilityEmailAddressSerializer(LenientSerializer):
    value = serializers.CharField(max_length=255)
    recipient = TextField()


class FacilityPhoneNumberSerializer(LenientSerializer):
    type = serializers.ChoiceField(("MOBILE", "PHONE"), required=False)
    value = TextField()
    label = TextField()  # type: ignore[assignment]  # fields are not attributes of the class
    customAttributes = ObjectField()


def address_fields(*, whole: bool) -> dict[str, Any]:
    """Of a ``whole`` address or, all optional, of parts that are to change."""

    def needed(max_length: int = 255) -> Any:
        return serializers.CharField(max_length=max_length) if whole else TextField(max_length=max_length)

    return {
        "companyName": needed(),
        "street": needed(),
        "houseNumber": TextField(max_length=64),
        "postalCode": needed(64),
        "city": needed(),
        "province": TextField(),
        "country": serializers.RegexField(
            r"^[A-Z]{2}\Z",
            required=whole,
            help_text="ISO 3166-1 alpha-2",
            error_messages={"invalid": "A country is a code of two capital letters, such as DE."},
        ),
        "additionalAddressInfo": TextField(),
        "phoneNumbers": list_of(FacilityPhoneNumberSerializer, most=10, required=False),
        "emailAddresses": list_of(FacilityEmailAddressSerializer, most=10, required=False),
        "resolvedCoordinates": FacilityCoordinatesSerializer(required=False, allow_null=True),
        "resolvedTimeZone": TimeZoneForCreationSerializer(
            required=False,
            help_text="without one, the time zone follows from the country and the coordinates",
        ),
        "customAttributes": ObjectField(),
    }


class ModifyAddressSerializer(LenientSerializer):
    """Parts of an address; what is left out stays as it is."""

    def get_fields(self) -> dict[str, Any]:
        return address_fields(whole=False)


class FacilityAddressForCreationSerializer(LenientSerializer):
    """A whole address."""

    def get_fields(self) -> dict[str, Any]:
        return address_fields(whole=True)


class ServiceSerializer(StrictSerializer):
    type = serializers.ChoiceField(FacilityService.choices)

    class Meta:
        ref_name = "FacilityService"


class TimeStampSerializer(LenientSerializer):
    hour = CountField(max_value=23)
    minute = CountField(max_value=59)


class TimeRangeSerializer(LenientSerializer):
    start = TimeStampSerializer()
    end = TimeStampSerializer()
    capacity = CountField(required=False)

    def validate(self, attrs: Any) -> Any:
        if _minutes(attrs["start"]) >= _minutes(attrs["end"]):
            raise serializers.ValidationError({"end": ["A time range ends after its start."]})
        return attrs


class PickingTimesSerializer(LenientSerializer):
    """Ranges of local time for each day of the week."""

    def get_fields(self) -> dict[str, Any]:
        return {day: list_of(TimeRangeSerializer, most=24, required=False) for day in WEEKDAYS}

    def validate(self, attrs: Any) -> Any:
        for day, ranges in attrs.items():
            ordered = sorted(ranges, key=lambda found: _minutes(found["start"]))
            for earlier, later in pairwise(ordered):
                if _minutes(later["start"]) < _minutes(earlier["end"]):
                    raise serializers.ValidationError({day: ["Time ranges of a day must not overlap."]})
        return attrs


class ClosingDaySerializer(LenientSerializer):
    date = UtcDateTimeField()
    reason = TextField(required=True)
    recurrence = serializers.ChoiceField(("YEARLY", "NONRECURRING"))


class ContactSerializer(LenientSerializer):
    firstName = TextField(required=True)
    lastName = TextField(required=True)
    roleDescription = TextField()
    customAttributes = ObjectField()

    class Meta:
        ref_name = "FacilityContact"


def _facility_fields() -> dict[str, Any]:
    """The fields that every way of writing a facility shares, all of them optional."""
    return {
        "tenantFacilityId": KeyField(required=False, allow_null=True),
        "name": serializers.CharField(max_length=255, required=False),
        "type": FacilityTypeField(),
        "status": serializers.ChoiceField(FacilityStatus.choices, required=False),
        "locationType": serializers.ChoiceField(LocationType.choices, required=False),
        "services": ServiceSerializer(many=True, required=False),
        "address": ModifyAddressSerializer(required=False),
        "contact": ContactSerializer(required=False, allow_null=True),
        "tags": TagReferencesField(),
        "pickingTimes": PickingTimesSerializer(required=False),
        "closingDays": list_of(ClosingDaySerializer, most=400, required=False),
        "capacityEnabled": serializers.BooleanField(required=False),
        "capacityPlanningTimeframe": CountField(
            min_value=1, required=False, allow_null=True, help_text="days"
        ),
        "fulfillmentProcessBuffer": CountField(required=False, help_text="minutes"),
        "pickingMethods": serializers.ListField(
            child=serializers.ChoiceField(PICKING_METHODS), required=False, max_length=10
        ),
        "scanningRule": ObjectField(),
        "operativeCosts": ObjectsField(),
        "customAttributes": ObjectField(),
    }


class FacilityForCreationSerializer(LenientSerializer):
    def get_fields(self) -> dict[str, Any]:
        return {
            **_facility_fields(),
            "name": serializers.CharField(max_length=255),
            "address": FacilityAddressForCreationSerializer(),
        }


class FacilityForReplacementSerializer(StrictSerializer):
    ignored_keys = frozenset({"id", "created", "lastModified", "configs"})

    def get_fields(self) -> dict[str, Any]:
        return {
            **_facility_fields(),
            "version": VersionField(),
            "name": serializers.CharField(max_length=255),
            "status": serializers.ChoiceField(FacilityStatus.choices),
            "locationType": serializers.ChoiceField(LocationType.choices),
            "address": FacilityAddressForCreationSerializer(),
        }


class FacilityForModificationSerializer(StrictSerializer):
    ignored_keys = frozenset({"id", "created", "lastModified", "configs"})

    def get_fields(self) -> dict[str, Any]:
        return {**_facility_fields(), "version": VersionField()}


class ModifyFacilitySerializer(StrictSerializer):
    def get_fields(self) -> dict[str, Any]:
        return {"action": serializers.ChoiceField(["ModifyFacility"]), **_facility_fields()}


class FacilityPatchActionsSerializer(LenientSerializer):
    version = VersionField()
    actions = list_of(ModifyFacilitySerializer, most=20, allow_empty=False)


_PLAIN = {
    "tenantFacilityId": "tenant_facility_id",
    "name": "name",
    "status": "status",
    "locationType": "location_type",
    "tags": "tags",
    "closingDays": "closing_days",
    "pickingTimes": "picking_times",
    "capacityEnabled": "capacity_enabled",
    "capacityPlanningTimeframe": "capacity_planning_timeframe",
    "fulfillmentProcessBuffer": "fulfillment_process_buffer",
}
_OBJECTS = {"contact": "contact", "customAttributes": "custom_attributes"}
_ADDRESS = {
    "companyName": "company_name",
    "street": "street",
    "houseNumber": "house_number",
    "postalCode": "postal_code",
    "city": "city",
    "province": "province",
    "country": "country",
}
ADDRESS_DETAILS = ("additionalAddressInfo", "phoneNumbers", "emailAddresses", "customAttributes")
DETAILS = ("pickingMethods", "scanningRule", "operativeCosts")


def facility_values(
    body: Mapping[str, Any],
    *,
    details: Mapping[str, Any] | None = None,
    address_details: Mapping[str, Any] | None = None,
) -> FacilityValues:
    """A validated body in the words of the service. What the body leaves out of ``details`` stays as given."""
    values: dict[str, Any] = {ours: body[name] for name, ours in _PLAIN.items() if name in body}
    values |= {ours: body[name] or {} for name, ours in _OBJECTS.items() if name in body}
    if "services" in body:
        values["services"] = list(dict.fromkeys(service["type"] for service in body["services"]))
    if "closingDays" in body:
        values["closing_days"] = [{**day, "date": instant(day["date"])} for day in body["closingDays"]]
    if found := {name: body[name] for name in DETAILS if name in body}:
        values["details"] = {**(details or {}), **found}
    address = body.get("address", {})
    values |= {ours: address[name] for name, ours in _ADDRESS.items() if name in address}
    if found := {name: address[name] for name in ADDRESS_DETAILS if name in address}:
        values["address_details"] = {**(address_details or {}), **found}
    if "resolvedCoordinates" in address:
        place = address["resolvedCoordinates"] or {"lat": None, "lon": None}
        values |= {"latitude": place["lat"], "longitude": place["lon"]}
    if "resolvedTimeZone" in address:
        values["time_zone"] = address["resolvedTimeZone"]["timeZoneId"]
    return FacilityValues(**values)  # type: ignore[typeddict-item]  # the names above are its keys


def _minutes(moment: Mapping[str, int]) -> int:
    return moment["hour"] * 60 + moment["minute"]
