"""``GET /api/routingplansgraph``: how an order's plans came from one another (S6)."""

from __future__ import annotations

from typing import Any

from django.urls import path
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from backoffice.core.api.schema import operation, query
from backoffice.core.api.views import ApiView
from backoffice.core.errors import Invalid
from orders.models import Order
from routing.lineage import edges_of
from routing.models import RoutingPlan


class GraphNodeSerializer(serializers.Serializer[Any]):
    routingPlanRef = serializers.CharField()  # noqa: N815 - named as in JSON


class GraphEdgeSerializer(serializers.Serializer[Any]):
    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        return {
            "from": serializers.CharField(),
            "to": serializers.CharField(),
            "reason": serializers.ChoiceField(("SPLIT", "REROUTE")),
        }


class RoutingPlansGraphSerializer(serializers.Serializer[Any]):
    nodes = GraphNodeSerializer(many=True)
    edges = GraphEdgeSerializer(many=True)


class RoutingPlansGraphView(ApiView):
    permissions = {"GET": "routing.view"}

    @operation(
        "Read how the routing plans of a process came from one another",
        operation_id="getRoutingPlansGraphBaseOnProcessRef",
        answer=RoutingPlansGraphSerializer,
        parameters=(query("processRef", "the id of the order, which is its process", required=True),),
        errors=(400, 401, 403, 404),
        tag="Routing plans",
    )
    def get(self, request: Request) -> Response:
        ref = request.query_params.get("processRef")
        if not ref:
            raise Invalid("Name the process whose plans are wanted.", code="REQUIRED", field="processRef")
        order = self.get_or_404(Order.objects.only("id"), ref)
        plans = RoutingPlan.objects.filter(order=order).order_by("id")
        found = list(plans.only("id", "order_id", "parent_id", "reroute_predecessor_id"))
        return Response(
            {
                "nodes": [{"routingPlanRef": str(plan.id)} for plan in found],
                "edges": [
                    {"from": str(edge.above), "to": str(edge.below), "reason": edge.reason}
                    for edge in edges_of(found)
                ],
            }
        )


urlpatterns = [
    path("routingplansgraph", RoutingPlansGraphView.as_view(), name="routing-plans-graph"),
]
