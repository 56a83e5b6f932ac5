# ruff: noqa: N815 - fields are named as in JSON
"""The money that is held for an order (W9)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from backoffice.core.api.pages import page_of
from backoffice.core.api.schema import operation
from backoffice.core.api.serializers import StrictSerializer, UtcDateTimeField
from backoffice.core.api.views import ApiView
from orders.api.answers import VersionedSerializer
from orders.api.shapes import KeyField
from orders.models import ExpiryNotice, Order, PaymentStatus
from orders.paymentrendering import render_payment
from orders.services.payments import RECORDABLE, record_payment


class CurrencyField(serializers.RegexField):
    def __init__(self, **options: Any) -> None:
        super().__init__(
            r"^[A-Z]{3}\Z",
            help_text="ISO 4217",
            error_messages={"invalid": "A currency is a code of three capital letters, such as EUR."},
            **options,
        )


class PaymentForCreationSerializer(StrictSerializer):
    amount = serializers.DecimalField(max_digits=19, decimal_places=4)
    currency = CurrencyField()
    status = serializers.ChoiceField(RECORDABLE, default=PaymentStatus.AUTHORISED)
    gatewayReference = KeyField(required=False, help_text="what the gateway calls the authorisation")
    expires = UtcDateTimeField(required=False)


class PaymentSerializer(VersionedSerializer):
    orderRef = serializers.CharField()
    amount = serializers.FloatField()
    currency = serializers.CharField()
    status = serializers.ChoiceField(PaymentStatus.choices)
    reference = serializers.CharField(
        required=False, help_text="the released routing plan that it pays for; without: what remains"
    )
    gatewayReference = serializers.CharField(required=False)
    originalReference = serializers.CharField(
        required=False, help_text="the gateway's, of the authorisation that this one goes back to"
    )
    replacesRef = serializers.CharField(required=False, help_text="the payment that it takes the place of")
    expires = serializers.DateTimeField(required=False)
    expiryNotice = serializers.ChoiceField(
        [value for value in ExpiryNotice.values if value],
        required=False,
        help_text="it ends soon, or has ended, while the order waits",
    )
    error = serializers.CharField(required=False, help_text="the last thing that the gateway had against it")


class OrderPaymentsView(ApiView):
    permissions = {"GET": "orders.view", "POST": "orders.manage_payments"}

    @operation(
        "List the payments of an order",
        operation_id="getOrderPayments",
        page=("payments", PaymentSerializer),
        errors=(400, 401, 403, 404),
        tag="Payments",
    )
    def get(self, request: Request, id: str) -> Response:
        order = self.get_or_404(Order.objects.only("id"), id)
        return page_of(order.payments.all(), request, "payments", render_payment)

    @operation(
        "Record a payment that was authorised or captured for an order",
        operation_id="addOrderPayment",
        request=PaymentForCreationSerializer,
        answer=PaymentSerializer,
        status=201,
        errors=(400, 401, 403, 404, 409),
        tag="Payments",
    )
    def post(self, request: Request, id: str) -> Response:
        order_id: UUID = self.get_or_404(Order.objects.only("id"), id).id
        given = self.body(PaymentForCreationSerializer)
        payment = record_payment(
            order_id=order_id,
            amount=given["amount"],
            currency=given["currency"],
            status=PaymentStatus(given["status"]),
            gateway_reference=given.get("gatewayReference", ""),
            expires_at=given.get("expires"),
        )
        return Response(render_payment(payment), status=201)
