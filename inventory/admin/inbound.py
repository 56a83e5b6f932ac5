from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Count, QuerySet, Sum
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.contrib.filters.admin import (
    AutocompleteSelectFilter,
    ChoicesCheckboxFilter,
    RangeDateFilter,
    RangeDateTimeFilter,
)

from backoffice.core.admin_columns import status_column
from backoffice.core.admin_editing import FactAdmin, FactInline, ServiceAdmin, VersionedForm, apply_to_each
from inventory.models import (
    ExpectedStock,
    ExpectedStockStatus,
    InboundProcess,
    InboundStatus,
    PurchaseOrder,
    Receipt,
    ReceiptLine,
    ReceiptStatus,
)
from inventory.services.inbound import InboundValues, delete_inbound_process, modify_inbound_process
from inventory.services.purchase_orders import OrderChanges, close_open_items, modify_purchase_order


def _order_of(process: InboundProcess) -> PurchaseOrder | None:
    return getattr(process, "purchase_order", None)


class ExpectedStockInline(FactInline):
    model = ExpectedStock
    verbose_name_plural = _("requested items")
    related = ("article",)
    fields = ("article", "quantity", "received", "reserved", "delivery_date", "status")


class ReceiptInline(FactInline):
    model = Receipt
    fields = ("received_at", "facility", "status", "actor", "created")
    show_change_link = True


class InboundProcessForm(VersionedForm):
    class Meta:
        model = InboundProcess
        fields = ("on_hold",)


@admin.register(InboundProcess)
class InboundProcessAdmin(ServiceAdmin):
    form = InboundProcessForm
    manage = "inventory.manage_inbound"
    may_delete = True
    list_display = (
        *("__str__", "facility", "from_whom", "ordered", "wanted", "items_count", "units", "state"),
    )
    list_filter = (
        ("status", ChoicesCheckboxFilter),
        ("facility", AutocompleteSelectFilter),
        "purchase_order__cancelled",
        ("purchase_order__requested_at", RangeDateTimeFilter),
    )
    list_filter_submit = True
    list_select_related = ("facility", "purchase_order")
    search_fields = ("tenant_inbound_process_id", "purchase_order__supplier")
    ordering = ("-id",)
    inlines = (ExpectedStockInline, ReceiptInline)
    actions = ("close_selected",)
    fieldsets = (
        (None, {"fields": ("tenant_inbound_process_id", "facility", "state", "on_hold", "seen_version")}),
        (_("Purchase order"), {"fields": ("from_whom", "ordered", "wanted")}),
        (_("Kept by the API"), {"fields": ("custom_attributes",), "classes": ("collapse",)}),
        (_("History"), {"fields": ("id", "version", "created", "last_modified")}),
    )
    readonly_fields = (
        *("tenant_inbound_process_id", "facility", "state", "from_whom", "ordered", "wanted"),
        *("custom_attributes", "id", "version", "created", "last_modified"),
    )

    state = status_column("status", InboundStatus)

    def get_queryset(self, request: HttpRequest) -> Any:
        return (
            super()
            .get_queryset(request)
            .annotate(items_number=Count("items"), requested=Sum("items__quantity"))
        )

    def save_model(self, request: HttpRequest, obj: InboundProcess, form: Any, change: bool) -> None:
        values = InboundValues(on_hold=form.cleaned_data["on_hold"])
        saved = modify_inbound_process(process_id=obj.pk, version=form.version, values=values)
        obj.__dict__.update(saved.__dict__)

    def delete_model(self, request: HttpRequest, obj: InboundProcess) -> None:
        delete_inbound_process(process_id=obj.pk)

    @admin.action(description=_("Expect nothing more"), permissions=["change"])
    def close_selected(self, request: HttpRequest, queryset: QuerySet[InboundProcess]) -> None:
        apply_to_each(
            request,
            queryset,
            lambda row: close_open_items(process_id=row.pk, version=row.version),
            lambda count: (
                ngettext(
                    "Nothing more is expected of %(count)d inbound process.",
                    "Nothing more is expected of %(count)d inbound processes.",
                    count,
                )
                % {"count": count}
            ),
        )

    @admin.display(description=_("supplier"), ordering="purchase_order__supplier")
    def from_whom(self, process: InboundProcess) -> str:
        order = _order_of(process)
        return order.supplier if order else ""

    @admin.display(description=_("ordered"), ordering="purchase_order__order_date")
    def ordered(self, process: InboundProcess) -> Any:
        order = _order_of(process)
        return order.order_date if order else None

    @admin.display(description=_("requested for"), ordering="purchase_order__requested_at")
    def wanted(self, process: InboundProcess) -> Any:
        order = _order_of(process)
        return order.requested_at if order else None

    @admin.display(description=_("items"), ordering="items_number")
    def items_count(self, process: Any) -> int:
        return int(process.items_number)

    @admin.display(description=_("units"), ordering="requested")
    def units(self, process: Any) -> int:
        return int(process.requested or 0)


class PurchaseOrderForm(VersionedForm):
    class Meta:
        model = PurchaseOrder
        fields = ("order_date", "requested_at", "supplier", "cancelled")


@admin.register(PurchaseOrder)
class PurchaseOrderAdmin(ServiceAdmin):
    """Items without a day of their own follow ``requested_at``; what they promised and no longer do is freed (W8)."""

    form = PurchaseOrderForm
    manage = "inventory.manage_inbound"
    list_display = ("inbound_process", "supplier", "order_date", "requested_at", "cancelled")
    list_display_links = ("inbound_process", "supplier")
    list_filter = ("cancelled", ("requested_at", RangeDateTimeFilter))
    list_filter_submit = True
    list_select_related = ("inbound_process",)
    search_fields = ("supplier", "inbound_process__tenant_inbound_process_id")
    id_fields = ("pk", "inbound_process")
    ordering = ("-id",)
    fieldsets = (
        (None, {"fields": ("inbound_process", *PurchaseOrderForm.Meta.fields, "seen_version")}),
        (_("Kept by the API"), {"fields": ("custom_attributes",), "classes": ("collapse",)}),
        (_("History"), {"fields": ("id", "created", "last_modified")}),
    )
    readonly_fields = ("inbound_process", "custom_attributes", "id", "created", "last_modified")

    def save_model(self, request: HttpRequest, obj: PurchaseOrder, form: Any, change: bool) -> None:
        changes = form.given(PurchaseOrderForm.Meta.fields)
        modify_purchase_order(
            process_id=obj.inbound_process_id,
            version=form.version,
            changes=OrderChanges(**changes),
        )


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
    search_fields = (
        "article__tenant_article_id",
        "article__title",
        "inbound_process__tenant_inbound_process_id",
    )
    id_fields = ("article", "facility", "inbound_process")
    ordering = ("delivery_date", "id")

    state = status_column("status", ExpectedStockStatus)

    @admin.display(description=_("article"), ordering="article__tenant_article_id")
    def sku(self, item: ExpectedStock) -> str:
        return item.article.tenant_article_id


class ReceiptLineInline(FactInline):
    model = ReceiptLine
    related = ("article",)
    fields = ("article", "accepted_quantity", "rejected_quantity")


@admin.register(Receipt)
class ReceiptAdmin(FactAdmin):
    list_display = ("received_at", "inbound_process", "facility", "state", "actor", "created")
    list_filter = (("status", ChoicesCheckboxFilter), ("facility", AutocompleteSelectFilter))
    list_filter_submit = True
    list_select_related = ("inbound_process", "facility")
    search_fields = ("inbound_process__tenant_inbound_process_id",)
    id_fields = ("pk", "inbound_process")
    ordering = ("-id",)
    inlines = (ReceiptLineInline,)

    state = status_column("status", ReceiptStatus)


@admin.register(ReceiptLine)
class ReceiptLineAdmin(FactAdmin):
    list_display = ("receipt", "article", "accepted_quantity", "rejected_quantity")
    list_filter = (("receipt__facility", AutocompleteSelectFilter), ("article", AutocompleteSelectFilter))
    list_filter_submit = True
    list_select_related = ("receipt", "article")
    search_fields = (
        "article__tenant_article_id",
        "receipt__inbound_process__tenant_inbound_process_id",
    )
    id_fields = ("receipt", "article")
