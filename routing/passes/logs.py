"""Decision logs: what a decision saw, as compact facts that :mod:`routing.explain` turns into words on read.

The snapshot of a chunk keeps what its plans share: facilities, the policies of the nodes that decided (R1), the
patterns of static verdicts, and the effective behaviour of listings. A plan's log keeps the rest: what was available
when its turn came, and the result. Positions instead of ids: facilities, policies, patterns and behaviours are referred
to by their place in the snapshot's lists.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import zip_longest
from typing import Any, cast
from uuid import UUID

from backoffice.core.actor import current_actor
from backoffice.core.bulk import insert_rows
from routing.engine import Decision, OrderFacts, Policy
from routing.engine.fences import Fence
from routing.engine.verdicts import Pattern
from routing.models import DecisionLog, DecisionSnapshot
from routing.passes.loading import Chunk, Row
from routing.passes.outcomes import reason_facts
from routing.passes.policies import NodePolicy

_OWN = ("plan_id", "run", "run_type", "status", "facts")
"""What the logs of a chunk do not share."""


class LogBook:
    """Collects the logs of one chunk; :meth:`write` writes them and their snapshot."""

    def __init__(self, chunk: Chunk, now: datetime) -> None:
        self._chunk = chunk
        self._now = now
        self._patterns: dict[int, int] = {}
        self._pattern_facts: list[dict[str, Any]] = []
        self._behaviours: dict[tuple[UUID, int], int] = {}
        self._behaviour_facts: list[list[list[Any]]] = []
        self._logs: list[tuple[UUID, int, str, str, dict[str, Any]]] = []

    def add(
        self,
        row: Row,
        decision: Decision,
        *,
        run: int,
        run_type: str,
        status: str,
        children: Sequence[UUID] = (),
    ) -> None:
        """Logs run number ``run`` of the row's plan, which ended in ``status``. ``children`` are the plans made of what
        it split off, none where nothing was written.
        """
        self._logs.append((row.plan.id, run, run_type, status, self._facts(row, decision, children)))

    def write(self) -> None:
        if not self._logs:
            return
        snapshot = self._snapshot()
        snapshot.save()
        insert_rows(
            DecisionLog,
            each=dict(zip(_OWN, zip(*self._logs, strict=True), strict=True)),
            same={"snapshot": snapshot.pk, **self._shared()},
        )

    def unwritten(self) -> list[DecisionLog]:
        """The logs with their snapshot, for who only wants to read them (a dry run)."""
        snapshot = self._snapshot()
        return [
            DecisionLog(**dict(zip(_OWN, log, strict=True)), snapshot=snapshot, **self._shared())
            for log in self._logs
        ]

    def _shared(self) -> dict[str, Any]:
        return {"actor": current_actor().name, "created": self._now}

    def _snapshot(self) -> DecisionSnapshot:
        return DecisionSnapshot(
            revision=self._chunk.revision, facts=self._snapshot_facts(), created=self._now
        )

    def _snapshot_facts(self) -> dict[str, Any]:
        return {
            "facilities": [[str(f.id), f.name] for f in self._chunk.world.facilities],
            "traits": [
                [sorted(f.services), f.country, sorted(f.carriers)] for f in self._chunk.world.facilities
            ],
            "policies": [_policy_facts(one) for one in self._chunk.policies.all()],
            "patterns": self._pattern_facts,
            "behaviours": self._behaviour_facts,
        }

    def _facts(self, row: Row, decision: Decision, children: Sequence[UUID]) -> dict[str, Any]:
        by = self._chunk.policies.of(row.plan)
        facts: dict[str, Any] = {
            "policy": by.number,
            "pattern": self._pattern(decision.pattern, by.policy),
            "units": self._units(row, decision),
            "reason": reason_facts(decision, self._chunk.world),
        }
        if decision.rated:
            facts["rated"] = [[r.facility, list(r.scores), list(r.penalties)] for r in decision.rated]
        if decision.facility is not None:
            facts["facility"] = decision.facility
            facts["reserved"] = [allocation.reserved for allocation in decision.allocations]
        if decision.split_off:
            facts["split"] = [
                [
                    str(child) if child else "",
                    part.facility,
                    [[str(line.id), line.quantity] for line in part.lines],
                    *([part.planned_for.isoformat()] if part.planned_for else []),
                ]
                for child, part in zip_longest(children, decision.split_off)
            ]
        if decision.expected:
            facts["expected"] = [
                [str(article), [[one.facility, one.date.isoformat(), one.units] for one in buckets]]
                for article, buckets in decision.expected
            ]
        if decision.method is not None:
            facts["method"] = decision.method.value
        return facts

    def _units(self, row: Row, decision: Decision) -> list[dict[str, Any]]:
        seen = iter(decision.seen)
        return [
            {
                **({"bundle": str(unit.bundle)} if unit.bundle else {}),
                "lines": [
                    [
                        str(line.id),
                        str(line.article),
                        line.quantity,
                        self._behaviour(line.article, row),
                        [list(place) for place in next(seen)],
                    ]
                    for line in unit.lines
                ],
            }
            for unit in row.facts.units
        ]

    def _pattern(self, pattern: Pattern, policy: Policy) -> int:
        position = self._patterns.get(id(pattern))
        if position is None:
            position = self._patterns[id(pattern)] = len(self._pattern_facts)
            self._pattern_facts.append(
                {
                    "order": _order_facts(pattern.order),
                    "candidates": list(pattern.failures),
                    "failures": {
                        str(facility): [
                            [number, *self._explained(policy, number, pattern, facility)]
                            for number in numbers
                        ]
                        for facility, numbers in pattern.failures.items()
                        if numbers
                    },
                }
            )
        return position

    def _explained(self, policy: Policy, number: int, pattern: Pattern, facility: int) -> tuple[str, str]:
        reason = pattern.reasons.get((facility, number))
        if reason is not None:
            return reason
        world, fence = self._chunk.world, cast("Fence", policy.fences[number])
        return fence.explain(pattern.order, world.facilities[facility], world.now)

    def _behaviour(self, article: UUID, row: Row) -> int:
        """The behaviours of an article's listings for such an order; shared by all who share the engine's answer."""
        effective = self._chunk.world.effective(article, row.facts.order)
        key = (article, id(effective))
        position = self._behaviours.get(key)
        if position is None:
            position = self._behaviours[key] = len(self._behaviour_facts)
            self._behaviour_facts.append(
                [
                    [
                        facility,
                        listed.behaviour.value,
                        listed.preorder_start.isoformat() if listed.preorder_start else None,
                        listed.restockable_in_days,
                    ]
                    for facility, listed in effective.items()
                ]
            )
        return position


def _order_facts(order: OrderFacts) -> list[Any]:
    """What static fences asked of facilities for the order, as far as its facilities' traits answer it."""
    return [order.delivery_type, order.country, sorted(order.carriers), sorted(map(str, order.preselected))]


def _policy_facts(one: NodePolicy) -> dict[str, Any]:
    """What decided, and the way through the strategy's document that led there, by the ids of nodes and conditions."""
    policy = one.policy
    return {
        "path": [[step.branch.get("id", ""), step.result.value] for step in one.picked.path],
        "fences": [fence.implementation for fence in policy.fences],
        "stock": policy.stock.value,
        "ratings": [[active.rating.implementation, active.max_penalty] for active in policy.ratings],
    }
