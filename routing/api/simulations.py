# ruff: noqa: N815 - fields are named as in JSON
"""``POST /api/waitingroom/simulations``: what if supply came, or another strategy were in use (spec 5)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.urls import path
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from backoffice.core.api.schema import operation
from backoffice.core.api.serializers import QuantityField, StrictSerializer
from backoffice.core.api.views import ApiView
from backoffice.core.errors import Invalid, Problem, fields_under
from inventory.models import Article
from inventory.references import facilities_by_ref
from orders.models import OrderLine
from routing import documents
from routing.api.documents import DocumentSerializer
from routing.documents.strategy import DOCUMENT, FOR_SIMULATION
from routing.services.references import with_references
from routing.services.simulating import Part, Released, Simulation, Supply, simulate

MOST_SUPPLIES = 100


class SupplySerializer(StrictSerializer):
    facilityRef = serializers.CharField(max_length=255, help_text="by id or by URN")
    tenantArticleId = serializers.CharField(max_length=255)
    quantity = QuantityField()
    deliveryDate = serializers.DateField(
        required=False,
        help_text="the day on which it is expected, at the facility. Left out: it is there now",
    )


class StrategyField(DocumentSerializer):
    """What is in it is read as strategies are (:func:`_document`)."""

    shape = FOR_SIMULATION
    name = FOR_SIMULATION.name

    def to_internal_value(self, data: Any) -> Any:
        return data


class SimulationSerializer(StrictSerializer):
    supply = serializers.ListField(
        child=SupplySerializer(), required=False, allow_empty=False, max_length=MOST_SUPPLIES
    )
    strategy = StrategyField(required=False, help_text="as if it were activated")


class SimulatedLineSerializer(serializers.Serializer[Any]):
    orderLineItemRef = serializers.CharField()
    tenantArticleId = serializers.CharField()
    quantity = serializers.IntegerField()


class SimulatedPartSerializer(serializers.Serializer[Any]):
    facilityRef = serializers.CharField()
    deliveryDate = serializers.DateField(
        required=False, help_text="when the last of it comes. Left out: it can be picked at once"
    )
    lineItems = SimulatedLineSerializer(many=True)


class SimulatedReleaseSerializer(serializers.Serializer[Any]):
    routingPlanRef = serializers.CharField()
    parts = SimulatedPartSerializer(many=True)


class SimulationAnswerSerializer(serializers.Serializer[Any]):
    released = SimulatedReleaseSerializer(many=True, help_text="in the order of their release")
    stillWaiting = serializers.IntegerField(
        help_text="plans that would wait afterwards, with what released ones leave behind"
    )
    unroutable = serializers.IntegerField(help_text="plans that would be unroutable afterwards")


class SimulationsView(ApiView):
    permissions = {"POST": "routing.view"}

    @operation(
        "Simulate: what would be released if supply came, or with another strategy",
        operation_id="simulateWaitingRoom",
        request=SimulationSerializer,
        answer=SimulationAnswerSerializer,
        errors=(400, 401, 403),
        tag="Waiting room",
    )
    def post(self, request: Request) -> Response:
        """Nothing is written, and nobody who writes meanwhile waits for it.

        Supply comes all at once, before anything is decided. With a `strategy`, plans that wait or are unroutable are
        decided under it as well, as if they were rerouted and retried by hand.
        """
        given = self.body(SimulationSerializer)
        document = _document(given["strategy"]) if "strategy" in given else None
        simulation = simulate(supply=_supply(given.get("supply", ())), strategy=document)
        return Response(render_simulation(simulation))


def _document(strategy: Any) -> dict[str, Any]:
    """:raises Invalid: with every problem of the strategy, each named by its path."""
    with fields_under("strategy"):
        found = with_references(lambda body: documents.read(body, FOR_SIMULATION), strategy)
    return {name: found[name] for name in DOCUMENT.parts if name in found}


def _supply(given: Sequence[Mapping[str, Any]]) -> list[Supply]:
    """:raises Invalid: with every facility and article that there is not."""
    facilities = facilities_by_ref({one["facilityRef"] for one in given})
    wanted = Article.objects.filter(tenant_article_id__in={one["tenantArticleId"] for one in given})
    articles = {article.tenant_article_id: article for article in wanted}
    problems = []
    for index, one in enumerate(given):
        if one["facilityRef"] not in facilities:
            problems.append(
                Problem(
                    f"supply[{index}].facilityRef", f"There is no facility {one['facilityRef']}.", "NOT_FOUND"
                )
            )
        if one["tenantArticleId"] not in articles:
            problems.append(
                Problem(
                    f"supply[{index}].tenantArticleId",
                    f"There is no article {one['tenantArticleId']}.",
                    "NOT_FOUND",
                )
            )
    if problems:
        raise Invalid.many(problems)
    return [
        Supply(
            facilities[one["facilityRef"]],
            articles[one["tenantArticleId"]],
            one["quantity"],
            one.get("deliveryDate"),
        )
        for one in given
    ]


def render_simulation(simulation: Simulation) -> dict[str, Any]:
    return {
        "released": _rendered(simulation.released),
        "stillWaiting": simulation.still_waiting,
        "unroutable": simulation.unroutable,
    }


def _rendered(released: Sequence[Released]) -> list[dict[str, Any]]:
    order_lines = {line.order_line_id for one in released for part in one.parts for line, _ in part.lines}
    articles = dict(
        OrderLine.objects.filter(id__in=order_lines).values_list("id", "article__tenant_article_id")
    )
    return [
        {"routingPlanRef": str(one.plan.id), "parts": [_part(part, articles) for part in one.parts]}
        for one in released
    ]


def _part(part: Part, articles: Mapping[Any, str]) -> dict[str, Any]:
    return {
        "facilityRef": str(part.facility_id),
        **({"deliveryDate": part.day.isoformat()} if part.day else {}),
        "lineItems": [
            {
                "orderLineItemRef": str(line.order_line_id),
                "tenantArticleId": articles[line.order_line_id],
                "quantity": units,
            }
            for line, units in part.lines
        ],
    }


urlpatterns = [
    path("waitingroom/simulations", SimulationsView.as_view(), name="waiting-room-simulations"),
]
