from __future__ import annotations

from django.contrib import admin
from unfold.contrib.filters.admin import ChoicesCheckboxFilter

from backoffice.core.admin_columns import status_column
from backoffice.core.admin_editing import FactAdmin, FactInline
from orders.models import PaymentAuthorisation, PaymentStatus


class PaymentInline(FactInline):
    model = PaymentAuthorisation
    verbose_name_plural = "payments"
    fields = ("amount", "currency", "status", "gateway_reference", "expires_at")
    show_change_link = True


@admin.register(PaymentAuthorisation)
class PaymentAuthorisationAdmin(FactAdmin):
    list_display = ("order", "amount", "currency", "state", "gateway_reference", "expires_at")
    list_filter = (("status", ChoicesCheckboxFilter), "currency")
    list_filter_submit = True
    list_select_related = ("order",)
    search_fields = ("order__tenant_order_id", "gateway_reference")
    id_fields = ("pk", "order", "reference")
    ordering = ("-id",)

    state = status_column("status", PaymentStatus)
