# ruff: noqa: N815 - fields are named as in JSON
"""``/api/reservations``"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db.models import OuterRef, QuerySet, Subquery
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from backoffice.core.api.pages import page_of
from backoffice.core.api.schema import operation, page_schema, query, size_up_to
from backoffice.core.api.values import instant
from backoffice.core.api.views import ApiView
from backoffice.core.errors import NotFound
from inventory.holders import RelatedRefs, related_refs
from inventory.models import Reservation, Stock

MOST_RESERVATIONS = 100
"""The largest page of reservations (spec 5, "Lists")."""


class HostSerializer(serializers.Serializer[Any]):
    type = serializers.ChoiceField(["STOCK", "EXPECTED_STOCK", "NONE"])
    reference = serializers.CharField()


class RelatedRefsSerializer(serializers.Serializer[Any]):
    orderRefs = serializers.ListField(child=serializers.CharField(), required=False)
    processRefs = serializers.ListField(child=serializers.CharField(), required=False)
    routingPlanRefs = serializers.ListField(child=serializers.CharField(), required=False)
    pickJobRefs = serializers.ListField(child=serializers.CharField(), required=False)


class ReservationSerializer(serializers.Serializer[Any]):
    id = serializers.CharField()
    version = serializers.IntegerField()
    created = serializers.CharField()
    facilityRef = serializers.CharField()
    tenantArticleId = serializers.CharField()
    quantity = serializers.IntegerField()
    host = HostSerializer()
    relatedRefs = RelatedRefsSerializer()


class ReservationsView(ApiView):
    permissions = {"GET": "inventory.view"}

    @operation(
        "List reservations",
        answer=page_schema("reservations", ReservationSerializer, page_info=True),
        parameters=(
            size_up_to(MOST_RESERVATIONS),
            query("after", "the endCursor of the page before"),
            query("startAfterId"),
        ),
        errors=(400, 401, 403),
        tag="Stocks",
    )
    def get(self, request: Request) -> Response:
        related: dict[UUID, RelatedRefs] = {}

        def look_up(rows: Sequence[Reservation]) -> None:
            related.update(related_refs({row.holder for row in rows}))

        return page_of(
            reservations_to_render(),
            request,
            "reservations",
            lambda row: render_reservation(row, related),
            max_size=MOST_RESERVATIONS,
            page_info=True,
            cursor="after" if request.query_params.get("after") else "startAfterId",
            prepare=look_up,
        )


class ReservationView(ApiView):
    permissions = {"GET": "inventory.view"}

    @operation("Read a reservation", answer=ReservationSerializer, errors=(401, 403, 404), tag="Stocks")
    def get(self, request: Request, reservation_id: str) -> Response:
        is_id = reservation_id.isascii() and reservation_id.isdigit() and len(reservation_id) < 19
        found = reservations_to_render().filter(pk=int(reservation_id)).first() if is_id else None
        if found is None:
            raise NotFound.of(Reservation, reservation_id)
        return Response(render_reservation(found, related_refs({found.holder})))


def reservations_to_render() -> QuerySet[Reservation]:
    """Reservations with what they are of, and the first record of their level, ``stock_id``."""
    records = Stock.objects.filter(level=OuterRef("level")).order_by("id")
    return Reservation.objects.select_related(*("level__article", "expected_stock__article")).annotate(
        stock_id=Subquery(records.values("id")[:1])
    )


def render_reservation(reservation: Reservation, related: Mapping[UUID, RelatedRefs]) -> dict[str, Any]:
    """A reservation is of a level, which is not shown by itself: its host is the level's first stock record."""
    source = reservation.level or reservation.expected_stock
    assert source is not None  # the database has a constraint
    if reservation.level_id is None:
        host = {"type": "EXPECTED_STOCK", "reference": str(reservation.expected_stock_id)}
    else:
        stock_id = getattr(reservation, "stock_id", None)
        host = {"type": "STOCK", "reference": str(stock_id or reservation.level_id)}
    return {
        "id": str(reservation.pk),
        "version": reservation.version,
        "created": instant(reservation.created),
        "facilityRef": str(source.facility_id),
        "tenantArticleId": source.article.tenant_article_id,
        "quantity": reservation.quantity,
        "host": host,
        "relatedRefs": dict(related.get(reservation.holder, {})),
    }
