# ruff: noqa: N815 - fields are named as in JSON
"""What a person can do with one routing plan (M1-M4). The body's ``name`` decides which shape it has."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.urls import path
from drf_spectacular.utils import PolymorphicProxySerializer
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail
from rest_framework.request import Request
from rest_framework.response import Response

from backoffice.core.api.fields import RefField
from backoffice.core.api.naming import named
from backoffice.core.api.schema import operation
from backoffice.core.api.serializers import QuantityField, StrictSerializer, UtcDateTimeField, VersionField
from backoffice.core.api.views import ApiView
from inventory.references import facility_by_ref
from orders.models import ServiceLevel
from routing.api.answers import RoutingPlanSerializer
from routing.api.naming import ReasonField, RefTextField
from routing.models import RoutingPlan
from routing.rendering import plans_to_render, render_plan
from routing.services.choosing import ChosenLines
from routing.services.intervening import Intervention, Name, intervene

MOST_LINES = 1_000


class PlanActionSerializer(StrictSerializer):
    version = VersionField()
    reason = ReasonField()


class ChosenLineSerializer(StrictSerializer):
    id = RefField(help_text="of the order line, as the plan shows it")
    quantity = QuantityField(min_value=1)


class LinesField(serializers.ListSerializer[Any]):
    def __init__(self, **options: Any) -> None:
        super().__init__(
            child=ChosenLineSerializer(), allow_empty=False, min_length=1, max_length=MOST_LINES, **options
        )

    def validate(self, attrs: Any) -> Any:
        seen: set[Any] = set()
        for index, line in enumerate(attrs):
            if line["id"] in seen:
                twice = {"id": [ErrorDetail("Name each line once.", code="unique")]}
                raise serializers.ValidationError([*({} for _ in range(index)), twice])
            seen.add(line["id"])
        return attrs


_PART = "only these units; the lines of a bundle go together or not at all. Left out: all"


class AssignFields(StrictSerializer):
    facilityRef = RefTextField(help_text="a facility, by id or by URN")
    serviceLevel = serializers.ChoiceField(
        ServiceLevel.choices, required=False, help_text="changes the plan's delivery service"
    )


class HoldFields(StrictSerializer):
    until = UtcDateTimeField(help_text="yet to come")


class AssignPlanSerializer(AssignFields, PlanActionSerializer):
    name = serializers.ChoiceField((Name.ASSIGN.value,))
    lineItems = LinesField(required=False, help_text=_PART)


class ReroutePlanSerializer(PlanActionSerializer):
    name = serializers.ChoiceField((Name.REROUTE.value,))


class CancelPlanSerializer(PlanActionSerializer):
    name = serializers.ChoiceField((Name.CANCEL.value,))
    lineItems = LinesField(required=False, help_text=_PART)


class PinPlanSerializer(PlanActionSerializer):
    name = serializers.ChoiceField((Name.PIN.value,))


class UnpinPlanSerializer(PlanActionSerializer):
    name = serializers.ChoiceField((Name.UNPIN.value,))


class HoldPlanSerializer(HoldFields, PlanActionSerializer):
    name = serializers.ChoiceField((Name.HOLD.value,))


class UnholdPlanSerializer(PlanActionSerializer):
    name = serializers.ChoiceField((Name.UNHOLD.value,))


class SplitPlanSerializer(PlanActionSerializer):
    name = serializers.ChoiceField((Name.SPLIT.value,))
    lineItems = LinesField(help_text="what becomes a plan of its own")


class JoinPlanSerializer(PlanActionSerializer):
    name = serializers.ChoiceField((Name.JOIN.value,))


class UnassignPlanSerializer(PlanActionSerializer):
    name = serializers.ChoiceField((Name.UNASSIGN.value,))


BODIES: Mapping[str, type[PlanActionSerializer]] = {
    Name.ASSIGN: AssignPlanSerializer,
    Name.REROUTE: ReroutePlanSerializer,
    Name.CANCEL: CancelPlanSerializer,
    Name.PIN: PinPlanSerializer,
    Name.UNPIN: UnpinPlanSerializer,
    Name.HOLD: HoldPlanSerializer,
    Name.UNHOLD: UnholdPlanSerializer,
    Name.SPLIT: SplitPlanSerializer,
    Name.JOIN: JoinPlanSerializer,
    Name.UNASSIGN: UnassignPlanSerializer,
}


def read_intervention(given: Mapping[str, Any]) -> Intervention:
    """What a body asks for, of one plan.

    :raises NotFound: there is no such facility.
    """
    lines = given.get("lineItems")
    return Intervention(
        name=Name(given["name"]),
        facility_id=facility_by_ref(given["facilityRef"]).id if "facilityRef" in given else None,
        service_level=given.get("serviceLevel"),
        until=given.get("until"),
        choice=ChosenLines({line["id"]: line["quantity"] for line in lines}) if lines else None,
    )


class RoutingPlanActionsView(ApiView):
    permissions = {"POST": "routing.intervene"}

    @operation(
        "Assign, reroute, cancel, pin, hold, split or join a routing plan, or part of it",
        operation_id="actionsRoutingPlan",
        request=PolymorphicProxySerializer(
            component_name="RoutingPlanAction",
            serializers={str(name): body for name, body in BODIES.items()},
            resource_type_field_name="name",
        ),
        answer=RoutingPlanSerializer,
        errors=(400, 401, 403, 404, 409),
        tag="Routing plans",
    )
    def post(self, request: Request, id: str) -> Response:
        """Answers with the plan that now stands there: of one that was replaced, its successor; of one that gave a part
        of itself, that part, whose ``parentRoutingPlanRef`` leads back.
        """
        body = named(request.data, BODIES, "routing plans")
        given = self.body(body)
        plan = self.get_or_404(RoutingPlan.objects.all(), id)
        standing = intervene(
            plan_id=plan.id,
            what=read_intervention(given),
            version=given["version"],
            reason=given["reason"],
        )
        return Response(render_plan(self.get_or_404(plans_to_render(), standing.id)))


urlpatterns = [
    path("routingplans/<str:id>/actions", RoutingPlanActionsView.as_view(), name="routing-plan-actions"),
]
