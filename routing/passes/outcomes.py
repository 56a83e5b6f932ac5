"""What a decision makes of a plan's row: its status, how it came to it, its reason (spec 5, "consolidatedStatus")."""

from __future__ import annotations

from typing import Any

from routing.engine import Decision, Outcome, World
from routing.models import ConsolidatedStatus as Consolidated
from routing.models import PlanStatus, QueuedRun, RunType

STATUS = {
    Outcome.ROUTED: PlanStatus.ROUTED,
    Outcome.WAITING: PlanStatus.WAITING,
    Outcome.UNROUTABLE: PlanStatus.NOT_ROUTABLE,
}

RUN_TYPE = {
    QueuedRun.INTAKE: RunType.DEFAULT,
    QueuedRun.PLAN_REROUTE: RunType.REROUTE,
    QueuedRun.PROCESS_REROUTE: RunType.REROUTE,
    QueuedRun.RETRY: RunType.DEFAULT,
}

_REROUTED_BY_HAND = {
    Outcome.ROUTED: Consolidated.MANUALLY_REROUTED,
    Outcome.WAITING: Consolidated.WAITING_WAS_MANUALLY_REROUTED,
    Outcome.UNROUTABLE: Consolidated.NOT_ROUTABLE_WAS_MANUALLY_REROUTED,
}
_PROCESS_REROUTED = {
    Outcome.ROUTED: Consolidated.PROCESS_MANUAL_REROUTED_THEN_ROUTED,
    Outcome.WAITING: Consolidated.WAITING_WAS_MANUALLY_REROUTED,
    Outcome.UNROUTABLE: Consolidated.PROCESS_MANUAL_REROUTED_THEN_NOT_ROUTABLE,
}
_DECIDED = {
    Outcome.ROUTED: Consolidated.ROUTED,
    Outcome.WAITING: Consolidated.WAITING,
    Outcome.UNROUTABLE: Consolidated.NOT_ROUTABLE,
}


def consolidated(queued_run: str, before: str, outcome: Outcome, *, locked: bool) -> Consolidated:
    """How a plan that was ``before`` and queued as ``queued_run`` came to its outcome."""
    if outcome is Outcome.ROUTED and locked:
        return Consolidated.LOCKED
    if outcome is Outcome.UNROUTABLE and before == PlanStatus.WAITING:
        return Consolidated.WAITING_THEN_NOT_ROUTABLE
    match queued_run:
        case QueuedRun.PLAN_REROUTE:
            return _REROUTED_BY_HAND[outcome]
        case QueuedRun.PROCESS_REROUTE:
            return _PROCESS_REROUTED[outcome]
    return _DECIDED[outcome]


def reason_facts(decision: Decision, world: World) -> dict[str, Any]:
    """A decision's reason as the plan keeps it: ids instead of positions, nothing that is empty."""
    reason = decision.reason
    facts: dict[str, Any] = {"code": reason.code.value}
    if reason.facility is not None:
        facts["facility"] = str(world.facilities[reason.facility].id)
    if reason.missing:
        facts["missing"] = {str(article): units for article, units in reason.missing}
    if reason.fences:
        facts["fences"] = list(reason.fences)
    return facts
