"""What a change of the routing strategy would mean for the plans that there are: a dry run by the same engine.

Nothing is locked and nothing is written. A change by itself moves no plan: who is in the queue is decided by it next,
who is not routable when somebody retries, and who waits only when rerouted by hand (W2, R5, M2).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from routing import documents
from routing.engine import Outcome
from routing.models import Overtaking, RoutingPlan, WaitingRoomSettings
from routing.models.plan import RoutingPlanQuerySet
from routing.passes.loading import load_chunk, load_rows
from routing.passes.queue import decide_queued, waited_for
from routing.passes.settled import UNPICKABLE
from routing.passes.supposing import Supposed

MOST = 2_000
"""Plans of each kind that are looked at, in the order of their turns: somebody waits for the answer."""

CHUNK = 500


@dataclass(frozen=True, slots=True)
class Fates:
    """What would become of ``looked_at`` plans, the first of ``total``."""

    total: int
    looked_at: int
    routed: int
    waiting: int
    unroutable: int

    @property
    def complete(self) -> bool:
        return self.looked_at == self.total


@dataclass(frozen=True, slots=True)
class Consequences:
    """``queued`` plans are decided next anyway, ``unroutable`` ones if retried, ``waiting`` ones if rerouted by hand;
    each of the last two after the queue, and without the other.
    """

    queued: Fates
    unroutable: Fates
    waiting: Fates


def preview_strategy(document: Mapping[str, Any]) -> Consequences:
    """What the plans of today would come to, if ``document`` were that of the strategy in use.

    :raises Invalid: it is no valid document; every problem is named by its path.
    """
    changed = documents.read_document(document)
    given = Supposed()
    plans = RoutingPlan.objects.filter(queued_run="")
    return Consequences(
        queued=_fates(RoutingPlan.objects.queued(), changed, given),
        unroutable=_fates(plans.unroutable().order_by("id"), changed, deepcopy(given)),
        waiting=_fates(plans.waiting().in_release_order(), changed, deepcopy(given)),
    )


def _fates(plans: RoutingPlanQuerySet, document: Mapping[str, Any], given: Supposed) -> Fates:
    """Decides the plans in their order; what one would be given the next does not see, in any chunk."""
    plan_ids = list(plans.values_list("id", flat=True)[:MOST])
    total = plans.count() if len(plan_ids) == MOST else len(plan_ids)
    strict = WaitingRoomSettings.load().overtaking == Overtaking.STRICT
    counted: Counter[Outcome] = Counter()
    for start in range(0, len(plan_ids), CHUNK):
        counted += _decide(plan_ids[start : start + CHUNK], document, given, strict=strict)
    return Fates(
        total=total,
        looked_at=len(plan_ids),
        routed=counted[Outcome.ROUTED],
        waiting=counted[Outcome.WAITING],
        unroutable=counted[Outcome.UNROUTABLE],
    )


def _decide(
    plan_ids: Sequence[UUID], document: Mapping[str, Any], given: Supposed, *, strict: bool
) -> Counter[Outcome]:
    turn = {plan_id: number for number, plan_id in enumerate(plan_ids)}
    rows = sorted(load_rows(plan_ids), key=lambda row: turn[row.plan.id])
    chunk = load_chunk(rows, lock=False, document=document, supposed=given)
    decisions = decide_queued(rows, chunk, waited_for(chunk) if strict else frozenset())
    for row, decision in zip(rows, decisions, strict=True):
        given.note(decision, chunk.world, pickable=row.plan.order.status not in UNPICKABLE)
    return Counter(decision.outcome for decision in decisions)
