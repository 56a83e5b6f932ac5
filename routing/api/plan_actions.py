# ruff: noqa: N815 - fields are named as in JSON
"""What a person can do with one routing plan (M1-M3). The body's ``name`` decides which shape it has."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple
from uuid import UUID

from django.urls import path
from drf_spectacular.utils import PolymorphicProxySerializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from backoffice.core.api.schema import operation
from backoffice.core.api.serializers import StrictSerializer, VersionField
from backoffice.core.api.views import ApiView
from backoffice.core.errors import DomainError
from inventory.references import facility_by_ref
from orders.models import ServiceLevel
from routing.api.answers import RoutingPlanSerializer
from routing.api.naming import ReasonField, RefTextField, named
from routing.models import RoutingPlan
from routing.rendering import plans_to_render, render_plan
from routing.services.assigning import assign_plan
from routing.services.cancelling import cancel_plan
from routing.services.rerouting import reroute_plan


class PartsNotSupported(DomainError):
    """Lines and quantities of a plan cannot be chosen yet (501)."""

    code = "NOT_SUPPORTED"
    status = 501
    summary = "Not supported yet"


class PlanActionSerializer(StrictSerializer):
    version = VersionField()
    reason = ReasonField()


class AssignPlanSerializer(PlanActionSerializer):
    name = serializers.ChoiceField(("ASSIGN",))
    facilityRef = RefTextField(help_text="a facility, by id or by URN")
    serviceLevel = serializers.ChoiceField(
        ServiceLevel.choices, required=False, help_text="changes the plan's delivery service"
    )


class ReroutePlanSerializer(PlanActionSerializer):
    name = serializers.ChoiceField(("REROUTE",))


class CancelPlanSerializer(PlanActionSerializer):
    name = serializers.ChoiceField(("CANCEL",))


def _assign(plan_id: UUID, given: Mapping[str, Any]) -> RoutingPlan:
    return assign_plan(
        plan_id=plan_id,
        facility_id=facility_by_ref(given["facilityRef"]).id,
        version=given["version"],
        service_level=given.get("serviceLevel"),
        reason=given["reason"],
    )


def _reroute(plan_id: UUID, given: Mapping[str, Any]) -> RoutingPlan:
    return reroute_plan(plan_id=plan_id, version=given["version"], reason=given["reason"])


def _cancel(plan_id: UUID, given: Mapping[str, Any]) -> RoutingPlan:
    return cancel_plan(plan_id=plan_id, version=given["version"], reason=given["reason"])


class Action(NamedTuple):
    body: type[StrictSerializer]
    act: Callable[[UUID, Mapping[str, Any]], RoutingPlan]


ACTIONS: Mapping[str, Action] = {
    "ASSIGN": Action(AssignPlanSerializer, _assign),
    "REROUTE": Action(ReroutePlanSerializer, _reroute),
    "CANCEL": Action(CancelPlanSerializer, _cancel),
}


class RoutingPlanActionsView(ApiView):
    permissions = {"POST": "routing.intervene"}

    @operation(
        "Assign, reroute or cancel a whole routing plan",
        operation_id="actionsRoutingPlan",
        request=PolymorphicProxySerializer(
            component_name="RoutingPlanAction",
            serializers={name: action.body for name, action in ACTIONS.items()},
            resource_type_field_name="name",
        ),
        answer=RoutingPlanSerializer,
        errors=(400, 401, 403, 404, 409),
        tag="Routing plans",
    )
    def post(self, request: Request, id: str) -> Response:
        """Answers with the plan that now stands there: of one that was routed or planned, its successor."""
        action = named(request.data, ACTIONS, "routing plans")
        if "lineItems" in request.data:
            raise PartsNotSupported(
                "Only whole plans can be assigned or cancelled so far: leave lineItems out.",
                field="lineItems",
            )
        given = self.body(action.body)
        plan = self.get_or_404(RoutingPlan.objects.all(), id)
        standing = action.act(plan.id, given)
        return Response(render_plan(self.get_or_404(plans_to_render(), standing.id)))


urlpatterns = [
    path("routingplans/<str:id>/actions", RoutingPlanActionsView.as_view(), name="routing-plan-actions"),
]
