"""The bodies that change a part of a strategy, or act on it."""

from __future__ import annotations

from collections.abc import Mapping

from routing.documents.records import ListOf, OneOf, Record, optional
from routing.documents.shape import Shape
from routing.documents.strategy import CONDITION_FOR_REPLACE, GLOBAL_CONFIGURATION, NODE_FOR_REPLACE
from routing.documents.units import MODE
from routing.documents.values import Choice, Flag, Localized, Number, Text

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

_ID = Text(at_least=1, at_most=255)


def _action(name: str, record: str, parts: Mapping[str, Shape]) -> Record:
    named = Choice(f"{record}Name", (name,), "action")
    return Record(
        f"RoutingStrategy{record}ActionParameter",
        {"name": named, "version": _VERSION, **parts},
        strict=False,
    )


ACTION = OneOf(
    "name",
    {
        "ACTIVATE": _action("ACTIVATE", "Activate", {}),
        "COPY": _action("COPY", "CreateCopy", {"nameLocalized": Localized()}),
        "REPLACE_NODE": _action("REPLACE_NODE", "ReplaceNode", {"nodeId": _ID, "node": NODE_FOR_REPLACE}),
        "REPLACE_CONDITION": _action(
            "REPLACE_CONDITION", "ReplaceCondition", {"conditionId": _ID, "condition": CONDITION_FOR_REPLACE}
        ),
        "REPLACE_GLOBAL_CONFIGURATION": _action(
            "REPLACE_GLOBAL_CONFIGURATION",
            "ReplaceGlobalConfiguration",
            {"globalConfiguration": GLOBAL_CONFIGURATION},
        ),
        "RESTORE_REVISION": _action(
            "RESTORE_REVISION",
            "RestoreRevision",
            {"revision": Number(at_least=1, at_most=2**31 - 1, whole=True)},
        ),
    },
)
"""What may be done with a strategy; restoring a revision is ours."""
