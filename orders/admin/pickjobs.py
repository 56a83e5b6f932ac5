from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet, Sum
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import AutocompleteSelectFilter, ChoicesCheckboxFilter, RangeDateTimeFilter

from backoffice.core.admin_columns import message_column, status_column, unbroken
from backoffice.core.admin_editing import FactAdmin, FactInline
from orders.models import PickJob, PickJobStatus, PickLine, PickLineStatus


class PickJobInline(FactInline):
    model = PickJob
    related = ("facility",)
    fields = ("short_id", "facility", "status", "sub_status", "not_before", "created")
    show_change_link = True


class PickLineInline(FactInline):
    model = PickLine
    verbose_name_plural = _("lines")
    related = ("article", "order_line")
    fields = ("article", "quantity", "picked", "unbacked", "status", "stock_emptied", "reference")


@admin.register(PickJob)
class PickJobAdmin(FactAdmin):
    list_display = (
        *("short_id", "order_number", "facility", "state", "sub_status", "units", "unbacked", "channel"),
        *("not_before", "order_date"),
    )
    list_filter = (
        ("status", ChoicesCheckboxFilter),
        ("sub_status", ChoicesCheckboxFilter),
        ("facility", AutocompleteSelectFilter),
        ("created", RangeDateTimeFilter),
    )
    list_filter_submit = True
    list_select_related = ("order", "facility")
    search_fields = ("short_id", "tenant_order_id")
    id_fields = ("pk", "order", "reference", "facility")
    ordering = ("-id",)
    inlines = (PickLineInline,)
    fields = (
        *("short_id", "order", "facility", "state", "sub_status", "why", "channel"),
        *("service_level", "not_before", "target_time", "order_date", "reference"),
        *("id", "version", "created", "last_modified", "custom_attributes"),
    )

    state = status_column("status", PickJobStatus)
    why = message_column("status_reason")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return (
            super()
            .get_queryset(request)
            .annotate(to_pick=Sum("lines__quantity"), without_stock=Sum("lines__unbacked"))
        )

    @admin.display(description=_("order"), ordering="tenant_order_id")
    def order_number(self, job: PickJob) -> SafeString:
        return unbroken(job.order)

    @admin.display(description=_("units"), ordering="to_pick")
    def units(self, job: Any) -> int:
        return int(job.to_pick or 0)

    @admin.display(description=_("unbacked"), ordering="without_stock")
    def unbacked(self, job: Any) -> int:
        return int(job.without_stock or 0)


@admin.register(PickLine)
class PickLineAdmin(FactAdmin):
    list_display = ("pick_job", "article", "quantity", "picked", "unbacked", "state")
    list_filter = (("status", ChoicesCheckboxFilter), ("article", AutocompleteSelectFilter))
    list_filter_submit = True
    list_select_related = ("pick_job", "article")
    search_fields = ("pick_job__short_id", "article__tenant_article_id", "pick_job__tenant_order_id")
    id_fields = ("pk", "pick_job", "reference", "article")
    ordering = ("-id",)

    state = status_column("status", PickLineStatus)
