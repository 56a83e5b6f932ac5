from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Count, Sum
from django.http import HttpRequest
from unfold.contrib.filters.admin import (
    AutocompleteSelectFilter,
    ChoicesCheckboxFilter,
    RangeDateFilter,
)

from backoffice.core.admin_columns import label, status_column
from backoffice.core.admin_editing import FactAdmin, FactInline
from inventory.models import ExpectedStock, ExpectedStockStatus, InboundProcess, Receipt, ReceiptLine


class ExpectedStockInline(FactInline):
    model = ExpectedStock
    verbose_name_plural = "requested items"
    related = ("article",)
    fields = ("article", "quantity", "received", "reserved", "delivery_date", "status")


class ReceiptInline(FactInline):
    model = Receipt
    fields = ("tenant_receipt_id", "status", "actor", "created")
    show_change_link = True


@admin.register(InboundProcess)
class InboundProcessAdmin(FactAdmin):
    list_display = (
        "__str__",
        "facility",
        "from_whom",
        "order_date",
        "requested_date",
        "items_count",
        "units",
        "state",
    )
    list_filter = (("facility", AutocompleteSelectFilter), "cancelled", ("requested_date", RangeDateFilter))
    list_filter_submit = True
    list_select_related = ("facility",)
    search_fields = ("tenant_inbound_process_id",)
    ordering = ("-id",)
    inlines = (ExpectedStockInline, ReceiptInline)
    fields = (
        *("tenant_inbound_process_id", "facility", "supplier", "order_date", "requested_date", "state"),
        *("origin", "details", "custom_attributes", "version", "created", "last_modified"),
    )

    def get_queryset(self, request: HttpRequest) -> Any:
        return (
            super()
            .get_queryset(request)
            .annotate(items_number=Count("items"), requested=Sum("items__quantity"))
        )

    @admin.display(description="status", ordering="cancelled")
    def state(self, process: InboundProcess) -> str:
        return label("Cancelled", "red") if process.cancelled else label("Ordered", "blue")

    @admin.display(description="supplier")
    def from_whom(self, process: InboundProcess) -> str:
        return str(process.supplier.get("name", ""))

    @admin.display(description="items", ordering="items_number")
    def items_count(self, process: Any) -> int:
        return int(process.items_number)

    @admin.display(description="units", ordering="requested")
    def units(self, process: Any) -> int:
        return int(process.requested or 0)


@admin.register(ExpectedStock)
class ExpectedStockAdmin(FactAdmin):
    list_display = (
        *("sku", "article", "facility", "quantity", "received", "reserved", "delivery_date", "state"),
        "inbound_process",
    )
    list_display_links = ("sku", "article")
    list_filter = (
        ("status", ChoicesCheckboxFilter),
        ("facility", AutocompleteSelectFilter),
        ("article", AutocompleteSelectFilter),
        ("delivery_date", RangeDateFilter),
    )
    list_filter_submit = True
    list_select_related = ("article", "facility", "inbound_process")
    search_fields = ("article__tenant_article_id", "article__title", "reference")
    id_fields = ("article", "facility", "inbound_process")
    ordering = ("delivery_date", "id")

    state = status_column("status", ExpectedStockStatus)

    @admin.display(description="article", ordering="article__tenant_article_id")
    def sku(self, item: ExpectedStock) -> str:
        return item.article.tenant_article_id


class ReceiptLineInline(FactInline):
    model = ReceiptLine
    related = ("article", "facility")
    fields = ("article", "facility", "accepted_quantity", "rejected_quantity")


@admin.register(Receipt)
class ReceiptAdmin(FactAdmin):
    list_display = ("__str__", "inbound_process", "status", "actor", "created")
    list_select_related = ("inbound_process",)
    search_fields = ("tenant_receipt_id", "inbound_process__tenant_inbound_process_id")
    id_fields = ("pk", "inbound_process")
    ordering = ("-id",)
    inlines = (ReceiptLineInline,)


@admin.register(ReceiptLine)
class ReceiptLineAdmin(FactAdmin):
    list_display = ("receipt", "article", "facility", "accepted_quantity", "rejected_quantity")
    list_filter = (("facility", AutocompleteSelectFilter), ("article", AutocompleteSelectFilter))
    list_filter_submit = True
    list_select_related = ("receipt", "article", "facility")
    search_fields = ("article__tenant_article_id", "receipt__tenant_receipt_id")
    id_fields = ("receipt", "article", "facility")
