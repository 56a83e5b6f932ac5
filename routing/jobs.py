"""Interventions in many plans as a kind of background job: what people read of them, and what they can do next (M5)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as say
from django.utils.translation import ngettext

from backoffice.core.jobs import JobKind, NextStep, ToldItem
from backoffice.core.models import BackgroundJob, JobItem, JobItemStatus
from inventory.models import Facility
from routing.models import PlanStatus, RoutingPlan
from routing.services.bulk import KIND, undone_by, work_on_plan
from routing.services.intervening import Name


def _title(job: BackgroundJob) -> str:
    name = str(Name(job.arguments["name"]).label)
    count = ngettext("%(count)d plan", "%(count)d plans", job.total) % {"count": job.total}
    shown = say("%(name)s: %(count)s") % {"name": name, "count": count}
    return say("%(title)s (dry run)") % {"title": shown} if job.arguments["dryRun"] else shown


def _tell(job: BackgroundJob, items: Sequence[JobItem]) -> list[ToldItem]:
    """Three queries, however many items there are."""
    ids = {item.result.get("routingPlanRef", item.subject) for item in items}
    plans = RoutingPlan.objects.filter(id__in=[UUID(id) for id in ids]).select_related("order")
    titles = {str(plan.id): str(plan.order) for plan in plans}
    facilities = {item.result["facilityRef"] for item in items if "facilityRef" in item.result}
    names = {
        str(id): name for id, name in Facility.objects.filter(id__in=facilities).values_list("id", "name")
    }
    told = []
    for item in items:
        id = item.result.get("routingPlanRef", item.subject)
        url = reverse("plan", args=(id,)) if id in titles else ""
        told.append(ToldItem(titles.get(id, say("A plan that is not there")), _words(job, item, names), url))
    return told


def _words(job: BackgroundJob, item: JobItem, facilities: Mapping[str, str]) -> str:
    if item.status == JobItemStatus.FAILED:
        return " ".join(problem["message"] for problem in item.result["problems"])
    if item.status == JobItemStatus.PENDING:
        return ""
    return _outcome(item.result, facilities, rehearsed=job.arguments["dryRun"])


def _outcome(result: Mapping[str, Any], facilities: Mapping[str, str], *, rehearsed: bool) -> str:
    status = PlanStatus(result["status"])
    if result.get("beingDecided"):
        return say("Would be decided again.") if rehearsed else say("Is being decided again.")
    if status == PlanStatus.ROUTED:
        facility = facilities.get(result.get("facilityRef", ""), say("a facility that is gone"))
        text = say("Would be routed to %(facility)s.") if rehearsed else say("Was routed to %(facility)s.")
        unbacked = result.get("unbacked", 0)
        more = ngettext(
            "%(units)d unit is not covered by stock.", "%(units)d units are not covered by stock.", unbacked
        ) % {"units": unbacked}
        return f"{text % {'facility': facility}} {more}" if unbacked else text % {"facility": facility}
    text = say("Would then be: %(status)s.") if rehearsed else say("Now: %(status)s.")
    return text % {"status": status.label}


def _next_steps(job: BackgroundJob) -> list[NextStep]:
    if not job.ended or not job.succeeded:
        return []
    if job.arguments["dryRun"]:
        label = ngettext("Do it: %(count)d plan", "Do it: %(count)d plans", job.succeeded)
        url = reverse("carry-out-intervention", args=(job.pk,))
        return [NextStep(label % {"count": job.succeeded}, url, primary=True)]
    undo = undone_by(job)
    if undo is None:
        return []
    label = say("Undo (%(name)s) …") % {"name": undo.label}
    return [NextStep(label, reverse("undo-intervention", args=(job.pk,)))]


INTERVENTIONS = JobKind(
    name=KIND,
    view="routing.view",
    manage="routing.intervene",
    work=work_on_plan,
    title=_title,
    tell=_tell,
    next_steps=_next_steps,
)
