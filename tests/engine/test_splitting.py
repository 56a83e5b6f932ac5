"""S2, S3: divisions of a plan among facilities, against every division that there is."""

from __future__ import annotations

from collections import Counter
from itertools import combinations, product
from random import Random
from typing import NamedTuple
from uuid import UUID

import pytest

from routing.engine import Line, Plan, World
from routing.engine.splitting import Division, Method, could_cover_all, divide
from tests.engine.builders import BACKORDER, line, plan, restock, world
from tests.engine.translation import id_of

ARTICLES = ("X", "Y", "Z")
CASES = 2_000


class Case(NamedTuple):
    """``stock`` has units by facility and article, None where any quantity can be replenished."""

    plan: Plan
    world: World
    stock: dict[int, dict[UUID, int | None]]
    penalties: dict[int, float]
    max_parts: int


def a_case(random: Random) -> Case:
    """Up to five facilities, up to two plain lines and two bundles, of three articles."""
    names = "ABCDE"[: random.randint(1, 5)]
    units: list[Line | tuple[Line, ...]] = []
    for number in range(random.randint(0, 2)):
        units.append(line(random.choice(ARTICLES), random.randint(1, 5), id=f"plain {number}"))
    for number in range(random.randint(0 if units else 1, 2)):
        units.append(
            tuple(
                line(random.choice(ARTICLES), random.randint(1, 3), id=f"bundle {number}.{place}")
                for place in range(random.randint(2, 3))
            )
        )
    random.shuffle(units)
    shelves: dict[str, dict[str, int]] = {}
    listings = {}
    stock: dict[int, dict[UUID, int | None]] = {}
    for index, name in enumerate(names):
        shelves[name] = {article: random.choice((0, 0, 1, 2, 3, 5)) for article in ARTICLES}
        replenished = [article for article in ARTICLES if random.random() < 0.05]
        listings[name] = {
            article: restock(5) if article in replenished else BACKORDER for article in ARTICLES
        }
        stock[index] = {
            id_of(article): None if article in replenished else units
            for article, units in shelves[name].items()
        }
    return Case(
        plan(*units),
        world(listings, shelves),
        stock,
        {index: float(random.choice((0, 1, 2, 2.5))) for index in range(len(names))},
        random.randint(1, 4),
    )


def brute_force(case: Case) -> tuple[int, int, float]:
    """S3: units covered, parts and penalty of the best of all divisions: every set of facilities, and in each every
    place of every bundle.
    """
    best = (0, 0, 0.0)
    for size in range(1, case.max_parts + 1):
        for chosen in combinations(case.stock, size):
            units = covered(case, chosen)
            found = (-units, size, sum(case.penalties[facility] for facility in chosen))
            if units and found < best:
                best = found
    return best


def covered(case: Case, chosen: tuple[int, ...]) -> int:
    bundles = [unit for unit in case.plan.units if unit.bundle is not None]
    wanted: Counter[UUID] = Counter()
    for unit in case.plan.units:
        if unit.bundle is None:
            wanted[unit.lines[0].article] += unit.lines[0].quantity
    best = 0
    for places in product((None, *chosen), repeat=len(bundles)):
        left = {facility: dict(case.stock[facility]) for facility in chosen}
        units = 0
        for bundle, place in zip(bundles, places, strict=True):
            if place is not None:
                for one in bundle.lines:
                    there = left[place][one.article]
                    left[place][one.article] = None if there is None else there - one.quantity
                    units += one.quantity
        if any(there is not None and there < 0 for shelf in left.values() for there in shelf.values()):
            continue
        for article, quantity in wanted.items():
            shelves = [shelf[article] for shelf in left.values()]
            units += quantity if None in shelves else min(quantity, sum(units or 0 for units in shelves))
        best = max(best, units)
    return best


def units_of(division: Division) -> int:
    return sum(share.units for share in division.shares)


def worth(division: Division, case: Case) -> tuple[int, int, float]:
    return (
        -units_of(division),
        len(division.shares),
        sum(case.penalties[share.facility] for share in division.shares),
    )


def check_is_a_division(division: Division, case: Case) -> None:
    """Every unit once (S7), bundles whole (S2), and nobody gives more than there is."""
    shared: Counter[UUID] = Counter()
    for share in division.shares:
        assert share.lines, "no facility is named for nothing"
        taken: Counter[UUID] = Counter()
        for one in share.lines:
            shared[one.id] += one.quantity
            taken[one.article] += one.quantity
        for article, units in taken.items():
            there = case.stock[share.facility][article]
            assert there is None or units <= there
    for unit in division.uncovered:
        for one in unit.lines:
            shared[one.id] += one.quantity
    assert shared == {one.id: one.quantity for one in case.plan.lines}
    for unit in case.plan.units:
        if unit.bundle is not None:
            holders = [share for share in division.shares if set(unit.lines) & set(share.lines)]
            assert len(holders) + (unit in division.uncovered) == 1
            assert all(set(unit.lines) <= set(share.lines) for share in holders)
    assert [share.units for share in division.shares] == sorted(
        (share.units for share in division.shares), reverse=True
    ), "the first covers most (S4)"


@pytest.mark.parametrize("seed", range(10))
def test_small_cases_are_divided_as_well_as_they_can_be(seed: int) -> None:
    """S2, S3: 2,000 random cases; most units, then fewest parts, then the lowest penalty."""
    random = Random(seed)
    for _ in range(CASES // 10):
        case = a_case(random)
        division = divide(case.plan, case.world, tuple(case.stock), case.penalties, max_parts=case.max_parts)
        assert division.method is Method.EXACT
        check_is_a_division(division, case)
        assert worth(division, case) == pytest.approx(brute_force(case))
        if division.complete:
            assert could_cover_all(case.plan, case.world, tuple(case.stock))


def test_ties_go_to_the_facilities_that_stand_first() -> None:
    """S3, R2: never by chance."""
    shelves = {name: {"X": 2} for name in "ABCD"}
    case = world({name: {"X": BACKORDER} for name in "ABCD"}, shelves)
    division = divide(plan(line("X", 4)), case, range(4), dict.fromkeys(range(4), 1.0), max_parts=3)
    assert [share.facility for share in division.shares] == [0, 1]


def test_a_line_stays_whole_where_it_can() -> None:
    """S2: of two facilities that share an order, the one that has all of a line gives all of it."""
    case = world(
        {"A": {"X": BACKORDER, "Y": BACKORDER}, "B": {"X": BACKORDER}}, {"A": {"X": 2, "Y": 1}, "B": {"X": 3}}
    )
    division = divide(plan(line("X", 3), line("Y", 1)), case, (0, 1), {0: 0.0, 1: 5.0}, max_parts=2)
    assert {share.facility: [one.quantity for one in share.lines] for share in division.shares} == {
        1: [3],
        0: [1],
    }


def test_a_large_case_makes_do() -> None:
    """S3: more sets of facilities than anybody would look through: the best that was found, and it says so."""
    random = Random(1)
    names = [f"F{number:03}" for number in range(120)]
    articles = [f"A{number}" for number in range(12)]
    shelves = {name: {article: random.choice((0, 0, 0, 7)) for article in articles} for name in names}
    case = world({name: dict.fromkeys(articles, BACKORDER) for name in names}, shelves)
    wanted = plan(*(line(article, 11) for article in articles))
    penalties = {index: random.random() for index in range(len(names))}

    division = divide(wanted, case, range(len(names)), penalties, max_parts=5)

    assert division.method is Method.GREEDY
    alone = divide(wanted, case, range(len(names)), penalties, max_parts=1)
    assert units_of(division) > 2 * units_of(alone)


def test_many_bundles_do_not_take_for_ever() -> None:
    """S3: each bundle doubles the ways to divide; the search stops in time with what it has."""
    bundles = [tuple(line("X", 1, id=f"{number}.{place}") for place in range(2)) for number in range(40)]
    case = world({"A": {"X": BACKORDER}, "B": {"X": BACKORDER}}, {"A": {"X": 41}, "B": {"X": 33}})

    division = divide(plan(*bundles), case, (0, 1), {0: 0.0, 1: 0.0}, max_parts=2)

    assert units_of(division) == 72
