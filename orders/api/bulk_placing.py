# ruff: noqa: N815 - fields are named as in JSON
"""``POST /api/orders/bulk``: many orders, of which each succeeds or fails by itself."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from backoffice.core.api.errors import Entry, entries
from backoffice.core.api.schema import ErrorSerializer, operation
from backoffice.core.api.serializers import StrictSerializer
from backoffice.core.api.views import ApiView
from backoffice.core.errors import DomainError
from orders.api.answers import OrderSerializer
from orders.api.creation import OrderForCreationSerializer
from orders.api.drafting import draft_of
from orders.api.shapes import MOST_ITEMS, many, validated
from orders.drafts import OrderDraft
from orders.models import Order
from orders.rendering import render_order
from orders.services.placing import place_each


class OrdersForCreationSerializer(StrictSerializer):
    """What the documentation shows; each order is checked by itself."""

    orders = many(OrderForCreationSerializer(), min_length=1, max_length=MOST_ITEMS, required=True)


class AnyOrdersSerializer(StrictSerializer):
    orders = serializers.ListField(child=serializers.JSONField(), min_length=1, max_length=MOST_ITEMS)


class PlacedOrderSerializer(serializers.Serializer[Any]):
    status = serializers.ChoiceField(("CREATED", "FAILED"))
    tenantOrderId = serializers.CharField(required=False)
    order = OrderSerializer(required=False, help_text="as POST orders would have answered")
    errors = ErrorSerializer(many=True, required=False)  # type: ignore[assignment]  # a field, not the property


class BulkOrdersView(ApiView):
    permissions = {"POST": "orders.place"}

    @operation(
        f"Place up to {MOST_ITEMS} orders; one failure leaves the others placed",
        operation_id="addOrders",
        request=OrdersForCreationSerializer,
        answer=PlacedOrderSerializer(many=True),
        status=207,
        errors=(400, 401, 403),
        tag="Orders",
    )
    def post(self, request: Request) -> Response:
        """One result per order, in their order. Orders are refused for what POST orders refuses them."""
        given = self.body(AnyOrdersSerializer)["orders"]
        results: list[OrderDraft | list[Entry]] = [_draft(one) for one in given]
        placed = iter(place_each(drafts=[one for one in results if isinstance(one, OrderDraft)]))
        return Response(
            [
                _result(document, next(placed) if isinstance(one, OrderDraft) else one)
                for document, one in zip(given, results, strict=True)
            ],
            status=207,
        )


def _draft(document: Any) -> OrderDraft | list[Entry]:
    try:
        return draft_of(validated(OrderForCreationSerializer, document))
    except serializers.ValidationError as error:
        return entries(error)


def _result(document: Any, outcome: Order | DomainError | list[Entry]) -> dict[str, Any]:
    named = document.get("tenantOrderId") if isinstance(document, dict) else None
    tenant_order_id = {"tenantOrderId": named} if isinstance(named, str) else {}
    if isinstance(outcome, Order):
        return {"status": "CREATED", **tenant_order_id, "order": render_order(outcome)}
    errors = entries(outcome) if isinstance(outcome, DomainError) else outcome
    return {"status": "FAILED", **tenant_order_id, "errors": errors}
