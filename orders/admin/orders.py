from __future__ import annotations

from functools import partial
from typing import Any

from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.contrib.filters.admin import AutocompleteSelectFilter, ChoicesCheckboxFilter, RangeDateTimeFilter
from unfold.decorators import action
from unfold.enums import ActionVariant

from backoffice.core.access import may
from backoffice.core.admin_columns import money, status_column, unbroken
from backoffice.core.admin_editing import FactAdmin, FactInline, ReasonForm, apply_to_each, apply_to_one
from orders.admin.payments import PaymentInline
from orders.admin.pickjobs import PickJobInline
from orders.admin.promises import PromiseActions
from orders.models import Bundle, BundleItem, Order, OrderLine, OrderStatus
from orders.services.cancelling import cancel_order, unlock_order


@admin.display(description=_("article"), ordering="article__tenant_article_id")
def sku(line: OrderLine) -> str:
    return f"{line.article.tenant_article_id} {line.article.title or line.title}"


class OrderLineInline(FactInline):
    model = OrderLine
    verbose_name_plural = _("lines")
    ordering = ("position",)
    related = ("article",)
    fields = ("position", sku, "quantity", "cancelled", "fulfilled", "short_picked", "shop_price")


class BundleInline(FactInline):
    model = Bundle
    fields = ("position", "service")


@admin.register(Order)
class OrderAdmin(PromiseActions, FactAdmin):
    list_display = (
        *("number", "state", "order_date", "consumer_name", "way", "country", "lines_count"),
        *("total", "priority"),
    )
    list_filter = (
        ("status", ChoicesCheckboxFilter),
        ("delivery_type", ChoicesCheckboxFilter),
        ("service_level", ChoicesCheckboxFilter),
        ("collect_facility", AutocompleteSelectFilter),
        ("order_date", RangeDateTimeFilter),
    )
    list_filter_submit = True
    list_select_related = ("collect_facility", "ordering_facility")
    search_fields = ("tenant_order_id", "consumer_id")
    search_help_text = _("An order number, a consumer's id, or the order's whole id")
    ordering = ("-order_date", "-id")
    inlines = (OrderLineInline, PickJobInline, PaymentInline, BundleInline)
    fieldsets = (
        (
            None,
            {
                "fields": (
                    *("tenant_order_id", "state", "order_date", "total", "priority"),
                    *("target_time", "valid_until", "tags", "cancelation_reason"),
                )
            },
        ),
        (
            _("Delivery"),
            {
                "fields": (
                    *("delivery_type", "service_level", "collect_facility", "preselected_facilities"),
                    *("preferred_carriers", "delivery_preferences"),
                ),
                "classes": ("tab",),
            },
        ),
        (
            _("Consumer"),
            {
                "fields": (
                    *("consumer_id", "consumer", "ordering_facility", "country", "latitude", "longitude"),
                ),
                "classes": ("tab",),
            },
        ),
        (
            _("History"),
            {
                "fields": (
                    *("id", "version", "created", "last_modified"),
                    *("custom_services", "payment_info", "details", "custom_attributes"),
                ),
                "classes": ("tab",),
            },
        ),
    )
    actions = ("cancel_selected", "unlock_selected", *PromiseActions.on_promises)
    actions_detail = ("cancel", "unlock", *PromiseActions.on_one_promise)

    state = status_column("status", OrderStatus)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).annotate(lines_number=Count("lines"))

    @admin.display(description=_("order"), ordering="tenant_order_id")
    def number(self, order: Order) -> SafeString:
        return unbroken(order)

    @admin.display(description=_("value"), ordering="value")
    def total(self, order: Order) -> str:
        return money(order.value, order.currency)

    @admin.display(description=_("consumer"), ordering="consumer_id")
    def consumer_name(self, order: Order) -> str:
        if order.ordering_facility is not None:
            return str(order.ordering_facility)
        address: dict[str, str] = next(iter(order.consumer.get("addresses", ())), {})
        names = (address.get("firstName"), address.get("lastName"), address.get("companyName"))
        return " ".join(name for name in names if name) or order.consumer_id

    @admin.display(description=_("delivery"))
    def way(self, order: Order) -> str:
        if order.collect_facility is not None:
            return say("Collect at %(facility)s") % {"facility": order.collect_facility}
        return str(order.get_service_level_display())

    @admin.display(description=_("lines"), ordering="lines_number")
    def lines_count(self, order: Any) -> int:
        return int(order.lines_number)

    def has_cancel_permission(self, request: HttpRequest, *_: Any) -> bool:
        return may(request.user, "orders.cancel")

    def has_place_permission(self, request: HttpRequest, *_: Any) -> bool:
        return may(request.user, "orders.place")

    @action(description=_("Cancel"), permissions=["cancel"])
    def cancel_selected(self, request: HttpRequest, queryset: QuerySet[Order]) -> None:
        apply_to_each(request, queryset, _cancel, _cancelled)

    @action(description=_("Unlock"), permissions=["place"])
    def unlock_selected(self, request: HttpRequest, queryset: QuerySet[Order]) -> None:
        apply_to_each(request, queryset, _unlock, _unlocked)

    @action(
        description=_("Cancel"),
        permissions=["cancel"],
        icon="cancel",
        variant=ActionVariant.DANGER,
        dialog={
            "title": _("Cancel this order"),
            "description": _("Its plans and pick jobs are cancelled, and what they hold is free for others."),
            "form_class": ReasonForm,
            "form_submit_text": _("Cancel the order"),
        },
    )
    def cancel(self, request: HttpRequest, form: ReasonForm, object_id: str) -> HttpResponse:
        work = partial(_cancel, reason=form.cleaned_data["reason"])
        return self._apply(request, object_id, work, _cancelled)

    @action(
        description=_("Unlock"),
        permissions=["place"],
        icon="lock_open",
        dialog={
            "title": _("Unlock this order"),
            "description": _("Its routed plans get their pick jobs."),
            "form_class": ReasonForm,
            "form_submit_text": _("Unlock the order"),
        },
    )
    def unlock(self, request: HttpRequest, form: ReasonForm, object_id: str) -> HttpResponse:
        work = partial(_unlock, reason=form.cleaned_data["reason"])
        return self._apply(request, object_id, work, _unlocked)

    def _apply(self, request: HttpRequest, object_id: str, work: Any, done: Any) -> HttpResponse:
        order = Order.objects.get(pk=object_id)
        url = reverse("admin:orders_order_change", args=(order.pk,))
        return apply_to_one(request, order, work, done, url=url)


def _cancel(order: Order, reason: str = "") -> None:
    cancel_order(order_id=order.pk, version=order.version, reason=reason)


def _unlock(order: Order, reason: str = "") -> None:
    unlock_order(order_id=order.pk, version=order.version, reason=reason)


def _cancelled(count: int) -> str:
    return ngettext("%(count)d order was cancelled.", "%(count)d orders were cancelled.", count) % {
        "count": count
    }


def _unlocked(count: int) -> str:
    return ngettext("%(count)d order was unlocked.", "%(count)d orders were unlocked.", count) % {
        "count": count
    }


@admin.register(OrderLine)
class OrderLineAdmin(FactAdmin):
    list_display = (
        "order",
        "position",
        sku,
        "quantity",
        "cancelled",
        "fulfilled",
        "short_picked",
        "shop_price",
    )
    list_filter = (("article", AutocompleteSelectFilter),)
    list_filter_submit = True
    list_select_related = ("order", "article")
    search_fields = ("order__tenant_order_id", "article__tenant_article_id", "title")
    id_fields = ("pk", "order", "article")
    ordering = ("-id",)


class BundleItemInline(FactInline):
    model = BundleItem
    verbose_name_plural = _("items")
    related = ("line__article",)
    fields = ("line", "quantity")


@admin.register(Bundle)
class BundleAdmin(FactAdmin):
    list_display = ("order", "position", "name")
    list_select_related = ("order",)
    search_fields = ("order__tenant_order_id",)
    id_fields = ("pk", "order")
    ordering = ("-id",)
    inlines = (BundleItemInline,)

    @admin.display(description=_("service"))
    def name(self, bundle: Bundle) -> str:
        return str(bundle.service.get("tenantCustomServiceId", ""))


@admin.register(BundleItem)
class BundleItemAdmin(FactAdmin):
    list_display = ("bundle", "line", "quantity")
    list_select_related = ("bundle", "line__article")
    search_fields = ("line__article__tenant_article_id", "bundle__order__tenant_order_id")
    id_fields = ("bundle", "line")
    ordering = ("-id",)
