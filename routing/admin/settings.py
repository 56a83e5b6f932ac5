from __future__ import annotations

from types import MappingProxyType
from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from backoffice.core.admin_editing import ServiceAdmin, VersionedForm
from routing.models import WaitingRoomSettings
from routing.services.settings import change_settings, waiting_room_settings

_API_NAMES = MappingProxyType(
    {
        "future_inventory_enabled": "futureInventoryEnabled",
        "payment_void_and_reauth": "paymentVoidAndReauth",
        "default_backorder_days": "defaultBackorderDays",
        "partial_release": "partialRelease",
        "prioritization": "prioritization",
        "overtaking": "overtaking",
        "max_wait_days": "maxWaitDays",
        "auto_cancel": "autoCancel",
    }
)
_DATE_LIMIT = ("future_date_limit_quantity", "future_date_limit_unit")


class WaitingRoomSettingsForm(VersionedForm):
    class Meta:
        model = WaitingRoomSettings
        fields = (*_API_NAMES, *_DATE_LIMIT)


@admin.register(WaitingRoomSettings)
class WaitingRoomSettingsAdmin(ServiceAdmin):
    """One row: the list leads straight to it."""

    form = WaitingRoomSettingsForm
    manage = "routing.manage_settings"
    fieldsets = (
        (
            pgettext_lazy("a heading", "Release"),
            {"fields": ("prioritization", "overtaking", "partial_release", "seen_version")},
        ),
        (_("Future inventory"), {"fields": ("future_inventory_enabled", *_DATE_LIMIT)}),
        (
            pgettext_lazy("a heading", "Waiting"),
            {"fields": ("default_backorder_days", "max_wait_days", "auto_cancel")},
        ),
        (_("Payment"), {"fields": ("payment_void_and_reauth",)}),
        (_("History"), {"fields": ("version", "created", "last_modified")}),
    )
    readonly_fields = ("version", "created", "last_modified")

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        url = reverse("admin:routing_waitingroomsettings_change", args=(waiting_room_settings().pk,))
        return HttpResponseRedirect(url)

    def save_model(self, request: HttpRequest, obj: WaitingRoomSettings, form: Any, change: bool) -> None:
        changes = {_API_NAMES[name]: value for name, value in form.given(_API_NAMES).items()}
        if form.given(_DATE_LIMIT):
            quantity, unit = (form.cleaned_data[name] for name in _DATE_LIMIT)
            changes["futureDateLimit"] = {"quantity": quantity, "unit": unit}
        obj.__dict__.update(change_settings(version=form.version, changes=changes).__dict__)
