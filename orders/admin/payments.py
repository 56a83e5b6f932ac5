from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.contrib.filters.admin import ChoicesCheckboxFilter
from unfold.decorators import action

from backoffice.core.access import may
from backoffice.core.admin_columns import message_column, status_column
from backoffice.core.admin_editing import FactAdmin, FactInline, apply_to_each
from orders.models import (
    ExpiryNotice,
    OperationStatus,
    PaymentAuthorisation,
    PaymentOperation,
    PaymentRelease,
    PaymentStatus,
)
from orders.services.paymentwork import retry_now


class PaymentInline(FactInline):
    model = PaymentAuthorisation
    verbose_name_plural = _("payments")
    fields = ("amount", "currency", "status", "gateway_reference", "expires_at", "error")
    show_change_link = True

    error = message_column("last_error")


class OperationInline(FactInline):
    model = PaymentOperation
    verbose_name_plural = _("operations")
    fields = ("kind", "amount", "status", "gateway", "attempts", "next_attempt", "error")
    show_change_link = True

    error = message_column("last_error")


@admin.register(PaymentAuthorisation)
class PaymentAuthorisationAdmin(FactAdmin):
    list_display = (
        *("order", "amount", "currency", "state", "expiry", "gateway_reference", "expires_at"),
        "error",
    )
    list_filter = (
        ("status", ChoicesCheckboxFilter),
        ("expiry_notice", ChoicesCheckboxFilter),
        "currency",
    )
    list_filter_submit = True
    list_select_related = ("order",)
    search_fields = ("order__tenant_order_id", "gateway_reference")
    id_fields = ("pk", "order", "reference")
    ordering = ("-id",)
    inlines = (OperationInline,)
    fields = (
        *("order", "amount", "currency", "state", "expiry", "reference", "units", "voiding", "replaces"),
        *("origin", "gateway_reference", "original_reference", "expires_at", "error"),
        *("id", "version", "created", "last_modified"),
    )

    state = status_column("status", PaymentStatus)
    expiry = status_column("expiry_notice", ExpiryNotice, "expiry")
    error = message_column("last_error")


@admin.register(PaymentOperation)
class PaymentOperationAdmin(FactAdmin):
    list_display = (
        *("order", "kind", "amount", "state", "gateway", "attempts", "next_attempt", "declined"),
        "error",
    )
    list_filter = (
        ("status", ChoicesCheckboxFilter),
        ("kind", ChoicesCheckboxFilter),
        "declined",
        "gateway",
    )
    list_filter_submit = True
    list_select_related = ("order", "authorisation")
    search_fields = ("order__tenant_order_id", "authorisation__gateway_reference", "last_error")
    id_fields = ("pk", "order", "authorisation", "key")
    ordering = ("-id",)
    actions = ("retry_selected",)
    fields = (
        *("order", "authorisation", "kind", "amount", "state", "gateway", "key", "attempts"),
        *("next_attempt", "lease_until", "declined", "error"),
        *("id", "version", "created", "last_modified"),
    )

    state = status_column("status", OperationStatus)
    error = message_column("last_error")

    def has_manage_payments_permission(self, request: HttpRequest, *_: Any) -> bool:
        return may(request.user, "orders.manage_payments")

    @action(description=_("Retry now"), permissions=["manage_payments"])
    def retry_selected(self, request: HttpRequest, queryset: QuerySet[PaymentOperation]) -> None:
        apply_to_each(request, queryset, _retry, _retried)


@admin.register(PaymentRelease)
class PaymentReleaseAdmin(FactAdmin):
    list_display = ("order", "reference", "created")
    list_select_related = ("order",)
    search_fields = ("order__tenant_order_id",)
    id_fields = ("pk", "order", "reference")
    ordering = ("-id",)
    fields = ("order", "reference", "units", "created", "id")


def _retry(operation: PaymentOperation) -> object:
    return retry_now(operation_id=operation.pk)


def _retried(number: int) -> str:
    return ngettext(
        "%(number)d operation is tried again.", "%(number)d operations are tried again.", number
    ) % {"number": number}
