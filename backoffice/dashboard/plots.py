"""The dashboard's charts: how long plans wait, how many go, what is wanted and what comes, who has how much to do."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import Count, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from backoffice.core.ui.charts import Chart, Point, Series
from backoffice.dashboard.figures import AGES, Bar, Crowd
from inventory.models import OutOfStockBehaviour
from orders.models import PickJob, PickJobStatus
from routing.demand import Demand

COLOURS: dict[str, str] = {
    OutOfStockBehaviour.BACKORDER: "accent",
    OutOfStockBehaviour.PREORDER: "violet-ink",
    OutOfStockBehaviour.PREORDER_AND_RESTOCK: "blue-ink",
}
OTHERWISE = "amber-ink"

BUSIEST = 8
"""How many facilities the chart of their load shows."""


def age_chart(crowds: Sequence[Crowd], bars: Sequence[Bar]) -> Chart:
    """Plans by age, as :func:`backoffice.dashboard.figures.by_age` has them, and by the behaviour that lets them."""
    days = (0, *AGES)
    named: dict[str, Any] = dict(OutOfStockBehaviour.choices)
    plans: dict[str, list[int]] = {}
    for crowd in crowds:
        plans.setdefault(crowd.behaviour, [0] * len(days))[days.index(crowd.days)] += crowd.standing.plans
    return Chart(
        id="ages",
        title=_("Waiting plans by age"),
        axis=_("Age"),
        points=[Point(bar.label, bar.url) for bar in bars],
        series=[
            Series(
                named.get(behaviour) or _("Other"), plans[behaviour], COLOURS.get(behaviour, OTHERWISE), "all"
            )
            for behaviour in sorted(plans, key=lambda key: (-sum(plans[key]), key))
        ],
        columns=[
            Series(_("Plans"), [bar.plans for bar in bars]),
            Series(_("Units"), [bar.units for bar in bars]),
        ],
    )


def release_chart(days: Sequence[tuple[date, int]]) -> Chart:
    return Chart(
        id="releases",
        title=_("Plans released per day"),
        axis=_("Day"),
        points=[Point(date_format(day, say("j M")), releases_of(day)) for day, _count in days],
        series=[Series(_("Released"), [count for _day, count in days])],
    )


def release_chart_by_hour(hours: Sequence[tuple[datetime, int]]) -> Chart:
    return Chart(
        id="releases",
        title=_("Plans released per hour"),
        axis=_("Hour"),
        points=[
            Point(date_format(local, "H:i"), releases_of(local.date()))
            for local in (timezone.localtime(hour) for hour, _count in hours)
        ],
        series=[Series(_("Released"), [count for _hour, count in hours])],
    )


def releases_of(day: date) -> str:
    """Where the passes of the reader's day are listed that let somebody go."""
    query = {"show": "RELEASED", "dayFrom": day.isoformat(), "dayTo": day.isoformat()}
    return f"{reverse('release-runs')}?{urlencode(query)}"


def demand_chart(wanted: Sequence[Demand]) -> Chart:
    """What is wanted most, beside what is there or on its way."""
    return Chart(
        id="demand",
        title=_("Units wanted, and units that are there or coming"),
        axis=_("Article"),
        points=[
            Point(one.article.tenant_article_id, reverse("article-demand", args=(one.article.pk,)))
            for one in wanted
        ],
        series=[
            Series(_("Wanted"), [one.units for one in wanted], "accent", "wanted"),
            Series(_("Available"), [one.supply.available for one in wanted], "line-strong", "supply"),
            Series(_("Coming"), [one.expected for one in wanted], "blue-ink", "supply"),
            Series(
                _("Late, undated or on hold"), [one.supply.unscheduled for one in wanted], OTHERWISE, "supply"
            ),
        ],
        form="bars",
    )


def load_chart() -> Chart:
    """Pick jobs that are to be started, and those that have been, where there are most. One query."""
    groups = {name: Q(status__in=PickJobStatus.in_group(name)) for name in ("unstarted", "started")}
    rows: Any = (
        PickJob.objects.filter(groups["unstarted"] | groups["started"])
        .order_by()
        .values("facility", "facility__name")
        .annotate(
            jobs=Count("id"),
            unstarted=Count("id", filter=groups["unstarted"]),
            started=Count("id", filter=groups["started"]),
        )
        .order_by("-jobs", "facility__name")[:BUSIEST]
    )
    counted = list(rows)
    return Chart(
        id="load",
        title=_("Pick jobs by facility"),
        axis=_("Facility"),
        points=[Point(row["facility__name"], _jobs_at(row["facility"])) for row in counted],
        series=[
            Series(_("To start"), [row["unstarted"] for row in counted], "accent", "all"),
            Series(_("Being picked"), [row["started"] for row in counted], "blue-ink", "all"),
        ],
        form="bars",
    )


def _jobs_at(facility_id: UUID) -> str:
    """Where what is to be picked at the facility is listed."""
    return f"{reverse('pick-jobs')}?{urlencode({'facility': facility_id})}"
