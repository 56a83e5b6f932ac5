# ruff: noqa: N815 - fields are named as in JSON
"""How stock looks in answers."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db.models import Prefetch, QuerySet
from rest_framework import serializers

from backoffice.core.api.values import instant
from inventory.api.shapes import ResourceSerializer, present
from inventory.models import Stock, StockLevel

TRAITS = ["PICKABLE", "ACCESSIBLE"]


class StockFacilitySerializer(serializers.Serializer[Any]):
    facilityRef = serializers.CharField()
    tenantFacilityId = serializers.CharField(required=False)


class StockSerializer(ResourceSerializer):
    tenantArticleId = serializers.CharField()
    facility = StockFacilitySerializer()
    facilityRef = serializers.CharField()
    value = serializers.IntegerField(help_text="units on hand")
    reserved = serializers.IntegerField(help_text="this record's part of what its level has reserved")
    available = serializers.IntegerField(help_text="this record's part of what its level has available")
    facilityWideReserved = serializers.IntegerField(help_text="what the level has reserved")
    tenantStockId = serializers.CharField(required=False)
    locationRef = serializers.CharField(required=False)
    availableUntil = serializers.CharField(required=False)
    receiptDate = serializers.CharField(required=False)
    conditions = serializers.ListField(child=serializers.CharField(), required=False)
    properties = serializers.DictField(child=serializers.CharField(), required=False)
    serializedProperties = serializers.CharField()
    traits = serializers.ListField(child=serializers.CharField())
    traitConfig = serializers.ListField(child=serializers.DictField(), required=False)
    customAttributes = serializers.DictField(required=False)


class StockResultSerializer(serializers.Serializer[Any]):
    stock = StockSerializer()
    status = serializers.ChoiceField(["CREATED", "UPDATED", "UNCHANGED"])


def stocks_to_render() -> QuerySet[Stock]:
    """Stock with what its answer needs: a constant number of queries for any number of rows."""
    siblings = Stock.objects.order_by("id").only("id", "level_id", "value")
    return Stock.objects.select_related("level__facility", "level__article").prefetch_related(
        Prefetch("level__stocks", queryset=siblings)
    )


def render_stocks(stock_ids: Iterable[UUID]) -> dict[UUID, dict[str, Any]]:
    return {stock.pk: render_stock(stock) for stock in stocks_to_render().filter(pk__in=set(stock_ids))}


def render_stock(stock: Stock) -> dict[str, Any]:
    level = stock.level
    reserved, available = spread(level)[stock.pk]
    facility = present(
        {"facilityRef": str(level.facility_id), "tenantFacilityId": level.facility.tenant_facility_id}
    )
    return {
        "id": str(stock.pk),
        "version": stock.version,
        "created": instant(stock.created),
        "lastModified": instant(stock.last_modified),
        "tenantArticleId": level.article.tenant_article_id,
        "facility": facility,
        "facilityRef": str(level.facility_id),
        "value": stock.value,
        "reserved": reserved,
        "available": available,
        "facilityWideReserved": level.reserved,
        "traits": TRAITS,
        "serializedProperties": json.dumps(stock.properties, sort_keys=True, separators=(",", ":")),
        **present(
            {
                "tenantStockId": stock.tenant_stock_id,
                "locationRef": stock.location_ref,
                "availableUntil": instant(stock.available_until),
                "receiptDate": instant(stock.receipt_date),
                "conditions": stock.conditions,
                "properties": stock.properties,
                "traitConfig": stock.trait_config,
                "customAttributes": stock.custom_attributes,
            }
        ),
    }


def spread(level: StockLevel) -> dict[UUID, tuple[int, int]]:
    """The level's reserved and available units, given to its records in the order of their ids.

    Both sum to the level's; what is reserved beyond what is on hand (P4) is shown on the last record.
    """
    records = list(level.stocks.all())
    reserved, available = level.reserved, level.available
    shares: dict[UUID, tuple[int, int]] = {}
    for record in records:
        held = reserved if record is records[-1] else min(record.value, reserved)
        free = min(max(0, record.value - held), available)
        shares[record.pk] = (held, free)
        reserved -= held
        available -= free
    return shares
