# ruff: noqa: N815 - fields are named as in JSON
"""What can be done with many orders at once (``POST /api/orders/actions``)."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from backoffice.core.api.schema import operation
from backoffice.core.api.serializers import LenientSerializer, VersionField
from backoffice.core.api.views import ApiView
from backoffice.core.errors import DomainError, NotFound
from backoffice.core.ids import as_uuid
from orders.api.shapes import KeyField, many
from orders.models import Order
from orders.services.cancelling import ForceCancelation, force_cancel_orders

MOST = 15
"""The contract's limit of orders per request."""


class BulkForceCancelOrderSerializer(LenientSerializer):
    orderId = KeyField()
    version = VersionField()
    cancelationReasonId = KeyField(required=False)


class BulkForceCancelSerializer(LenientSerializer):
    name = serializers.ChoiceField(("BULK_FORCE_CANCEL",))
    orders = many(BulkForceCancelOrderSerializer(), min_length=1, max_length=MOST, required=True)


class BulkOrderResultSerializer(serializers.Serializer[Any]):
    orderId = serializers.CharField()
    status = serializers.ChoiceField(("UPDATED", "FAILED"))
    summary = serializers.CharField(required=False, help_text="why it failed")


class BulkOrderActionsView(ApiView):
    permissions = {"POST": "orders.cancel"}

    @operation(
        "Force-cancel up to 15 orders; one failure leaves the others done",
        operation_id="bulkOrdersAction",
        request=BulkForceCancelSerializer,
        answer=BulkOrderResultSerializer(many=True),
        errors=(400, 401, 403),
        tag="Orders",
    )
    def post(self, request: Request) -> Response:
        wanted = self.body(BulkForceCancelSerializer)["orders"]
        ids = [as_uuid(one["orderId"]) for one in wanted]
        refusals = iter(
            force_cancel_orders(
                cancelations=[
                    ForceCancelation(
                        order_id=id,
                        version=one["version"],
                        cancelation_reason_id=one.get("cancelationReasonId"),
                    )
                    for one, id in zip(wanted, ids, strict=True)
                    if id is not None
                ]
            )
        )
        return Response(
            [
                _result(one["orderId"], NotFound.of(Order, one["orderId"]) if id is None else next(refusals))
                for one, id in zip(wanted, ids, strict=True)
            ]
        )


def _result(order_id: str, refusal: DomainError | None) -> dict[str, Any]:
    if refusal is None:
        return {"orderId": order_id, "status": "UPDATED"}
    return {"orderId": order_id, "status": "FAILED", "summary": refusal.message}
