"""What is left of a world while a decision gives it away, share by share. The world itself stays as it is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import TypeAlias
from uuid import UUID

from inventory.behaviour import Effective
from routing.engine.decision import Allocation
from routing.engine.facts import Bucket, Line, OrderFacts
from routing.engine.world import World


class Left:
    """A world, less what :meth:`take` took. It answers what sharing out asks, as :class:`World` does."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._taken: dict[tuple[int, UUID], int] = {}
        self._promised: dict[int, int] = {}

    @property
    def now(self) -> datetime:
        return self._world.now

    def available(self, facility: int, article: UUID) -> int:
        return self._world.available(facility, article) - self._taken.get((facility, article), 0)

    def stock_of(self, article: UUID) -> Mapping[int, int]:
        return {facility: self.available(facility, article) for facility in self._world.stock_of(article)}

    def effective(self, article: UUID, order: OrderFacts) -> Mapping[int, Effective]:
        return self._world.effective(article, order)

    def withheld(self, facility: int, article: UUID) -> int:
        return self._world.withheld(facility, article)

    def expected(self, article: UUID) -> Iterator[Bucket]:
        for bucket in self._world.expected(article):
            left = bucket.units - self._promised.get(bucket.id, 0)
            if left:
                yield replace(bucket, units=left)

    def take(self, facility: int, allocations: Iterable[Allocation]) -> None:
        for allocation in allocations:
            self._take(facility, allocation.line.article, allocation.reserved)
            for bucket, units in allocation.expected:
                self._promised[bucket] = self._promised.get(bucket, 0) + units

    def cover(self, facility: int, lines: Iterable[Line]) -> None:
        """Takes what the facility has for the lines; the rest it replenishes (B3)."""
        for line in lines:
            there = self.available(facility, line.article)
            self._take(facility, line.article, min(line.quantity, there))

    def _take(self, facility: int, article: UUID, units: int) -> None:
        place = (facility, article)
        self._taken[place] = self._taken.get(place, 0) + units


Supply: TypeAlias = World | Left
"""What can still be given away."""
