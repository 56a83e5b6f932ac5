"""One pick job: its lines, what became of its plan, and what happened. It is routing's page: it shows the plan."""

from __future__ import annotations

from typing import Any, ClassVar

from django.shortcuts import get_object_or_404
from django.utils import timezone

from backoffice.core.models import DomainEvent
from backoffice.core.ui.screens import Screen
from orders.events import PickJobEvent
from orders.models import PickJob, PickJobStatus
from orders.pickjob_offers import offers
from orders.pickjob_tables import due_words
from routing.pickoutcomes import outcome_of
from routing.timeline import Cast, told

EVENTS_SHOWN = 20


class PickJobView(Screen):
    """The whole page, or the part that changes."""

    permissions: ClassVar[dict[str, str]] = {"*": "orders.view"}
    template_name = "routing/pick_job.html"

    def get_template_names(self) -> list[str]:
        if self.request.headers.get("HX-Target") == "pick-job":
            return ["routing/partials/pick_job.html"]
        return [self.template_name]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        jobs = PickJob.objects.with_line_items().select_related("facility")
        job = get_object_or_404(jobs, pk=kwargs["pk"])
        outcome, now = outcome_of(job), timezone.now()
        return super().get_context_data(
            job=job,
            status=PickJobStatus(job.status),
            outcome=outcome,
            due=due_words(job, now),
            offers=offers(job, now),
            picked=sum(line.picked for line in job.line_items),
            units=sum(line.quantity for line in job.line_items),
            story=story_of(job, [outcome.plan] if outcome.plan else []),
            **kwargs,
        )


def story_of(job: PickJob, plans: list[Any]) -> list[dict[str, Any]]:
    """What happened to the job, newest first."""
    events = list(
        DomainEvent.objects.filter(
            resource_type=PickJobEvent.resource_type, resource_id=str(job.pk)
        ).order_by("-id")[:EVENTS_SHOWN]
    )
    words = told(events, Cast(plans, [job]))
    return [{"event": event, "words": said} for event, said in zip(events, words, strict=True)]
