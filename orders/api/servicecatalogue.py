# ruff: noqa: N815 - fields are named as in JSON
"""``/api/customservices``: the services that orders may ask for. How orders ask is in ``customservices``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from backoffice.core.api.pages import page_of
from backoffice.core.api.schema import operation, query
from backoffice.core.api.serializers import LenientSerializer, LocalizedField, VersionField
from backoffice.core.api.values import instant
from backoffice.core.api.views import ApiView
from backoffice.core.filters import filtered
from inventory.api.shapes import CountField
from orders.api.answers import VersionedSerializer
from orders.api.shapes import KeyField, many, plain
from orders.filters import CustomServiceFilter
from orders.models import CustomService
from orders.models.customservice import CustomServiceStatus, ItemsRequired, in_english
from orders.services.customservices import (
    CustomServiceValues,
    create_custom_service,
    modify_custom_service,
)

OLD_STATUSES = {"ENABLED": "ACTIVE", "DISABLED": "INACTIVE"}
"""What older clients call them."""

VALUE_TYPES = ("STRING", "BOOLEAN", "NUMBER", "NOVALUE", "INPUT_MULTILINE_STRING")


class CustomServiceStatusField(serializers.ChoiceField):
    def __init__(self, **options: Any) -> None:
        super().__init__([*CustomServiceStatus.values, *OLD_STATUSES], **options)

    def to_internal_value(self, data: Any) -> Any:
        status = super().to_internal_value(data)
        return OLD_STATUSES.get(status, status)


class AdditionalInformationForCreationSerializer(LenientSerializer):
    nameLocalized = LocalizedField()
    descriptionLocalized = LocalizedField(required=False, allow_empty=True)
    isMandatory = serializers.BooleanField(required=False)
    tenantAdditionalInformationId = KeyField(required=False)
    valueType = serializers.ChoiceField(VALUE_TYPES)


def _fields(*, whole: bool) -> dict[str, Any]:
    return {
        "status": CustomServiceStatusField(required=whole),
        "nameLocalized": LocalizedField(required=whole),
        "itemsRequired": serializers.ChoiceField(ItemsRequired.choices, required=whole),
        "tenantCustomServiceId": KeyField(required=False),
        "descriptionLocalized": LocalizedField(required=False, allow_empty=True),
        "executionTimeInMin": CountField(required=False),
        "itemsReturnable": serializers.BooleanField(required=False),
    }


class CatalogueServiceForCreationSerializer(LenientSerializer):
    """``additionalInformation`` is what has to be known to do the service."""

    def get_fields(self) -> dict[str, Any]:
        return {
            **_fields(whole=True),
            "additionalInformation": many(AdditionalInformationForCreationSerializer(), max_length=15),
            "customAttributes": serializers.DictField(required=False, allow_null=True),
            "imageRefs": serializers.ListField(
                child=serializers.CharField(max_length=2048), required=False, max_length=50
            ),
        }

    def validate_additionalInformation(self, given: Sequence[Mapping[str, Any]]) -> Any:  # noqa: N802
        named = [
            one["tenantAdditionalInformationId"] for one in given if "tenantAdditionalInformationId" in one
        ]
        if len(set(named)) < len(named):
            raise serializers.ValidationError("Each tenantAdditionalInformationId may stand here once.")
        return given


class ModifyCustomServiceSerializer(LenientSerializer):
    def get_fields(self) -> dict[str, Any]:
        return {"action": serializers.ChoiceField(["ModifyCustomService"]), **_fields(whole=False)}


class CustomServicePatchActionsSerializer(LenientSerializer):
    version = VersionField()
    actions = many(ModifyCustomServiceSerializer(), required=True, min_length=1, max_length=20)


class AdditionalInformationOfServiceSerializer(AdditionalInformationForCreationSerializer):
    id = serializers.CharField()
    name = serializers.CharField()
    description = serializers.CharField(required=False)


class CatalogueServiceSerializer(VersionedSerializer):
    def get_fields(self) -> dict[str, Any]:
        return {
            **super().get_fields(),
            **_fields(whole=True),
            "name": serializers.CharField(),
            "description": serializers.CharField(required=False),
            "additionalInformation": many(AdditionalInformationOfServiceSerializer(), required=True),
            "customAttributes": serializers.DictField(required=False),
            "imageRefs": serializers.ListField(child=serializers.CharField()),
        }


def render_custom_service(service: CustomService) -> dict[str, Any]:
    optional = {
        "tenantCustomServiceId": service.tenant_custom_service_id,
        "descriptionLocalized": service.description_localized or None,
        "description": in_english(service.description_localized) or None,
        "executionTimeInMin": service.execution_time,
        "itemsReturnable": service.items_returnable,
        "customAttributes": service.custom_attributes or None,
    }
    return {
        "id": str(service.pk),
        "version": service.version,
        "created": instant(service.created),
        "lastModified": instant(service.last_modified),
        "status": service.status,
        "name": service.name,
        "nameLocalized": service.name_localized,
        "itemsRequired": service.items_required,
        "imageRefs": service.image_refs,
        "additionalInformation": [_information(one) for one in service.additional_information],
        **{name: value for name, value in optional.items() if value is not None},
    }


def _information(one: Mapping[str, Any]) -> dict[str, Any]:
    described = in_english(one.get("descriptionLocalized") or {})
    return {
        **one,
        "name": in_english(one["nameLocalized"]),
        **({"description": described} if described else {}),
    }


class CustomServicesView(ApiView):
    permissions = {"GET": "orders.view", "POST": "orders.manage_services"}

    @operation(
        "List custom services",
        operation_id="getCustomServices",
        page=("customServices", CatalogueServiceSerializer),
        parameters=(query("tenantCustomServiceId", many=True),),
        errors=(400, 401, 403),
        tag="Custom services",
    )
    def get(self, request: Request) -> Response:
        rows = filtered(CustomServiceFilter, request.query_params, CustomService.objects.all())
        return page_of(rows, request, "customServices", render_custom_service)

    @operation(
        "Create a custom service",
        operation_id="createCustomService",
        request=CatalogueServiceForCreationSerializer,
        answer=CatalogueServiceSerializer,
        status=201,
        errors=(400, 401, 403, 409),
        tag="Custom services",
    )
    def post(self, request: Request) -> Response:
        body = self.body(CatalogueServiceForCreationSerializer)
        return Response(render_custom_service(create_custom_service(values=_values([body]))), status=201)


class CustomServiceView(ApiView):
    permissions = {"GET": "orders.view", "PATCH": "orders.manage_services"}

    @operation(
        "Read a custom service",
        operation_id="getCustomService",
        answer=CatalogueServiceSerializer,
        errors=(401, 403, 404),
        tag="Custom services",
    )
    def get(self, request: Request, id: str) -> Response:
        return Response(render_custom_service(self.get_or_404(CustomService.objects.all(), id)))

    @operation(
        "Change a custom service; orders keep what they were placed with",
        operation_id="patchCustomService",
        request=CustomServicePatchActionsSerializer,
        answer=CatalogueServiceSerializer,
        errors=(400, 401, 403, 404, 409),
        tag="Custom services",
    )
    def patch(self, request: Request, id: str) -> Response:
        service = self.get_or_404(CustomService.objects.all(), id)
        body = self.body(CustomServicePatchActionsSerializer)
        changed = modify_custom_service(
            service_id=service.pk, version=body["version"], values=_values(body["actions"])
        )
        return Response(render_custom_service(changed))


_COLUMNS = {
    "status": "status",
    "nameLocalized": "name_localized",
    "itemsRequired": "items_required",
    "tenantCustomServiceId": "tenant_custom_service_id",
    "descriptionLocalized": "description_localized",
    "executionTimeInMin": "execution_time",
    "itemsReturnable": "items_returnable",
    "additionalInformation": "additional_information",
    "imageRefs": "image_refs",
}


def _values(parts: Sequence[Mapping[str, Any]]) -> CustomServiceValues:
    """In the words of the service; later parts win."""
    body: dict[str, Any] = {}
    for part in parts:
        body |= part
    values: dict[str, Any] = {ours: plain(body[name]) for name, ours in _COLUMNS.items() if name in body}
    if "customAttributes" in body:
        values["custom_attributes"] = body["customAttributes"] or {}
    return CustomServiceValues(**values)  # type: ignore[typeddict-item]  # the names above are its keys
