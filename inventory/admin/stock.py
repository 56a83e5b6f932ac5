from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import (
    AutocompleteSelectFilter,
    ChoicesCheckboxFilter,
    FieldTextFilter,
    RangeDateTimeFilter,
)

from backoffice.core.admin_columns import as_id, message_column
from backoffice.core.admin_editing import FactAdmin, FactInline, ServiceAdmin, VersionedForm
from inventory.models import Reservation, SafetyStock, Stock, StockLevel, StockMovement
from inventory.services.stock import delete_stock, update_stock
from inventory.services.stock_writing import StockUpdate


@admin.display(description=_("article"), ordering="level__article__tenant_article_id")
def article(row: Any) -> str:
    return f"{row.level.article.tenant_article_id} {row.level.article.title}"


@admin.display(description=_("facility"), ordering="level__facility__name")
def facility(row: Any) -> str:
    return str(row.level.facility)


class StockInline(FactInline):
    model = Stock
    verbose_name_plural = _("stock records")
    fields = ("tenant_stock_id", "location_ref", "value", "last_modified")
    show_change_link = True


class ReservationInline(FactInline):
    model = Reservation
    fields = ("holder", "quantity", "created")


@admin.register(StockLevel)
class StockLevelAdmin(FactAdmin):
    """The truth for availability; it changes only with its ledger (spec 2)."""

    list_display = (
        *("sku", "article", "facility", "on_hand", "reserved", "safety_stock", "available"),
        "recount_since",
    )
    list_display_links = ("sku", "article")
    list_filter = (("facility", AutocompleteSelectFilter), ("article", AutocompleteSelectFilter))
    list_filter_submit = True
    list_select_related = ("article", "facility")
    search_fields = ("article__tenant_article_id", "article__title", "facility__name")
    id_fields = ("article", "facility")
    inlines = (StockInline, ReservationInline)
    fields = ("article", "facility", "on_hand", "reserved", "safety_stock", "available", "recount_since")

    @admin.display(description=_("article"), ordering="article__tenant_article_id")
    def sku(self, level: StockLevel) -> str:
        return level.article.tenant_article_id


class StockForm(VersionedForm):
    class Meta:
        model = Stock
        fields = ("value",)


@admin.register(Stock)
class StockAdmin(ServiceAdmin):
    form = StockForm
    manage = "inventory.manage_stock"
    may_delete = True
    list_display = (article, facility, "value", "tenant_stock_id", "location_ref", "last_modified")
    list_filter = (
        ("level__facility", AutocompleteSelectFilter),
        ("level__article", AutocompleteSelectFilter),
    )
    list_filter_submit = True
    list_select_related = ("level__article", "level__facility")
    search_fields = ("level__article__tenant_article_id", "level__article__title", "tenant_stock_id")
    id_fields = ("pk", "level__article", "level__facility")
    fieldsets = (
        (None, {"fields": (article, facility, "value", "seen_version")}),
        (_("Record"), {"fields": ("tenant_stock_id", "location_ref", "receipt_date", "available_until")}),
        (
            _("Kept by the API"),
            {"fields": ("conditions", "properties", "custom_attributes"), "classes": ("collapse",)},
        ),
        (_("History"), {"fields": ("id", "version", "created", "last_modified")}),
    )
    readonly_fields = (
        *(article, facility, "tenant_stock_id", "location_ref", "receipt_date", "available_until"),
        *("conditions", "properties", "custom_attributes", "id", "version", "created", "last_modified"),
    )

    def save_model(self, request: HttpRequest, obj: Stock, form: Any, change: bool) -> None:
        update = StockUpdate(stock_id=obj.pk, version=form.version, value=form.cleaned_data["value"])
        obj.__dict__.update(update_stock(update=update).__dict__)

    def delete_model(self, request: HttpRequest, obj: Stock) -> None:
        delete_stock(stock_id=obj.pk)


@admin.register(StockMovement)
class StockMovementAdmin(FactAdmin):
    """The ledger."""

    list_display = (
        *("created", article, facility, "on_hand_delta", "reserved_delta", "cause", "actor"),
        *("reference", "why"),
    )
    list_filter = (
        ("cause", ChoicesCheckboxFilter),
        ("level__facility", AutocompleteSelectFilter),
        ("level__article", AutocompleteSelectFilter),
        ("actor", FieldTextFilter),
        ("created", RangeDateTimeFilter),
    )
    list_filter_submit = True
    list_select_related = ("level__article", "level__facility")
    search_fields = ("level__article__tenant_article_id", "=reference")
    search_help_text = _("An article, or the whole reference")
    id_fields = ("level__article", "level__facility")
    ordering = ("-id",)
    fields = (
        *("created", article, facility, "on_hand_delta", "reserved_delta", "cause", "actor"),
        *("reference", "why"),
    )

    why = message_column("reason")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[StockMovement], search_term: str
    ) -> tuple[QuerySet[StockMovement], bool]:
        """An id may be what the movement refers to, as well as its article or facility."""
        found, duplicates = super().get_search_results(request, queryset, search_term)
        if as_id(search_term) is not None:
            found = found | queryset.filter(reference=search_term.strip())
        return found, duplicates


@admin.register(Reservation)
class ReservationAdmin(FactAdmin):
    list_display = ("holder", "what", "where", "quantity", "kind", "created")
    list_select_related = (
        *("level__article", "level__facility"),
        *("expected_stock__article", "expected_stock__facility"),
    )
    list_filter = (
        ("level__facility", AutocompleteSelectFilter),
        ("level__article", AutocompleteSelectFilter),
        ("created", RangeDateTimeFilter),
    )
    list_filter_submit = True
    search_fields = ("level__article__tenant_article_id", "expected_stock__article__tenant_article_id")
    id_fields = ("holder", "level__article", "level__facility")
    ordering = ("-id",)
    fields = ("holder", "what", "where", "quantity", "kind", "created")

    @admin.display(description=_("article"))
    def what(self, reservation: Reservation) -> str:
        source = reservation.level or reservation.expected_stock
        return "" if source is None else f"{source.article.tenant_article_id} {source.article.title}"

    @admin.display(description=_("facility"))
    def where(self, reservation: Reservation) -> str:
        source = reservation.level or reservation.expected_stock
        return "" if source is None else str(source.facility)

    @admin.display(description=_("claims"))
    def kind(self, reservation: Reservation) -> str:
        return say("Stock") if reservation.level_id else say("Expected stock")


@admin.register(SafetyStock)
class SafetyStockAdmin(FactAdmin):
    list_display = (article, facility, "units", "last_modified")
    list_filter = (
        ("level__facility", AutocompleteSelectFilter),
        ("level__article", AutocompleteSelectFilter),
    )
    list_filter_submit = True
    list_select_related = ("level__article", "level__facility")
    search_fields = ("level__article__tenant_article_id", "level__facility__name")
    fields = ("level", "units", "version", "created", "last_modified")

    @admin.display(description=_("units kept back"), ordering="level__safety_stock")
    def units(self, kept: SafetyStock) -> int:
        return kept.level.safety_stock
