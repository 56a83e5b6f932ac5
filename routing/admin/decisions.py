from __future__ import annotations

from django.contrib import admin
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesCheckboxFilter, FieldTextFilter, RangeDateTimeFilter

from backoffice.core.admin_columns import status_column
from backoffice.core.admin_editing import FactAdmin, FactInline
from routing.models import DecisionLog, DecisionSnapshot, PlanStatus


class DecisionLogInline(FactInline):
    model = DecisionLog
    verbose_name_plural = _("decisions")
    fields = ("run", "run_type", "status", "actor", "created")
    show_change_link = True


@admin.register(DecisionLog)
class DecisionLogAdmin(FactAdmin):
    list_display = ("created", "order", "run", "run_type", "state", "actor")
    list_filter = (
        ("run_type", ChoicesCheckboxFilter),
        ("actor", FieldTextFilter),
        ("created", RangeDateTimeFilter),
    )
    list_filter_submit = True
    list_select_related = ("plan__order",)
    search_fields = ("plan__order__tenant_order_id",)
    id_fields = ("plan", "plan__order")
    ordering = ("-id",)
    fields = ("plan", "order", "run", "run_type", "state", "actor", "created", "snapshot", "facts")

    state = status_column("status", PlanStatus, "result")

    @admin.display(description=_("order"), ordering="plan__order__tenant_order_id")
    def order(self, log: DecisionLog) -> str:
        return str(log.plan.order)


@admin.register(DecisionSnapshot)
class DecisionSnapshotAdmin(FactAdmin):
    """What the decisions of one chunk share."""

    list_display = ("id", "created", "revision")
    list_filter = (("created", RangeDateTimeFilter),)
    list_filter_submit = True
    list_select_related = ("revision__strategy",)
    search_fields = ("=id",)
    id_fields = ("decision_logs__plan",)
    ordering = ("-id",)
