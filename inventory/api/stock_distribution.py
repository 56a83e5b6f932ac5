# ruff: noqa: N815 - fields are named as in JSON
"""``/api/articles/{tenantArticleId}/stockdistribution``: how much of an article is where."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from backoffice.core.api.schema import operation, query
from backoffice.core.api.views import ApiView
from backoffice.core.filters import filtered
from inventory.api.articles import article_or_404
from inventory.api.summaries import SummaryDetailsSerializer, details
from inventory.filters import DistributionFilter
from inventory.models import FacilityService, FacilityStatus, Listing, ListingStatus, StockLevel


class FacilityStockSerializer(SummaryDetailsSerializer):
    facilityId = serializers.CharField()
    facilityName = serializers.CharField()
    facilityStatus = serializers.ChoiceField(FacilityStatus.choices)
    facilityServiceTypes = serializers.ListField(child=serializers.CharField())
    price = serializers.FloatField(help_text="of the listing there, 0 if it has none")


class StockDistributionSerializer(serializers.Serializer[Any]):
    tenantArticleId = serializers.CharField()
    summary = SummaryDetailsSerializer()
    facilityStocks = FacilityStockSerializer(many=True)


class StockDistributionView(ApiView):
    permissions = {"GET": "inventory.view"}

    @operation(
        "How much of an article is at each facility",
        answer=StockDistributionSerializer,
        parameters=(
            query("facilityIds", many=True),
            query("facilityName", "a part of the name"),
            query("facilityStatus", many=True, known=FacilityStatus.values),
            query("facilityServiceTypes", many=True, known=FacilityService.values),
        ),
        tag="Stocks",
    )
    def get(self, request: Request, tenant_article_id: str) -> Response:
        article = article_or_404(tenant_article_id)
        rows = StockLevel.objects.of_open_facilities().filter(article=article).select_related("facility")
        levels = list(filtered(DistributionFilter, request.query_params, rows).order_by("facility_id"))
        listings = {listing.facility_id: listing for listing in Listing.objects.filter(article=article)}
        counting = {
            facility_id for facility_id, listing in listings.items() if listing.status == ListingStatus.ACTIVE
        }
        return Response(
            {
                "tenantArticleId": tenant_article_id,
                "summary": details(levels, _available(levels, counting)),
                "facilityStocks": [
                    {
                        "facilityId": str(level.facility_id),
                        "facilityName": level.facility.name,
                        "facilityStatus": level.facility.status,
                        "facilityServiceTypes": level.facility.services,
                        "price": _price(listings.get(level.facility_id)),
                        **details([level], _available([level], counting)),
                    }
                    for level in levels
                ],
            }
        )


def _available(levels: Sequence[StockLevel], counting: set[UUID]) -> int:
    """Stock counts where the listing is active only (B3)."""
    return sum(level.available for level in levels if level.facility_id in counting)


def _price(listing: Listing | None) -> float:
    return float(listing.price) if listing is not None and listing.price is not None else 0.0
