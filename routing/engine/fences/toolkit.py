from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from routing.engine.needs import Need
from routing.engine.toolkit import Rule

if TYPE_CHECKING:
    from routing.engine.facts import Plan
    from routing.engine.world import World

TYPE = "ToolkitFence"


class ToolkitFence:
    """ToolkitFence: a predicate over order and facility, which a person wrote into the strategy (F4).

    A node may have several, each with its own rule: :mod:`routing.engine.toolkit` says what rules mean. It is called as
    people called it. A rule about lines must hold for every line.
    """

    needs: ClassVar[frozenset[Need]] = frozenset({Need.DOCUMENTS})

    def __init__(self, fence: Mapping[str, Any]) -> None:
        self.implementation = label_of(fence)
        self._rule = Rule(fence)

    def passes_plan(self, plan: Plan, facility: int, world: World) -> bool:
        return self._rule.share(plan, facility, world) == 1

    def explain_plan(self, plan: Plan, facility: int, world: World) -> tuple[str, str]:
        return self._rule.explain(plan, facility, world)


def label_of(unit: Mapping[str, Any]) -> str:
    """What people called a toolkit fence or rating: in English where they did, else in the first language."""
    texts: Mapping[str, str] = unit.get("nameLocalized") or {}
    return texts.get("en_US") or next(iter(texts.values()), "") or str(unit["referenceId"])
