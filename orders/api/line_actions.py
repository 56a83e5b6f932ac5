# ruff: noqa: N815 - fields are named as in JSON
"""What can be done with one line of an order. The body's ``name`` decides which shape it has."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from drf_spectacular.utils import PolymorphicProxySerializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from backoffice.core.access import require
from backoffice.core.api.naming import named
from backoffice.core.api.schema import operation
from backoffice.core.api.serializers import LenientSerializer, QuantityField, VersionField
from backoffice.core.api.views import ApiView
from backoffice.core.errors import NotFound
from backoffice.core.ids import as_uuid
from orders.api.answers import OrderSerializer
from orders.api.shapes import ObjectField
from orders.models import Order, OrderLine
from orders.rendering import render_order
from orders.services.modifying import cancel_line, change_line_attributes


class UpdateLineAttributesSerializer(LenientSerializer):
    name = serializers.ChoiceField(("UPDATE_CUSTOM_ATTRIBUTES",))
    version = VersionField(help_text="the order's")
    customAttributes = ObjectField()


class CancelLineSerializer(LenientSerializer):
    """Ours: fulfillmenttools has no such action."""

    name = serializers.ChoiceField(("CANCEL",))
    version = VersionField(help_text="the order's")
    quantity = QuantityField(required=False, help_text="units; all that are left unless told how many")


def _update_attributes(order_id: UUID, line_id: UUID, given: Mapping[str, Any]) -> Order:
    return change_line_attributes(
        order_id=order_id,
        line_id=line_id,
        version=given["version"],
        custom_attributes=given["customAttributes"],
    )


def _cancel(order_id: UUID, line_id: UUID, given: Mapping[str, Any]) -> Order:
    return cancel_line(
        order_id=order_id, line_id=line_id, version=given["version"], quantity=given.get("quantity")
    )


@dataclass(frozen=True, slots=True)
class LineAction:
    body: type[LenientSerializer]
    permission: str
    act: Callable[[UUID, UUID, Mapping[str, Any]], Order]


ACTIONS: Mapping[str, LineAction] = {
    "UPDATE_CUSTOM_ATTRIBUTES": LineAction(
        UpdateLineAttributesSerializer, "orders.place", _update_attributes
    ),
    "CANCEL": LineAction(CancelLineSerializer, "orders.cancel", _cancel),
}


class OrderLineActionsView(ApiView):
    """Each action has a permission of its own."""

    permissions = {"POST": "orders.view"}

    @operation(
        "Cancel units of an order line, or change what is kept with it",
        operation_id="orderLineItemAction",
        request=PolymorphicProxySerializer(
            component_name="OrderLineItemAction",
            serializers={name: action.body for name, action in ACTIONS.items()},
            resource_type_field_name="name",
        ),
        answer=OrderSerializer,
        errors=(400, 401, 403, 404, 409),
        tag="Orders",
    )
    def post(self, request: Request, id: str, line_id: str) -> Response:
        action = named(request.data, ACTIONS, "order lines")
        require(self.principal, action.permission)
        given = self.body(action.body)
        order_key, line_key = as_uuid(id), as_uuid(line_id)
        if order_key is None:
            raise NotFound.of(Order, id)
        if line_key is None:
            raise NotFound.of(OrderLine, line_id)
        return Response(render_order(action.act(order_key, line_key, given)))
