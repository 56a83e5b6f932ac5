"""Demand: what is waited for, what is coming, and when that is enough (spec 6)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from itertools import accumulate
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils.formats import date_format
from django.utils.functional import cached_property
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from backoffice.core.ui.charts import Chart, Point, Series
from backoffice.core.ui.offers import Offer
from backoffice.core.ui.screens import ListScreen, Screen
from inventory.models import Article
from routing.demand import Demand, demand_of, demanded
from routing.filters import DemandScreenFilter
from routing.tables import DemandTable

DAYS_AFTER = 3
"""How many days the chart goes on after the last delivery."""

MOST_DAYS = 180
"""How many days it shows at most; the table shows all."""


class DemandView(ListScreen):
    """What is wanted most comes first."""

    permissions: ClassVar[dict[str, str]] = {"*": "routing.view"}
    template_name = "routing/demand.html"
    filterset_class = DemandScreenFilter
    table_class = DemandTable
    keys = ("-units", "id")
    queryset: QuerySet[Any] = Article.objects.all()
    extra_context = {
        "empty": {
            "icon": "circle-check",
            "title": _("Nothing is waited for"),
            "text": _("Articles stand here that orders in the waiting room need, with what is on its way."),
            "offers": (Offer(_("To the waiting room"), "waiting-room", "routing.view"),),
        }
    }

    def rows_of(self, found: Sequence[Any]) -> list[Demand]:
        return demand_of(found, self.facility_ids)

    @cached_property
    def facility_ids(self) -> Any:
        return DemandScreenFilter(self.request.GET).facility_ids


class ArticleDemandView(Screen):
    """One article: what comes on which day, and how much is still missing then. Nobody may wait for it any more."""

    permissions: ClassVar[dict[str, str]] = {"*": "routing.view"}
    template_name = "routing/article_demand.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        article = get_object_or_404(Article, pk=self.kwargs["pk"])
        found = demanded(Article.objects.filter(pk=article.pk)).first()
        (demand,) = demand_of([found]) if found is not None else (None,)
        return super().get_context_data(
            article=article, demand=demand, chart=supply_chart(demand) if demand else None, **kwargs
        )


def supply_chart(demand: Demand) -> Chart | None:
    """What is wanted, and what is there by each day; nothing to draw where nothing comes on a known day."""
    there = {coming.day: coming.units for coming in demand.schedule}
    last = max(there)
    if last == demand.today:
        return None
    span = min((last - demand.today).days + DAYS_AFTER, MOST_DAYS)
    days = [demand.today + timedelta(days=number) for number in range(span + 1)]
    return Chart(
        id="supply",
        title=_("Units wanted, and units that are there, by day"),
        axis=_("Day"),
        points=[Point(date_format(day, say("j M"))) for day in days],
        series=[
            Series(_("Wanted"), [demand.units] * len(days), "red-ink"),
            Series(_("There by then"), list(accumulate(there.get(day, 0) for day in days)), "accent"),
        ],
        form="steps",
    )
