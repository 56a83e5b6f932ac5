"""Kinds of background jobs about plans: interventions (M5), and what a strategy would make of them. What people read of
them, and what they can do next.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as say
from django.utils.translation import ngettext

from backoffice.core.jobs import JobKind, NextStep, ToldItem
from backoffice.core.models import BackgroundJob, JobItem, JobItemStatus
from backoffice.core.texts import here, restored
from inventory.models import Facility
from routing.models import PlanStatus, RoutingPlan
from routing.services.bulk import KIND, undone_by, work_on_plan
from routing.services.intervening import Name
from routing.services.strategy_impact import KIND as IMPACT_KIND
from routing.services.strategy_impact import impact_in_numbers, impact_on_plan


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
    names = _facility_names(items)
    told = []
    for item in items:
        id = item.result.get("routingPlanRef", item.subject)
        url = reverse("plan", args=(id,)) if id in titles else ""
        told.append(ToldItem(titles.get(id, say("A plan that is not there")), _words(job, item, names), url))
    return told


def _facility_names(items: Sequence[JobItem]) -> dict[str, str]:
    ids = {item.result["facilityRef"] for item in items if "facilityRef" in item.result}
    return {str(id): name for id, name in Facility.objects.filter(id__in=ids).values_list("id", "name")}


def _words(job: BackgroundJob, item: JobItem, facilities: Mapping[str, str]) -> str:
    if item.status == JobItemStatus.FAILED:
        return " ".join(here(restored(problem)) for problem in item.result["problems"])
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


def _impact_title(job: BackgroundJob) -> str:
    count = ngettext("%(count)d plan", "%(count)d plans", job.total) % {"count": job.total}
    return say("Impact of “%(name)s”: %(count)s") % {"name": job.arguments["name"], "count": count}


def _tell_impact(job: BackgroundJob, items: Sequence[JobItem]) -> list[ToldItem]:
    """Two queries, however many items there are."""
    plans = RoutingPlan.objects.filter(id__in=[UUID(item.subject) for item in items]).select_related("order")
    titles = {str(plan.id): str(plan.order) for plan in plans}
    names = _facility_names(items)
    return [
        ToldItem(
            titles.get(item.subject, say("A plan that is not there")),
            _impact_words(item, names),
            reverse("plan", args=(item.subject,)) if item.subject in titles else "",
        )
        for item in items
    ]


def _impact_words(item: JobItem, facilities: Mapping[str, str]) -> str:
    if item.status == JobItemStatus.FAILED:
        return " ".join(here(restored(problem)) for problem in item.result["problems"])
    if item.status == JobItemStatus.PENDING:
        return ""
    before = PlanStatus(item.result["before"]).label
    if not item.result["changes"]:
        return say("Would stay: %(status)s.") % {"status": before}
    outcome = _outcome(item.result, facilities, rehearsed=True)
    return say("Is: %(before)s. %(outcome)s") % {"before": before, "outcome": outcome}


def _sum_up_impact(job: BackgroundJob) -> list[str]:
    """What changes first, by how many plans it is."""
    found = impact_in_numbers(job)
    changed = sorted(((pair, n) for pair, n in found.items() if pair[0] != pair[1]), key=lambda one: -one[1])
    staying = sum(n for (before, after), n in found.items() if before == after)
    said = [
        ngettext(
            "%(count)d plan would change from %(before)s to %(after)s.",
            "%(count)d plans would change from %(before)s to %(after)s.",
            count,
        )
        % {"count": count, "before": PlanStatus(before).label, "after": PlanStatus(after).label}
        for (before, after), count in changed
    ]
    if staying:
        text = ngettext("%(count)d plan would stay.", "%(count)d plans would stay as they are.", staying)
        said.append(text % {"count": staying})
    return said


STRATEGY_IMPACT = JobKind(
    name=IMPACT_KIND,
    view="routing.view",
    manage="routing.manage_strategies",
    work=impact_on_plan,
    title=_impact_title,
    tell=_tell_impact,
    sum_up=_sum_up_impact,
)
