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
from backoffice.core.api.naming import named
from backoffice.core.api.schema import operation
from backoffice.core.api.serializers import LenientSerializer, UtcDateTimeField, VersionField
from backoffice.core.api.views import ApiView
from backoffice.core.errors import NotFound
from backoffice.core.ids import as_uuid
from orders.api.answers import OrderSerializer
from orders.api.creation import PromisesOptionsSerializer
from orders.api.shapes import KeyField
from orders.models import Order
from orders.rendering import render_order
from orders.services.cancelling import cancel_order, force_cancel_order, unlock_order
from orders.services.privacy import anonymise_order
from orders.services.promising import confirm_promise, extend_promise


class CancelOrderSerializer(LenientSerializer):
    name = serializers.ChoiceField(("CANCEL",))
    version = VersionField()
    cancelationReasonId = KeyField(required=False)


class ForceCancelOrderSerializer(LenientSerializer):
    name = serializers.ChoiceField(("FORCE_CANCEL",))
    version = VersionField()
    cancelationReasonId = KeyField(required=False)


class UnlockOrderSerializer(LenientSerializer):
    name = serializers.ChoiceField(("UNLOCK",))
    version = VersionField()
    targetTime = UtcDateTimeField(required=False)


class ConfirmPromiseSerializer(LenientSerializer):
    name = serializers.ChoiceField(("CONFIRM_PROMISE",))
    version = VersionField()
    tenantOrderId = KeyField(required=False, help_text="of the order that comes of it")


class ExtendPromiseSerializer(LenientSerializer):
    name = serializers.ChoiceField(("EXTEND_PROMISE",))
    version = VersionField()
    promisesOptions = PromisesOptionsSerializer(required=False, help_text="without it half an hour longer")


class AnonymiseOrderSerializer(LenientSerializer):
    """Ours: fulfillmenttools does it by itself, when the time has come."""

    name = serializers.ChoiceField(("ANONYMIZE",))
    version = VersionField()
    reason = serializers.CharField(required=False, allow_blank=True, max_length=1024)


def _cancel(order_id: UUID, given: Mapping[str, Any]) -> Order:
    return cancel_order(
        order_id=order_id,
        version=given["version"],
        cancelation_reason_id=given.get("cancelationReasonId"),
    )


def _force_cancel(order_id: UUID, given: Mapping[str, Any]) -> Order:
    return force_cancel_order(
        order_id=order_id,
        version=given["version"],
        cancelation_reason_id=given.get("cancelationReasonId"),
    )


def _unlock(order_id: UUID, given: Mapping[str, Any]) -> Order:
    return unlock_order(order_id=order_id, version=given["version"], target_time=given.get("targetTime"))


def _confirm_promise(order_id: UUID, given: Mapping[str, Any]) -> Order:
    return confirm_promise(
        order_id=order_id, version=given["version"], tenant_order_id=given.get("tenantOrderId")
    )


def _extend_promise(order_id: UUID, given: Mapping[str, Any]) -> Order:
    return extend_promise(
        order_id=order_id,
        version=given["version"],
        valid_until=given.get("promisesOptions", {}).get("validUntil"),
    )


def _anonymise(order_id: UUID, given: Mapping[str, Any]) -> Order:
    return anonymise_order(order_id=order_id, version=given["version"], reason=given.get("reason", ""))


@dataclass(frozen=True, slots=True)
class Action:
    body: type[LenientSerializer]
    permission: str
    act: Callable[[UUID, Mapping[str, Any]], Order]


ACTIONS: Mapping[str, Action] = {
    "CANCEL": Action(CancelOrderSerializer, "orders.cancel", _cancel),
    "FORCE_CANCEL": Action(ForceCancelOrderSerializer, "orders.cancel", _force_cancel),
    "UNLOCK": Action(UnlockOrderSerializer, "orders.place", _unlock),
    "CONFIRM_PROMISE": Action(ConfirmPromiseSerializer, "orders.place", _confirm_promise),
    "ANONYMIZE": Action(AnonymiseOrderSerializer, "orders.anonymise", _anonymise),
    "EXTEND_PROMISE": Action(ExtendPromiseSerializer, "orders.place", _extend_promise),
}


class OrderActionsView(ApiView):
    """Each action has a permission of its own."""

    permissions = {"POST": "orders.view"}

    @operation(
        "Cancel, force-cancel, unlock or anonymise an order; confirm or extend a promise",
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
        action = named(request.data, ACTIONS, "orders")
        require(self.principal, action.permission)
        given = self.body(action.body)
        order_id = as_uuid(id)
        if order_id is None:
            raise NotFound.of(Order, id)
        return Response(render_order(action.act(order_id, given)))
