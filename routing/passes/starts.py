"""From when what a decision gave a plan may be picked, in its two parts: preorder start and replenishment (B3, B4).

``not_before`` alone does not tell which of them holds a plan back; a start that moves must not move the other.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from routing.engine import Decision, World
from routing.passes.loading import Row


def starts_of(row: Row, decision: Decision, world: World) -> tuple[datetime | None, datetime | None]:
    """The latest preorder start, past or to come, of what the plan gets or lacks, and when what is not covered by stock
    will have been restocked.

    That is where the plan goes; if it waits, where least is missing. Elsewhere nothing is held back.
    """
    place = decision.facility if decision.routed else decision.reason.facility
    if place is None or not (decision.routed or decision.may_wait):
        return None, None
    starts: list[datetime] = []
    restocks: list[datetime] = []
    for article, lacking in _asked(decision):
        listed = world.effective(article, row.facts.order).get(place)
        if listed is None:
            continue
        if listed.behaviour.preorders and listed.preorder_start is not None:
            starts.append(listed.preorder_start)
        if lacking and listed.behaviour.can_be_replenished and listed.restockable_in_days:
            restocks.append(world.now + timedelta(days=listed.restockable_in_days))
    return max(starts, default=None), max(restocks, default=None)


def latest_ahead(moments: Iterable[datetime | None], now: datetime) -> datetime | None:
    """The latest of the moments, if it lies ahead: until then picking is held back."""
    latest = max((moment for moment in moments if moment is not None), default=None)
    return latest if latest is not None and latest > now else None


def _asked(decision: Decision) -> Iterable[tuple[UUID, bool]]:
    """Articles with whether some of them are lacking: all that a routed plan gets, or what a waiting one misses."""
    if decision.routed:
        return [(allocation.line.article, allocation.unbacked > 0) for allocation in decision.allocations]
    return [(article, True) for article, _units in decision.reason.missing]
