# ruff: noqa: N815 - fields are named as in JSON
"""``/api/facilitygroups``"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from backoffice.core.api.pages import page_of
from backoffice.core.api.schema import ANY_JSON, operation, query
from backoffice.core.api.serializers import LenientSerializer, LocalizedField, VersionField
from backoffice.core.api.values import instant
from backoffice.core.api.views import ApiView
from backoffice.core.errors import Invalid, Problem
from backoffice.core.filters import filtered
from inventory.api.shapes import KeyField, ObjectField, ResourceSerializer, present
from inventory.filters import FacilityGroupFilter
from inventory.models import FacilityGroup
from inventory.references import facilities_by_ref
from inventory.services import groups
from inventory.services.groups import GroupValues

ADDING = ("ADD_FACILITIES_TO_GROUP", "VERSIONLESS_ADD_FACILITIES_TO_GROUP")
REMOVING = ("REMOVE_FACILITIES_FROM_GROUP", "VERSIONLESS_REMOVE_FACILITIES_FROM_GROUP")


class RefsField(serializers.ListField):
    """Facilities, each by id or by URN."""

    child = serializers.CharField(max_length=400)

    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=1000, **options)


class FacilityGroupForCreationSerializer(LenientSerializer):
    tenantFacilityGroupId = KeyField()
    nameLocalized = LocalizedField()
    facilityRefs = RefsField()
    customAttributes = ObjectField()


class FacilityGroupForUpdateSerializer(LenientSerializer):
    version = VersionField()
    tenantFacilityGroupId = KeyField(required=False)
    nameLocalized = LocalizedField(required=False)
    facilityRefs = RefsField(required=False)
    customAttributes = ObjectField()


class FacilityGroupActionSerializer(LenientSerializer):
    name = serializers.ChoiceField([*ADDING, *REMOVING])
    version = VersionField(required=False)
    facilitiesToAdd = RefsField(required=False)
    facilitiesToRemove = RefsField(required=False)

    def validate(self, attrs: Any) -> Any:
        needed = "facilitiesToAdd" if attrs["name"] in ADDING else "facilitiesToRemove"
        if needed not in attrs:
            raise serializers.ValidationError({needed: ["This field is required."]}, code="required")
        return attrs


class FacilityGroupSerializer(ResourceSerializer):
    tenantFacilityGroupId = serializers.CharField()
    name = serializers.CharField()
    nameLocalized = LocalizedField()
    facilityRefs = serializers.ListField(child=serializers.CharField())
    facilityCount = serializers.IntegerField()
    customAttributes = serializers.DictField(required=False)


def render_group(group: FacilityGroup) -> dict[str, Any]:
    members = sorted(str(membership.facility_id) for membership in group.memberships.all())
    return {
        "id": str(group.pk),
        "version": group.version,
        "created": instant(group.created),
        "lastModified": instant(group.last_modified),
        "tenantFacilityGroupId": group.tenant_facility_group_id,
        "name": group.name,
        "nameLocalized": group.name_localized,
        "facilityRefs": members,
        "facilityCount": len(members),
        **present({"customAttributes": group.custom_attributes}),
    }


class FacilityGroupsView(ApiView):
    permissions = {"GET": "inventory.view", "POST": "inventory.manage_facilities"}

    @operation(
        "List facility groups",
        page=("facilityGroups", FacilityGroupSerializer),
        parameters=(query("tenantFacilityGroupId", many=True),),
        errors=(400, 401, 403),
        tag="Facility groups",
    )
    def get(self, request: Request) -> Response:
        rows = filtered(FacilityGroupFilter, request.query_params, groups_to_render())
        return page_of(rows, request, "facilityGroups", render_group)

    @operation(
        "Create a facility group",
        request=FacilityGroupForCreationSerializer,
        answer=FacilityGroupSerializer,
        status=201,
        errors=(400, 401, 403, 409),
        tag="Facility groups",
    )
    def post(self, request: Request) -> Response:
        body = self.body(FacilityGroupForCreationSerializer)
        group = groups.create_group(
            values=_values(body), facility_ids=_members(body["facilityRefs"], "facilityRefs")
        )
        return Response(render_group(group), status=201)


class FacilityGroupView(ApiView):
    permissions = {
        "GET": "inventory.view",
        "PATCH": "inventory.manage_facilities",
        "DELETE": "inventory.manage_facilities",
    }

    @operation(
        "Read a facility group", answer=FacilityGroupSerializer, errors=(401, 403, 404), tag="Facility groups"
    )
    def get(self, request: Request, group_id: str) -> Response:
        return Response(render_group(self.get_or_404(groups_to_render(), group_id)))

    @operation(
        "Change a facility group",
        request=FacilityGroupForUpdateSerializer,
        answer=FacilityGroupSerializer,
        errors=(400, 401, 403, 404, 409),
        tag="Facility groups",
    )
    def patch(self, request: Request, group_id: str) -> Response:
        group = self.get_or_404(FacilityGroup.objects.all(), group_id)
        body = self.body(FacilityGroupForUpdateSerializer)
        members = _members(body["facilityRefs"], "facilityRefs") if "facilityRefs" in body else None
        changed = groups.modify_group(
            group_id=group.pk, version=body["version"], values=_values(body), facility_ids=members
        )
        return Response(render_group(changed))

    @operation("Delete a facility group", answer=ANY_JSON, errors=(401, 403, 404), tag="Facility groups")
    def delete(self, request: Request, group_id: str) -> Response:
        groups.delete_group(group_id=self.get_or_404(FacilityGroup.objects.all(), group_id).pk)
        return Response({})


class FacilityGroupActionsView(ApiView):
    permissions = {"POST": "inventory.manage_facilities"}

    @operation(
        "Add facilities to a group, or remove them",
        request=FacilityGroupActionSerializer,
        answer=FacilityGroupSerializer,
        errors=(400, 401, 403, 404, 409),
        tag="Facility groups",
    )
    def post(self, request: Request, group_id: str) -> Response:
        group = self.get_or_404(FacilityGroup.objects.all(), group_id)
        body = self.body(FacilityGroupActionSerializer)
        name = "facilitiesToAdd" if body["name"] in ADDING else "facilitiesToRemove"
        members = _members(body[name], name)
        version = None if body["name"].startswith("VERSIONLESS") else body.get("version")
        changed = groups.modify_group(
            group_id=group.pk,
            version=version,
            add=members if body["name"] in ADDING else (),
            remove=members if body["name"] in REMOVING else (),
        )
        return Response(render_group(changed))


def groups_to_render() -> QuerySet[FacilityGroup]:
    return FacilityGroup.objects.prefetch_related("memberships")


def _values(body: dict[str, Any]) -> GroupValues:
    values = GroupValues()
    if "tenantFacilityGroupId" in body:
        values["tenant_facility_group_id"] = body["tenantFacilityGroupId"]
    if "nameLocalized" in body:
        values["name_localized"] = body["nameLocalized"]
    if "customAttributes" in body:
        values["custom_attributes"] = body["customAttributes"] or {}
    return values


def _members(refs: Sequence[str], name: str) -> list[UUID]:
    """:raises Invalid: with every name of nothing."""
    found = facilities_by_ref(refs)
    problems = [
        Problem(f"{name}[{index}]", f"There is no facility {ref}.", "NOT_FOUND")
        for index, ref in enumerate(refs)
        if ref not in found
    ]
    if problems:
        raise Invalid.many(problems)
    return [facility.pk for facility in found.values()]
