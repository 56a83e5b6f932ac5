# ruff: noqa: N815 - fields are named as in JSON
"""What can be done with an order as a whole. The body's ``name`` decides which shape it has."""

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
from backoffice.core.api.schema import operation
from backoffice.core.api.serializers import LenientSerializer, UtcDateTimeField, VersionField
from backoffice.core.api.views import ApiView, as_uuid
from backoffice.core.errors import Invalid, NotFound, Problem
from orders.api.answers import OrderSerializer
from orders.api.shapes import KeyField
from orders.models import Order
from orders.rendering import render_order
from orders.services.cancelling import cancel_order, unlock_order


class CancelOrderSerializer(LenientSerializer):
    name = serializers.ChoiceField(("CANCEL",))
    version = VersionField()
    cancelationReasonId = KeyField(required=False)


class UnlockOrderSerializer(LenientSerializer):
    name = serializers.ChoiceField(("UNLOCK",))
    version = VersionField()
    targetTime = UtcDateTimeField(required=False)


def _cancel(order_id: UUID, given: Mapping[str, Any]) -> Order:
    id = given.get("cancelationReasonId")
    return cancel_order(
        order_id=order_id,
        version=given["version"],
        cancelation_reason={"id": id, "action": "CANCELATION"} if id else None,
    )


def _unlock(order_id: UUID, given: Mapping[str, Any]) -> Order:
    return unlock_order(order_id=order_id, version=given["version"], target_time=given.get("targetTime"))


@dataclass(frozen=True, slots=True)
class Action:
    body: type[LenientSerializer]
    permission: str
    act: Callable[[UUID, Mapping[str, Any]], Order]


ACTIONS: Mapping[str, Action] = {
    "CANCEL": Action(CancelOrderSerializer, "orders.cancel", _cancel),
    "UNLOCK": Action(UnlockOrderSerializer, "orders.place", _unlock),
}


class OrderActionsView(ApiView):
    """Each action has a permission of its own."""

    permissions = {"POST": "orders.view"}

    @operation(
        "Cancel or unlock an order",
        operation_id="orderAction",
        request=PolymorphicProxySerializer(
            component_name="OrderAction",
            serializers={name: action.body for name, action in ACTIONS.items()},
            resource_type_field_name="name",
        ),
        answer=OrderSerializer,
        errors=(400, 401, 403, 404, 409),
        tag="Orders",
    )
    def post(self, request: Request, id: str) -> Response:
        action = _named(request.data)
        require(self.principal, action.permission)
        given = self.body(action.body)
        order_id = as_uuid(id)
        if order_id is None:
            raise NotFound.of(Order, id)
        return Response(render_order(action.act(order_id, given)))


def _named(body: Any) -> Action:
    name = body.get("name") if isinstance(body, Mapping) else None
    action = ACTIONS.get(name) if isinstance(name, str) else None
    if action is None:
        known = ", ".join(ACTIONS)
        message = f"The name of the action is missing: give one of {known}."
        if name is not None:
            message = f"There is no action {name} for orders: give one of {known}."
        raise Invalid.many([Problem("name", message, "ACTION_UNKNOWN" if name is not None else "REQUIRED")])
    return action
