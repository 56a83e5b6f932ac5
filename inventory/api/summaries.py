# ruff: noqa: N815 - fields are named as in JSON
"""``/api/stocks/summaries``"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from backoffice.core.api.pages import read_size
from backoffice.core.api.schema import START_AFTER_ID, operation, query, size_up_to
from backoffice.core.api.views import ApiView
from backoffice.core.errors import Invalid, Problem
from backoffice.core.filters import filtered
from inventory.api.stocks import MOST_STOCKS
from inventory.filters import SummaryFilter
from inventory.models import Article, FacilityService, FacilityStatus, Listing, StockLevel


class SummaryArticleSerializer(serializers.Serializer[Any]):
    tenantArticleId = serializers.CharField()
    title = serializers.CharField(allow_blank=True)


class SummaryTraitsSerializer(serializers.Serializer[Any]):
    ACCESSIBLE = serializers.IntegerField()
    PICKABLE = serializers.IntegerField()


class SummaryDetailsSerializer(serializers.Serializer[Any]):
    """Units. What is available is counted where the listing is active only (B3)."""

    totalAmount = serializers.IntegerField()
    stockOnHand = serializers.IntegerField()
    reserved = serializers.IntegerField()
    safetyStock = serializers.IntegerField()
    available = serializers.IntegerField()
    availableOnStock = serializers.IntegerField()
    availableForPicking = serializers.IntegerField()
    availableToPromise = serializers.IntegerField()
    readyToPick = serializers.IntegerField()
    byTrait = SummaryTraitsSerializer()


class StockSummarySerializer(serializers.Serializer[Any]):
    article = SummaryArticleSerializer()
    details = SummaryDetailsSerializer()
    includedFacilityRefs = serializers.ListField(child=serializers.CharField())


class StockSummariesSerializer(serializers.Serializer[Any]):
    stockSummaries = StockSummarySerializer(many=True)
    total = serializers.IntegerField()


class SummariesView(ApiView):
    permissions = {"GET": "inventory.view"}

    @operation(
        "Add up stock by article",
        answer=StockSummariesSerializer,
        parameters=(
            query("tenantArticleIds", many=True),
            query("facilityRefs", many=True),
            query("facilityGroupRefs", many=True),
            query("facilityStatus", many=True, known=FacilityStatus.values),
            query("facilityServiceTypes", many=True, known=FacilityService.values),
            size_up_to(MOST_STOCKS),
            query("maxPageSize", "the same as size, and stronger", kind=size_up_to(MOST_STOCKS).type),
            START_AFTER_ID,
        ),
        errors=(400, 401, 403),
        tag="Stocks",
    )
    def get(self, request: Request) -> Response:
        """In the order of tenantArticleIds; ``startAfterId`` is the last one of the page before."""
        levels = filtered(SummaryFilter, request.query_params, StockLevel.objects.of_open_facilities())
        articles = Article.objects.filter(Exists(levels.filter(article=OuterRef("pk"))))
        total = articles.count()
        if after := request.query_params.get("startAfterId"):
            articles = articles.filter(tenant_article_id__gt=after)
        page = list(articles.order_by("tenant_article_id")[: _size(request)])
        return Response({"stockSummaries": _summaries(page, levels), "total": total})


def _size(request: Request) -> int:
    """``maxPageSize`` wins over ``size``."""
    problems: list[Problem] = []
    size = read_size(request, problems, maximum=MOST_STOCKS)
    text = request.query_params.get("maxPageSize", str(size))
    if not (text.isascii() and text.isdigit() and len(text) < 10 and 1 <= int(text) <= MOST_STOCKS):
        problems.append(
            Problem("maxPageSize", f"The size is a number from 1 to {MOST_STOCKS}.", "OUT_OF_RANGE")
        )
    if problems:
        raise Invalid.many(problems)
    return int(text)


def _summaries(articles: Sequence[Article], levels: QuerySet[StockLevel]) -> list[dict[str, Any]]:
    active = Listing.objects.active().filter(facility=OuterRef("facility"), article=OuterRef("article"))
    by_article: dict[UUID, list[StockLevel]] = defaultdict(list)
    available: dict[UUID, int] = defaultdict(int)
    for level in levels.filter(article__in=articles).annotate(active=Exists(active)).order_by("facility_id"):
        by_article[level.article_id].append(level)
        available[level.article_id] += level.available if level.active else 0
    return [_summary(article, by_article[article.pk], available[article.pk]) for article in articles]


def _summary(article: Article, levels: Sequence[StockLevel], available: int) -> dict[str, Any]:
    return {
        "article": {"tenantArticleId": article.tenant_article_id, "title": article.title},
        "details": details(levels, available),
        "includedFacilityRefs": [str(level.facility_id) for level in levels],
    }


def details(levels: Sequence[StockLevel], available: int) -> dict[str, Any]:
    """The levels added up; ``available`` units of them count."""
    on_hand = sum(level.on_hand for level in levels)
    return {
        "totalAmount": on_hand,
        "stockOnHand": on_hand,
        "reserved": sum(level.reserved for level in levels),
        "safetyStock": sum(level.safety_stock for level in levels),
        "available": available,
        "availableOnStock": available,
        "availableForPicking": available,
        "availableToPromise": available,
        "readyToPick": available,
        "byTrait": {"ACCESSIBLE": on_hand, "PICKABLE": on_hand},
    }
