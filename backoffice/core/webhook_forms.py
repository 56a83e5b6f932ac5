"""What people are asked about subscriptions, and what their lists can be narrowed by."""

from __future__ import annotations

from typing import Any

import django_filters
from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from backoffice.core import webhooks
from backoffice.core.callbacks import LONGEST_URL
from backoffice.core.models import DeliveryStatus, Subscription, WebhookDelivery
from backoffice.core.services.subscriptions import SubscriptionDraft


def _events() -> list[tuple[str, str]]:
    return [(event.name, event.name) for event in webhooks.supported()]


def _search(placeholder: Any) -> forms.TextInput:
    return forms.TextInput({"type": "search", "placeholder": placeholder, "autocomplete": "off"})


class SubscribeForm(forms.Form):
    """Fields are named as in the API; contexts are one name per line."""

    name = forms.CharField(
        label=_("Name"),
        max_length=255,
        widget=forms.TextInput({"autofocus": True, "autocomplete": "off"}),
        help_text=_("What it is for."),
    )
    event = forms.ChoiceField(label=_("Event"), choices=_events)
    callbackUrl = forms.CharField(  # noqa: N815
        label=_("Address"),
        max_length=LONGEST_URL,
        widget=forms.TextInput(
            {"inputmode": "url", "autocomplete": "off", "placeholder": "https://shop.example/events"}
        ),
        help_text=_("Where each event is sent by POST."),
    )
    headers = forms.CharField(
        label=_("Headers"),
        required=False,
        widget=forms.Textarea({"rows": 2, "placeholder": "Authorization: Bearer …", "autocomplete": "off"}),
        help_text=_("Sent along; one per line. They are not shown again."),
    )
    facilities = forms.CharField(
        label=_("Only for facilities"),
        required=False,
        widget=forms.Textarea({"rows": 2}),
        help_text=_("Ids, one per line. Empty: for all."),
    )
    groups = forms.CharField(
        label=_("Only for facility groups"),
        required=False,
        widget=forms.Textarea({"rows": 2}),
        help_text=_("Ids or names, one per line; any of them."),
    )

    def clean_headers(self) -> list[tuple[str, str]]:
        headers = []
        for line in _lines(self.cleaned_data["headers"]):
            key, colon, value = line.partition(":")
            if not colon:
                raise forms.ValidationError(_("Write each header as Name: value."))
            headers.append((key.strip(), value.strip()))
        return headers

    def draft(self) -> SubscriptionDraft:
        given = self.cleaned_data
        contexts = (("FACILITY", given["facilities"]), ("FACILITY_GROUP", given["groups"]))
        return SubscriptionDraft(
            name=given["name"],
            event=given["event"],
            callback_url=given["callbackUrl"],
            headers=given["headers"],
            contexts=[{"type": kind, "values": _lines(text)} for kind, text in contexts if _lines(text)],
        )


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


class SubscriptionScreenFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(label=_("Search"), method="with_text", widget=_search(_("Name or address")))
    event = django_filters.ChoiceFilter(label=_("Event"), choices=_events, empty_label=_("Any event"))

    class Meta:
        model = Subscription
        fields = ()

    def with_text(self, rows: QuerySet[Subscription], name: str, text: str) -> QuerySet[Subscription]:
        return rows.filter(Q(name__icontains=text.strip()) | Q(callback_url__icontains=text.strip()))


class DeliveryScreenFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(
        label=_("Search"), method="about", widget=_search(_("Id of the event or of what it is about"))
    )
    status = django_filters.ChoiceFilter(
        label=_("Status"),
        choices=[(status.value, status.label) for status in DeliveryStatus],
        empty_label=_("Any status"),
    )

    class Meta:
        model = WebhookDelivery
        fields = ()

    def about(self, rows: QuerySet[WebhookDelivery], name: str, text: str) -> QuerySet[WebhookDelivery]:
        wanted = text.strip()
        known = Q(event__resource_id=wanted)
        if wanted.isascii() and wanted.isdigit() and len(wanted) < 19:
            known |= Q(event=int(wanted))
        return rows.filter(known)
