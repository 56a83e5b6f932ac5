"""``/api/facilities``"""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from drf_spectacular.utils import PolymorphicProxySerializer
from rest_framework.request import Request
from rest_framework.response import Response

from backoffice.core.api.pages import page_in_order, page_of
from backoffice.core.api.schema import ANY_JSON, operation, query
from backoffice.core.api.views import ApiView
from backoffice.core.errors import Invalid
from backoffice.core.filters import filtered
from inventory.api.facility_rendering import (
    FacilitySerializer,
    StrippedFacilitySerializer,
    render_facility,
    render_stripped_facility,
)
from inventory.api.facility_shapes import (
    FacilityForCreationSerializer,
    FacilityForModificationSerializer,
    FacilityForReplacementSerializer,
    FacilityPatchActionsSerializer,
    facility_values,
)
from inventory.filters import MANAGED_FACILITY, FacilityFilter
from inventory.models import Facility, FacilityStatus
from inventory.references import facility_by_ref
from inventory.services import facilities
from inventory.services.facilities import FacilityValues
from inventory.services.retiring import delete_facility

ORDERS = {"NAME": "name", "POSTAL_CODE_ASC": "postal_code", "CREATED": "id"}
"""What ``orderBy`` may name. Ids grow with the time of creation."""


class FacilitiesView(ApiView):
    permissions = {"GET": "inventory.view", "POST": "inventory.manage_facilities"}

    @operation(
        "List facilities",
        page=("facilities", StrippedFacilitySerializer),
        parameters=(
            query("status", many=True, known=FacilityStatus.values),
            query("tenantFacilityId", many=True),
            query("type", many=True, enum=[MANAGED_FACILITY, "SUPPLIER"]),
            query("orderBy", enum=list(ORDERS)),
        ),
        errors=(400, 401, 403),
        tag="Facilities",
    )
    def get(self, request: Request) -> Response:
        rows = filtered(FacilityFilter, request.query_params, Facility.objects.all())
        order = request.query_params.get("orderBy", "CREATED")
        if order not in ORDERS:
            raise Invalid(f"Order by one of {', '.join(ORDERS)}.", field="orderBy")
        if order == "CREATED":
            return page_of(rows, request, "facilities", render_stripped_facility)
        return page_in_order(rows, request, "facilities", render_stripped_facility, column=ORDERS[order])

    @operation(
        "Create a facility",
        request=FacilityForCreationSerializer,
        answer=FacilitySerializer,
        status=201,
        errors=(400, 401, 403, 409),
        tag="Facilities",
    )
    def post(self, request: Request) -> Response:
        body = self.body(FacilityForCreationSerializer)
        facility = facilities.create_facility(values=facility_values(body))
        return Response(
            render_facility(facility),
            status=201,
            headers={"Location": request.build_absolute_uri(reverse("api:facility", args=[facility.pk]))},
        )


class FacilityView(ApiView):
    permissions = {
        "GET": "inventory.view",
        "PUT": "inventory.manage_facilities",
        "PATCH": "inventory.manage_facilities",
        "DELETE": "inventory.manage_facilities",
    }

    @operation("Read a facility", answer=FacilitySerializer, errors=(401, 403, 404), tag="Facilities")
    def get(self, request: Request, facility_ref: str) -> Response:
        return Response(render_facility(facility_by_ref(facility_ref)))

    @operation(
        "Replace a facility",
        request=FacilityForReplacementSerializer,
        answer=FacilitySerializer,
        errors=(400, 401, 403, 404, 409),
        tag="Facilities",
    )
    def put(self, request: Request, facility_ref: str) -> Response:
        facility = facility_by_ref(facility_ref)
        body = self.body(FacilityForReplacementSerializer)
        return Response(
            render_facility(
                facilities.replace_facility(
                    facility_id=facility.pk, version=body["version"], values=facility_values(body)
                )
            )
        )

    @operation(
        "Change a facility",
        request=PolymorphicProxySerializer(
            component_name="FacilityPatch",
            serializers=[FacilityForModificationSerializer, FacilityPatchActionsSerializer],
            resource_type_field_name=None,
        ),
        answer=FacilitySerializer,
        errors=(400, 401, 403, 404, 409),
        tag="Facilities",
    )
    def patch(self, request: Request, facility_ref: str) -> Response:
        """Takes the fields to change, or ``{"actions": [{"action": "ModifyFacility", …}]}``; both with ``version``."""
        facility = facility_by_ref(facility_ref)
        version, values = self._changes(facility, request.data)
        changed = facilities.modify_facility(facility_id=facility.pk, version=version, values=values)
        return Response(render_facility(changed))

    @operation(
        "Delete a facility",
        answer=ANY_JSON,
        parameters=(query("forceDeletion", "also its listings and its unreserved stock", kind=bool),),
        errors=(400, 401, 403, 404, 409),
        tag="Facilities",
    )
    def delete(self, request: Request, facility_ref: str) -> Response:
        force = request.query_params.get("forceDeletion", "false").lower()
        if force not in ("true", "false"):
            raise Invalid("Use true or false.", field="forceDeletion")
        facility = facility_by_ref(facility_ref)
        delete_facility(facility_id=facility.pk, force=force == "true")
        return Response({})

    def _changes(self, facility: Facility, data: Any) -> tuple[int, FacilityValues]:
        if isinstance(data, dict) and "actions" in data:
            body = self.body(FacilityPatchActionsSerializer)
            parts = body["actions"]
        else:
            body = self.body(FacilityForModificationSerializer)
            parts = [body]
        values = FacilityValues(details=facility.details, address_details=facility.address_details)
        for part in parts:
            values.update(
                facility_values(part, details=values["details"], address_details=values["address_details"])
            )
        return body["version"], values
