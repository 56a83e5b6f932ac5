from __future__ import annotations

from django.contrib import admin

from backoffice.core.admin_editing import FactAdmin
from inventory.models import PickingTimesConfiguration


@admin.register(PickingTimesConfiguration)
class PickingTimesConfigurationAdmin(FactAdmin):
    list_display = ("__str__", "version", "last_modified")
    fields = ("picking_times", "version", "last_modified")
