from __future__ import annotations

from typing import Any

from django.urls import path
from rest_framework.request import Request
from rest_framework.response import Response

from backoffice.core.api.pages import page_of
from backoffice.core.api.schema import operation, query
from backoffice.core.api.views import ApiView
from backoffice.core.filters import filtered
from routing.api.answers import RoutingPlanSerializer
from routing.api.plan_patches import RoutingPlanPatchActionsSerializer, patch_plan
from routing.decisions import last_log_of, picked_for
from routing.documents.rendering import rendered_config
from routing.filters import RoutingPlanFilter
from routing.models import RoutingPlan
from routing.rendering import PlanRenderer, plans_to_render, render_plan


class RoutingPlansView(ApiView):
    permissions = {"GET": "routing.view"}

    @operation(
        "List routing plans",
        operation_id="getRoutingPlanBaseOnOrderRef",
        page=("routingPlans", RoutingPlanSerializer),
        parameters=(query("orderRef", "all plans that the order has had", many=True),),
        errors=(400, 401, 403),
        tag="Routing plans",
    )
    def get(self, request: Request) -> Response:
        plans = filtered(RoutingPlanFilter, request.query_params, plans_to_render())
        renderer = PlanRenderer()
        return page_of(plans, request, "routingPlans", renderer.render, prepare=renderer.prepare)


class RoutingPlanView(ApiView):
    permissions = {"GET": "routing.view", "PATCH": "routing.intervene"}

    @operation(
        "Read a routing plan",
        operation_id="getRoutingPlan",
        answer=RoutingPlanSerializer,
        errors=(401, 403, 404),
        tag="Routing plans",
    )
    def get(self, request: Request, id: str) -> Response:
        plan = self.get_or_404(plans_to_render(), id)
        return Response({**render_plan(plan), **_active_config(plan)})

    @operation(
        "Assign, reroute or cancel a routing plan",
        operation_id="patchRoutingPlan",
        request=RoutingPlanPatchActionsSerializer,
        answer=RoutingPlanSerializer,
        errors=(400, 401, 403, 404, 409),
        tag="Routing plans",
    )
    def patch(self, request: Request, id: str) -> Response:
        """Answers with the plan that now stands there: of one that was routed or planned, its successor."""
        given = self.body(RoutingPlanPatchActionsSerializer)
        plan = self.get_or_404(RoutingPlan.objects.all(), id)
        standing = patch_plan(plan.id, given)
        return Response(render_plan(self.get_or_404(plans_to_render(), standing.id)))


def _active_config(plan: RoutingPlan) -> dict[str, Any]:
    """The configuration that the plan was decided by last, with what its node inherits (R1); one query."""
    log = last_log_of(plan)
    picked = picked_for(log) if log is not None else None
    return {} if picked is None else {"activeConfig": rendered_config(picked.config)}


urlpatterns = [
    path("routingplans", RoutingPlansView.as_view(), name="routing-plans"),
    path("routingplans/<str:id>", RoutingPlanView.as_view(), name="routing-plan"),
]
