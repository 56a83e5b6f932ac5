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
from inventory.contexts import decide_behaviour, tags_of
from inventory.models import OutOfStockBehaviour
from inventory.references import facilities_by_ref


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
        ordering_facility_id = None
        if ordering := request.query_params.get("orderingFacilityRef"):
            found = facilities_by_ref([ordering]).get(ordering)
            if found is None:
                raise Invalid(
                    f"There is no facility {ordering}.", code="NOT_FOUND", field="orderingFacilityRef"
                )
            ordering_facility_id = found.pk
        decided = decide_behaviour(
            listing,
            tags=tags_of(request.query_params.getlist("tags")),
            ordering_facility_id=ordering_facility_id,
        )
        answer = render_behaviour(decided.effective)
        if decided.by is not None:
            answer["decidedBy"] = {
                "priority": decided.by.priority,
                "context": decided.by.conditions,
                **render_behaviour(decided.effective),
            }
        return Response(answer)
