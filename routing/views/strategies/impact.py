"""What a strategy would make of today's plans: in numbers at once, plan by plan in the background."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as say
from django.views.generic import View

from backoffice.core.errors import DomainError
from backoffice.core.models import BackgroundJob
from backoffice.core.ui.screens import PartedScreen, Permitted
from routing.models import RoutingPlan
from routing.services.previews import preview_strategy
from routing.services.strategy_impact import KIND, start_impact
from routing.views.strategies.common import MANAGE, StrategyScreen, seen_by

AT_ONCE = 2_000
"""Plans up to which the numbers are worked out while somebody waits."""

JOBS_SHOWN = 5


class ImpactView(PartedScreen, StrategyScreen):
    """The page, which is there at once; htmx asks for the numbers."""

    permissions: ClassVar[dict[str, str]] = {"*": MANAGE}
    template_name = "routing/strategies/impact.html"
    parts = ("numbers",)
    part_template = "routing/strategies/partials/impact_%s.html"
    tab = "strategy-impact"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        plans = RoutingPlan.objects.filter(queued_run="")
        total = plans.unroutable().count() + plans.waiting().count()
        context: dict[str, Any] = {"total": total, "at_once": total <= AT_ONCE}
        if self.part == "numbers":
            if total <= AT_ONCE:
                context["consequences"] = preview_strategy(self.seen.document)
        else:
            context["jobs"] = self._jobs()
        return super().get_context_data(**context, **kwargs)

    def _jobs(self) -> Sequence[BackgroundJob]:
        jobs = BackgroundJob.objects.filter(kind=KIND, arguments__strategy=str(self.seen.strategy.pk))
        return list(jobs.defer("arguments").order_by("-id")[:JOBS_SHOWN])


class StartImpactView(Permitted, View):
    """Starts the job, whose page it leads to."""

    permissions: ClassVar[dict[str, str]] = {"*": MANAGE}
    http_method_names = ("post", "options")

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        seen = seen_by(request.user, pk)
        name = say("%(name)s, not saved") % {"name": seen.name} if seen.draft else seen.name
        try:
            job = start_impact(strategy_id=pk, name=name, document=seen.document)
        except DomainError as error:
            messages.error(request, error.said)
            return redirect("strategy-impact", pk=pk)
        return redirect("job", pk=job.pk)
