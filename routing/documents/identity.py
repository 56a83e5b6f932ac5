"""Ids that last: a fence, node or condition that is still the same thing after a PUT keeps its id."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import uuid4

from routing.documents.tree import branches_of


def identified(document: dict[str, Any], previous: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """The document, changed in place: every fence, node and condition has an id, unique in the document.

    An id that a client sent counts when ``previous`` has it for a thing of the same kind. Otherwise a node or
    condition keeps the id of what stood at its place, a fence that of the fence of the same type and implementation
    in the same node.
    """
    before = list(branches_of(previous)) if previous else []
    known = {(kind, branch["id"]): branch for kind, _path, branch in before}
    placed = {(kind, path): branch["id"] for kind, path, branch in before}
    branches = list(branches_of(document))
    sent = {(kind, branch.get("id")) for kind, _path, branch in branches}
    taken: set[tuple[str, str]] = set()
    for kind, path, branch in branches:
        wanted = (kind, branch.get("id"))
        if wanted not in known or wanted in taken:
            wanted = (kind, placed.get((kind, path)))
            if wanted in taken or wanted in sent:
                wanted = (kind, None)
        branch["id"] = wanted[1] or str(uuid4())
        taken.add((kind, branch["id"]))
        if kind == "node":
            old = known.get((kind, branch["id"]))
            _identify_fences(branch["config"]["fences"], old["config"]["fences"] if old else ())
    return document


def _identify_fences(fences: Sequence[dict[str, Any]], previous: Sequence[Mapping[str, Any]]) -> None:
    """Those that a client named come first; the others share what is left, in their order."""
    free = {fence["id"]: _what(fence) for fence in previous}
    unnamed = []
    for fence in fences:
        # An id counts for a fence of the same type alone: a standard fence never turns into a toolkit fence.
        if free.get(fence.get("id", ""), ("",))[0] == fence["type"]:
            del free[fence["id"]]
        else:
            unnamed.append(fence)
    for fence in unnamed:
        same = next((id for id, what in free.items() if what == _what(fence)), None)
        fence["id"] = same or str(uuid4())
        free.pop(fence["id"], None)


def _what(fence: Mapping[str, Any]) -> tuple[str, str]:
    return fence["type"], fence.get("implementation") or fence.get("referenceId", "")
