# ruff: noqa: N815 - fields are named as in JSON
"""``/api/facilities/{facilityId}/listings/{tenantArticleId}/outofstockbehaviour``"""

from __future__ import annotations

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from backoffice.core.api.schema import operation, query
from backoffice.core.api.views import ApiView
from backoffice.core.errors import Invalid
from inventory.api.listing_rendering import render_behaviour
from inventory.api.listing_shapes import OutOfStockBehaviourByContextSerializer, OutOfStockConfigSerializer
from inventory.api.listings import listing_or_404
from inventory.behaviour import Context, ListingRules, effective_behaviour, tag_names
from inventory.contexts import context_rules, group_names
from inventory.models import OutOfStockBehaviour
from inventory.references import facilities_by_ref
from inventory.services.out_of_stock import effective_of


class EffectiveBehaviourSerializer(serializers.Serializer[Any]):
    """``decidedBy`` is the context rule that decided; without one, the listing's own behaviour counts."""

    outOfStockBehaviour = serializers.ChoiceField(OutOfStockBehaviour.choices)
    outOfStockConfig = OutOfStockConfigSerializer(required=False)
    decidedBy = OutOfStockBehaviourByContextSerializer(required=False)


class OutOfStockBehaviourView(ApiView):
    """What would count for an order with some tags, that some facility places (B1, B2)."""

    permissions = {"GET": "inventory.view"}

    @operation(
        "Tell the effective out-of-stock behaviour of a listing",
        answer=EffectiveBehaviourSerializer,
        parameters=(
            query("tags", "the order's tags, each as id or as id:value", many=True),
            query("orderingFacilityRef", "the facility that orders for itself"),
        ),
        tag="Listings",
    )
    def get(self, request: Request, facility_ref: str, tenant_article_id: str) -> Response:
        listing = listing_or_404(facility_ref, tenant_article_id)
        facilities = {listing.facility_id}
        if ordering := request.query_params.get("orderingFacilityRef"):
            found = facilities_by_ref([ordering]).get(ordering)
            if found is None:
                raise Invalid(
                    f"There is no facility {ordering}.", code="NOT_FOUND", field="orderingFacilityRef"
                )
            facilities.add(found.pk)
        context = Context(
            groups=frozenset().union(*group_names(facilities).values()),
            tags=tag_names(_tags(request)),
        )
        rules = context_rules([listing.pk]).get(listing.pk, [])
        effective, decided = effective_behaviour(
            ListingRules(effective_of(listing), tuple(rule for rule, _ in rules)), context
        )
        answer = render_behaviour(effective)
        for rule, row in rules:
            if rule is decided:
                answer["decidedBy"] = {
                    "priority": row.priority,
                    "context": row.conditions,
                    **render_behaviour(effective),
                }
        return Response(answer)


def _tags(request: Request) -> list[dict[str, str]]:
    given = [part for text in request.query_params.getlist("tags") for part in text.split(",") if part]
    pairs = [part.partition(":") for part in given]
    return [{"id": tag_id, "value": value} for tag_id, _, value in pairs]
