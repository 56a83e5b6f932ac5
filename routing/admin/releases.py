from __future__ import annotations

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import AutocompleteSelectFilter, ChoicesCheckboxFilter, RangeDateTimeFilter

from backoffice.core.admin_columns import as_id
from backoffice.core.admin_editing import FactAdmin
from routing.models import ReleaseRun, ReleaseTrigger, TriggerCause, WaitingArticle


@admin.register(ReleaseRun)
class ReleaseRunAdmin(FactAdmin):
    list_display = (
        *("started", "why", "considered", "released", "still_waiting", "backed_units"),
        "duration",
    )
    list_filter = (("started", RangeDateTimeFilter),)
    list_filter_submit = True
    search_fields = ("articles",)  # shows the search box
    search_help_text = _("The whole id of a run, or of an article that it was woken for")
    ordering = ("-id",)
    fields = (
        *("started", "finished", "why", "considered", "released", "still_waiting", "backed_units"),
        *("duration", "articles", "id"),
    )

    @admin.display(description=_("woken by"))
    def why(self, run: ReleaseRun) -> str:
        labels = dict(TriggerCause.choices)
        return ", ".join(f"{labels.get(cause, cause)} × {count}" for cause, count in run.causes.items())

    @admin.display(description=_("milliseconds"), ordering="seconds")
    def duration(self, run: ReleaseRun) -> str:
        return f"{run.seconds * 1000:.0f}"

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[ReleaseRun], search_term: str
    ) -> tuple[QuerySet[ReleaseRun], bool]:
        term = search_term.strip()
        if not term:
            return queryset, False
        found = Q(articles__icontains=term)
        if (id := as_id(term)) is not None:
            found |= Q(pk=id)
        return queryset.filter(found), False


@admin.register(ReleaseTrigger)
class ReleaseTriggerAdmin(FactAdmin):
    list_display = ("created", "cause", "article", "facility", "plan", "lease_until")
    list_filter = (("cause", ChoicesCheckboxFilter), ("article", AutocompleteSelectFilter))
    list_filter_submit = True
    list_select_related = ("article", "facility", "plan")
    search_fields = ("article__tenant_article_id", "facility__name")
    id_fields = ("plan", "article", "facility", "lease")
    ordering = ("-id",)


@admin.register(WaitingArticle)
class WaitingArticleAdmin(FactAdmin):
    """The index of the waiting room, in release order."""

    list_display = ("order", "sku", "article", "quantity", "missing", "alone", "watched", "waiting_since")
    list_display_links = ("order", "sku")
    list_filter = (("article", AutocompleteSelectFilter), "alone", "watched")
    list_filter_submit = True
    list_select_related = ("plan__order", "article")
    search_fields = ("article__tenant_article_id", "article__title", "plan__order__tenant_order_id")
    id_fields = ("plan", "plan__order", "article")
    ordering = ("rank", "plan")
    fields = ("plan", "article", "quantity", "missing", "alone", "watched")

    @admin.display(description=_("order"))
    def order(self, entry: WaitingArticle) -> str:
        return str(entry.plan.order)

    @admin.display(description=_("article"), ordering="article__tenant_article_id")
    def sku(self, entry: WaitingArticle) -> str:
        return entry.article.tenant_article_id

    @admin.display(description=_("waiting since"), ordering="plan__waiting_since")
    def waiting_since(self, entry: WaitingArticle) -> object:
        return entry.plan.waiting_since
