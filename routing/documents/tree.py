"""Walking a strategy document: its nodes and conditions, each with the path that names it in a problem."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any


def branches_of(document: Mapping[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Every node and condition as ``(kind, path, value)``, kind being ``node`` or ``condition``; parents first."""
    waiting: list[tuple[str, str, dict[str, Any]]] = [("node", "rootNode", document["rootNode"])]
    while waiting:
        kind, path, value = waiting.pop()
        yield kind, path, value
        # The stack is last in, first out: what comes first in the document is pushed last.
        if "nextCondition" in value:
            waiting.append(("condition", f"{path}.nextCondition", value["nextCondition"]))
        if kind == "condition":
            waiting.append(("node", f"{path}.nextNode", value["nextNode"]))


def nodes_of(document: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every node with its path; the root comes first."""
    return ((path, value) for kind, path, value in branches_of(document) if kind == "node")


def fences_of(document: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every fence of every node, with its path."""
    for path, node in nodes_of(document):
        for index, fence in enumerate(node["config"]["fences"]):
            yield f"{path}.config.fences[{index}]", fence
