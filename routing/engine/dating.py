"""W10: the day on which each waiting line's turn comes, simulated for one article from what is there and what is dated.

Pure: queue and arrivals go in, days come out. What it says is a forecast; nothing is reserved by it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from heapq import heapify, heappop, heappush

IN_STOCK = date.min
"""The day of what is there already: before every other."""


class Source(StrEnum):
    """Where the date of a line comes from; ``NONE`` where there is no date."""

    EXPECTED_STOCK = "EXPECTED_STOCK"
    PREORDER = "PREORDER"
    DEFAULT = "DEFAULT"
    NONE = ""


@dataclass(frozen=True, slots=True)
class Queued:
    """A line that waits for ``units`` of the article.

    ``places`` are the facilities that may supply it, by index; all of them together where it is ``dividable``, else one
    has to have all its units (S2). Until ``held_until`` it takes nothing, and others pass it (M4).
    """

    units: int
    places: tuple[int, ...]
    dividable: bool = False
    held_until: date | None = None


@dataclass(frozen=True, slots=True)
class Arrival:
    """``units`` that nobody was promised, at the facility ``place``, from ``day`` on."""

    day: date
    place: int
    units: int


@dataclass(slots=True)
class _Group:
    """Lines that want the same: if the first of them cannot have it, none can. ``waiting`` is a heap of positions."""

    units: int
    places: tuple[int, ...]
    dividable: bool
    waiting: list[int] = field(default_factory=list)


def turns(queue: Sequence[Queued], arrivals: Iterable[Arrival], *, in_turn: bool) -> list[date | None]:
    """The day on which each line of ``queue``, given in release order, could have all its units; ``None`` is never.

    On every day the lines are served in their order, each whole or not at all. ``in_turn``: none passes an earlier one
    that still waits and could use the units of that facility (STRICT, W12); else a line that needs more than there is
    blocks nobody (W2). Takes O((lines + days × different wants) × log).
    """
    found: list[date | None] = [None] * len(queue)
    groups: dict[tuple[int, tuple[int, ...], bool], _Group] = {}
    joining: dict[date, list[int]] = defaultdict(list)
    for position, line in enumerate(queue):
        if line.held_until is None:
            _join(groups, position, line)
        else:
            joining[line.held_until].append(position)
    coming: dict[date, list[Arrival]] = defaultdict(list)
    for arrival in arrivals:
        coming[arrival.day].append(arrival)
    stock: dict[int, int] = defaultdict(int)
    for day in sorted({*coming, *joining}):
        for arrival in coming.get(day, ()):
            stock[arrival.place] += arrival.units
        for position in joining.get(day, ()):
            _join(groups, position, queue[position])
        for position in _serve(groups.values(), stock, in_turn=in_turn):
            found[position] = day
    return found


def _join(groups: dict[tuple[int, tuple[int, ...], bool], _Group], position: int, line: Queued) -> None:
    key = (line.units, line.places, line.dividable)
    group = groups.get(key)
    if group is None:
        group = groups[key] = _Group(*key)
    heappush(group.waiting, position)


def _serve(groups: Iterable[_Group], stock: dict[int, int], *, in_turn: bool) -> Iterable[int]:
    """The positions of those who get what they want today, which is taken out of ``stock``."""
    closed: set[int] = set()
    heads = [(group.waiting[0], number, group) for number, group in enumerate(groups) if group.waiting]
    heapify(heads)
    while heads:
        _position, number, group = heappop(heads)
        if _take(group, stock, closed):
            yield heappop(group.waiting)
            if group.waiting:
                heappush(heads, (group.waiting[0], number, group))
        elif in_turn:
            closed.update(group.places)


def _take(group: _Group, stock: dict[int, int], closed: set[int]) -> bool:
    wanted = group.units
    stocked = [place for place in group.places if stock.get(place) and place not in closed]
    whole = next((place for place in stocked if stock[place] >= wanted), None)
    if whole is not None:
        stock[whole] -= wanted
        return True
    if not group.dividable or sum(stock[place] for place in stocked) < wanted:
        return False
    for place in stocked:
        taken = min(stock[place], wanted)
        stock[place] -= taken
        wanted -= taken
    return True


def after_backing(arrivals: Iterable[Arrival], owed: Mapping[int, int]) -> list[Arrival]:
    """The arrivals, by day, without the units that each place owes to others first (R2): ``owed`` by place."""
    left = dict(owed)
    found = []
    for arrival in sorted(arrivals, key=lambda one: one.day):
        taken = min(arrival.units, left.get(arrival.place, 0))
        if taken:
            left[arrival.place] -= taken
        if arrival.units > taken:
            found.append(Arrival(arrival.day, arrival.place, arrival.units - taken))
    return found


def dated(turn: date | None, preorder_start: date | None, default: date | None) -> tuple[date | None, Source]:
    """The date of a line and where it comes from: its turn, else the preorder's start, else the default day.

    A line whose turn is now has no date: there is nothing that it waits for.
    """
    if turn is not None:
        return (None, Source.NONE) if turn == IN_STOCK else (turn, Source.EXPECTED_STOCK)
    if preorder_start is not None:
        return preorder_start, Source.PREORDER
    return (default, Source.DEFAULT) if default is not None else (None, Source.NONE)


def latest(dates: Iterable[tuple[date | None, str]]) -> tuple[date | None, str]:
    """A plan's date and its source: that of the last of its lines. Of equal days, expected stock counts as surest."""
    known = [(day, source) for day, source in dates if day is not None]
    if not known:
        return None, Source.NONE
    return max(known, key=lambda one: (one[0], one[1] == Source.EXPECTED_STOCK, one[1]))
