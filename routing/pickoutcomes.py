"""What became of a pick job's plan: what was missing and where it went, or why the job ended (P1, P2)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Prefetch, Q
from django.utils.translation import gettext as say
from django.utils.translation import ngettext

from backoffice.core.models import DomainEvent
from orders.events import PickJobFinished
from orders.models import PickJob, PickJobStatus, PickJobSubStatus
from orders.models.pickjob import FINISHED, TO_BE_PICKED
from routing.events import PlanCancelled, PlanSplit
from routing.models import PlanLine, PlanStatus, RoutingPlan
from routing.sentences import names_of, sentence_of


@dataclass(frozen=True, slots=True)
class Heir:
    """A plan that took over units of the job, and where it stands."""

    plan: RoutingPlan
    status: PlanStatus
    sentence: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """``plan`` is that of the job. ``words`` say what came of it, ``heirs`` are the plans that go on with its units."""

    plan: RoutingPlan | None
    words: str
    heirs: Sequence[Heir] = ()


def outcome_of(job: PickJob) -> Outcome:
    """Of a job with its ``line_items``; at most six queries."""
    plan = RoutingPlan.objects.filter(pk=job.reference).first()
    if plan is None or job.status in TO_BE_PICKED:
        return Outcome(plan, "")
    split_off = _split_off(job, plan)
    heirs = _plans(Q(reroute_predecessor=plan) | Q(id__in=split_off))
    missing = sum(line.missing for line in job.line_items)
    return Outcome(plan, _words(job, plan, bool(heirs), missing), _heirs(heirs))


def _split_off(job: PickJob, plan: RoutingPlan) -> list[UUID]:
    """The plans of what this job's picker did not find: those that were split off in the act of finishing it."""
    told = DomainEvent.objects.filter(process_id=job.order_id)
    finished = told.filter(resource_id=str(job.pk), name=PickJobFinished.name).order_by("id").first()
    if finished is None or job.status not in FINISHED:
        return []
    splits = told.filter(resource_id=str(plan.pk), name=PlanSplit.name, id__gt=finished.pk).order_by("id")
    facts = splits.values_list("facts", flat=True).first() or {}
    return [UUID(id) for id in facts.get("children", ())]


def _plans(which: Q) -> list[RoutingPlan]:
    lines = PlanLine.objects.select_related("article").order_by("order_line__position", "id")
    plans = RoutingPlan.objects.filter(which).select_related("order", "facility")
    return list(plans.prefetch_related(Prefetch("lines", lines)).order_by("id"))


def _heirs(plans: Sequence[RoutingPlan]) -> list[Heir]:
    names = names_of(plans)
    let_stand = _let_stand(plans)
    return [
        Heir(
            plan,
            PlanStatus(plan.status),
            say("Nobody could take it: it stays short-picked.")
            if plan.pk in let_stand
            else sentence_of(plan, names),
        )
        for plan in plans
    ]


def _let_stand(plans: Sequence[RoutingPlan]) -> set[UUID]:
    """Those whose units neither a facility nor the waiting room took (P2)."""
    ended = [str(plan.pk) for plan in plans if plan.status == PlanStatus.CANCELED]
    if not ended:
        return set()
    told = DomainEvent.objects.filter(
        process_id=plans[0].order_id, name=PlanCancelled.name, resource_id__in=ended
    )
    return {UUID(event.resource_id) for event in told if event.facts.get("shortPicked")}


def _words(job: PickJob, plan: RoutingPlan, goes_on: bool, missing: int) -> str:
    if job.status in FINISHED:
        return _short_pick(goes_on, missing)
    if job.status == PickJobStatus.RESTOWED and job.sub_status == PickJobSubStatus.SHORT_PICK_REROUTE:
        return ngettext(
            "%(count)d unit was missing: what had been picked was put back, and the whole plan was routed again.",
            "%(count)d units were missing: what had been picked was put back, and the whole plan was routed again.",
            missing,
        ) % {"count": missing}
    if goes_on:
        return say("Its plan was routed again.")
    if plan.status == PlanStatus.CANCELED:
        return say("Its units were cancelled.")
    return ""


def _short_pick(goes_on: bool, missing: int) -> str:
    if goes_on:
        return say("What was not found was split off, and is looked for elsewhere.")
    if not missing:
        return say("Everything was picked.")
    return ngettext(
        "%(count)d unit was not found, and nobody looks for it elsewhere: it stays short-picked.",
        "%(count)d units were not found, and nobody looks for them elsewhere: they stay short-picked.",
        missing,
    ) % {"count": missing}
