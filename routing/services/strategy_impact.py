"""What a strategy would make of today's plans, one by one and in the background; nothing of it is written (spec 6)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from backoffice.core.errors import Invalid
from backoffice.core.models import BackgroundJob, JobItem, JobItemStatus
from backoffice.core.services.jobs import start_job
from backoffice.core.texts import text
from routing import documents
from routing.models import PlanStatus, RoutingPlan
from routing.services.redeciding import decide_again

KIND = "STRATEGY_IMPACT"

MOST = 20_000
"""Plans that one preview looks at: the unroutable ones first, then those who wait, by their turns."""


def start_impact(*, strategy_id: UUID, name: str, document: Mapping[str, Any]) -> BackgroundJob:
    """Starts looking at every plan that is unroutable or waits, each as if it were retried or rerouted by itself.

    :raises Invalid: there is no such plan; or the document is not valid, with every problem named by its path.
    """
    given = documents.read_document(document)
    plans = RoutingPlan.objects.filter(queued_run="")
    ids = list(plans.unroutable().order_by("id").values_list("id", flat=True)[:MOST])
    ids += list(plans.waiting().in_release_order().values_list("id", flat=True)[: MOST - len(ids)])
    if not ids:
        raise Invalid(
            text("No plan waits, and none is unroutable: nothing would change."), code="NOTHING_SELECTED"
        )
    return start_job(
        kind=KIND,
        arguments={"strategy": str(strategy_id), "name": name, "document": given, "dryRun": True},
        subjects=[str(id) for id in ids],
    )


def impact_on_plan(arguments: Mapping[str, Any], subject: str) -> dict[str, Any]:
    """What the strategy would decide about one plan beside how it stands, as plain values.

    :raises NotFound: there is no such plan any more.
    :raises StateConflict: it has ended meanwhile.
    """
    found = decide_again(plan_id=UUID(subject), rerouted=True, document=arguments["document"])
    before = RoutingPlan.objects.only("status").get(pk=subject).status
    status = found.fresh.status
    facility = found.facility_id
    return {
        "routingPlanRef": subject,
        "before": before,
        "status": status,
        "changes": _stands(before) != _stands(status),
        **({"facilityRef": str(facility)} if facility and status == PlanStatus.ROUTED else {}),
    }


def impact_in_numbers(job: BackgroundJob) -> Counter[tuple[str, str]]:
    """How many of the plans looked at so far stand how, and would stand how."""
    done = JobItem.objects.filter(job=job, status=JobItemStatus.SUCCEEDED)
    return Counter(
        (_stands(one["before"]), _stands(one["status"])) for one in done.values_list("result", flat=True)
    )


def _stands(status: str) -> str:
    """Unroutable is unroutable, whether it is retried or not."""
    return PlanStatus.NOT_ROUTABLE if status == PlanStatus.RETRYABLE else status
