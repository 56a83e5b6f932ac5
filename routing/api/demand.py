# ruff: noqa: N815 - serializer fields are the API's names
from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.urls import path
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from backoffice.core.api.pages import page_of
from backoffice.core.api.schema import SIZE, START_AFTER_ID, operation, page_schema, query
from backoffice.core.api.values import instant
from backoffice.core.api.views import ApiView
from inventory.models import Article
from routing.demand import Demand, demand_of
from routing.filters import DemandFilter


class IncomingSerializer(serializers.Serializer[Any]):
    date = serializers.DateField()
    quantity = serializers.IntegerField()


class DemandSerializer(serializers.Serializer[Any]):
    """An article that plans wait for. Quantities are units."""

    articleRef = serializers.CharField()
    tenantArticleId = serializers.CharField()
    title = serializers.CharField()
    unitsWaiting = serializers.IntegerField()
    plans = serializers.IntegerField(help_text="how many wait for it")
    oldest = serializers.DateTimeField(help_text="since when the first of them has waited")
    available = serializers.IntegerField(help_text="there now, and nobody's")
    incoming = IncomingSerializer(
        many=True, help_text="expected from today on, and promised to nobody, by day"
    )
    unscheduled = serializers.IntegerField(help_text="expected, but late, undated or on hold: not counted on")
    gap = serializers.IntegerField(help_text="neither there nor coming on a known day")
    closesOn = serializers.DateField(
        allow_null=True, help_text="when all of it is there; null while there is a gap"
    )


class DemandView(ApiView):
    permissions = {"GET": "routing.view"}

    @operation(
        "List the articles that plans wait for, with what is there and what is coming",
        operation_id="getWaitingRoomDemand",
        answer=page_schema("demand", DemandSerializer, page_info=True),
        parameters=(
            query("article", "any of these, by tenantArticleId", many=True),
            query("facility", "what any of these could serve, with their supply; by id or by URN", many=True),
            SIZE,
            START_AFTER_ID,
        ),
        errors=(400, 401, 403),
        tag="Waiting room",
    )
    def get(self, request: Request) -> Response:
        wanted = DemandFilter(request.query_params, queryset=Article.objects.all())
        found: dict[UUID, Demand] = {}

        def prepare(page: Sequence[Article]) -> None:
            found.update((one.article.pk, one) for one in demand_of(page, wanted.facility_ids))

        return page_of(
            wanted.qs,
            request,
            "demand",
            lambda article: render_demand(found[article.pk]),
            page_info=True,
            prepare=prepare,
        )


def render_demand(demand: Demand) -> dict[str, Any]:
    article, closes_on = demand.article, demand.closes_on
    return {
        "articleRef": str(article.pk),
        "tenantArticleId": article.tenant_article_id,
        "title": article.title,
        "unitsWaiting": demand.units,
        "plans": demand.plans,
        "oldest": instant(demand.oldest),
        "available": demand.supply.available,
        "incoming": [{"date": day.isoformat(), "quantity": units} for day, units in demand.supply.incoming],
        "unscheduled": demand.supply.unscheduled,
        "gap": demand.gap,
        "closesOn": closes_on.isoformat() if closes_on else None,
    }


urlpatterns = [
    path("waitingroom/demand", DemandView.as_view(), name="waiting-room-demand"),
]
