# ruff: noqa: N815 - fields are named as in JSON
"""What is to be done about payments: the ledger that another system works off, and reports back to (W9)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import django_filters
from drf_spectacular.utils import PolymorphicProxySerializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from backoffice.core.api.pages import page_of
from backoffice.core.api.schema import operation, query
from backoffice.core.api.serializers import StrictSerializer, UtcDateTimeField, VersionField
from backoffice.core.api.views import ApiView
from backoffice.core.errors import Invalid, NotFound, Problem
from backoffice.core.filters import ManyFilter, RefFilter, filtered
from backoffice.core.ids import as_uuid
from orders.api.answers import VersionedSerializer
from orders.api.shapes import KeyField, TextField
from orders.models import OperationKind, OperationStatus, PaymentOperation
from orders.paymentrendering import render_operation
from orders.services.paymentwork import report, retry_now


class PaymentOperationFilter(django_filters.FilterSet):
    status = ManyFilter(field_name="status")
    operation = ManyFilter(field_name="kind")
    orderRef = RefFilter(field_name="order_id")
    paymentRef = RefFilter(field_name="authorisation_id")

    class Meta:
        model = PaymentOperation
        fields = ()


class PaymentOperationSerializer(VersionedSerializer):
    orderRef = serializers.CharField()
    tenantOrderId = serializers.CharField(required=False)
    paymentRef = serializers.CharField()
    operation = serializers.ChoiceField(OperationKind.choices)
    status = serializers.ChoiceField(OperationStatus.choices)
    amount = serializers.FloatField(help_text="to be authorised, reduced to, or voided")
    currency = serializers.CharField()
    reference = serializers.CharField(
        required=False, help_text="the released routing plan that the payment is for"
    )
    gatewayReference = serializers.CharField(required=False)
    originalReference = serializers.CharField(required=False)
    idempotencyKey = serializers.CharField()
    gateway = serializers.CharField(required=False)
    attempts = serializers.IntegerField()
    nextAttempt = serializers.DateTimeField()
    declined = serializers.BooleanField(help_text="the last answer was a definite no")
    error = serializers.CharField(required=False)


class SucceedSerializer(StrictSerializer):
    name = serializers.ChoiceField(("SUCCEED",))
    version = VersionField()
    gatewayReference = KeyField(required=False)
    expires = UtcDateTimeField(required=False)


class FailSerializer(StrictSerializer):
    name = serializers.ChoiceField(("FAIL",))
    version = VersionField()
    reason = TextField()


class RetrySerializer(StrictSerializer):
    name = serializers.ChoiceField(("RETRY",))
    version = VersionField()


def _succeed(id: UUID, given: Mapping[str, Any]) -> PaymentOperation:
    return report(
        operation_id=id,
        version=given["version"],
        succeeded=True,
        gateway_reference=given.get("gatewayReference", ""),
        expires_at=given.get("expires"),
    )


def _fail(id: UUID, given: Mapping[str, Any]) -> PaymentOperation:
    return report(operation_id=id, version=given["version"], succeeded=False, error=given.get("reason", ""))


def _retry(id: UUID, given: Mapping[str, Any]) -> PaymentOperation:
    return retry_now(operation_id=id, version=given["version"])


@dataclass(frozen=True, slots=True)
class Action:
    body: type[StrictSerializer]
    act: Callable[[UUID, Mapping[str, Any]], PaymentOperation]


ACTIONS: Mapping[str, Action] = {
    "SUCCEED": Action(SucceedSerializer, _succeed),
    "FAIL": Action(FailSerializer, _fail),
    "RETRY": Action(RetrySerializer, _retry),
}


class PaymentOperationsView(ApiView):
    permissions = {"GET": "orders.view"}

    @operation(
        "List what payment gateways are to do, or have done",
        operation_id="getPaymentOperations",
        page=("paymentOperations", PaymentOperationSerializer),
        parameters=(
            query("status", many=True, known=OperationStatus.values),
            query("operation", many=True, known=OperationKind.values),
            query("orderRef", many=True),
            query("paymentRef", many=True),
        ),
        errors=(400, 401, 403),
        tag="Payments",
    )
    def get(self, request: Request) -> Response:
        operations = PaymentOperation.objects.select_related("authorisation", "order")
        found = filtered(PaymentOperationFilter, request.query_params, operations)
        return page_of(found, request, "paymentOperations", render_operation)


class PaymentOperationView(ApiView):
    permissions = {"GET": "orders.view"}

    @operation(
        "Read a payment operation",
        operation_id="getPaymentOperation",
        answer=PaymentOperationSerializer,
        errors=(401, 403, 404),
        tag="Payments",
    )
    def get(self, request: Request, id: str) -> Response:
        operations = PaymentOperation.objects.select_related("authorisation", "order")
        return Response(render_operation(self.get_or_404(operations, id)))


class PaymentOperationActionsView(ApiView):
    permissions = {"POST": "orders.manage_payments"}

    @operation(
        "Report how an operation went, or have it tried again now",
        operation_id="paymentOperationAction",
        request=PolymorphicProxySerializer(
            component_name="PaymentOperationAction",
            serializers={name: action.body for name, action in ACTIONS.items()},
            resource_type_field_name="name",
        ),
        answer=PaymentOperationSerializer,
        errors=(400, 401, 403, 404, 409),
        tag="Payments",
    )
    def post(self, request: Request, id: str) -> Response:
        action = _named(request.data)
        given = self.body(action.body)
        operation_id = as_uuid(id)
        if operation_id is None:
            raise NotFound.of(PaymentOperation, id)
        return Response(render_operation(action.act(operation_id, given)))


def _named(body: Any) -> Action:
    name = body.get("name") if isinstance(body, Mapping) else None
    action = ACTIONS.get(name) if isinstance(name, str) else None
    if action is None:
        known = ", ".join(ACTIONS)
        if name is None:
            raise Invalid.many([Problem("name", f"Name the action: give one of {known}.", "REQUIRED")])
        message = f"There is no action {name} for payment operations: give one of {known}."
        raise Invalid.many([Problem("name", message, "ACTION_UNKNOWN")])
    return action
