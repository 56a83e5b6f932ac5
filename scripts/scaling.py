"""A simulation of release workers at sizes that no desk has: ``make scale`` prints the tables of docs/scale.md.

Stock events come at random to articles that people wait for. A free worker takes the article whose event is the
oldest, with all events that have come for it until then, and serves them in chunks; an article is served by one worker
at a time (W4, W5). What things cost was measured (docs/benchmarks.md); that each worker has a core to itself is
assumed. The draws are the same every time.
"""

from __future__ import annotations

import random
import statistics
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, field
from typing import Any

import simpy

from routing.passes import pace

WARM_UP, MEASURED = 10.0, 30.0
"""Simulated seconds."""


@dataclass(frozen=True, slots=True)
class Costs:
    """Seconds of one core, Python's and PostgreSQL's together: of a pass that serves hardly anybody (T4b), of a plan
    that is released (T1), and of a listing that a chunk loads (the row "wide"). A chunk has as many plans as fit into
    ``of_chunk`` seconds, within ``fewest`` and ``most`` (:mod:`routing.passes.pace`).
    """

    of_pass: float = 0.050
    of_plan: float = 0.000_5
    of_listing: float = 0.000_035
    of_chunk: float = pace.SECONDS
    fewest: int = pace.FEWEST
    most: int = pace.MOST

    def chunk(self, listings: int) -> int:
        """Plans in a chunk that loads so many listings."""
        fit = int((self.of_chunk - listings * self.of_listing) / self.of_plan)
        return min(self.most, max(self.fewest, fit))


@dataclass(frozen=True, slots=True)
class Site:
    """``events`` per second come to ``articles``, to each as likely as to any other, and each lets ``plans`` go.
    ``listings`` is how many facilities list an article.
    """

    workers: int
    articles: int
    events: float = 0.0
    plans: int = 1
    listings: int = 20


@dataclass(slots=True)
class Course:
    """What happened after the warm-up: seconds from each event to the release of its last plan, one after the other,
    and what the workers did.
    """

    delays: list[float] = field(default_factory=list)
    passes: int = 0
    busy: float = 0.0
    ended: float = 0.0

    def within(self, share: float) -> float:
        """Seconds within which this share of the events was served."""
        return sorted(self.delays)[int(share * (len(self.delays) - 1))]

    @property
    def keeps_up(self) -> bool:
        """Whether events wait no longer at the end than at the beginning, apart from chance."""
        third = len(self.delays) // 3
        return statistics.fmean(self.delays[-third:]) < 1.5 * statistics.fmean(self.delays[:third])


Steps = Generator[simpy.Event, Any, None]


class Simulation:
    def __init__(self, site: Site, costs: Costs | None = None, seed: int = 1) -> None:
        self.site, self.costs, self.draws = site, costs or Costs(), random.Random(seed)
        self.course = Course()
        self._world = simpy.Environment()
        self._queue = simpy.Store(self._world)
        self._pending: dict[int, list[float]] = {}
        self._served: set[int] = set()
        for _ in range(site.workers):
            self._world.process(self._worker())

    def events_come(self) -> Course:
        """Events come at random, all the time."""
        self._world.process(self._events())
        self._world.run(until=WARM_UP + MEASURED)
        return self.course

    def all_is_there(self) -> float:
        """Stock for every article comes at once: the seconds until the last plan is released."""
        for article in range(self.site.articles):
            self._come(article)
        self._world.run()
        return self.course.ended

    def _events(self) -> Steps:
        while True:
            yield self._world.timeout(self.draws.expovariate(self.site.events))
            self._come(self.draws.randrange(self.site.articles))

    def _come(self, article: int) -> None:
        if article not in self._pending and article not in self._served:
            self._queue.put(article)
        self._pending.setdefault(article, []).append(self._world.now)

    def _worker(self) -> Steps:
        while True:
            article: int = yield self._queue.get()
            begun = max(self._world.now, WARM_UP)
            self._served.add(article)
            yield from self._pass(self._pending.pop(article))
            self._served.discard(article)
            if article in self._pending:
                self._queue.put(article)
            self.course.ended = self._world.now
            if self._world.now > WARM_UP:
                self.course.passes += 1
                self.course.busy += self._world.now - begun

    def _pass(self, events: Sequence[float]) -> Steps:
        """The oldest event first; who is in a chunk goes when the chunk is written."""
        yield self._world.timeout(self.costs.of_pass)
        plans, served = len(events) * self.site.plans, 0
        loading, chunk = self.site.listings * self.costs.of_listing, self.costs.chunk(self.site.listings)
        for start in range(0, plans, chunk):
            end = min(plans, start + chunk)
            yield self._world.timeout(loading + (end - start) * self.costs.of_plan)
            complete = end // self.site.plans
            if self._world.now > WARM_UP:
                self.course.delays += [self._world.now - came for came in events[served:complete]]
            served = complete


COURSES = (
    Site(workers=1, articles=1, events=100, plans=10),
    Site(workers=2, articles=1, events=100, plans=10),
    Site(workers=2, articles=1, events=100, plans=25),
    Site(workers=2, articles=100, events=1_000),
    Site(workers=4, articles=100, events=1_000),
    Site(workers=8, articles=100, events=1_000),
    Site(workers=32, articles=10_000, events=1_000),
    Site(workers=64, articles=10_000, events=1_000),
    Site(workers=8, articles=100, events=1_000, listings=10_000),
    Site(workers=32, articles=100, events=1_000, listings=10_000),
)
DRAINS = tuple(Site(workers=workers, articles=100, plans=10_000) for workers in (1, 2, 4, 8))


_COURSES = """\
| events per second | articles | plans per event | facilities per article | workers | busy | events per pass \
| half of them within | 99 % within | keeps up |
| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |"""
_DRAINS = """\
| workers | until 10⁶ plans of 100 articles are released |
| --- | --- |"""


def tables() -> str:
    """Both tables, in Markdown."""
    courses = [_told(site, Simulation(site).events_come()) for site in COURSES]
    drains = [f"| {site.workers} | {Simulation(site).all_is_there():,.0f} s |" for site in DRAINS]
    return "\n".join((_COURSES, *courses, "", _DRAINS, *drains))


def _told(site: Site, course: Course) -> str:
    cells: tuple[str, ...] = (
        f"{site.events:,.0f}",
        f"{site.articles:,}",
        f"{site.plans:,}",
        f"{site.listings:,}",
        f"{site.workers}",
        f"{course.busy / (site.workers * MEASURED):.0%}",
        f"{len(course.delays) / course.passes:.1f}",
        _seconds(course.within(0.5)),
        _seconds(course.within(0.99)),
        "yes" if course.keeps_up else "no",
    )
    return f"| {' | '.join(cells)} |"


_seconds: Callable[[float], str] = "{:.2g} s".format

if __name__ == "__main__":
    print(tables())
