"""``/api/facilities/{facilityId}/carriers``: which carriers call there (F4)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import Q
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from backoffice.core.api.pages import page_of
from backoffice.core.api.schema import ANY_JSON, operation
from backoffice.core.api.serializers import LenientSerializer, VersionField
from backoffice.core.api.values import instant
from backoffice.core.api.views import ApiView
from backoffice.core.errors import NotFound
from backoffice.core.ids import as_uuid
from inventory.api.facility_shapes import TimeStampSerializer
from inventory.api.shapes import (
    ObjectField,
    ObjectsField,
    ResourceSerializer,
    TagReferencesField,
    TextField,
)
from inventory.models import Carrier, CarrierDeliveryType, CarrierStatus, FacilityCarrier
from inventory.references import facility_by_ref
from inventory.services.carriers import (
    ConnectionValues,
    connect_carrier,
    disconnect_carrier,
    modify_connection,
)

DETAILS = (
    "configuration",
    "cutoffTime",
    "cutoffTimes",
    "deliveryAreas",
    "parcelLabelClassifications",
    "tags",
    "validDeliveryTargets",
)
"""What a connection carries and nothing here reads."""


class NoCredentialsField(serializers.DictField):
    """Anteroom prints no labels, so it keeps nobody's secrets."""

    def to_internal_value(self, data: Any) -> Any:
        if data:
            message = "Credentials of carriers are not kept here: leave them out."
            raise ValidationError([ErrorDetail(message, code="not_supported")])
        return {}


def _fields() -> dict[str, Any]:
    return {
        "name": TextField(),
        "status": serializers.ChoiceField(CarrierStatus.choices, required=False),
        "cutoffTime": TimeStampSerializer(required=False),
        "cutoffTimes": ObjectField(),
        "configuration": ObjectField(),
        "credentials": NoCredentialsField(required=False, allow_null=True),
        "deliveryAreas": ObjectsField(max_length=1000),
        "parcelLabelClassifications": ObjectsField(),
        "tags": TagReferencesField(),
        "validDeliveryTargets": serializers.ListField(
            child=serializers.ChoiceField(("SHIP_TO_STORE", "SHIP_TO_CUSTOMER")),
            required=False,
            max_length=2,
        ),
    }


class FacilityCarrierForCreationSerializer(LenientSerializer):
    def get_fields(self) -> dict[str, Any]:
        return _fields()


class FacilityCarrierForModificationSerializer(LenientSerializer):
    def get_fields(self) -> dict[str, Any]:
        return {"version": VersionField(), **_fields()}


class FacilityCarrierSerializer(ResourceSerializer):
    def get_fields(self) -> dict[str, Any]:
        fields = {name: field for name, field in _fields().items() if name != "credentials"}
        return {
            **super().get_fields(),
            "facilityRef": serializers.CharField(),
            "carrierRef": serializers.CharField(),
            "key": serializers.CharField(),
            "deliveryType": serializers.ChoiceField(CarrierDeliveryType.choices),
            **fields,
        }


def render_connection(connection: FacilityCarrier) -> dict[str, Any]:
    carrier = connection.carrier
    return {
        "id": str(connection.pk),
        "version": connection.version,
        "created": instant(connection.created),
        "lastModified": instant(connection.last_modified),
        "facilityRef": str(connection.facility_id),
        "carrierRef": str(carrier.pk),
        "key": carrier.key,
        "name": connection.name or carrier.name,
        "status": connection.status,
        "deliveryType": carrier.delivery_type,
        **connection.details,
    }


class FacilityCarriersView(ApiView):
    permissions = {"GET": "inventory.view"}

    @operation(
        "List the carriers that call at a facility",
        page=("carriers", FacilityCarrierSerializer),
        tag="Carriers",
    )
    def get(self, request: Request, facility_ref: str) -> Response:
        rows = FacilityCarrier.objects.filter(facility=facility_by_ref(facility_ref))
        return page_of(rows.select_related("carrier"), request, "carriers", render_connection)


class FacilityCarrierView(ApiView):
    permissions = {
        "GET": "inventory.view",
        "POST": "inventory.manage_facilities",
        "PUT": "inventory.manage_facilities",
        "DELETE": "inventory.manage_facilities",
    }

    @operation(
        "Read how a carrier calls at a facility",
        answer=FacilityCarrierSerializer,
        errors=(401, 403, 404),
        tag="Carriers",
    )
    def get(self, request: Request, facility_ref: str, carrier_ref: str) -> Response:
        facility, carrier = facility_by_ref(facility_ref), _carrier(carrier_ref)
        found = FacilityCarrier.objects.filter(facility=facility, carrier=carrier).first()
        if found is None:
            raise NotFound(f"{carrier} does not call at {facility}.")
        return Response(render_connection(found))

    @operation(
        "Connect a facility with a carrier",
        request=FacilityCarrierForCreationSerializer,
        answer=FacilityCarrierSerializer,
        status=201,
        errors=(400, 401, 403, 404, 409),
        tag="Carriers",
    )
    def post(self, request: Request, facility_ref: str, carrier_ref: str) -> Response:
        """The carrier is named by its id, or by its key."""
        facility, carrier = facility_by_ref(facility_ref), _carrier(carrier_ref)
        values = _values(self.body(FacilityCarrierForCreationSerializer))
        made = connect_carrier(facility_id=facility.pk, carrier_id=carrier.pk, values=values)
        return Response(render_connection(made), status=201)

    @operation(
        "Change how a carrier calls at a facility; what is left out stays",
        request=FacilityCarrierForModificationSerializer,
        answer=FacilityCarrierSerializer,
        errors=(400, 401, 403, 404, 409),
        tag="Carriers",
    )
    def put(self, request: Request, facility_ref: str, carrier_ref: str) -> Response:
        facility, carrier = facility_by_ref(facility_ref), _carrier(carrier_ref)
        body = self.body(FacilityCarrierForModificationSerializer)
        changed = modify_connection(
            facility_id=facility.pk, carrier_id=carrier.pk, version=body["version"], values=_values(body)
        )
        return Response(render_connection(changed))

    @operation(
        "Disconnect a facility from a carrier", answer=ANY_JSON, errors=(401, 403, 404), tag="Carriers"
    )
    def delete(self, request: Request, facility_ref: str, carrier_ref: str) -> Response:
        facility, carrier = facility_by_ref(facility_ref), _carrier(carrier_ref)
        disconnect_carrier(facility_id=facility.pk, carrier_id=carrier.pk)
        return Response({})


def _carrier(ref: str) -> Carrier:
    """:raises NotFound: there is no carrier of that id or key."""
    named = Q(key=ref)
    if (id := as_uuid(ref)) is not None:
        named |= Q(pk=id)
    found = Carrier.objects.filter(named).first()
    if found is None:
        raise NotFound.of(Carrier, ref)
    return found


def _values(body: Mapping[str, Any]) -> ConnectionValues:
    values = ConnectionValues(details={name: body[name] for name in DETAILS if name in body})
    if "name" in body:
        values["name"] = body["name"]
    if "status" in body:
        values["status"] = body["status"]
    return values
