from __future__ import annotations

from django.urls import path
from rest_framework.request import Request
from rest_framework.response import Response

from backoffice.core.api.schema import operation
from backoffice.core.api.views import ApiView
from backoffice.core.errors import NotFound
from backoffice.core.ids import as_uuid
from routing.api.answers import DecisionLogSerializer, RedecisionSerializer
from routing.api.decision_rendering import render_decision_log, render_redecision
from routing.decisions import logs_to_tell
from routing.models import DecisionLog, RoutingPlan
from routing.services.redeciding import decide_again


class DecisionLogView(ApiView):
    permissions = {"GET": "routing.view"}

    @operation(
        "Read what a routing run of a plan decided, and why",
        operation_id="getDecisionlog",
        answer=DecisionLogSerializer,
        errors=(401, 403, 404),
        tag="Routing plans",
    )
    def get(self, request: Request, id: str, run: str) -> Response:
        return Response(render_decision_log(_log(id, run)))


class DecideAgainView(ApiView):
    permissions = {"POST": "routing.view"}

    @operation(
        "Decide a plan with today's world and strategy, to see: nothing is written",
        operation_id="decideRoutingPlanAgain",
        answer=RedecisionSerializer,
        errors=(401, 403, 404, 409),
        tag="Routing plans",
    )
    def post(self, request: Request, id: str) -> Response:
        """A waiting plan is tried as the waiting room would, any other as if it were rerouted now. What the plan holds
        itself counts as there.
        """
        plan = self.get_or_404(RoutingPlan.objects.all(), id)
        return Response(render_redecision(decide_again(plan_id=plan.id)))


def _log(plan_id: str, run: str) -> DecisionLog:
    """:raises NotFound: there is no such plan, or it had no such run."""
    key = as_uuid(plan_id)
    if key is None:
        raise NotFound.of(RoutingPlan, plan_id)
    number = int(run) if run.isascii() and run.isdigit() and len(run) < 10 else 0
    log = logs_to_tell().filter(plan_id=key, run=number).first()
    if log is None:
        raise NotFound(f"There is no run {run} of a routing plan {plan_id}.")
    return log


urlpatterns = [
    path("routingplans/<str:id>/decisionlogs/dryrun", DecideAgainView.as_view(), name="decision-dry-run"),
    path("routingplans/<str:id>/decisionlogs/<str:run>", DecisionLogView.as_view(), name="decision-log"),
]
