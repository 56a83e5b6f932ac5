"""M5: the same intervention in many plans, rehearsed first, then done in the background (spec 3)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from backoffice.core.errors import Invalid, StateConflict
from backoffice.core.models import BackgroundJob, JobItem, JobItemStatus
from backoffice.core.services.jobs import start_job
from backoffice.core.texts import text
from routing.models import PlanStatus, RoutingPlan
from routing.passes.retries import with_retries
from routing.services.assigning import open_facility
from routing.services.choosing import ChosenArticles
from routing.services.intervening import (
    UNDONE_BY,
    Intervention,
    Name,
    as_arguments,
    from_arguments,
    intervene,
)
from routing.services.redeciding import decide_again

KIND = "INTERVENTION"


def start_interventions(
    *, what: Intervention, plan_ids: Sequence[UUID], dry_run: bool, reason: str = ""
) -> BackgroundJob:
    """Starts the intervention in these plans, in their order; a ``dry_run`` writes nothing but what would happen.

    Versions are not asked for: each plan is taken as it is when its turn comes.

    :raises Invalid: there are no plans; or it makes no sense for any of them.
    :raises NotFound: there is no such facility.
    :raises StateConflict: the facility is OFFLINE.
    """
    if not plan_ids:
        raise Invalid(text("No plan is selected."), code="NOTHING_SELECTED", field="ids")
    if what.name is Name.ASSIGN:
        assert what.facility_id is not None
        open_facility(what.facility_id)
    if what.name is Name.HOLD and (what.until is None or what.until <= timezone.now()):
        raise Invalid(text("Hold them until a time that is yet to come."), code="IN_THE_PAST", field="until")
    if what.name is Name.SPLIT and not isinstance(what.choice, ChosenArticles):
        raise Invalid(text("Say which articles are split off."), code="REQUIRED", field="tenantArticleIds")
    return start_job(
        kind=KIND,
        arguments={**as_arguments(what), "reason": reason, "dryRun": dry_run},
        subjects=[str(plan_id) for plan_id in dict.fromkeys(plan_ids)],
    )


def carry_out(*, rehearsed: BackgroundJob) -> BackgroundJob:
    """Does what a dry run has shown, in the plans in which it would succeed.

    :raises StateConflict: it was no dry run, or has not come to its end.
    """
    if not rehearsed.arguments["dryRun"] or not rehearsed.ended:
        raise StateConflict(
            text("Only what a finished dry run has shown can be carried out."), field="status"
        )
    return start_interventions(
        what=from_arguments(rehearsed.arguments),
        plan_ids=[UUID(subject) for subject in _succeeded(rehearsed).values_list("subject", flat=True)],
        dry_run=False,
        reason=rehearsed.arguments["reason"],
    )


def rehearse_undoing(*, done: BackgroundJob) -> BackgroundJob:
    """Starts a dry run of what takes a finished job back, in the plans that now stand there.

    :raises StateConflict: it was a dry run, is still under way, or nothing takes it back.
    """
    undo = undone_by(done)
    if undo is None:
        raise StateConflict(text("This cannot be taken back."), field="status")
    results = _succeeded(done).values_list("result", flat=True)
    return start_interventions(
        what=Intervention(name=undo),
        plan_ids=[UUID(result["routingPlanRef"]) for result in results],
        dry_run=True,
        reason=done.arguments["reason"],
    )


def undone_by(job: BackgroundJob) -> Name | None:
    if job.arguments["dryRun"] or not job.ended or not job.succeeded:
        return None
    return UNDONE_BY.get(Name(job.arguments["name"]))


def work_on_plan(arguments: Mapping[str, Any], subject: str) -> dict[str, Any]:
    """Intervenes in one plan, or rehearses it; what came of it as plain values.

    :raises DomainError: what the intervention raises.
    """
    what, reason, plan_id = from_arguments(arguments), arguments["reason"], UUID(subject)
    work = partial(intervene, plan_id=plan_id, what=what, reason=reason)
    if arguments["dryRun"]:
        return rehearse(plan_id=plan_id, what=what)
    plan = with_retries(work)
    return {"routingPlanRef": str(plan.id), **_standing(plan)}


def rehearse(*, plan_id: UUID, what: Intervention) -> dict[str, Any]:
    """What would come of it: the same code, whose transaction is rolled back; of a reroute what would be decided now.

    :raises DomainError: what the intervention would raise.
    """
    with transaction.atomic():
        plan = intervene(plan_id=plan_id, what=what)
        outcome = _standing(plan)
        transaction.set_rollback(True)
    if what.name is not Name.REROUTE:
        return outcome
    found = decide_again(plan_id=plan_id, rerouted=True)
    facility = found.facility_id
    return {"status": found.fresh.status, **({"facilityRef": str(facility)} if facility else {})}


def _standing(plan: RoutingPlan) -> dict[str, Any]:
    """Where the plan stands now; ``unbacked`` are units that no stock covers where it was assigned."""
    found: dict[str, Any] = {"status": str(plan.status)}
    if plan.status == PlanStatus.ROUTED:
        found["facilityRef"] = str(plan.facility_id)
        found["unbacked"] = sum((plan.reason.get("missing") or {}).values())
    if plan.queued_run:
        found["beingDecided"] = True
    return found


def _succeeded(job: BackgroundJob) -> Any:
    return JobItem.objects.filter(job=job, status=JobItemStatus.SUCCEEDED).order_by("id")
