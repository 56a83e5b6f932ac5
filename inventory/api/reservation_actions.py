# ruff: noqa: N815 - fields are named as in JSON
"""``/api/reservations/actions``: reservations are taken away from orders that do without them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from backoffice.core.api.schema import operation
from backoffice.core.api.serializers import LenientSerializer
from backoffice.core.api.views import ApiView
from inventory.api.reservations import MOST_RESERVATIONS
from inventory.holders import holders_behind
from inventory.models import Reservation
from inventory.services.removing import Removed, remove_reservations

REDUCE, KEEP = "REMOVE_RESERVATIONS_REDUCE_STOCKS", "REMOVE_RESERVATIONS_KEEP_STOCKS"


def _refs(most: int) -> serializers.ListField:
    return serializers.ListField(
        child=serializers.CharField(max_length=255), required=False, allow_empty=False, max_length=most
    )


class UnsupportedField(serializers.DictField):
    def to_internal_value(self, data: Any) -> Any:
        message = "Predicates are not supported here: search for the reservations, and name them."
        raise ValidationError([ErrorDetail(message, code="not_supported")])


class ReservationSelectorSerializer(LenientSerializer):
    """What is named narrows one another: reservations of an order, of one of its plans, or these very ones."""

    reservationRefs = _refs(MOST_RESERVATIONS)
    orderRefs = _refs(1)
    tenantOrderIds = _refs(1)
    routingPlanRefs = _refs(1)
    reservationPredicate = UnsupportedField(required=False)

    def validate(self, attrs: Any) -> Any:
        if not attrs:
            message = f"Name the reservations: by one of {', '.join(self.fields)}."
            raise ValidationError([ErrorDetail(message, code="required")])
        return attrs


class ReservationActionSerializer(LenientSerializer):
    name = serializers.ChoiceField([REDUCE, KEEP])
    reservationSelector = ReservationSelectorSerializer()


class ReservationStockSerializer(serializers.Serializer[Any]):
    id = serializers.CharField()
    version = serializers.IntegerField()


class StockOperationSerializer(serializers.Serializer[Any]):
    status = serializers.ChoiceField(["REDUCED"])
    stock = ReservationStockSerializer()


class StrippedReservationSerializer(serializers.Serializer[Any]):
    id = serializers.CharField()


class ReservationActionResultSerializer(serializers.Serializer[Any]):
    reservation = StrippedReservationSerializer()
    status = serializers.ChoiceField(["DELETED"])
    stockOperations = StockOperationSerializer(many=True, required=False)


class ReservationActionsView(ApiView):
    permissions = {"POST": "inventory.manage_stock"}

    @operation(
        "Remove reservations, with their units or without",
        operation_id="performReservationActions",
        request=ReservationActionSerializer,
        answer=ReservationActionResultSerializer(many=True),
        errors=(400, 401, 403, 409),
        tag="Stocks",
    )
    def post(self, request: Request) -> Response:
        """Units that are kept are free: they go to whoever is first in line, which may be the same order."""
        body = self.body(ReservationActionSerializer)
        removed = remove_reservations(
            reservation_ids=_selected(body["reservationSelector"]), reduce_stock=body["name"] == REDUCE
        )
        return Response([_result(one) for one in removed])


def _selected(selector: Mapping[str, Sequence[str]]) -> list[int]:
    rows = Reservation.objects.all()
    if "reservationRefs" in selector:
        rows = rows.filter(pk__in=[int(ref) for ref in selector["reservationRefs"] if _is_id(ref)])
    for kind in ("orderRefs", "tenantOrderIds", "routingPlanRefs"):
        if kind in selector:
            rows = rows.filter(holders_behind(kind, selector[kind]))
    return list(rows.order_by("id").values_list("id", flat=True))


def _is_id(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 19


def _result(removed: Removed) -> dict[str, Any]:
    return {
        "reservation": {"id": str(removed.reservation_id)},
        "status": "DELETED",
        "stockOperations": [
            {"status": "REDUCED", "stock": {"id": str(stock.pk), "version": stock.version}}
            for stock in removed.stocks
        ],
    }
