from __future__ import annotations

from django.contrib import admin

from backoffice.core.admin_columns import status_column
from backoffice.core.admin_editing import FactAdmin
from orders.models import CustomService
from orders.models.customservice import CustomServiceStatus


@admin.register(CustomService)
class CustomServiceAdmin(FactAdmin):
    list_display = ("name", "tenant_custom_service_id", "state", "items_required", "last_modified")
    list_filter = ("status", "items_required")
    search_fields = ("tenant_custom_service_id", "name_localized")

    state = status_column("status", CustomServiceStatus)
