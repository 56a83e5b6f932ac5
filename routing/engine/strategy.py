"""R1: which node of a strategy decides an order, how it was found, and what is configured there.

From the root, the first active condition of the chain whose rule holds leads to its node, and so on from there. What a
node leaves out comes from its parent node: fields one by one, fences and ratings by what they are. An inactive node
ends the way: its parent decides. The document has been validated; the root is always active.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from routing.engine.activation import is_active
from routing.engine.predicates import rule_holds

Branch = Mapping[str, Any]
"""A node or a condition of a strategy document."""


class Result(StrEnum):
    """What became of a node or condition on the way; the contract's RoutingStrategyEvaluationResultType."""

    NODE_ACTIVE = "NODE_ACTIVE"
    NODE_INACTIVE = "NODE_INACTIVE"
    CONDITION_TRUE = "CONDITION_TRUE"
    CONDITION_FALSE = "CONDITION_FALSE"
    CONDITION_INACTIVE = "CONDITION_INACTIVE"


@dataclass(frozen=True, slots=True)
class Step:
    branch: Branch
    result: Result


@dataclass(frozen=True, slots=True)
class Picked:
    """The node that decides, and the way to it: every node and condition that was looked at, in that order."""

    node: Branch
    path: tuple[Step, ...]

    @property
    def results(self) -> tuple[Result, ...]:
        """For one document and one moment they tell ways apart: each result says where the next step leads."""
        return tuple(step.result for step in self.path)

    @property
    def config(self) -> dict[str, Any]:
        """The node's configuration, with what it leaves out taken from the nodes above."""
        return config_of([step.branch for step in self.path if step.result is Result.NODE_ACTIVE])


def pick_node(document: Mapping[str, Any], order: Mapping[str, Any], now: datetime) -> Picked:
    """The node of the strategy that decides such an order; ``order`` is its JSON as clients read it."""
    node = document["rootNode"]
    path = [Step(node, Result.NODE_ACTIVE)]
    condition = node.get("nextCondition")
    while condition is not None:
        result = _judge(condition, order, now)
        path.append(Step(condition, result))
        if result is not Result.CONDITION_TRUE:
            condition = condition.get("nextCondition")
            continue
        following = condition["nextNode"]
        if not is_active(following, now):
            path.append(Step(following, Result.NODE_INACTIVE))
            break
        node = following
        path.append(Step(node, Result.NODE_ACTIVE))
        condition = node.get("nextCondition")
    return Picked(node, tuple(path))


def asks_orders(document: Mapping[str, Any], now: datetime) -> bool:
    """Whether the way depends on the order at all: some condition of the root's chain is active."""
    return any(is_active(condition, now) for condition in chain(document["rootNode"]))


def way_to(document: Mapping[str, Any], node_id: str, now: datetime) -> Picked | None:
    """The way of an order for which just those conditions hold that lead to the node; ``None``: there is no such node.

    Inactive conditions and nodes on it are shown as such; the configuration is that of the active nodes.
    """
    waiting: list[tuple[Branch, tuple[Step, ...]]] = [
        (document["rootNode"], (Step(document["rootNode"], Result.NODE_ACTIVE),))
    ]
    while waiting:
        node, path = waiting.pop()
        if node.get("id") == node_id:
            active = [step.branch for step in path if step.result is Result.NODE_ACTIVE]
            return Picked(active[-1], path)
        for condition in chain(node):
            active_now = is_active(condition, now)
            held = Step(condition, Result.CONDITION_TRUE if active_now else Result.CONDITION_INACTIVE)
            following = condition["nextNode"]
            result = Result.NODE_ACTIVE if is_active(following, now) else Result.NODE_INACTIVE
            waiting.append((following, (*path, held, Step(following, result))))
            passed = Result.CONDITION_FALSE if active_now else Result.CONDITION_INACTIVE
            path = (*path, Step(condition, passed))
    return None


def chain(node: Branch) -> Iterator[Branch]:
    """The conditions that are tried at a node, in their order."""
    condition = node.get("nextCondition")
    while condition is not None:
        yield condition
        condition = condition.get("nextCondition")


def config_of(nodes: Sequence[Branch]) -> dict[str, Any]:
    """The configuration of the last of the nodes, each the parent of the next."""
    config: dict[str, Any] = {}
    for node in nodes:
        config = _merged(config, node["config"])
    return config


def _judge(condition: Branch, order: Mapping[str, Any], now: datetime) -> Result:
    if not is_active(condition, now):
        return Result.CONDITION_INACTIVE
    return Result.CONDITION_TRUE if rule_holds(condition["rule"], order) else Result.CONDITION_FALSE


def _merged(parent: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(parent)
    for name, value in own.items():
        above = parent.get(name)
        if name in _UNITS:
            merged[name] = _merged_units(above or (), value)
        elif isinstance(above, Mapping) and isinstance(value, Mapping):
            merged[name] = _merged(above, value)
        else:
            merged[name] = value
    return merged


_UNITS = ("fences", "ratings", "priorityRatings")


def _merged_units(parent: Sequence[Branch], own: Sequence[Branch]) -> list[Branch]:
    """What a node says of a fence or rating replaces what its parent says, at the parent's place; others follow."""
    left: dict[tuple[str, str], list[Branch]] = {}
    for unit in own:
        left.setdefault(_what(unit), []).append(unit)
    merged: list[Branch] = []
    seen: set[tuple[str, str]] = set()
    for unit in parent:
        what = _what(unit)
        if what in left:
            merged += left.pop(what)
            seen.add(what)
        elif what not in seen:
            merged.append(unit)
    return [*merged, *(unit for units in left.values() for unit in units)]


def _what(unit: Branch) -> tuple[str, str]:
    """Standard fences and ratings are told apart by implementation, those of the toolkit by reference."""
    return str(unit["type"]), str(unit.get("implementation") or unit.get("referenceId") or "")
