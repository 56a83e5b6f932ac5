"""What people set on the screen *Routing rules*: a part of the standard node of a strategy document.

The standard node is the root: it decides wherever no condition leads to another node, and other nodes have from it what
they do not set themselves (R1).
"""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from routing.documents import vocabulary as words
from routing.documents.tree import nodes_of

COMPLETE_STOCK = "STOCK-AVAILABILITY"

_NO_SPLIT = {
    "active": False,
    "activeForSameday": False,
    "maxSplitCount": 2,
    "shouldUseWaitingRoomForPreBackOrderItems": False,
}


@dataclass(frozen=True, slots=True)
class RoutingRules:
    """``complete_stock`` and its ``mode``, static or reactive (F3); ``use_waiting_room`` sends what can wait to the
    waiting room though complete stock is off (R7); ``split`` into at most ``max_parts`` (S1, S3), same-day orders only
    with ``split_same_day``.
    """

    complete_stock: bool
    mode: str
    use_waiting_room: bool
    split: bool
    split_same_day: bool
    max_parts: int


def rules_of(document: Mapping[str, Any]) -> RoutingRules:
    """The rules of the document's standard node; what it does not say is off."""
    config = document["rootNode"]["config"]
    fence = _complete_stock(config) or {"active": False}
    split = {**_NO_SPLIT, **(config.get("orderSplit") or {})}
    return RoutingRules(
        complete_stock=fence["active"],
        mode=fence.get("activeMode", words.STATIC),
        use_waiting_room=split["shouldUseWaitingRoomForPreBackOrderItems"],
        split=split["active"],
        split_same_day=split["activeForSameday"],
        max_parts=split["maxSplitCount"],
    )


def with_rules(document: Mapping[str, Any], rules: RoutingRules) -> dict[str, Any]:
    """A copy of the document whose standard node has these rules, and all else as it was."""
    changed = deepcopy(dict(document))
    config = changed["rootNode"]["config"]
    fence = _complete_stock(config)
    if fence is None:
        fence = {"type": words.STANDARD_FENCE, "implementation": COMPLETE_STOCK}
        config["fences"].append(fence)
    fence |= {"active": rules.complete_stock, "activeMode": rules.mode}
    config["orderSplit"] = {
        **_NO_SPLIT,
        **(config.get("orderSplit") or {}),
        "active": rules.split,
        "activeForSameday": rules.split_same_day,
        "maxSplitCount": rules.max_parts,
        "shouldUseWaitingRoomForPreBackOrderItems": rules.use_waiting_room,
    }
    return changed


def other_nodes(document: Mapping[str, Any]) -> int:
    """How many nodes there are beside the standard one."""
    return sum(1 for _ in nodes_of(document)) - 1


def _complete_stock(config: Mapping[str, Any]) -> dict[str, Any] | None:
    fences: list[dict[str, Any]] = config["fences"]
    return next((fence for fence in fences if fence.get("implementation") == COMPLETE_STOCK), None)
