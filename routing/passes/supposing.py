"""What a dry run supposes beyond what is written: stock that came, and what the run has given away so far."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace
from uuid import UUID

from inventory.models import StockLevel
from routing.engine import Decision, World
from routing.passes.expected import FreeBucket

Place = tuple[UUID, UUID]
"""(facility, article)"""


@dataclass(slots=True)
class Supposed:
    """Units that came (``stock``) or are expected (``buckets``), and those that a dry run took of levels (``reserved``)
    and of buckets (``promised``, by id); ``jobs`` are the pick jobs that it made. Only :meth:`note` and whoever
    supposes it change it.
    """

    stock: Counter[Place] = field(default_factory=Counter)
    buckets: list[FreeBucket] = field(default_factory=list)
    reserved: Counter[Place] = field(default_factory=Counter)
    promised: Counter[int] = field(default_factory=Counter)
    jobs: Counter[UUID] = field(default_factory=Counter)

    def levels(self, levels: Iterable[StockLevel], articles: Collection[UUID]) -> list[StockLevel]:
        """The levels of the articles as if it were so; where there is none yet, one comes about. Not to be saved."""
        found = {(level.facility_id, level.article_id): level for level in levels}
        for place in self.stock:
            if place[1] in articles and place not in found:
                facility, article = place
                found[place] = StockLevel(facility_id=facility, article_id=article)
        for place, level in found.items():
            level.on_hand += self.stock[place]
            level.reserved += self.reserved[place]
        return list(found.values())

    def free(self, buckets: Iterable[FreeBucket], articles: Collection[UUID]) -> list[FreeBucket]:
        """The buckets of the articles as if it were so."""
        supposed = (bucket for bucket in self.buckets if bucket.article_id in articles)
        return [
            replace(bucket, units=bucket.units - self.promised[bucket.id]) for bucket in (*buckets, *supposed)
        ]

    def book(self, world: World) -> None:
        """Tells the world of the pick jobs."""
        for facility, jobs in self.jobs.items():
            if facility in world.index:
                world.book(world.index[facility], jobs)

    def note(self, decision: Decision, world: World, *, pickable: bool) -> None:
        """What the decision gives away is gone. Orders that are not ``pickable`` get no pick jobs yet (R8)."""
        for facility, allocations in decision.given:
            place = world.facilities[facility].id
            for allocation in allocations:
                self.reserved[place, allocation.line.article] += allocation.reserved
                self.promised.update(dict(allocation.expected))
        if pickable:
            self.jobs.update(world.facilities[facility].id for facility in decision.picking)
