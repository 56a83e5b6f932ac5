# ruff: noqa: N815 - fields are named as in JSON
"""``PATCH /api/routingplans/{id}``: the contract's way to assign, reroute or cancel a plan (M1-M3)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from rest_framework import serializers

from backoffice.core.api.serializers import LenientSerializer, StrictSerializer, VersionField
from inventory.references import facility_by_ref
from routing.api.naming import RefTextField
from routing.models import PlanStatus, RoutingPlan
from routing.services.assigning import assign_plan
from routing.services.cancelling import cancel_plan
from routing.services.rerouting import reroute_plan

REROUTES = PlanStatus.INITIAL
CANCELS = PlanStatus.CANCELED


class ModifyRoutingPlanSerializer(StrictSerializer):
    """``facilityRef`` assigns the facility (M1). Without it ``status`` INITIAL asks for a new decision (M2), and
    CANCELED cancels the plan (M3): no other status can be set, since each follows from a decision.
    """

    action = serializers.ChoiceField(("ModifyRoutingPlan",))
    facilityRef = RefTextField(required=False)
    status = serializers.CharField(required=False, max_length=64)

    def validate(self, attrs: Any) -> Any:
        allowed = {PlanStatus.ROUTED} if "facilityRef" in attrs else {REROUTES, CANCELS}
        if "facilityRef" not in attrs and "status" not in attrs:
            raise serializers.ValidationError(
                {"facilityRef": ["Give a facilityRef to assign, or a status to reroute or cancel."]},
                code="required",
            )
        if "status" in attrs and attrs["status"] not in allowed:
            known = " and ".join(sorted(allowed))
            raise serializers.ValidationError(
                {"status": [f"A status follows from a decision: only {known} can be asked for here."]}
            )
        return attrs


class RoutingPlanPatchActionsSerializer(LenientSerializer):
    version = VersionField()
    actions = serializers.ListSerializer(
        child=ModifyRoutingPlanSerializer(),
        min_length=1,
        max_length=1,
        help_text="one: the first changes the version that a second would be based on",
    )  # type: ignore[var-annotated]


def patch_plan(plan_id: UUID, given: dict[str, Any]) -> RoutingPlan:
    """The plan that now stands there: of one that was routed or planned, its successor."""
    (action,) = given["actions"]
    if "facilityRef" in action:
        facility = facility_by_ref(action["facilityRef"])
        return assign_plan(plan_id=plan_id, facility_id=facility.id, version=given["version"])
    act = reroute_plan if action["status"] == REROUTES else cancel_plan
    return act(plan_id=plan_id, version=given["version"])
