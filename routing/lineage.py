"""An order's plans as a tree: what was split off a plan, and what took its place, stands below it (S6)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from routing.models import PlanStatus, RoutingPlan
from routing.models.plan import LIVE_PLAN_STATUSES
from routing.sentences import Names, sentence_of


@dataclass(slots=True)
class Node:
    """``number`` counts the order's plans from 1, oldest first. ``replaces`` tells what stands above it."""

    plan: RoutingPlan
    number: int
    sentence: str
    replaces: bool = False
    below: list[Node] = field(default_factory=list)

    @property
    def status(self) -> PlanStatus:
        return PlanStatus(self.plan.status)

    @property
    def live(self) -> bool:
        return self.plan.status in LIVE_PLAN_STATUSES


@dataclass(frozen=True, slots=True)
class Edge:
    """``below`` came from ``above``, by SPLIT or by REROUTE: the contract's reasons."""

    above: UUID
    below: UUID
    reason: str


def edges_of(plans: Sequence[RoutingPlan]) -> list[Edge]:
    """From each plan to those that were split off it, and to the one that took its place (S6, M1, M2).

    A successor takes over the parent of its predecessor; the edge from there leads to the predecessor alone, so that
    there is one way to every plan. The plans are all of one order.
    """
    known = {plan.id for plan in plans}
    edges = []
    for plan in plans:
        reason = "SPLIT" if plan.reroute_predecessor_id is None else "REROUTE"
        above = plan.reroute_predecessor_id or plan.parent_id
        if above in known:
            edges.append(Edge(above, plan.id, reason))
    return edges


def tree_of(plans: Sequence[RoutingPlan], names: Names) -> list[Node]:
    """The roots, oldest first. The plans are all of one order, by id, with their order and lines.

    A successor takes over the parent of the plan whose place it takes, and stands below that plan instead.
    """
    nodes: dict[UUID, Node] = {
        plan.id: Node(plan, number, sentence_of(plan, names)) for number, plan in enumerate(plans, 1)
    }
    roots: list[Node] = []
    for node in nodes.values():
        id = node.plan.reroute_predecessor_id or node.plan.parent_id
        above = None if id is None else nodes.get(id)
        node.replaces = above is not None and node.plan.reroute_predecessor_id is not None
        (roots if above is None else above.below).append(node)
    return roots
