# ruff: noqa: N815 - fields are named as in JSON
"""``/api/facilities/{id}/configurations/stock``: how a facility's books follow what pickers find (P2)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from drf_spectacular.utils import PolymorphicProxySerializer
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from backoffice.core.api.schema import operation
from backoffice.core.api.serializers import LenientSerializer, VersionField
from backoffice.core.api.values import instant
from backoffice.core.api.views import ApiView
from inventory.api.shapes import ResourceSerializer, list_of
from inventory.models import Facility
from inventory.references import facility_by_ref
from inventory.services.facilities import modify_facility

NOT_DONE: Mapping[str, Mapping[str, Any]] = {
    "listingReactivationAfter": {"active": False, "value": 24},
    "retainedOfflineStock": {"active": False, "value": 0.2},
}
"""Parts of the contract that do nothing here, and so can only be off."""


OFF = "This is not supported: leave it off."


class SwitchSerializer(LenientSerializer):
    active = serializers.BooleanField()


class OffSerializer(LenientSerializer):
    """A client may send back what it read."""

    active = serializers.BooleanField(required=False)

    def validate_active(self, active: bool) -> bool:
        if active:
            raise ValidationError([ErrorDetail(OFF, code="not_supported")])
        return active


class StockConfigurationForModificationSerializer(LenientSerializer):
    version = VersionField()
    shortpick = SwitchSerializer(required=False)
    listingReactivationAfter = OffSerializer(required=False)
    retainedOfflineStock = OffSerializer(required=False)


class StockConfigurationActionSerializer(LenientSerializer):
    """One part, by the action that changes it; the public SDK speaks so."""

    action = serializers.ChoiceField(
        ("ModifyShortpick", "ModifyListingReactivationAfter", "ModifyRetainedOfflineStock")
    )
    active = serializers.BooleanField(required=False)
    listingReactivationAfter = OffSerializer(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs["action"] == "ModifyRetainedOfflineStock" and attrs.get("active"):
            raise ValidationError({"active": [ErrorDetail(OFF, code="not_supported")]})
        return attrs


class StockConfigurationPatchActionsSerializer(LenientSerializer):
    version = VersionField()
    actions = list_of(StockConfigurationActionSerializer, most=20, allow_empty=False)


class StockConfigurationSerializer(ResourceSerializer):
    """The id and the version are the facility's."""

    shortpick = SwitchSerializer(help_text="whether units that a picker did not find are booked out")
    listingReactivationAfter = serializers.DictField()
    retainedOfflineStock = serializers.DictField()


def render_stock_configuration(facility: Facility) -> dict[str, Any]:
    return {
        "id": str(facility.pk),
        "version": facility.version,
        "created": instant(facility.created),
        "lastModified": instant(facility.last_modified),
        "shortpick": {"active": facility.books_short_picks},
        **{name: dict(off) for name, off in NOT_DONE.items()},
    }


class StockConfigurationView(ApiView):
    permissions = {"GET": "inventory.view", "PATCH": "inventory.manage_facilities"}

    @operation(
        "Read how a facility's stock is kept",
        operation_id="getFacilityStockConfiguration",
        answer=StockConfigurationSerializer,
        errors=(401, 403, 404),
        tag="Facilities",
    )
    def get(self, request: Request, facility_ref: str) -> Response:
        return Response(render_stock_configuration(facility_by_ref(facility_ref)))

    @operation(
        "Change how a facility's stock is kept",
        operation_id="patchFacilityConfiguration",
        request=PolymorphicProxySerializer(
            component_name="StockConfigurationPatch",
            serializers=[
                StockConfigurationForModificationSerializer,
                StockConfigurationPatchActionsSerializer,
            ],
            resource_type_field_name=None,
        ),
        answer=StockConfigurationSerializer,
        errors=(400, 401, 403, 404, 409),
        tag="Facilities",
    )
    def patch(self, request: Request, facility_ref: str) -> Response:
        """Takes the parts to change, or ``{"actions": [{"action": "ModifyShortpick", …}]}``; what is not given stays
        as it is. ``version`` is the facility's.
        """
        facility = facility_by_ref(facility_ref)
        version, books_short_picks = self._changes(request.data)
        configuration = dict(facility.stock_configuration)
        if books_short_picks is not None:
            configuration["shortpick"] = {"active": books_short_picks}
        changed = modify_facility(
            facility_id=facility.pk, version=version, values={"stock_configuration": configuration}
        )
        return Response(render_stock_configuration(changed))

    def _changes(self, data: Any) -> tuple[int, bool | None]:
        if isinstance(data, dict) and "actions" in data:
            body = self.body(StockConfigurationPatchActionsSerializer)
            given = [part.get("active") for part in body["actions"] if part["action"] == "ModifyShortpick"]
            return body["version"], next((active for active in reversed(given) if active is not None), None)
        body = self.body(StockConfigurationForModificationSerializer)
        return body["version"], body.get("shortpick", {}).get("active")
