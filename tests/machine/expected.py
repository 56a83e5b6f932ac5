"""What may become of a waiting plan where stock is expected, or where part of it may go: every answer that is allowed.

Written from the spec's text (spec 3, W5-W7). No facility of these worlds replenishes anything (B3).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import chain, combinations
from typing import Literal, NamedTuple

from tests.engine import oracle as wholes
from tests.engine.oracle_facts import Article, Facility, Name, Stock, World
from tests.engine.oracle_facts import Plan as OraclePlan
from tests.machine import oracle
from tests.machine.oracle import Division, Held, Item, Outcome, Part, Units

Partial = Literal["NONE", "LINE_ITEM", "QUANTITY"]


class Coming(NamedTuple):
    """Units of a bucket that may be promised."""

    number: int
    facility: Name
    article: Article
    day: date
    units: int


@dataclass(frozen=True)
class Way(Division):
    """A division, and what of the rest is ``planned``; the others are uncovered still."""

    planned: tuple[Part, ...] = ()

    @property
    def lacking(self) -> int:
        return sum(number for _item, number in self.uncovered)


def release(
    world: World, coming: list[Coming], plan: OraclePlan, units: Units, max_parts: int, partial: Partial
) -> list[Outcome]:
    """W5, else W6, else W7. None of these: it stays, and the list is empty."""
    outcomes = oracle.release(world, plan, units, max_parts)
    if outcomes or not wholes.permitted(world, plan):
        return outcomes
    case = _Case(world, coming, plan, max_parts)
    ways = case.whole(units) if not max_parts else case.shared(units) or case.partly(units, partial)
    return list(dict.fromkeys(outcome for way in ways for outcome in _becomes(way)))


def _becomes(way: Way) -> Iterator[Outcome]:
    """S6: where expected stock is taken everything becomes a child, and the parent ends; else it keeps a part."""
    behind = dict(way.uncovered)
    if not way.planned:
        if way.shares:
            yield from oracle.in_shares(way, {}, behind)
        return
    parts = [Part("ROUTED", name, share) for name, share in way.shares]
    if behind:
        parts.append(oracle.part_of("WAITING", None, behind))
    yield Part("OBSOLETE", None, frozenset()), frozenset([*parts, *way.planned])


class _Case:
    """One plan, and what is there and to come where it may go."""

    def __init__(self, world: World, coming: list[Coming], plan: OraclePlan, max_parts: int) -> None:
        self.plan, self.max_parts = plan, max_parts
        self.allowed = wholes.permitted(world, plan)
        self.penalty = oracle.penalties(world, plan, self.allowed)
        self.stock: Stock = {
            (f["name"], article): wholes.available(f, article, world["stock"], set())
            for f in self.allowed
            for article in wholes.needs_of(plan)
        }
        listed = {(f["name"], a) for f in self.allowed for a, one in f["listings"].items() if one["active"]}
        self.coming = sorted(
            (one for one in coming if (one.facility, one.article) in listed),
            key=lambda one: (one.day, *self._preference(one.facility), one.number),
        )

    def _preference(self, name: Name) -> tuple[float, int]:
        """R2: the better rated, ties by rank, then id."""
        place = next(number for number, f in enumerate(self.allowed) if f["name"] == name)
        return round(float(self.penalty[name]), 9), place

    def whole(self, units: Units) -> list[Way]:
        """W6: what cannot be divided needs one facility, and waits there for the last of it."""
        promise = self._promised_whole(units, Left(self.stock, self.coming))
        return [Way((), frozenset(), (promise,))] if promise else []

    def shared(self, units: Units) -> list[Way]:
        """W6: all of it, current stock first (S3), the rest out of buckets. If what is there cannot be shared out in
        the best way without leaving something that nobody expects, then in the best of those in which it can.
        """
        best = [way for way in self._current_first(units) if not way.uncovered]
        return best or oracle.best_of((w for w in self._all(units) if not w.uncovered), self.penalty)

    def partly(self, units: Units, partial: Partial) -> list[Way]:
        """W7: whole lines, and as many of them as go together; or any quantity. A bundle counts as one line."""
        if partial == "QUANTITY":
            ways = list(self._all(units))
            least = min(way.lacking for way in ways)
            return [
                *self._current_first(units),
                *oracle.best_of((way for way in ways if way.lacking == least), self.penalty),
            ]
        return list(self._whole_lines(units)) if partial == "LINE_ITEM" else []

    def _whole_lines(self, units: Units) -> Iterator[Way]:
        bundle = [item for item in units if item.bundled]
        lines = [*([bundle] if bundle else []), *([item] for item in units if not item.bundled)]
        released: list[set[Item]] = []
        for size in range(len(lines) - 1, 0, -1):
            for chosen in combinations(lines, size):
                going = set(chain.from_iterable(chosen))
                if any(going < more for more in released):
                    continue
                ways = self.shared({item: units[item] for item in units if item in going})
                behind = frozenset((item, units[item]) for item in units if item not in going)
                if ways:
                    released.append(going)
                yield from (Way(way.shares, behind, way.planned) for way in ways)

    def _current_first(self, units: Units) -> Iterator[Way]:
        divisions = self._divisions(units, self.stock)
        for division in oracle.best_of(divisions, self.penalty):
            yield from self._with_promises(division)

    def _all(self, units: Units) -> Iterator[Way]:
        """Every way, also those in which a bundle is promised what is there before lines that fit anywhere take it."""
        for division in self._divisions(units, self.stock):
            yield from self._with_promises(division)
        bundle = {item: number for item, number in units.items() if item.bundled}
        left = Left(self.stock, self.coming)
        promise = self._promised_whole(bundle, left) if bundle else None
        if promise is not None:
            plain = {item: number for item, number in units.items() if not item.bundled}
            for division in self._divisions(plain, left.without((promise,)).stock):
                yield self._promised(division, left, (promise,))

    def _divisions(self, units: Units, stock: Stock) -> list[Division]:
        plan: OraclePlan = {**self.plan, "units": oracle.as_units(units)}
        return list(oracle.divisions(plan, units, self.allowed, self.max_parts, stock))

    def _with_promises(self, division: Division) -> Iterator[Way]:
        """What the division leaves is promised; whether the bundle or the other lines first is not said."""
        left = Left(self.stock, self.coming)
        for name, share in division.shares:
            left.pick(name, share)
        yield self._promised(division, left)
        bundle = {item: number for item, number in division.uncovered if item.bundled}
        promise = self._promised_whole(bundle, left) if bundle else None
        if promise is not None:
            yield self._promised(division, left, (promise,))

    def _promised(self, division: Division, left: Left, before: tuple[Part, ...] = ()) -> Way:
        """``before`` is promised first; then the plain lines, then the bundle if it is not."""
        left = left.without(before)
        placed = {item for part in before for item, _number in part.units}
        wanted = {item: number for item, number in division.uncovered if item not in placed}
        parts, uncovered = self._promised_lines(wanted, left)
        bundle = {item: number for item, number in uncovered.items() if item.bundled}
        promise = self._promised_whole(bundle, left.without(parts)) if bundle else None
        if promise is not None:
            parts.append(promise)
            uncovered = {item: number for item, number in uncovered.items() if not item.bundled}
        return Way(division.shares, frozenset(uncovered.items()), (*before, *parts))

    def _promised_lines(self, wanted: Mapping[Item, int], left: Left) -> tuple[list[Part], Units]:
        """W6: earliest first, then by rating; what a facility gets on a day is one part."""
        units: dict[tuple[Name, date], Counter[Item]] = {}
        holds: dict[tuple[Name, date], list[Held]] = {}
        uncovered = dict(wanted)
        for one in left.coming:
            item = Item(one.article, False)
            taken = min(one.units, uncovered.get(item, 0))
            if taken:
                uncovered[item] -= taken
                units.setdefault((one.facility, one.day), Counter())[item] += taken
                holds.setdefault((one.facility, one.day), []).append((one.number, one.article, taken))
        parts = [
            Part("PLANNED", name, frozenset(units[name, day].items()), day, frozenset(holds[name, day]))
            for name, day in units
        ]
        return parts, {item: number for item, number in uncovered.items() if number}

    def _promised_whole(self, units: Units, left: Left) -> Part | None:
        """At the facility that has all of it first; it holds both what is there and what is to come."""
        found = [part for f in self.allowed if (part := _gathered(f, units, left)) is not None]
        return min(found, key=lambda p: (p.day, *self._preference(p.facility or "")), default=None)


class Left:
    """What is there, and what is to come, earliest first."""

    def __init__(self, stock: Stock, coming: Iterable[Coming]) -> None:
        self.stock = dict(stock)
        self.coming = list(coming)

    def pick(self, name: Name, share: Iterable[tuple[Item, int]]) -> None:
        for item, number in share:
            self.stock[name, item.article] -= number

    def without(self, parts: Iterable[Part]) -> Left:
        """What is left when those hold what they hold."""
        left = Left(self.stock, self.coming)
        for part in parts:
            for number, article, units in part.holds:
                if number is None:
                    left.stock[part.facility or "", article] -= units
                else:
                    left.coming = [
                        one._replace(units=one.units - units) if one.number == number else one
                        for one in left.coming
                    ]
        return left


def _gathered(facility: Facility, units: Units, left: Left) -> Part | None:
    """All of the units at the facility, what is there first, then what comes earliest; on the day of the last."""
    name = facility["name"]
    needs: Counter[Article] = Counter()
    for item, number in units.items():
        needs[item.article] += number
    holds: list[Held] = []
    days: list[date] = []
    for article, needed in needs.items():
        there = min(needed, left.stock.get((name, article), 0))
        if there:
            holds.append((None, article, there))
        for one in left.coming:
            if (one.facility, one.article) == (name, article) and (taken := min(one.units, needed - there)):
                there += taken
                holds.append((one.number, article, taken))
                days.append(one.day)
        if there < needed:
            return None
    if not days:
        return None
    return Part("PLANNED", name, frozenset(units.items()), max(days), frozenset(holds))
