"""The bodies that change a part of a strategy, or act on it."""

from __future__ import annotations

from routing.documents.records import ListOf, OneOf, Record, optional
from routing.documents.units import MODE
from routing.documents.values import Choice, Flag, Number, Text

_VERSION = Number(at_least=0, whole=True)

FENCE_CHANGES = Record(
    "RoutingStrategyPatchActions",
    {
        "version": _VERSION,
        "actions": ListOf(
            Record(
                "ModifyFenceAction",
                {
                    # D1 prints the action without its name, so that it may be left out.
                    "action": optional(
                        Choice("ModifyFenceActionName", ("ModifyFence",), "action"), default="ModifyFence"
                    ),
                    "id": Text(at_least=1, at_most=255),
                    "active": optional(Flag()),
                    "activeMode": optional(MODE),
                },
            ),
            at_least=1,
        ),
    },
)

ACTION = OneOf(
    "name",
    {
        "ACTIVATE": Record(
            "RoutingStrategyActivateActionParameter",
            {"name": Choice("ActivateActionName", ("ACTIVATE",), "action"), "version": _VERSION},
            strict=False,
        ),
    },
)
