# ruff: noqa: N815 - fields are named as in JSON
"""``/api/carriers``"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from backoffice.core.api.fields import NumberField
from backoffice.core.api.pages import page_of
from backoffice.core.api.schema import operation
from backoffice.core.api.serializers import LenientSerializer, VersionField
from backoffice.core.api.values import instant
from backoffice.core.api.views import ApiView
from inventory.api.shapes import KeyField, ObjectsField, ResourceSerializer, TextField, list_of
from inventory.models import Carrier, CarrierDeliveryType, CarrierStatus
from inventory.services.carriers import CarrierValues, create_carrier, modify_carrier

SIZES = (
    "defaultParcelHeightInCm",
    "defaultParcelLengthInCm",
    "defaultParcelWeightInGram",
    "defaultParcelWidthInCm",
)
DETAILS = (*SIZES, "lifecycle", "logoUrl", "parcelLabelClassifications", "productValueNeeded")
"""What a carrier carries and nothing here reads."""


def _fields() -> dict[str, Any]:
    return {
        "name": serializers.CharField(max_length=255, required=False),
        "status": serializers.ChoiceField(CarrierStatus.choices, required=False),
        "deliveryType": serializers.ChoiceField(CarrierDeliveryType.choices, required=False),
        "lifecycle": serializers.ChoiceField(("GA", "BETA", "ALPHA"), required=False),
        "logoUrl": TextField(max_length=2048),
        "parcelLabelClassifications": ObjectsField(),
        "productValueNeeded": serializers.BooleanField(required=False),
        **{name: NumberField(required=False, min_value=0) for name in SIZES},
    }


class CarrierForCreationSerializer(LenientSerializer):
    """Credentials are not kept here: whoever prints labels has them."""

    def get_fields(self) -> dict[str, Any]:
        return {
            "key": KeyField(help_text="what orders name the carrier by"),
            **_fields(),
            "name": serializers.CharField(max_length=255),
        }


class ModifyCarrierSerializer(LenientSerializer):
    def get_fields(self) -> dict[str, Any]:
        return {"action": serializers.ChoiceField(["ModifyCarrier"]), **_fields()}


class CarrierPatchActionsSerializer(LenientSerializer):
    version = VersionField()
    actions = list_of(ModifyCarrierSerializer, most=20, allow_empty=False)


class StrippedCarrierSerializer(ResourceSerializer):
    key = serializers.CharField()
    name = serializers.CharField()
    status = serializers.ChoiceField(CarrierStatus.choices)
    deliveryType = serializers.ChoiceField(CarrierDeliveryType.choices)
    lifecycle = serializers.CharField()


class CarrierSerializer(StrippedCarrierSerializer):
    def get_fields(self) -> dict[str, Any]:
        return {**_fields(), **super().get_fields()}


def render_stripped_carrier(carrier: Carrier) -> dict[str, Any]:
    return {
        "id": str(carrier.pk),
        "version": carrier.version,
        "created": instant(carrier.created),
        "lastModified": instant(carrier.last_modified),
        "key": carrier.key,
        "name": carrier.name,
        "status": carrier.status,
        "deliveryType": carrier.delivery_type,
        "lifecycle": carrier.details.get("lifecycle", "GA"),
    }


def render_carrier(carrier: Carrier) -> dict[str, Any]:
    """The sizes of a parcel that nobody said are 0: clients expect numbers."""
    return {**dict.fromkeys(SIZES, 0), **carrier.details, **render_stripped_carrier(carrier)}


class CarriersView(ApiView):
    permissions = {"GET": "inventory.view", "POST": "inventory.manage_facilities"}

    @operation(
        "List carriers",
        page=("carriers", StrippedCarrierSerializer),
        errors=(400, 401, 403),
        tag="Carriers",
    )
    def get(self, request: Request) -> Response:
        return page_of(Carrier.objects.all(), request, "carriers", render_stripped_carrier)

    @operation(
        "Create a carrier",
        request=CarrierForCreationSerializer,
        answer=CarrierSerializer,
        status=201,
        errors=(400, 401, 403, 409),
        tag="Carriers",
    )
    def post(self, request: Request) -> Response:
        body = self.body(CarrierForCreationSerializer)
        carrier = create_carrier(key=body["key"], values=_values([body]))
        return Response(render_carrier(carrier), status=201)


class CarrierView(ApiView):
    permissions = {"GET": "inventory.view", "PATCH": "inventory.manage_facilities"}

    @operation("Read a carrier", answer=CarrierSerializer, errors=(401, 403, 404), tag="Carriers")
    def get(self, request: Request, carrier_id: str) -> Response:
        return Response(render_carrier(self.get_or_404(Carrier.objects.all(), carrier_id)))

    @operation(
        "Change a carrier",
        request=CarrierPatchActionsSerializer,
        answer=CarrierSerializer,
        errors=(400, 401, 403, 404, 409),
        tag="Carriers",
    )
    def patch(self, request: Request, carrier_id: str) -> Response:
        """An INACTIVE carrier counts at no facility."""
        id: UUID = self.get_or_404(Carrier.objects.all(), carrier_id).pk
        body = self.body(CarrierPatchActionsSerializer)
        changed = modify_carrier(carrier_id=id, version=body["version"], values=_values(body["actions"]))
        return Response(render_carrier(changed))


def _values(parts: Sequence[Mapping[str, Any]]) -> CarrierValues:
    """In the words of the service; later parts win."""
    body: dict[str, Any] = {}
    for part in parts:
        body |= part
    values = CarrierValues(details={name: body[name] for name in DETAILS if name in body})
    if "name" in body:
        values["name"] = body["name"]
    if "status" in body:
        values["status"] = body["status"]
    if "deliveryType" in body:
        values["delivery_type"] = body["deliveryType"]
    return values
