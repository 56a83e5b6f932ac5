"""The first screen: how the waiting room stands."""

from __future__ import annotations

from typing import Any, ClassVar

from django.utils import timezone

from backoffice.core.ui.screens import PartedScreen, Screen
from backoffice.dashboard import figures, health, plots
from backoffice.dashboard.activity import concerns
from backoffice.dashboard.first_steps import first_steps
from backoffice.dashboard.installation import installation
from routing.models import PlanStatus
from routing.readiness import PATIENCE

HOURLY = "hours"
"""What ``rate`` says when releases are wanted by the hour; by the day otherwise."""


class DashboardView(PartedScreen):
    """How the shop stands. What to do first stands on top while it is new, and alone until the first order."""

    permissions: ClassVar[dict[str, str]] = {"*": "routing.view"}
    template_name = "dashboard/dashboard.html"
    parts = ("first_steps", "figures", "concerns", "lists")
    """What the page asks for again, one by one, when something may have changed; concerns only then."""
    part_template = "dashboard/partials/%s.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        part = self.part
        context = super().get_context_data(**kwargs)
        if part in (None, "first_steps"):
            steps = context["steps"] = first_steps()
            context["empty"] = steps is not None and not steps["order"]
            if part or context["empty"]:
                return context
        if part in (None, "figures"):
            context |= _figures(by_hour=self.request.GET.get("rate") == HOURLY)
        if part == "concerns":
            context["concerns"] = concerns(self.request.user)
        if part in (None, "lists"):
            wanted = figures.wanted_articles()
            context |= {
                "oldest": figures.oldest_waiting(),
                "wanted": wanted,
                "demand_chart": plots.demand_chart(wanted),
                "runs": figures.latest_runs(),
                "late": figures.late_expected_stock(),
            }
        return context


def _figures(*, by_hour: bool) -> dict[str, Any]:
    now = timezone.now()
    standings = figures.standings()
    number, since = figures.queued()
    days = figures.released_by_day(now)
    crowds = figures.waiting_crowds(now)
    ages = figures.by_age(crowds)
    reasons, behaviours = figures.by_reason(crowds)
    return {
        "waiting": standings[PlanStatus.WAITING],
        "planned": standings[PlanStatus.PLANNED],
        "unroutable": standings[PlanStatus.NOT_ROUTABLE] + standings[PlanStatus.RETRYABLE],
        "late_units": figures.late_standing(),
        "queued": number,
        "stuck": since is not None and now - since > PATIENCE,
        "worker": health.worker(),
        "ages": ages,
        "age_chart": plots.age_chart(crowds, ages),
        "overstaying": sum(crowd.overstaying for crowd in crowds),
        "reasons": reasons,
        "behaviours": behaviours,
        "days": days,
        "by_hour": by_hour,
        "release_chart": plots.release_chart_by_hour(figures.released_by_hour(now))
        if by_hour
        else plots.release_chart(days),
        "load_chart": plots.load_chart(),
        "released_today_url": plots.releases_of(days[-1][0]),
        "released_today": days[-1][1],
        "released_this_week": sum(count for _day, count in days[-7:]),
    }


class InstallationView(Screen):
    """What the environment sets, to look at."""

    permissions: ClassVar[dict[str, str]] = {"*": "core.view_installation"}
    template_name = "dashboard/installation.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(groups=installation(), **kwargs)
