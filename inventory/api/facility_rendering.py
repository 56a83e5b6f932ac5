# ruff: noqa: N815 - fields are named as in JSON
"""How facilities look in answers."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from django.utils import timezone
from rest_framework import serializers

from backoffice.core.api.serializers import TagField
from backoffice.core.api.values import instant
from inventory.api.facility_shapes import (
    ContactSerializer,
    PickingTimesSerializer,
    ServiceSerializer,
    address_fields,
)
from inventory.api.shapes import ResourceSerializer, present
from inventory.filters import MANAGED_FACILITY
from inventory.models import Facility, FacilityStatus, LocationType


class TimeZoneSerializer(serializers.Serializer[Any]):
    timeZoneId = serializers.CharField()
    timeZoneName = serializers.CharField()
    offsetInSeconds = serializers.IntegerField()


class FacilityAddressSerializer(serializers.Serializer[Any]):
    def get_fields(self) -> dict[str, Any]:
        return {**address_fields(whole=True), "resolvedTimeZone": TimeZoneSerializer()}


class FacilitySerializer(ResourceSerializer):
    name = serializers.CharField()
    tenantFacilityId = serializers.CharField(required=False)
    type = serializers.ChoiceField([MANAGED_FACILITY])
    status = serializers.ChoiceField(FacilityStatus.choices)
    locationType = serializers.ChoiceField(LocationType.choices)
    services = ServiceSerializer(many=True)
    address = FacilityAddressSerializer()
    contact = ContactSerializer(required=False)
    tags = TagField(many=True, required=False)
    closingDays = serializers.ListField(child=serializers.DictField())
    pickingTimes = PickingTimesSerializer(required=False)
    capacityEnabled = serializers.BooleanField()
    capacityPlanningTimeframe = serializers.IntegerField(required=False)
    fulfillmentProcessBuffer = serializers.IntegerField()
    customAttributes = serializers.DictField(required=False)


class StrippedFacilitySerializer(ResourceSerializer):
    name = serializers.CharField()
    tenantFacilityId = serializers.CharField(required=False)
    type = serializers.ChoiceField([MANAGED_FACILITY])
    status = serializers.ChoiceField(FacilityStatus.choices)
    street = serializers.CharField(allow_blank=True)
    houseNumber = serializers.CharField(required=False)
    postalCode = serializers.CharField(allow_blank=True)
    city = serializers.CharField(allow_blank=True)
    province = serializers.CharField(required=False)
    country = serializers.CharField()


def render_facility(facility: Facility) -> dict[str, Any]:
    return {
        **_head(facility),
        "locationType": facility.location_type,
        "services": [{"type": service} for service in facility.services],
        "address": {
            "companyName": facility.company_name,
            **_place(facility),
            **present(facility.address_details),
            **_coordinates(facility),
            "resolvedTimeZone": _time_zone(facility.time_zone),
        },
        "closingDays": facility.closing_days,
        "capacityEnabled": facility.capacity_enabled,
        "fulfillmentProcessBuffer": facility.fulfillment_process_buffer,
        **present(
            {
                "tags": facility.tags,
                "contact": facility.contact,
                "pickingTimes": facility.picking_times,
                "capacityPlanningTimeframe": facility.capacity_planning_timeframe,
                "customAttributes": facility.custom_attributes,
                **facility.details,
            }
        ),
    }


def render_stripped_facility(facility: Facility) -> dict[str, Any]:
    return {**_head(facility), **_place(facility)}


def _head(facility: Facility) -> dict[str, Any]:
    return {
        "id": str(facility.pk),
        "version": facility.version,
        "created": instant(facility.created),
        "lastModified": instant(facility.last_modified),
        "name": facility.name,
        **present({"tenantFacilityId": facility.tenant_facility_id}),
        "type": MANAGED_FACILITY,
        "status": facility.status,
    }


def _place(facility: Facility) -> dict[str, Any]:
    return {
        "street": facility.street,
        **present({"houseNumber": facility.house_number}),
        "postalCode": facility.postal_code,
        "city": facility.city,
        **present({"province": facility.province}),
        "country": facility.country,
    }


def _coordinates(facility: Facility) -> dict[str, Any]:
    if facility.latitude is None:
        return {}
    return {"resolvedCoordinates": {"lat": facility.latitude, "lon": facility.longitude}}


def _time_zone(name: str) -> dict[str, Any]:
    """The zone with its offset of today."""
    here = timezone.now().astimezone(ZoneInfo(name))
    offset = here.utcoffset()
    return {
        "timeZoneId": name,
        "timeZoneName": here.tzname() or name,
        "offsetInSeconds": int(offset.total_seconds()) if offset else 0,
    }
