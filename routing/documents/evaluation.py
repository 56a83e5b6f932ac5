"""The way of an order through a strategy, as clients read it: the contract's RoutingStrategyEvaluationResult (R1)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from routing.documents.rendering import rendered_config
from routing.documents.tree import branches_of
from routing.engine.strategy import Picked, Result, Step


def followed(document: Mapping[str, Any], path: Iterable[tuple[str, str]]) -> Picked:
    """A way that was taken through the document, from the ids and results that were kept of it."""
    branches = {branch["id"]: branch for _kind, _path, branch in branches_of(document)}
    steps = tuple(Step(branches[id], Result(result)) for id, result in path)
    active = [step.branch for step in steps if step.result is Result.NODE_ACTIVE]
    return Picked(active[-1], steps)


def rendered_evaluation(picked: Picked) -> dict[str, Any]:
    return {
        "evaluatedConfig": rendered_config(picked.config),
        "evaluatedPath": [_element(step) for step in picked.path],
    }


def _element(step: Step) -> dict[str, Any]:
    return {
        "ref": step.branch["id"],
        "type": "NODE" if step.result in (Result.NODE_ACTIVE, Result.NODE_INACTIVE) else "CONDITION",
        "nameLocalized": step.branch["nameLocalized"],
        "evaluationResult": step.result.value,
    }
