"""Subscriptions and deliveries in the admin: to look at, and to send again by the same services."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.contrib.filters.admin import ChoicesCheckboxFilter
from unfold.decorators import action

from backoffice.core.access import may
from backoffice.core.admin_columns import message_column, status_column
from backoffice.core.admin_editing import FactAdmin, apply_to_each
from backoffice.core.models import DeliveryStatus, Subscription, WebhookDelivery
from backoffice.core.services.deliveries import resend
from backoffice.core.services.subscriptions import delete_subscription


class WebhookAdmin(FactAdmin):
    def has_manage_webhooks_permission(self, request: HttpRequest, *_: Any) -> bool:
        return may(request.user, "core.manage_webhooks")


@admin.register(Subscription)
class SubscriptionAdmin(WebhookAdmin):
    """Secrets and headers are shown nowhere; a new secret is had on the screen Webhooks."""

    list_display = ("name", "event", "callback_url", "created", "unreachable_since", "paused_until")
    list_filter = ("event",)
    search_fields = ("name", "callback_url")
    ordering = ("-id",)
    actions = ("end_selected",)
    fields = (
        *("name", "event", "callback_url", "contexts", "previous_secret_until"),
        *("unreachable_since", "paused_until", "id", "version", "created", "last_modified"),
    )

    @action(description=_("End the subscription"), permissions=["manage_webhooks"])
    def end_selected(self, request: HttpRequest, queryset: QuerySet[Subscription]) -> None:
        apply_to_each(request, queryset, _end, _ended)


@admin.register(WebhookDelivery)
class WebhookDeliveryAdmin(WebhookAdmin):
    list_display = (
        *("created", "subscription", "event", "state", "attempts", "next_attempt", "delivered_at"),
        "error",
    )
    list_filter = (("status", ChoicesCheckboxFilter), "subscription")
    list_filter_submit = True
    list_select_related = ("subscription", "event")
    search_fields = ("last_error", "subscription__name")
    search_help_text = _("A whole id, or a part of an error or of a subscription's name")
    id_fields = ("subscription", "event__process_id", "event__resource_id")
    ordering = ("-id",)
    actions = ("resend_selected",)
    fields = (
        *("subscription", "event", "resource", "state", "attempts", "trying_since", "next_attempt"),
        *("delivered_at", "error", "lease_until", "created", "id"),
    )

    state = status_column("status", DeliveryStatus)
    error = message_column("last_error")

    @action(description=_("Send again now"), permissions=["manage_webhooks"])
    def resend_selected(self, request: HttpRequest, queryset: QuerySet[WebhookDelivery]) -> None:
        apply_to_each(request, queryset.order_by("id"), _resend, _resent)


def _end(subscription: Subscription) -> object:
    return delete_subscription(subscription_id=subscription.pk)


def _ended(number: int) -> str:
    return ngettext("%(number)d subscription ended.", "%(number)d subscriptions ended.", number) % {
        "number": number
    }


def _resend(delivery: WebhookDelivery) -> object:
    return resend(delivery_id=delivery.pk)


def _resent(number: int) -> str:
    return ngettext("%(number)d event is sent again.", "%(number)d events are sent again.", number) % {
        "number": number
    }
