from __future__ import annotations

from django.contrib import admin

from backoffice.core.admin_editing import FactAdmin
from orders.models import CancelationReason


@admin.register(CancelationReason)
class CancelationReasonAdmin(FactAdmin):
    list_display = ("reason", "last_modified")
    search_fields = ("reason",)
    ordering = ("reason",)
