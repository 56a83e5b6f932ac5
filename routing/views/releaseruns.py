"""Release runs: what woke the waiting room, how many it looked at, and who could go (W2, W4)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any, ClassVar
from uuid import UUID

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils.functional import cached_property
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from backoffice.core.days import day
from backoffice.core.models import DomainEvent
from backoffice.core.ui.screens import ListScreen
from inventory.models import Facility
from orders.models import OrderLine
from routing.events import PlanReleased
from routing.models import ReleaseRun, RoutingPlan
from routing.releaserun_filters import ReleasedPlanFilter, ReleaseRunScreenFilter
from routing.releaserun_tables import (
    ARTICLES_SHOWN,
    ReleasedPlanTable,
    ReleasedRow,
    ReleaseRunTable,
    RunRow,
    took,
    why,
)
from routing.sentences import articles_by_id

ARTICLES_OF_A_RUN = 60


class ReleaseRunsView(ListScreen):
    """The newest first."""

    permissions: ClassVar[dict[str, str]] = {"*": "routing.view"}
    template_name = "routing/release_runs.html"
    filterset_class = ReleaseRunScreenFilter
    table_class = ReleaseRunTable
    keys = ("-id",)
    extra_context = {
        "empty": {
            "icon": "door-open",
            "title": _("Nothing woke the waiting room yet"),
            "text": _("Stock that comes, and whatever else may let an order go, starts a pass over it."),
        }
    }

    def get_queryset(self) -> QuerySet[ReleaseRun]:
        return ReleaseRun.objects.all()

    def rows_of(self, found: Sequence[ReleaseRun]) -> list[RunRow]:
        shown = {run.pk: run.articles[:ARTICLES_SHOWN] for run in found}
        articles = articles_by_id(id for ids in shown.values() for id in ids)
        return [RunRow(run, [articles[id] for id in shown[run.pk] if id in articles]) for run in found]


class ReleaseRunView(ListScreen):
    """One run, and the plans that it let go."""

    permissions: ClassVar[dict[str, str]] = {"*": "routing.view"}
    template_name = "routing/release_run.html"
    filterset_class = ReleasedPlanFilter
    table_class = ReleasedPlanTable
    keys = ("id",)

    @cached_property
    def run(self) -> ReleaseRun:
        return get_object_or_404(ReleaseRun, pk=self.kwargs["pk"])

    def get_queryset(self) -> QuerySet[DomainEvent]:
        return releases_of(self.run)

    def rows_of(self, found: Sequence[DomainEvent]) -> Sequence[Any]:
        return released_rows(found)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        run = self.run
        articles = articles_by_id(run.articles[:ARTICLES_OF_A_RUN])
        return super().get_context_data(
            run=run,
            why=why(run),
            took=took(run),
            articles=sorted(articles.values(), key=lambda article: article.tenant_article_id),
            more=max(0, len(run.articles) - ARTICLES_OF_A_RUN),
            empty={
                "icon": "hourglass",
                "title": say("Nobody could go"),
                "text": say("What came was not enough for those who wait, or is not where they need it."),
            },
            **kwargs,
        )


def releases_of(run: ReleaseRun) -> QuerySet[DomainEvent]:
    """What was told of the plans that the run let go.

    A run keeps counts, and its plans are found by when they were released and what it served: at a time only one run
    serves an article (W3).
    """
    end = run.finished or run.started + timedelta(seconds=run.seconds)
    told = DomainEvent.objects.filter(
        name=PlanReleased.name, occurred_at__gte=run.started, occurred_at__lte=end
    )
    if not run.articles:
        return told
    concerned = OrderLine.objects.filter(article__in=run.articles)
    return told.filter(process_id__in=concerned.values("order"))


def released_rows(events: Sequence[DomainEvent]) -> list[ReleasedRow]:
    """Two queries, however many there are."""
    plans = RoutingPlan.objects.select_related("order").in_bulk([UUID(event.resource_id) for event in events])
    wanted = {event.facts.get("facilityRef") for event in events}
    names = {
        str(id): name
        for id, name in Facility.with_retired.filter(id__in=wanted - {None}).values_list("id", "name")
    }
    return [
        ReleasedRow(
            at=event.occurred_at,
            plan=plans.get(UUID(event.resource_id)),
            where=_where(event, names.get(event.facts.get("facilityRef", ""))),
        )
        for event in events
    ]


def _where(event: DomainEvent, facility: str | None) -> str:
    if facility is None:
        return say("Released in parts, which are plans of their own")
    planned_for = event.facts.get("plannedFor")
    if planned_for:
        said = {"facility": facility, "day": day(date.fromisoformat(planned_for))}
        return say("Planned at %(facility)s for %(day)s") % said
    return say("Released to %(facility)s") % {"facility": facility}
