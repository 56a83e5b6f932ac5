"""Which policy decides each plan of a chunk: that of the node which the strategy picks for its order (R1)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from routing.documents.times import duration_of
from routing.engine import Picked, Policy, pick_node
from routing.engine.needs import Need
from routing.engine.strategy import Result, asks_orders
from routing.engine.verdicts import Patterns
from routing.models import RoutingPlan
from routing.passes.documents import orders_as_json


@dataclass(frozen=True, slots=True)
class NodePolicy:
    """``number`` is its place among those of its chunk; ``patterns`` are shared by the plans that it decides."""

    number: int
    picked: Picked
    policy: Policy
    patterns: Patterns


class Policies:
    """The policies of one chunk, one for each way through the strategy that an order of it takes."""

    def __init__(self, document: Mapping[str, Any], now: datetime) -> None:
        self._document = document
        self._now = now
        self._by_way: dict[tuple[Result, ...], NodePolicy] = {}
        self._by_order: dict[UUID, NodePolicy] = {}

    @classmethod
    def load(cls, plans: Sequence[RoutingPlan], document: Mapping[str, Any], now: datetime) -> Policies:
        """The policies for these plans' orders; two queries if the strategy asks orders at all, else none."""
        policies = cls(document, now)
        asked: Mapping[UUID, Mapping[str, Any]] = {plan.order_id: {} for plan in plans}
        if asks_orders(document, now):
            asked = orders_as_json(plan.order for plan in plans)
        for order_id, order in asked.items():
            policies._by_order[order_id] = policies._pick(order)
        return policies

    def of(self, plan: RoutingPlan) -> NodePolicy:
        """The policy for one of the plans that were loaded."""
        return self._by_order[plan.order_id]

    def all(self) -> list[NodePolicy]:
        """In the order of their numbers."""
        return list(self._by_way.values())

    @property
    def needs(self) -> frozenset[Need]:
        """What the fences and ratings of any of them need beyond the facts that every decision has."""
        return frozenset(need for one in self._by_way.values() for need in one.policy.needs)

    @property
    def retry_window(self) -> timedelta | None:
        """How long after its first attempt an unroutable plan is tried again; ``None``: not at all (R5)."""
        text = self._document.get("globalConfiguration", {}).get("stopRoutingAttemptsAfterTime")
        return None if text is None else duration_of(text)

    def _pick(self, order: Mapping[str, Any]) -> NodePolicy:
        picked = pick_node(self._document, order, self._now)
        known = self._by_way.get(picked.results)
        if known is None:
            policy = Policy.of_config(picked.config)
            known = NodePolicy(len(self._by_way), picked, policy, Patterns(policy.fences))
            self._by_way[picked.results] = known
        return known
