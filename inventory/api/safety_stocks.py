# ruff: noqa: N815 - fields are named as in JSON
"""``/api/safetystocks``"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from backoffice.core.api.pages import page_of
from backoffice.core.api.schema import (
    ANY_JSON,
    START_AFTER_ID,
    operation,
    page_schema,
    query,
    size_up_to,
)
from backoffice.core.api.serializers import LenientSerializer, QuantityField
from backoffice.core.api.values import instant
from backoffice.core.api.views import ApiView
from backoffice.core.filters import filtered
from inventory.api.shapes import MOST_ITEMS, KeyField, ResourceSerializer, list_of
from inventory.api.stocks import MOST_STOCKS
from inventory.filters import SafetyStockFilter
from inventory.models import Article, SafetyStock
from inventory.references import facilities_by_ref
from inventory.services.safety_stock import delete_safety_stock, known_safety_stocks, set_safety_stocks


class SafetyStockSerializer(ResourceSerializer):
    facilityRef = serializers.CharField()
    tenantArticleId = serializers.CharField()
    value = serializers.IntegerField(help_text="units that are kept back")


class SafetyStockOperationSerializer(LenientSerializer):
    facilityRef = serializers.CharField(max_length=400, required=False, allow_blank=True)
    tenantArticleId = KeyField()
    value = QuantityField(min_value=0)


class SafetyStockOperationsSerializer(LenientSerializer):
    operations = list_of(SafetyStockOperationSerializer, most=MOST_ITEMS, allow_empty=False)


class SafetyStockErrorSerializer(serializers.Serializer[Any]):
    type = serializers.ChoiceField(["NOT_FOUND", "VALIDATION"])
    message = serializers.CharField()


class SafetyStockResultSerializer(serializers.Serializer[Any]):
    facilityRef = serializers.CharField(allow_blank=True)
    tenantArticleId = serializers.CharField()
    value = serializers.IntegerField()
    status = serializers.ChoiceField(["CREATED", "UPDATED", "FAILED"])
    error = SafetyStockErrorSerializer(required=False)


def render_safety_stock(kept: SafetyStock) -> dict[str, Any]:
    return {
        "id": str(kept.pk),
        "version": kept.version,
        "created": instant(kept.created),
        "lastModified": instant(kept.last_modified),
        "facilityRef": str(kept.level.facility_id),
        "tenantArticleId": kept.level.article.tenant_article_id,
        "value": kept.level.safety_stock,
    }


class SafetyStocksView(ApiView):
    permissions = {"GET": "inventory.view", "PUT": "inventory.manage_stock"}

    @operation(
        "List safety stocks",
        answer=page_schema("safetyStocks", SafetyStockSerializer),
        parameters=(
            query("tenantArticleId", many=True),
            query("facilityRef", many=True),
            size_up_to(MOST_STOCKS),
            START_AFTER_ID,
        ),
        errors=(400, 401, 403),
        tag="Stocks",
    )
    def get(self, request: Request) -> Response:
        kept = SafetyStock.objects.select_related("level__article")
        rows = filtered(SafetyStockFilter, request.query_params, kept)
        return page_of(rows, request, "safetyStocks", render_safety_stock, max_size=MOST_STOCKS)

    @operation(
        "Set safety stocks, each by itself; what failed says why",
        request=SafetyStockOperationsSerializer,
        answer=SafetyStockResultSerializer(many=True),
        status=207,
        errors=(400, 401, 403),
        tag="Stocks",
    )
    def put(self, request: Request) -> Response:
        """Of several operations for the same article and facility the last one counts."""
        return Response(_set(self.body(SafetyStockOperationsSerializer)["operations"]), status=207)


class SafetyStockView(ApiView):
    permissions = {"DELETE": "inventory.manage_stock"}

    @operation("Keep nothing back any more", answer=ANY_JSON, errors=(401, 403, 404), tag="Stocks")
    def delete(self, request: Request, safety_stock_id: str) -> Response:
        kept = self.get_or_404(SafetyStock.objects.all(), safety_stock_id)
        delete_safety_stock(safety_stock_id=kept.pk)
        return Response({})


def _set(operations: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    facilities = facilities_by_ref([one["facilityRef"] for one in operations if one.get("facilityRef")])
    named = {one["tenantArticleId"] for one in operations}
    articles = dict(
        Article.objects.filter(tenant_article_id__in=named).values_list("tenant_article_id", "pk")
    )
    keys: list[tuple[UUID, UUID] | None] = []
    for one in operations:
        facility = facilities.get(one.get("facilityRef", ""))
        article = articles.get(one["tenantArticleId"])
        keys.append((facility.pk, article) if facility is not None and article is not None else None)
    targets = {key: one["value"] for key, one in zip(keys, operations, strict=True) if key is not None}
    known = known_safety_stocks(targets)
    set_safety_stocks(targets=targets)
    results = []
    for key, one in zip(keys, operations, strict=True):
        if key is None:
            results.append({**_named(one), "status": "FAILED", "error": _error(one, facilities)})
            continue
        results.append({**_named(one, key), "status": "UPDATED" if key in known else "CREATED"})
        known.add(key)
    return results


def _named(one: Mapping[str, Any], key: tuple[UUID, UUID] | None = None) -> dict[str, Any]:
    return {
        "facilityRef": one.get("facilityRef", "") if key is None else str(key[0]),
        "tenantArticleId": one["tenantArticleId"],
        "value": one["value"],
    }


def _error(one: Mapping[str, Any], facilities: Mapping[str, Any]) -> dict[str, str]:
    ref = one.get("facilityRef")
    if not ref:
        return {"type": "VALIDATION", "message": "Name the facility: safety stock is kept at facilities."}
    if ref not in facilities:
        return {"type": "NOT_FOUND", "message": f"There is no facility {ref}."}
    return {"type": "NOT_FOUND", "message": f"There is no article {one['tenantArticleId']}."}
