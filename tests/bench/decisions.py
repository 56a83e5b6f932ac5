"""T10: what one decision costs, beside a loop that only compares need with stock. No database, one process."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from random import Random
from typing import Any
from uuid import UUID

from inventory.behaviour import Behaviour, Effective, ListingRules
from routing.engine import Decision, FacilityFacts, Line, OrderFacts, Plan, Policy, Unit, World, decide
from routing.engine.verdicts import Patterns

CANDIDATES, LINES, UNITS = 200, 10, 3
NOW = datetime(2026, 5, 4, 9, 0, tzinfo=UTC)

FENCES = (
    "FACILITY-BUSINESSTYPE",
    "FACILITY-COUNTRY",
    "FACILITY-CARRIERAVAILABILITY",
    "PRESELECTED-FACILITY",
    "AVOID-ZERO-STOCK",
    "STOCK-AVAILABILITY",
)
RATINGS = (
    "GEO-DISTANCE",
    "STOCK-AVAILABILITY",
    "STOCK-BALANCING",
    "PREFER-STORE",
    "MATCHING-BUSINESSTYPE",
    "WORKLOAD-BALANCING",
)

Stock = Mapping[UUID, Mapping[int, int]]


def document() -> dict[str, Any]:
    """A strategy that may split an order in two."""
    return {
        "rootNode": {
            "config": {
                "fences": [
                    {
                        "type": "StandardFence",
                        "implementation": name,
                        "active": True,
                        "activeMode": "reactive" if name == "STOCK-AVAILABILITY" else "static",
                    }
                    for name in FENCES
                ],
                "ratings": [
                    {"type": "StandardRating", "implementation": name, "active": True, "maxPenalty": 100}
                    for name in RATINGS
                ],
                "orderSplit": {
                    "active": True,
                    "activeForSameday": False,
                    "maxSplitCount": 2,
                    "shouldUseWaitingRoomForPreBackOrderItems": False,
                },
            }
        }
    }


def order() -> Plan:
    """Ten lines of three units each."""
    lines = tuple(Line(UUID(int=100 + n), UUID(int=n + 1), UNITS) for n in range(LINES))
    facts = OrderFacts(country="DE", latitude=52.5, longitude=13.4, carriers=frozenset({"DHL"}))
    return Plan(UUID(int=99), b"\0", facts, tuple(Unit((line,)) for line in lines))


def stock(random: Random) -> Stock:
    """Every facility has about half of the lines, none has all; two of them together do."""
    shelves: dict[UUID, dict[int, int]] = {UUID(int=n + 1): {} for n in range(LINES)}
    for facility in range(CANDIDATES):
        for n in range(LINES):
            shelves[UUID(int=n + 1)][facility] = random.choice((0, 1, UNITS))
        shelves[UUID(int=1 + facility % LINES)][facility] = 0
    for n in range(LINES):
        shelves[UUID(int=n + 1)][CANDIDATES // 3] = 0 if n == 0 else UNITS
        shelves[UUID(int=n + 1)][CANDIDATES // 2] = UNITS if n == 0 else 0
    return shelves


def world(shelves: Stock) -> World:
    """Everything passes every static fence, so that nothing is spared the later ones."""
    facilities = [
        FacilityFacts(
            id=UUID(int=1_000 + n),
            name=f"Facility {n}",
            services=frozenset({"SHIP_FROM_STORE"}),
            country="DE",
            carriers=frozenset({"DHL"}),
            latitude=48 + n / 30,
            longitude=8 + n / 40,
            open_jobs=n % 7,
        )
        for n in range(CANDIDATES)
    ]
    backorder = ListingRules(Effective(Behaviour.BACKORDER))
    listings = {article: dict.fromkeys(range(CANDIDATES), backorder) for article in shelves}
    return World(now=NOW, facilities=facilities, listings=listings, available=shelves)


def compared(needs: Mapping[UUID, int], shelves: Stock) -> int:
    """The comparison: which candidate covers how many lines, and nothing else. Returns the most that one covers."""
    most = 0
    for facility in range(CANDIDATES):
        covered = 0
        for article, units in needs.items():
            if shelves[article].get(facility, 0) >= units:
                covered += 1
        if covered > most:
            most = covered
    return most


def seconds_of_a_decision(repeats: int) -> tuple[float, float, Decision]:
    """Median seconds of a decision and of the comparison, and what was decided. Each decision sees a world of its own,
    of which nothing has been worked out before.
    """
    plan, policy, shelves = order(), Policy.of_document(document()), stock(Random(1))
    worlds = iter([world(shelves) for _ in range(repeats)])
    decisions: list[Decision] = []

    def decided() -> None:
        decisions.append(decide(plan, next(worlds), policy, Patterns(policy.fences)))

    def looped() -> None:
        assert compared(plan.needs, shelves) == LINES - 1

    return _median(decided, repeats), _median(looped, repeats), decisions[-1]


def _median(work: Callable[[], None], repeats: int) -> float:
    taken = []
    for _ in range(repeats):
        begun = time.perf_counter()
        work()
        taken.append(time.perf_counter() - begun)
    return statistics.median(taken)
