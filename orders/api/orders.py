from __future__ import annotations

from django.db.models import Q
from django.urls import reverse
from rest_framework.request import Request
from rest_framework.response import Response

from backoffice.core.api.pages import page_of
from backoffice.core.api.schema import operation, query
from backoffice.core.api.views import ApiView
from backoffice.core.errors import NotFound
from backoffice.core.filters import filtered
from backoffice.core.ids import as_uuid
from orders.api.answers import OrderSerializer, StrippedOrderSerializer
from orders.api.creation import OrderForCreationSerializer
from orders.api.drafting import draft_of, update_of
from orders.api.pages import live_first_page_of
from orders.api.shapes import validated
from orders.api.updating import OrderForUpdateSerializer
from orders.filters import OrderFilter
from orders.models import Order
from orders.models.order import LIVE_ORDER_STATUSES
from orders.rendering import render_order, render_stripped_order
from orders.services.modifying import modify_order
from orders.services.placing import place_order


class OrdersView(ApiView):
    permissions = {"GET": "orders.view", "POST": "orders.place"}

    @operation(
        "List orders",
        operation_id="getAllOrders",
        page=("orders", StrippedOrderSerializer),
        parameters=(
            query("tenantOrderId", "the live order first, then the newest"),
            query("consumerId"),
        ),
        errors=(400, 401, 403),
        tag="Orders",
    )
    def get(self, request: Request) -> Response:
        orders = filtered(OrderFilter, request.query_params, Order.objects.with_line_items())
        if request.query_params.get("tenantOrderId"):
            live = Q(status__in=LIVE_ORDER_STATUSES)
            return live_first_page_of(orders, request, "orders", render_stripped_order, live=live)
        return page_of(orders, request, "orders", render_stripped_order)

    @operation(
        "Place an order",
        operation_id="addOrder",
        request=OrderForCreationSerializer,
        answer=OrderSerializer,
        status=201,
        errors=(400, 401, 403, 409),
        tag="Orders",
    )
    def post(self, request: Request) -> Response:
        order = place_order(draft=draft_of(validated(OrderForCreationSerializer, request.data)))
        location = reverse("api:order", kwargs={"id": order.id})
        return Response(render_order(order), status=201, headers={"Location": location})


class OrderView(ApiView):
    permissions = {"GET": "orders.view", "PATCH": "orders.place"}

    @operation(
        "Read an order", operation_id="getOrder", answer=OrderSerializer, errors=(401, 403, 404), tag="Orders"
    )
    def get(self, request: Request, id: str) -> Response:
        return Response(render_order(self.get_or_404(Order.objects.with_line_items(), id)))

    @operation(
        "Change an order: its lines, its consumer, its target time",
        operation_id="updateOrder",
        request=OrderForUpdateSerializer,
        answer=OrderSerializer,
        errors=(400, 401, 403, 404, 409),
        tag="Orders",
    )
    def patch(self, request: Request, id: str) -> Response:
        given = self.body(OrderForUpdateSerializer)
        order_id = as_uuid(id)
        if order_id is None:
            raise NotFound.of(Order, id)
        order = modify_order(
            order_id=order_id,
            version=given["version"],
            update=update_of(given),
            reason=given.get("comment", ""),
        )
        return Response(render_order(order))
