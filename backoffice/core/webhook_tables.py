"""Subscriptions and their deliveries, as tables."""

from __future__ import annotations

from typing import Any, ClassVar
from urllib.parse import urlsplit

import django_tables2 as tables
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, strip_tags
from django.utils.safestring import SafeString
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from backoffice.core.models import DeliveryStatus, Subscription, WebhookDelivery
from backoffice.core.numbers import grouped
from backoffice.core.templatetags.anteroom import chip, moment
from backoffice.core.texts import here
from backoffice.core.ui.icons import drawn

PAIR = {"th": {"class": "ar-number"}, "td": {"class": "ar-number ar-pair"}}
NONE_OF_THEM = format_html('<span class="ar-soft">{}</span>', "0")
NOTHING = format_html('<span class="ar-soft ar-none">{}</span>', "–")


def shown_address(url: str) -> str:
    """Without its query, which may hold what lets one in."""
    target = urlsplit(url)
    return f"{target.scheme}://{target.netloc}{target.path}{'?…' if target.query else ''}"


class SubscriptionTable(tables.Table):
    """Of ``Subscription.objects.with_counts()``."""

    caption = _("Subscriptions")
    exported: ClassVar[Any] = {
        "name": (
            (_("Subscription"), "name"),
            (_("Address"), lambda record: shown_address(record.callback_url)),
        ),
        "state": ((_("State"), lambda record: strip_tags(state_of(record))),),
    }

    name = tables.Column(verbose_name=_("Subscription"))
    event = tables.Column(verbose_name=_("Event"))
    pending = tables.Column(verbose_name=_("Pending"), attrs=PAIR)
    retrying = tables.Column(verbose_name=_("Retrying"), attrs=PAIR)
    parked = tables.Column(verbose_name=_("Parked"), attrs=PAIR)
    state = tables.Column(verbose_name=_("State"), accessor="pk")

    class Meta:
        orderable = False

    def render_name(self, record: Subscription) -> SafeString:
        return format_html(
            '<div><a href="{}">{}</a><div class="ar-soft ar-small ar-code">{}</div></div>',
            reverse("webhook", args=(record.pk,)),
            record.name,
            shown_address(record.callback_url),
        )

    def render_event(self, value: str) -> SafeString:
        return format_html('<span class="ar-code">{}</span>', value)

    def render_pending(self, value: int) -> SafeString | str:
        return grouped(value) if value else NONE_OF_THEM

    render_retrying = render_pending

    def render_parked(self, record: Any, value: int) -> SafeString | str:
        if not value:
            return NONE_OF_THEM
        url = f"{reverse('webhook', args=(record.pk,))}?status=PARKED"
        return format_html('<a class="ar-bad" href="{}">{}</a>', url, grouped(value))

    def render_state(self, record: Any) -> SafeString:
        return state_of(record)


def state_of(subscription: Any) -> SafeString:
    """How it stands, in a word: of one with its counts."""
    if subscription.unreachable_since is not None:
        return format_html('<span class="ar-chip ar-chip-red">{}</span>', say("Unreachable"))
    if subscription.parked:
        return format_html('<span class="ar-chip ar-chip-red">{}</span>', say("Some parked"))
    if subscription.retrying:
        return format_html('<span class="ar-chip ar-chip-amber">{}</span>', say("Failing"))
    return format_html('<span class="ar-chip ar-chip-green">{}</span>', say("Well"))


class DeliveryTable(tables.Table):
    caption = _("Deliveries")
    exported: ClassVar[Any] = {
        "created": ((_("Created"), "created"), (_("Event"), "event_id")),
        "about": ((_("About"), "event__resource_type"), (_("Id"), "event__resource_id")),
    }

    created = tables.Column(verbose_name=_("Event"))
    about = tables.Column(verbose_name=_("About"), accessor="event")
    status = tables.Column(verbose_name=_("Status"))
    attempts = tables.Column(verbose_name=_("Attempts"), attrs=PAIR)
    when = tables.Column(verbose_name=_("Next attempt"), accessor="next_attempt")
    last_error = tables.Column(verbose_name=_("Last error"), default=NOTHING)
    actions = tables.Column(verbose_name="", accessor="pk")

    class Meta:
        orderable = False

    def render_last_error(self, value: str) -> str:
        return str(here(value))

    def render_created(self, record: WebhookDelivery, value: Any) -> SafeString:
        return format_html(
            '<div>{}<div class="ar-soft ar-small ar-code">{}</div></div>', moment(value), record.event_id
        )

    def render_about(self, record: WebhookDelivery) -> SafeString:
        kind = record.event.resource_type.replace("_", " ").capitalize()
        return format_html(
            '<div>{}<div class="ar-soft ar-small ar-code">{}</div></div>', kind, record.event.resource_id
        )

    def render_status(self, record: WebhookDelivery) -> SafeString:
        return chip(DeliveryStatus(record.status))

    def render_when(self, record: WebhookDelivery) -> SafeString | str:
        """Of what is due, that; of what was delivered, when that was."""
        if record.status == DeliveryStatus.DELIVERED:
            return NOTHING
        if record.status == DeliveryStatus.PARKED:
            return say("none")
        return say("now") if record.next_attempt <= timezone.now() else moment(record.next_attempt)

    def render_actions(self, record: WebhookDelivery) -> SafeString | str:
        if record.status == DeliveryStatus.PENDING:
            return ""
        return format_html(
            '<div class="ar-row-actions"><button class="btn btn-sm btn-quiet" type="button" id="resend-{}" '
            'hx-post="{}" hx-swap="none">{}{}<span class="visually-hidden"> {}</span></button></div>',
            record.pk,
            reverse("webhook-delivery-resend", args=(record.pk,)),
            drawn("send"),
            say("Resend"),
            record.event_id,
        )
