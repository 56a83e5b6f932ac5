"""The first screen: how the waiting room stands."""

from __future__ import annotations

from typing import Any, ClassVar

from django.http import Http404
from django.utils import timezone

from backoffice.core.ui.screens import Screen
from backoffice.dashboard import figures, health
from backoffice.dashboard.installation import installation
from inventory.models import Facility, Listing, Stock
from orders.models import Order
from routing.models import PlanStatus
from routing.readiness import PATIENCE

PARTS = ("figures", "lists")
"""What the page asks for again, one by one, when something may have changed."""


class DashboardView(Screen):
    """The whole page, or with ``part`` one of its :data:`PARTS`. Until the first order: what to do first."""

    permissions: ClassVar[dict[str, str]] = {"*": "routing.view"}
    template_name = "dashboard/dashboard.html"

    def get_template_names(self) -> list[str]:
        part = self.request.GET.get("part")
        if part is None:
            return [self.template_name]
        if part not in PARTS:
            raise Http404
        return [f"dashboard/partials/{part}.html"]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        part = self.request.GET.get("part")
        context = super().get_context_data(**kwargs)
        if part is None and not Order.objects.exists():
            return {**context, "steps": _first_steps()}
        if part in (None, "figures"):
            context |= _figures()
        if part in (None, "lists"):
            context |= {
                "oldest": figures.oldest_waiting(),
                "wanted": figures.wanted_articles(),
                "runs": figures.latest_runs(),
                "late": figures.late_expected_stock(),
            }
        return context


def _figures() -> dict[str, Any]:
    now = timezone.now()
    standings = figures.standings()
    number, since = figures.queued()
    reasons, behaviours = figures.by_reason()
    days = figures.released_by_day(now)
    return {
        "waiting": standings[PlanStatus.WAITING],
        "planned": standings[PlanStatus.PLANNED],
        "unroutable": standings[PlanStatus.NOT_ROUTABLE] + standings[PlanStatus.RETRYABLE],
        "queued": number,
        "stuck": since is not None and now - since > PATIENCE,
        "worker": health.worker(),
        "ages": figures.by_age(now),
        "overstaying": figures.overstaying(),
        "reasons": reasons,
        "behaviours": behaviours,
        "days": days,
        "released_today": days[-1].count,
        "released_this_week": sum(day.count for day in days[-7:]),
        "today": days[-1].date,
    }


def _first_steps() -> dict[str, bool]:
    """What an empty installation needs, and whether it is there."""
    return {
        "facility": Facility.objects.exists(),
        "listing": Listing.objects.exists(),
        "stock": Stock.objects.exists(),
    }


class InstallationView(Screen):
    """What the environment sets, to look at."""

    permissions: ClassVar[dict[str, str]] = {"*": "core.view_installation"}
    template_name = "dashboard/installation.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(groups=installation(), **kwargs)
