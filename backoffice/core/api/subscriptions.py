# ruff: noqa: N815 - fields are named as in JSON
"""``/api/subscriptions`` and ``/api/supportedevents`` (spec 5, "Events")."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from backoffice.core import webhooks
from backoffice.core.api.naming import named
from backoffice.core.api.pages import page_of
from backoffice.core.api.schema import operation
from backoffice.core.api.serializers import LenientSerializer, StrictSerializer
from backoffice.core.api.values import instant
from backoffice.core.api.views import ApiView
from backoffice.core.errors import Invalid, NotFound, Problem
from backoffice.core.headers import unsealed_headers
from backoffice.core.ids import as_uuid
from backoffice.core.models import Subscription
from backoffice.core.sealing import Unreadable
from backoffice.core.services.subscriptions import (
    SubscriptionDraft,
    create_subscription,
    delete_subscription,
    rotate_secret,
)

WEBHOOK = "WEBHOOK"


class CallbackHeaderSerializer(LenientSerializer):
    key = serializers.CharField(trim_whitespace=False)
    value = serializers.CharField(trim_whitespace=False, allow_blank=True)


class TargetSerializer(StrictSerializer):
    type = serializers.ChoiceField((WEBHOOK,))
    callbackUrl = serializers.CharField()
    headers: serializers.ListSerializer[Any] = serializers.ListSerializer(
        child=CallbackHeaderSerializer(), required=False, min_length=1
    )

    def to_internal_value(self, data: Any) -> Any:
        """Of another target the rest is not looked at: it has fields of its own."""
        kind = data.get("type") if isinstance(data, Mapping) else None
        if isinstance(kind, str) and kind != WEBHOOK:
            message = f"Targets of the type {kind} are not supported: use {WEBHOOK}."
            raise ValidationError({"type": [ErrorDetail(message, code="not_supported")]})
        return super().to_internal_value(data)


class ContextSerializer(LenientSerializer):
    type = serializers.ChoiceField(webhooks.CONTEXT_TYPES)
    values = serializers.ListField(child=serializers.CharField(max_length=255), min_length=1, max_length=500)


class SubscriptionForCreationSerializer(StrictSerializer):
    name = serializers.CharField()
    event = serializers.CharField()
    target = TargetSerializer(required=False)
    contexts: serializers.ListSerializer[Any] = serializers.ListSerializer(
        child=ContextSerializer(), required=False, max_length=50
    )
    callbackUrl = serializers.CharField(required=False, help_text="deprecated: use target")
    headers: serializers.ListSerializer[Any] = serializers.ListSerializer(
        child=CallbackHeaderSerializer(), required=False, min_length=1, help_text="deprecated: use target"
    )

    def validate(self, given: dict[str, Any]) -> dict[str, Any]:
        target = given.get("target")
        if target and any(
            given[name] != target.get(name) for name in ("callbackUrl", "headers") if name in given
        ):
            message = "The target says something else than the deprecated callbackUrl and headers."
            raise ValidationError({"target": [ErrorDetail(message, code="ambiguous")]})
        if "target" not in given and "callbackUrl" not in given:
            raise ValidationError({"target": [ErrorDetail("Say where to call.", code="required")]})
        return given


class SubscriptionSerializer(SubscriptionForCreationSerializer):
    id = serializers.CharField()
    created = serializers.DateTimeField()
    target = TargetSerializer()


class SubscriptionWithSecretSerializer(SubscriptionSerializer):
    secret = serializers.CharField(help_text="signs what is sent; shown this once")


class SupportedEventSerializer(serializers.Serializer[Any]):
    event = serializers.CharField()
    description = serializers.CharField()


class SupportedEventsSerializer(serializers.Serializer[Any]):
    supportedEvents = SupportedEventSerializer(many=True)


class SubscriptionActionSerializer(StrictSerializer):
    name = serializers.ChoiceField(("ROTATE_SECRET",))


def render_subscription(subscription: Subscription) -> dict[str, Any]:
    """``target`` is there however it was subscribed; the deprecated fields for who wrote them."""
    headers = [{"key": key, "value": value} for key, value in _headers(subscription)]
    called = {"callbackUrl": subscription.callback_url, **({"headers": headers} if headers else {})}
    return {
        "id": str(subscription.pk),
        "created": instant(subscription.created),
        "name": subscription.name,
        "event": subscription.event,
        "target": {"type": WEBHOOK, **called},
        **(called if subscription.deprecated_form else {}),
        **({"contexts": subscription.contexts} if subscription.contexts else {}),
    }


def _headers(subscription: Subscription) -> list[tuple[str, str]]:
    """Those that were sealed under a key that is gone are lost; deliveries say so."""
    try:
        return unsealed_headers(subscription.headers)
    except Unreadable:
        return []


class SubscriptionsView(ApiView):
    """Headers hold what lets one in elsewhere: who may not subscribe does not see them either."""

    permissions = {"GET": "core.manage_webhooks", "POST": "core.manage_webhooks"}

    @operation(
        "List subscriptions",
        operation_id="getSubscriptions",
        page=("subscriptions", SubscriptionSerializer),
        errors=(400, 401, 403),
        tag="Events",
    )
    def get(self, request: Request) -> Response:
        return page_of(Subscription.objects.all(), request, "subscriptions", render_subscription)

    @operation(
        "Subscribe to an event",
        operation_id="addSubscription",
        request=SubscriptionForCreationSerializer,
        answer=SubscriptionWithSecretSerializer,
        status=201,
        errors=(400, 401, 403),
        tag="Events",
    )
    def post(self, request: Request) -> Response:
        given = self.body(SubscriptionForCreationSerializer)
        called = given.get("target", given)
        draft = SubscriptionDraft(
            name=given["name"],
            event=given["event"],
            callback_url=called["callbackUrl"],
            headers=[(header["key"], header["value"]) for header in called.get("headers", ())],
            contexts=given.get("contexts", ()),
            deprecated_form="target" not in given,
        )
        subscription, secret = _subscribed(draft)
        return Response({**render_subscription(subscription), "secret": secret}, status=201)


class SubscriptionView(ApiView):
    permissions = {"DELETE": "core.manage_webhooks"}

    @operation(
        "End a subscription",
        operation_id="deleteSubscription",
        answer=SubscriptionSerializer,
        errors=(401, 403, 404),
        tag="Events",
    )
    def delete(self, request: Request, id: str) -> Response:
        return Response(render_subscription(delete_subscription(subscription_id=_subscription_id(id))))


class SubscriptionActionsView(ApiView):
    permissions = {"POST": "core.manage_webhooks"}

    @operation(
        "Rotate the secret of a subscription",
        request=SubscriptionActionSerializer,
        answer=SubscriptionWithSecretSerializer,
        errors=(400, 401, 403, 404),
        tag="Events",
    )
    def post(self, request: Request, id: str) -> Response:
        named(request.data, {"ROTATE_SECRET": rotate_secret}, "subscriptions")
        self.body(SubscriptionActionSerializer)
        subscription, secret = rotate_secret(subscription_id=_subscription_id(id))
        return Response({**render_subscription(subscription), "secret": secret})


class SupportedEventsView(ApiView):
    permissions = {"GET": "core.view_webhooks"}

    @operation(
        "List the events that one can subscribe to",
        operation_id="getSupportedEvents",
        answer=SupportedEventsSerializer,
        errors=(401, 403),
        tag="Events",
    )
    def get(self, request: Request) -> Response:
        known = [{"event": event.name, "description": event.description} for event in webhooks.supported()]
        return Response({"supportedEvents": known})


def _subscribed(draft: SubscriptionDraft) -> tuple[Subscription, str]:
    """What is wrong with a target is reported under it."""
    try:
        return create_subscription(draft=draft)
    except Invalid as error:
        if draft.deprecated_form:
            raise
        raise Invalid.many(
            Problem(f"target.{problem.field}", problem.message, problem.code)
            if str(problem.field).startswith(("callbackUrl", "headers"))
            else problem
            for problem in error.problems
        ) from error


def _subscription_id(text: str) -> Any:
    found = as_uuid(text)
    if found is None:
        raise NotFound.of(Subscription, text)
    return found
