# ruff: noqa: N815 - fields are named as in JSON
"""``/api/webhookdeliveries``, ours: what was sent to whom, what was not, and sending it again (spec 5, "Events")."""

from __future__ import annotations

from typing import Any

import django_filters
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from backoffice.core.api.naming import named
from backoffice.core.api.pages import page_of
from backoffice.core.api.schema import operation, query
from backoffice.core.api.serializers import StrictSerializer
from backoffice.core.api.values import instant
from backoffice.core.api.views import ApiView
from backoffice.core.errors import NotFound
from backoffice.core.filters import ManyFilter, RefFilter, filtered
from backoffice.core.models import DeliveryStatus, WebhookDelivery
from backoffice.core.services.deliveries import resend


class DeliverySerializer(serializers.Serializer[Any]):
    id = serializers.CharField()
    subscriptionRef = serializers.CharField()
    event = serializers.CharField()
    eventId = serializers.CharField()
    resourceType = serializers.CharField()
    resourceId = serializers.CharField()
    status = serializers.ChoiceField(DeliveryStatus.choices)
    attempts = serializers.IntegerField()
    created = serializers.DateTimeField()
    nextAttempt = serializers.DateTimeField(required=False)
    deliveredAt = serializers.DateTimeField(required=False)
    lastError = serializers.CharField(required=False)


class DeliveryActionSerializer(StrictSerializer):
    name = serializers.ChoiceField(("RESEND",))


class DeliveryFilter(django_filters.FilterSet):
    subscriptionRef = RefFilter(field_name="subscription")
    status = ManyFilter(field_name="status")
    event = ManyFilter(field_name="subscription__event")

    class Meta:
        model = WebhookDelivery
        fields = ()


def render_delivery(delivery: WebhookDelivery) -> dict[str, Any]:
    open_still = DeliveryStatus(delivery.status).group == "open"
    return {
        "id": str(delivery.pk),
        "subscriptionRef": str(delivery.subscription_id),
        "event": delivery.subscription.event,
        "eventId": str(delivery.event_id),
        "resourceType": delivery.event.resource_type,
        "resourceId": delivery.event.resource_id,
        "status": delivery.status,
        "attempts": delivery.attempts,
        "created": instant(delivery.created),
        **({"nextAttempt": instant(delivery.next_attempt)} if open_still else {}),
        **({"deliveredAt": instant(delivery.delivered_at)} if delivery.delivered_at else {}),
        **({"lastError": delivery.last_error} if delivery.last_error else {}),
    }


class DeliveriesView(ApiView):
    permissions = {"GET": "core.view_webhooks"}

    @operation(
        "List webhook deliveries",
        page=("webhookDeliveries", DeliverySerializer),
        parameters=(
            query("subscriptionRef", many=True),
            query("status", many=True, known=DeliveryStatus.values),
            query("event", many=True),
        ),
        errors=(400, 401, 403),
        tag="Events",
    )
    def get(self, request: Request) -> Response:
        deliveries = WebhookDelivery.objects.select_related("subscription", "event")
        return page_of(
            filtered(DeliveryFilter, request.query_params, deliveries),
            request,
            "webhookDeliveries",
            render_delivery,
        )


class DeliveryActionsView(ApiView):
    permissions = {"POST": "core.manage_webhooks"}

    @operation(
        "Resend a webhook delivery",
        request=DeliveryActionSerializer,
        answer=DeliverySerializer,
        errors=(400, 401, 403, 404, 409),
        tag="Events",
    )
    def post(self, request: Request, id: str) -> Response:
        named(request.data, {"RESEND": resend}, "webhook deliveries")
        self.body(DeliveryActionSerializer)
        if not (id.isascii() and id.isdigit() and len(id) < 19):
            raise NotFound.of(WebhookDelivery, id)
        return Response(render_delivery(resend(delivery_id=int(id))))
