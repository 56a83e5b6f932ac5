"""What nobody could take for long enough goes to the fallback facility of its node (R6)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from inventory.models import FacilityStatus
from inventory.references import facilities_by_ref
from routing.documents.times import duration_of
from routing.documents.tree import nodes_of
from routing.engine import fall_back
from routing.models import (
    ConsolidatedStatus,
    PlanStatus,
    RoutingPlan,
    RunType,
    WaitingRoomSettings,
)
from routing.passes.claims import awaited
from routing.passes.committing import UNPICKABLE, Settled, commit
from routing.passes.loading import Row, load_chunk, load_rows, lock_plans
from routing.passes.pace import Pace
from routing.passes.policies import Policies
from routing.passes.retries import one_by_one
from routing.services.strategies import strategy_in_use


def take_unroutable() -> int:
    """Routes the plans that have been NOT_ROUTABLE for as long as their node says to its fallback facility.

    Found in the database, whatever was missed. Returns how many there were.
    """
    document = strategy_in_use().document
    now = timezone.now()
    shortest = _shortest_wait(document)
    if shortest is None:
        return 0
    awaiting = RoutingPlan.objects.awaiting_fallback().filter(unroutable_since__lte=now - shortest)
    plan_ids = list(awaiting.in_release_order().values_list("id", flat=True))
    taken = 0
    for part in Pace().parts(plan_ids):
        due = _due(load_rows(part), document, now)
        if due:
            taken += sum(one_by_one(list(due), _take_chunk, _leave))
    return taken


def _shortest_wait(document: Mapping[str, Any]) -> timedelta | None:
    """The least time that any node of the strategy gives before it falls back; ``None``: none of them does.

    Nodes may inherit one half of it and set the other, so that whatever is written anywhere counts.
    """
    written = [
        fallback
        for _path, node in nodes_of(document)
        if (fallback := node["config"].get("fallbackFacility")) is not None
    ]
    if not any(fallback.get("active") for fallback in written):
        return None
    return min(_wait(fallback) for fallback in written)


def _wait(fallback: Mapping[str, Any]) -> timedelta:
    return duration_of(fallback.get("fallbackAfterTime", "PT0H"))


def _due(rows: Sequence[Row], document: Mapping[str, Any], now: datetime) -> dict[UUID, UUID]:
    """The facility that each plan falls back to now, by plan id, in the order of the rows.

    Left out are plans whose node has none, whose time has not come, or whose facility is not ONLINE or must not be
    used again (R9).
    """
    policies = Policies.load([row.plan for row in rows], document, now)
    wanted: dict[UUID, str] = {}
    for row in rows:
        fallback = policies.of(row.plan).picked.config.get("fallbackFacility")
        since = row.plan.unroutable_since
        if fallback and fallback.get("active") and since is not None and since + _wait(fallback) <= now:
            wanted[row.plan.id] = fallback["facilityRefs"][0]
    facilities = facilities_by_ref(set(wanted.values()))
    online = {ref: one.id for ref, one in facilities.items() if one.status == FacilityStatus.ONLINE}
    return {
        row.plan.id: facility
        for row in rows
        if (facility := online.get(wanted.get(row.plan.id, ""))) is not None
        and facility not in row.facts.order.blacklist
    }


def _take_chunk(plan_ids: Collection[UUID]) -> int:
    """Lock, load, decide, commit: one transaction. Stock that came for those who wait is given to them first (R10)."""
    with transaction.atomic():
        lock_plans(plan_ids)
        rows = [
            row
            for row in load_rows(plan_ids)
            if row.plan.status == PlanStatus.NOT_ROUTABLE and not row.plan.queued_run
        ]
        due = _due(rows, strategy_in_use().document, timezone.now())
        if not due:
            return 0
        chunk = load_chunk([row for row in rows if row.plan.id in due], also=due.values())
        first_others = awaited(chunk.articles)
        settled = []
        for row in chunk.rows:
            if not first_others.isdisjoint(row.facts.needs):
                continue
            place = chunk.world.index[due[row.plan.id]]
            decision = fall_back(row.facts, place, chunk.world, chunk.policies.of(row.plan).patterns)
            decision.take_from(chunk.world)
            settled.append(Settled(row, decision, RunType.DEFAULT, _consolidated(row.plan)))
        commit(chunk, settled, WaitingRoomSettings.load())
        return len(settled)


def _consolidated(plan: RoutingPlan) -> ConsolidatedStatus:
    return ConsolidatedStatus.LOCKED if plan.order.status in UNPICKABLE else ConsolidatedStatus.ROUTED


def _leave(plan_id: UUID, error: Exception) -> None:
    """The next sweep finds it again."""
