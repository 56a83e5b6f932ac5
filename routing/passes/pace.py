"""How many plans one transaction takes: so many that nobody waits longer than a quarter of a second for its locks, on a
slow machine as on a fast one (spec 8, "row locks held").
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from uuid import UUID

MOST = 500
FEWEST = 50
"""Below that most of the time would go into what a transaction costs however few plans it takes."""

FIRST = 100
SECONDS = 0.15
"""What a transaction is to take, so that one which turns out slower still ends in time."""


class Pace:
    """Learns from each transaction of a pass how many plans the next one may take."""

    def __init__(self) -> None:
        self.plans = min(FIRST, MOST)

    def parts(self, plan_ids: Iterable[UUID]) -> Iterator[list[UUID]]:
        """So many of the plans at a time; what is done with them, until the next are asked for, is timed."""
        rest = iter(plan_ids)
        while part := list(islice(rest, self.plans)):
            with self.timing(len(part)):
                yield part

    @contextmanager
    def timing(self, plans: int) -> Iterator[None]:
        """Around the transaction with so many."""
        begun = time.monotonic()
        yield
        self.learn(plans, time.monotonic() - begun)

    def learn(self, plans: int, taken: float) -> None:
        """A transaction with so many took so many seconds. A small one tells nothing, unless it was slow."""
        if plans >= self.plans or taken > SECONDS:
            fits = int(plans * SECONDS / taken)
            self.plans = min(MOST, max(FEWEST, min(2 * self.plans, fits)))
