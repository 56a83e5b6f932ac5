"""Activity: what is stuck, what was done last, and the timeline of everything."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from backoffice.core import access
from backoffice.core.jobs import kind_of, known_kinds
from backoffice.core.models import BackgroundJob, DomainEvent, Subscription
from backoffice.core.ui.screens import ListScreen, Screen
from backoffice.dashboard.activity import concerns
from backoffice.dashboard.event_filters import EventScreenFilter
from backoffice.dashboard.event_tables import EventTable
from backoffice.dashboard.event_wording import rows_of
from backoffice.dashboard.figures import FEW
from routing.models import ReleaseRun
from routing.releaserun_tables import why


class ActivityView(Screen):
    """The whole page, or asked by htmx the part that changes."""

    permissions: ClassVar[dict[str, str]] = {"*": "core.view_events"}
    template_name = "dashboard/activity.html"

    def get_template_names(self) -> list[str]:
        if self.request.headers.get("HX-Target") == "activity":
            return ["dashboard/partials/activity.html"]
        return [self.template_name]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user = self.request.user
        context = super().get_context_data(concerns=concerns(user), jobs=latest_jobs(user), **kwargs)
        if access.may(user, "routing.view"):
            context["runs"] = latest_runs()
        if access.may(user, "core.view_webhooks"):
            context["subscriptions"] = list(Subscription.objects.with_counts().order_by("name", "id")[:FEW])
        return context


def latest_runs() -> list[Any]:
    """Each with ``why``, in words."""
    runs: list[Any] = list(ReleaseRun.objects.order_by("-id")[:FEW])
    for run in runs:
        run.why = why(run)
    return runs


def latest_jobs(user: Any) -> list[Any]:
    """Those that the user may look at, each with its ``title``."""
    seen = [kind.name for kind in known_kinds() if access.may(user, kind.view)]
    jobs: list[Any] = list(BackgroundJob.objects.filter(kind__in=seen).order_by("-id")[:FEW])
    for job in jobs:
        job.title = kind_of(job).title(job)
    return jobs


class EventsView(ListScreen):
    """The timeline of everything, newest first."""

    permissions: ClassVar[dict[str, str]] = {"*": "core.view_events"}
    template_name = "dashboard/events.html"
    filterset_class = EventScreenFilter
    table_class = EventTable
    keys = ("-id",)
    extra_context = {
        "empty": {
            "icon": "history",
            "title": _("Nothing has happened yet"),
            "text": _("Whatever changes is told here, with who did it and why."),
        }
    }

    def get_queryset(self) -> QuerySet[DomainEvent]:
        return DomainEvent.objects.all()

    def rows_of(self, found: Sequence[DomainEvent]) -> Sequence[Any]:
        return rows_of(found)
