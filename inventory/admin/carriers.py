from __future__ import annotations

from django.contrib import admin
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import AutocompleteSelectFilter

from backoffice.core.admin_columns import status_column
from backoffice.core.admin_editing import FactAdmin, FactInline
from inventory.models import Carrier, CarrierStatus, FacilityCarrier


class ConnectionInline(FactInline):
    model = FacilityCarrier
    verbose_name_plural = _("facilities where it calls")
    fields = ("facility", "status", "last_modified")
    related = ("facility",)


@admin.register(Carrier)
class CarrierAdmin(FactAdmin):
    list_display = ("name", "key", "state", "delivery_type", "last_modified")
    list_filter = ("status", "delivery_type")
    search_fields = ("key", "name")
    ordering = ("key",)
    inlines = (ConnectionInline,)
    fields = ("key", "name", "status", "delivery_type", "details", "version", "created", "last_modified")

    state = status_column("status", CarrierStatus)


@admin.register(FacilityCarrier)
class FacilityCarrierAdmin(FactAdmin):
    list_display = ("carrier", "facility", "state", "last_modified")
    list_filter = (("carrier", AutocompleteSelectFilter), ("facility", AutocompleteSelectFilter))
    list_filter_submit = True
    list_select_related = ("carrier", "facility")
    search_fields = ("carrier__key", "facility__name")
    fields = ("carrier", "facility", "name", "status", "details", "version", "created", "last_modified")

    state = status_column("status", CarrierStatus)
