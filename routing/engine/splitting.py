"""S2 and S3: the best division of a plan among facilities (spec 3).

The best one covers the most units, a bundle with all of its units or none; among those it has the fewest parts, and
among those the lowest sum of penalties; ties go to the facilities that stand first. A greedy division is found first,
then a search looks for a better one, size by size, and leaves out whatever cannot be better. Where that takes more than
:data:`EFFORT` steps it stops with the best that it has: small cases are exact, large ones may not be, and the decision
says which.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from inventory.behaviour import Effective
from routing.engine.facts import Line, OrderFacts, Plan, Unit

EFFORT = 20_000
"""Sets of facilities, and places of bundles, that a search looks at before it makes do."""

_Key = tuple[int, int, float, tuple[int, ...]]
"""How good a division is, the lower the better: units covered (negative), parts, penalty, facilities."""


class Shelf(Protocol):
    """What a search asks: a world, or what is left of one."""

    def stock_of(self, article: UUID) -> Mapping[int, int]: ...

    def effective(self, article: UUID, order: OrderFacts) -> Mapping[int, Effective]: ...


class Method(StrEnum):
    """How a division was found (S3)."""

    EXACT = "EXACT"
    GREEDY = "GREEDY"


@dataclass(frozen=True, slots=True)
class Share:
    """What one facility (an index) covers: lines of the plan, with as many of their units."""

    facility: int
    lines: tuple[Line, ...]

    @property
    def units(self) -> int:
        return sum(line.quantity for line in self.lines)


@dataclass(frozen=True, slots=True)
class Division:
    """``shares``, that which covers most first, and what none of them covers: bundles whole, lines by their rest."""

    shares: tuple[Share, ...]
    uncovered: tuple[Unit, ...]
    method: Method

    @property
    def complete(self) -> bool:
        return not self.uncovered


def divide(
    plan: Plan, world: Shelf, facilities: Sequence[int], penalties: Mapping[int, float], *, max_parts: int
) -> Division:
    """The best division of the plan among at most ``max_parts`` of the facilities (S3).

    ``penalties`` are the facilities' sums of penalties. A facility covers what it has available, and any quantity of
    what it can replenish (B3).
    """
    puzzle = _Puzzle(plan, world, facilities, penalties)
    best, method = _Search(puzzle, max_parts).run()
    return puzzle.divided(best, method)


def could_cover_all(plan: Plan, world: Shelf, facilities: Sequence[int]) -> bool:
    """Whether the facilities have enough of each article, all together: else no division is complete."""
    return all(
        sum(_supplied(plan, world, facilities, article, needed)) >= needed
        for article, needed in plan.needs.items()
    )


def _supplied(plan: Plan, world: Shelf, facilities: Sequence[int], article: UUID, needed: int) -> list[int]:
    """Units of the article that each of the facilities can supply, at most as many as are needed."""
    stock, listed = world.stock_of(article), world.effective(article, plan.order)
    replenished = {facility for facility, one in listed.items() if one.behaviour.can_be_replenished}
    return [needed if f in replenished else min(needed, stock.get(f, 0)) for f in facilities]


@dataclass(frozen=True, slots=True)
class _Solution:
    """``places`` has for each bundle the facility that takes it, or None."""

    key: _Key
    places: tuple[int | None, ...]

    @property
    def units(self) -> int:
        return -self.key[0]

    @property
    def facilities(self) -> tuple[int, ...]:
        return self.key[3]


class _Puzzle:
    """The plan as numbers: articles by position, and what each facility that can help holds of them."""

    def __init__(
        self, plan: Plan, world: Shelf, facilities: Sequence[int], penalties: Mapping[int, float]
    ) -> None:
        self.plan = plan
        articles = list(plan.needs)
        position = {article: number for number, article in enumerate(articles)}
        self.position = position
        self.bundles = [unit for unit in plan.units if unit.bundle is not None]
        self.bundle_needs = [_needs(unit, position) for unit in self.bundles]
        self.plain = [0] * len(articles)
        for unit in plan.units:
            if unit.bundle is None:
                self.plain[position[unit.lines[0].article]] += unit.lines[0].quantity
        self.penalties = penalties
        columns = [
            _supplied(plan, world, facilities, article, needed) for article, needed in plan.needs.items()
        ]
        held = zip(facilities, zip(*columns, strict=True), strict=True)
        self.holds = {facility: holds for facility, holds in held if any(holds)}

    def key(self, units: int, facilities: Sequence[int]) -> _Key:
        total = round(sum(self.penalties[facility] for facility in facilities), 9)
        return (-units, len(facilities), total, tuple(sorted(facilities)))

    def divided(self, solution: _Solution, method: Method) -> Division:
        """Bundles where the solution has them; each plain line whole where it can be, else wherever there is some."""
        preferred = sorted(solution.facilities, key=lambda facility: (self.penalties[facility], facility))
        left = {facility: list(self.holds[facility]) for facility in preferred}
        taken: dict[int, list[Line]] = {facility: [] for facility in preferred}
        uncovered: list[Unit] = []
        for unit, needs, place in zip(self.bundles, self.bundle_needs, solution.places, strict=True):
            if place is None:
                uncovered.append(unit)
                continue
            for article, needed in needs.items():
                left[place][article] -= needed
            taken[place] += unit.lines
        for unit in self.plan.units:
            if unit.bundle is None:
                rest = _place_line(unit.lines[0], self.position, preferred, left, taken)
                if rest:
                    line = unit.lines[0]
                    uncovered.append(Unit((Line(line.id, line.article, rest),)))
        order = {line.id: number for number, line in enumerate(self.plan.lines)}
        shares = [
            Share(facility, tuple(sorted(lines, key=lambda line: order[line.id])))
            for facility, lines in taken.items()
            if lines
        ]
        shares.sort(key=lambda share: (-share.units, self.penalties[share.facility], share.facility))
        uncovered.sort(key=lambda unit: order[unit.lines[0].id])
        return Division(tuple(shares), tuple(uncovered), method)


def _needs(unit: Unit, position: Mapping[UUID, int]) -> dict[int, int]:
    needs: dict[int, int] = {}
    for line in unit.lines:
        number = position[line.article]
        needs[number] = needs.get(number, 0) + line.quantity
    return needs


def _place_line(
    line: Line,
    position: Mapping[UUID, int],
    preferred: Sequence[int],
    left: Mapping[int, list[int]],
    taken: Mapping[int, list[Line]],
) -> int:
    """Returns the units that found no place."""
    article, needed = position[line.article], line.quantity
    whole = [facility for facility in preferred if left[facility][article] >= needed]
    for facility in whole[:1] or preferred:
        units = min(needed, left[facility][article])
        if units:
            left[facility][article] -= units
            taken[facility].append(Line(line.id, line.article, units))
            needed -= units
    return needed


class _Search:
    """Looks for the best set of facilities. What one facility adds to a set is never more than what it covers alone,
    which bounds what a set can still come to.
    """

    def __init__(self, puzzle: _Puzzle, max_parts: int) -> None:
        self._puzzle = puzzle
        self._max_parts = min(max_parts, len(puzzle.holds))
        self._effort = 0
        self._best = _Solution(puzzle.key(0, ()), tuple(None for _ in puzzle.bundles))
        self._alone: dict[int, int] = {}
        self._order: list[int] = []
        self._most = 0
        self._lightest = 0.0

    def run(self) -> tuple[_Solution, Method]:
        puzzle = self._puzzle
        for facility in puzzle.holds:
            self._alone[facility] = self._try((), puzzle.plain, 0, facility)
        self._order = sorted(
            (facility for facility in puzzle.holds if self._alone[facility]),
            key=lambda facility: (-self._alone[facility], puzzle.penalties[facility], facility),
        )
        self._greedily()
        self._lightest = min((puzzle.penalties[facility] for facility in self._order), default=0.0)
        for size in range(2, self._max_parts + 1):
            self._most = self._ceiling(size)
            if (-self._most, size) <= self._best.key[:2]:
                self._extend((), puzzle.plain, 0, 0.0, 0, size)
        return self._best, Method.GREEDY if self._spent else Method.EXACT

    @property
    def _spent(self) -> bool:
        return self._effort > EFFORT

    def _greedily(self) -> None:
        """Adds the facility that adds most, as long as one does."""
        chosen, units = self._best.facilities, self._best.units
        rest = self._rest(self._puzzle.plain, chosen)
        while chosen and len(chosen) < self._max_parts:
            for other in self._order:
                if other not in chosen:
                    self._try(chosen, rest, units, other)
            if self._best.units <= units:
                return
            chosen, units = self._best.facilities, self._best.units
            rest = self._rest(self._puzzle.plain, chosen)

    def _rest(self, needed: Sequence[int], facilities: Sequence[int]) -> list[int]:
        """Units of plain lines, by article, that the facilities leave uncovered."""
        rest = list(needed)
        for facility in facilities:
            rest = [
                max(0, units - held) for units, held in zip(rest, self._puzzle.holds[facility], strict=True)
            ]
        return rest

    def _ceiling(self, size: int) -> int:
        """More than this no ``size`` facilities cover, even if bundles could be divided."""
        puzzle = self._puzzle
        total = 0
        for article, needed in enumerate(puzzle.plain):
            wanted = needed + sum(needs.get(article, 0) for needs in puzzle.bundle_needs)
            there = sorted((holds[article] for holds in puzzle.holds.values()), reverse=True)
            total += min(wanted, sum(there[:size]))
        return total

    def _extend(
        self, chosen: tuple[int, ...], rest: Sequence[int], units: int, penalty: float, start: int, size: int
    ) -> None:
        """Tries all sets of ``size`` facilities that begin with ``chosen``, who cover ``units`` and leave ``rest``."""
        puzzle, order = self._puzzle, self._order
        open_places = size - len(chosen)
        for number in range(start, len(order) - open_places + 1):
            facility = order[number]
            reach = min(self._most, units + open_places * self._alone[facility])
            if reach < self._best.units or self._spent:
                return  # those that follow cover no more
            total = penalty + puzzle.penalties[facility]
            lightest = round(total + (open_places - 1) * self._lightest, 9)
            if reach == self._best.units and (size, lightest) > self._best.key[1:3]:
                continue
            covered = self._try(chosen, rest, units, facility)
            if open_places > 1:
                here = (*chosen, facility)
                self._extend(here, self._rest(rest, (facility,)), covered, total, number + 1, size)

    def _try(self, chosen: tuple[int, ...], rest: Sequence[int], units: int, facility: int) -> int:
        """Units that the chosen facilities cover with one more; kept if nothing better is known."""
        self._effort += 1
        puzzle = self._puzzle
        facilities = (*chosen, facility)
        places: tuple[int | None, ...] = ()
        if puzzle.bundles:
            covered, places = self._pack(facilities)
        else:
            covered = units + sum(map(min, rest, puzzle.holds[facility]))
        if covered and covered >= self._best.units:
            key = puzzle.key(covered, facilities)
            if key < self._best.key:
                self._best = _Solution(key, places)
        return covered

    def _pack(self, facilities: tuple[int, ...]) -> tuple[int, tuple[int | None, ...]]:
        """Units that the facilities cover together at best, and who takes which bundle. The first try gives each bundle
        to the first who has it.
        """
        puzzle = self._puzzle
        preferred = sorted(facilities, key=lambda facility: (puzzle.penalties[facility], facility))
        left = {facility: list(puzzle.holds[facility]) for facility in preferred}
        in_bundles = [sum(needs.values()) for needs in puzzle.bundle_needs]
        plain = sum(puzzle.plain)
        places: list[int | None] = []
        best: tuple[int, tuple[int | None, ...]] = (-1, ())

        def place(number: int, units: int) -> None:
            nonlocal best
            self._effort += 1
            if best[0] >= 0 and (self._spent or units + sum(in_bundles[number:]) + plain <= best[0]):
                return
            if number == len(in_bundles):
                units += sum(
                    min(needed, sum(shelf[article] for shelf in left.values()))
                    for article, needed in enumerate(puzzle.plain)
                )
                if units > best[0]:
                    best = (units, tuple(places))
                return
            needs = puzzle.bundle_needs[number]
            for facility in preferred:
                shelf = left[facility]
                if all(shelf[article] >= needed for article, needed in needs.items()):
                    _move(shelf, needs, -1)
                    places.append(facility)
                    place(number + 1, units + in_bundles[number])
                    places.pop()
                    _move(shelf, needs, +1)
            places.append(None)
            place(number + 1, units)
            places.pop()

        place(0, 0)
        return best


def _move(shelf: list[int], needs: Mapping[int, int], sign: int) -> None:
    for article, needed in needs.items():
        shelf[article] += sign * needed
