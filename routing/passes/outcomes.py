"""What a decision makes of a plan's row: its status, how it came to it, its reason (spec 5, "consolidatedStatus")."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from routing.engine import Decision, Outcome, World
from routing.models import ConsolidatedStatus as Consolidated
from routing.models import PlanStatus, QueuedRun, RunType

STATUS = {
    Outcome.ROUTED: PlanStatus.ROUTED,
    Outcome.PLANNED: PlanStatus.PLANNED,
    Outcome.REASSIGNED: PlanStatus.OBSOLETE,
    Outcome.WAITING: PlanStatus.WAITING,
    Outcome.UNROUTABLE: PlanStatus.NOT_ROUTABLE,
}

RUN_TYPE = {
    QueuedRun.INTAKE: RunType.DEFAULT,
    QueuedRun.PLAN_REROUTE: RunType.REROUTE,
    QueuedRun.PROCESS_REROUTE: RunType.REROUTE,
    QueuedRun.RETRY: RunType.DEFAULT,
    QueuedRun.VACATED: RunType.REROUTE,
    QueuedRun.ORDER_MODIFIED: RunType.DEFAULT,
    QueuedRun.JOB_GIVEN_UP: RunType.REROUTE,
    QueuedRun.SHORT_PICK: RunType.REROUTE,
    QueuedRun.SHORT_PICK_SPLIT: RunType.ORDERSPLIT_ON_SHORTPICK,
    QueuedRun.STOCK_CORRECTED: RunType.REROUTE,
}


@dataclass(frozen=True, slots=True)
class Ways:
    """How a plan came to each outcome; ``split``: routed, and others were split off."""

    routed: Consolidated = Consolidated.ROUTED
    waiting: Consolidated = Consolidated.WAITING
    unroutable: Consolidated = Consolidated.NOT_ROUTABLE
    split: Consolidated = Consolidated.ROUTED_AND_SPLIT

    def to(self, outcome: Outcome, *, split: bool) -> Consolidated:
        match outcome:
            case Outcome.ROUTED:
                return self.split if split else self.routed
            case Outcome.WAITING:
                return self.waiting
        return self.unroutable


SIMPLY = Ways()
"""Decided for the first time, or tried again."""

_WAYS: Mapping[str, Ways] = {
    QueuedRun.PLAN_REROUTE: Ways(
        routed=Consolidated.MANUALLY_REROUTED,
        waiting=Consolidated.WAITING_WAS_MANUALLY_REROUTED,
        unroutable=Consolidated.NOT_ROUTABLE_WAS_MANUALLY_REROUTED,
        split=Consolidated.MANUALLY_REROUTED,
    ),
    QueuedRun.PROCESS_REROUTE: Ways(
        routed=Consolidated.PROCESS_MANUAL_REROUTED_THEN_ROUTED,
        waiting=Consolidated.WAITING_WAS_MANUALLY_REROUTED,
        unroutable=Consolidated.PROCESS_MANUAL_REROUTED_THEN_NOT_ROUTABLE,
        split=Consolidated.PROCESS_MANUAL_REROUTED_THEN_REROUTED_AND_SPLIT,
    ),
    QueuedRun.VACATED: Ways(routed=Consolidated.ROUTED_THEN_REROUTED),
    QueuedRun.ORDER_MODIFIED: Ways(
        routed=Consolidated.PROCESS_ORDER_MODIFIED_REROUTED_THEN_ROUTED,
        unroutable=Consolidated.PROCESS_ORDER_MODIFIED_REROUTED_THEN_NOT_ROUTABLE,
        split=Consolidated.PROCESS_ORDER_MODIFIED_REROUTED_THEN_REROUTED_AND_SPLIT,
    ),
    QueuedRun.JOB_GIVEN_UP: Ways(
        routed=Consolidated.PICKJOB_REJECTED_THEN_REROUTED,
        unroutable=Consolidated.PICKJOB_REJECTED_THEN_NOT_ROUTABLE,
        split=Consolidated.PICKJOB_REJECTED_THEN_ROUTED_AND_SPLIT,
    ),
    QueuedRun.SHORT_PICK: Ways(
        routed=Consolidated.ROUTING_PLAN_SHORTPICKED_THEN_REROUTED,
        split=Consolidated.ROUTING_PLAN_SHORTPICKED_THEN_REROUTED,
    ),
    QueuedRun.STOCK_CORRECTED: Ways(
        routed=Consolidated.ROUTING_PLAN_REROUTE_STOCK_ZERO_THEN_REROUTED,
        split=Consolidated.ROUTING_PLAN_REROUTE_STOCK_ZERO_THEN_REROUTED,
    ),
}


def came_to_be(outcome: Outcome, *, locked: bool) -> Consolidated:
    """How a plan that a split made stands (S6, W6)."""
    if outcome is Outcome.PLANNED:
        return Consolidated.ROUTING_PLAN_CREATED_THEN_PLANNED
    return Consolidated.LOCKED if locked and outcome is Outcome.ROUTED else SIMPLY.to(outcome, split=False)


def consolidated(
    queued_run: str, before: str, outcome: Outcome, *, locked: bool, split: bool = False
) -> Consolidated:
    """How a plan that was ``before``, and queued as ``queued_run``, came to its outcome."""
    if outcome is Outcome.ROUTED and locked:
        return Consolidated.LOCKED
    if outcome is Outcome.UNROUTABLE and before == PlanStatus.WAITING:
        return Consolidated.WAITING_THEN_NOT_ROUTABLE
    return _WAYS.get(queued_run, SIMPLY).to(outcome, split=split)


def unroutable_as(first_attempt: datetime, window: timedelta | None, now: datetime) -> PlanStatus:
    """RETRYABLE while the time since the first attempt lies within the strategy's window, if it has one (R5)."""
    if window is not None and now < first_attempt + window:
        return PlanStatus.RETRYABLE
    return PlanStatus.NOT_ROUTABLE


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
    if reason.parts:
        facts["parts"] = reason.parts
    if reason.date is not None:
        facts["date"] = reason.date.isoformat()
    if reason.parked:
        facts["parked"] = {str(article): units for article, units in reason.parked}
    return facts
