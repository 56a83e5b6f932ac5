# ruff: noqa: N815 - fields are named as in JSON
"""How listings look in answers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from rest_framework import serializers

from backoffice.core.api.values import instant
from inventory.api.listing_shapes import ListingForReplacementSerializer
from inventory.api.shapes import ResourceSerializer, present
from inventory.behaviour import Effective
from inventory.models import Listing, ListingContextRule, ListingStatus, OutOfStockBehaviour, StockLevel
from inventory.services.out_of_stock import effective_of


class StockInformationSerializer(serializers.Serializer[Any]):
    stock = serializers.IntegerField()
    reserved = serializers.IntegerField()
    available = serializers.IntegerField()


class ListingSerializer(ListingForReplacementSerializer):
    def get_fields(self) -> dict[str, Any]:
        return {
            **super().get_fields(),
            **ResourceSerializer().get_fields(),
            "facilityId": serializers.CharField(),
            "status": serializers.ChoiceField(ListingStatus.choices),
            "outOfStockBehaviour": serializers.ChoiceField(OutOfStockBehaviour.choices),
            "stockinformation": StockInformationSerializer(),
        }


class StrippedListingSerializer(ResourceSerializer):
    facilityId = serializers.CharField()
    tenantArticleId = serializers.CharField()
    status = serializers.ChoiceField(ListingStatus.choices)


class ListingResultSerializer(serializers.Serializer[Any]):
    listing = ListingSerializer()
    status = serializers.ChoiceField(["CREATED", "UPDATED"])


def render_stripped_listing(listing: Listing) -> dict[str, Any]:
    return {
        "id": str(listing.pk),
        "version": listing.version,
        "created": instant(listing.created),
        "lastModified": instant(listing.last_modified),
        "facilityId": str(listing.facility_id),
        "tenantArticleId": listing.article.tenant_article_id,
        "status": listing.status,
    }


def render_listings(listing_ids: Iterable[UUID]) -> dict[UUID, dict[str, Any]]:
    """The listings as clients see them, in three queries."""
    ids = set(listing_ids)
    rows = Listing.objects.filter(pk__in=ids).select_related("article").prefetch_related("context_rules")
    listings = list(rows)
    levels = _levels(listings)
    return {
        listing.pk: _render(listing, levels.get((listing.facility_id, listing.article_id)))
        for listing in listings
    }


def render_listing(listing_id: UUID, *, locale: str = "") -> dict[str, Any]:
    """With a ``locale`` the title is the one of that language, where there is one."""
    answer = render_listings([listing_id])[listing_id]
    localized = answer.get("titleLocalized", {}).get(locale)
    return {**answer, "title": localized} if localized else answer


def render_behaviour(effective: Effective) -> dict[str, Any]:
    config: dict[str, Any] = {}
    if effective.preorder_start is not None:
        config["preorder"] = {"availabilityTimeframe": {"start": instant(effective.preorder_start)}}
    if effective.restockable_in_days is not None:
        config["restock"] = {"restockableInDays": effective.restockable_in_days}
    return {
        "outOfStockBehaviour": effective.behaviour.value,
        **({"outOfStockConfig": config} if config else {}),
    }


def _levels(listings: Sequence[Listing]) -> dict[tuple[UUID, UUID], StockLevel]:
    found = StockLevel.objects.filter(
        facility__in={listing.facility_id for listing in listings},
        article__in={listing.article_id for listing in listings},
    )
    return {(level.facility_id, level.article_id): level for level in found}


def _render(listing: Listing, level: StockLevel | None) -> dict[str, Any]:
    return {
        **render_stripped_listing(listing),
        "title": listing.article.title,
        **render_behaviour(effective_of(listing)),
        "tags": listing.tags,
        "stockinformation": {
            "stock": level.on_hand if level else 0,
            "reserved": level.reserved if level else 0,
            "available": level.available if level else 0,
        },
        **present(
            {
                "outOfStockBehaviourByContexts": [_render_rule(rule) for rule in listing.context_rules.all()],
                "price": None if listing.price is None else float(listing.price),
                "currency": listing.currency,
                "customAttributes": listing.custom_attributes,
                **listing.details,
            }
        ),
    }


def _render_rule(rule: ListingContextRule) -> dict[str, Any]:
    return {
        "priority": rule.priority,
        "context": rule.conditions,
        **render_behaviour(effective_of(rule)),
    }
