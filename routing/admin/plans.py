from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet, prefetch_related_objects
from django.http import HttpRequest
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import (
    AutocompleteSelectFilter,
    ChoicesCheckboxFilter,
    ChoicesDropdownFilter,
    RangeDateTimeFilter,
)
from unfold.views import ChangeList

from backoffice.core.admin_columns import link_to, status_column, unbroken
from backoffice.core.admin_editing import FactAdmin, FactInline
from routing.admin.decisions import DecisionLogInline
from routing.admin.interventions import InterventionActions
from routing.models import PlanLine, PlanStatus, RoutingPlan, WaitingArticle
from routing.sentences import names_of, sentence_of


class PlanList(ChangeList):
    """The plans of a page, each with its sentence; what the sentences mention is looked up once for all."""

    result_list: Any

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        plans = list(self.result_list)
        names = names_of(plans)
        for plan in plans:
            plan.sentence = sentence_of(plan, names)
        self.result_list = plans


class PlanLineInline(FactInline):
    model = PlanLine
    verbose_name_plural = _("lines")
    related = ("article", "bundle")
    fields = ("article", "quantity", "bundle", "expected_date", "expected_date_source")


class WaitingArticleInline(FactInline):
    model = WaitingArticle
    verbose_name_plural = _("waits for")
    related = ("article",)
    fields = ("article", "quantity", "missing")


@admin.register(RoutingPlan)
class RoutingPlanAdmin(InterventionActions, FactAdmin):
    list_display = ("order_number", "state", "sentence", "facility", "way", "waiting_since", "order_date")
    list_filter = (
        ("status", ChoicesCheckboxFilter),
        ("consolidated_status", ChoicesDropdownFilter),
        ("facility", AutocompleteSelectFilter),
        ("lines__article", AutocompleteSelectFilter),
        ("order__order_date", RangeDateTimeFilter),
    )
    list_filter_submit = True
    list_select_related = ("order", "facility")
    search_fields = ("order__tenant_order_id", "order__consumer_id")
    search_help_text = _("An order number, a consumer's id, or the whole id of a plan or an order")
    id_fields = ("pk", "order", "facility")
    ordering = ("rank", "id")
    inlines = (PlanLineInline, WaitingArticleInline, DecisionLogInline)
    fieldsets = (
        (
            None,
            {
                "fields": (
                    *("order", "state", "sentence", "facility", "pick_job", "waiting_since", "behaviour"),
                    *("expected_date", "held_until", "pinned_at", "overstayed_at", "may_still_wait"),
                    *("not_before", "preorder_start", "restocked_at", "planned_for", "remainder"),
                )
            },
        ),
        (
            _("Lineage"),
            {
                "fields": (
                    "parent",
                    "children_links",
                    "reroute_predecessor",
                    "successor_links",
                    "split_count",
                ),
                "classes": ("tab",),
            },
        ),
        (
            _("Routing"),
            {
                "fields": (
                    *("consolidated_status", "run_type", "routing_run", "first_routing_attempt"),
                    "unroutable_since",
                    *("queued_run", "queued_at", "delivery_type", "service_level", "facility_blacklist"),
                    *("reason", "id", "version", "created", "last_modified"),
                ),
                "classes": ("tab",),
            },
        ),
    )

    state = status_column("status", PlanStatus)

    def get_queryset(self, request: HttpRequest) -> QuerySet[RoutingPlan]:
        return super().get_queryset(request).prefetch_related("lines")

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        """What the page computes is looked up once: the theme asks for it again and again."""
        plan = super().get_object(request, object_id, from_field)
        if plan is not None:
            prefetch_related_objects([plan], "children", "reroute_successors")
            plan.sentence = sentence_of(plan, names_of([plan]))
        return plan

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return PlanList

    @admin.display(description=_("order"), ordering="order__tenant_order_id")
    def order_number(self, plan: RoutingPlan) -> SafeString:
        return unbroken(plan.order)

    @admin.display(description=_("may still wait"), boolean=True)
    def may_still_wait(self, plan: RoutingPlan) -> bool:
        """Whether today's rules would still let it wait (W2)."""
        return not plan.may_no_longer_wait

    @admin.display(description=_("why"))
    def sentence(self, plan: Any) -> str:
        return str(plan.sentence)

    @admin.display(description=_("delivery"), ordering="service_level")
    def way(self, plan: RoutingPlan) -> str:
        if plan.order.collect_facility_id is not None:
            return str(plan.get_delivery_type_display())
        return str(plan.get_service_level_display())

    @admin.display(description=_("order date"), ordering="order__order_date")
    def order_date(self, plan: RoutingPlan) -> object:
        return plan.order.order_date

    @admin.display(description=_("children"))
    def children_links(self, plan: RoutingPlan) -> SafeString:
        return _links(plan.children.all())

    @admin.display(description=_("replaced by"))
    def successor_links(self, plan: RoutingPlan) -> SafeString:
        return _links(plan.reroute_successors.all())


@admin.register(PlanLine)
class PlanLineAdmin(FactAdmin):
    list_display = ("plan", "article", "quantity", "bundle", "expected_date", "expected_date_source")
    list_filter = (("article", AutocompleteSelectFilter), ("plan__status", ChoicesCheckboxFilter))
    list_filter_submit = True
    list_select_related = ("plan", "article", "bundle")
    search_fields = ("article__tenant_article_id", "plan__order__tenant_order_id")
    id_fields = ("pk", "plan", "plan__order", "order_line", "article")
    ordering = ("-id",)


def _links(plans: QuerySet[RoutingPlan]) -> SafeString:
    return format_html_join(" ", "{}", ((link_to(plan),) for plan in plans))
