from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from routing.engine.fences.toolkit import label_of
from routing.engine.needs import Need
from routing.engine.toolkit import Rule

if TYPE_CHECKING:
    from routing.engine.facts import Plan
    from routing.engine.world import World

TYPE = "ToolkitRating"


class ToolkitRating:
    """ToolkitRating: prefers facilities for which a rule holds, which a person wrote into the strategy.

    The score is 0 where it holds and 1 where it does not; of a rule about lines, the share of lines for which it does
    not. A node may have several, each with its own rule: :mod:`routing.engine.toolkit` says what rules mean.
    """

    needs: ClassVar[frozenset[Need]] = frozenset({Need.DOCUMENTS})

    def __init__(self, rating: Mapping[str, Any]) -> None:
        self.implementation = label_of(rating)
        self._rule = Rule(rating)

    def scores(self, plan: Plan, candidates: Sequence[int], world: World) -> tuple[float | None, ...]:
        return tuple(1 - self._rule.share(plan, number, world) for number in candidates)
