"""Trying strategies out: an order in, the way that it would take out; nothing is written (R1)."""

from __future__ import annotations

from django.urls import path
from rest_framework.request import Request
from rest_framework.response import Response

from backoffice.core.api.schema import operation
from backoffice.core.api.views import ApiView
from orders.api.creation import OrderForCreationSerializer
from orders.api.drafting import draft_of
from orders.api.shapes import validated
from routing.api.answers import EvaluationResultSerializer
from routing.api.strategies import TAG
from routing.documents.evaluation import rendered_evaluation
from routing.models import RoutingStrategy
from routing.services.evaluations import evaluate_node, evaluate_strategy


class StrategyEvaluationView(ApiView):
    permissions = {"POST": "routing.view"}

    @operation(
        "Which node of a routing strategy would decide an order",
        operation_id="evaluateRoutingStrategy",
        request=OrderForCreationSerializer,
        answer=EvaluationResultSerializer,
        errors=(400, 401, 403, 404),
        tag=TAG,
    )
    def post(self, request: Request, id: str) -> Response:
        strategy = self.get_or_404(RoutingStrategy.objects.all(), id)
        draft = draft_of(validated(OrderForCreationSerializer, request.data))
        return Response(rendered_evaluation(evaluate_strategy(strategy=strategy, draft=draft)))


class NodeEvaluationView(ApiView):
    permissions = {"POST": "routing.view"}

    @operation(
        "How an order gets to a node of a routing strategy, and what is configured there",
        operation_id="evaluateRoutingStrategyNode",
        answer=EvaluationResultSerializer,
        errors=(400, 401, 403, 404),
        tag=TAG,
    )
    def post(self, request: Request, id: str, node_id: str) -> Response:
        strategy = self.get_or_404(RoutingStrategy.objects.all(), id)
        return Response(rendered_evaluation(evaluate_node(strategy=strategy, node_id=node_id)))


urlpatterns = [
    path(
        "routing/strategies/<str:id>/evaluation",
        StrategyEvaluationView.as_view(),
        name="strategy-evaluation",
    ),
    path(
        "routing/strategies/<str:id>/nodes/<str:node_id>/evaluation",
        NodeEvaluationView.as_view(),
        name="strategy-node-evaluation",
    ),
]
