"""STOCK-AVAILABILITY, "complete stock" (F3): does a facility have, or get, all that a plan needs?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Protocol
from uuid import UUID

from inventory.behaviour import Behaviour, Effective
from routing.engine.facts import OrderFacts, Plan

IMPLEMENTATION = "STOCK-AVAILABILITY"


class Verdict(IntEnum):
    """Worse is higher, so that a facility's verdict is the highest of its units'."""

    PASSED = 0
    REACTIVE_PASSING_POSSIBLE = 1
    FAILED = 2


class StockView(Protocol):
    """What the fence needs to know; a live world and a replayed decision log both offer it."""

    def stock_of(self, article: UUID) -> Mapping[int, int]: ...

    def effective(self, article: UUID, order: OrderFacts) -> Mapping[int, Effective]: ...


@dataclass(frozen=True, slots=True)
class UnitVerdict:
    """``reason`` is BACKORDER_LISTING or PREORDER_LISTING where waiting may help, else empty."""

    verdict: Verdict
    reason: str = ""


@dataclass(frozen=True, slots=True)
class FacilityVerdict:
    """``missing`` are units per article that neither stock nor replenishment covers, ``lacking`` how many in all."""

    verdict: Verdict
    units: tuple[UnitVerdict, ...]
    missing: tuple[tuple[UUID, int], ...]
    lacking: int = field(init=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "lacking", sum(units for _, units in self.missing))


PASSED = UnitVerdict(Verdict.PASSED)
BACKORDERED = UnitVerdict(Verdict.REACTIVE_PASSING_POSSIBLE, "BACKORDER_LISTING")
PREORDERED = UnitVerdict(Verdict.REACTIVE_PASSING_POSSIBLE, "PREORDER_LISTING")
FAILED = UnitVerdict(Verdict.FAILED)

_BY_SEVERITY = (PASSED, BACKORDERED, PREORDERED, FAILED)
"""The verdict on a bundle is the last of its lines' in here."""


def _where_it_lacks(behaviour: Behaviour, *, reactive: bool) -> UnitVerdict:
    """On a line of which a facility has not enough; what can be replenished covers any quantity (B3)."""
    if behaviour.can_be_replenished:
        return PASSED
    if reactive and behaviour.can_wait:
        return PREORDERED if behaviour.preorders else BACKORDERED
    return FAILED


_LACKING: Mapping[bool, Mapping[Behaviour, UnitVerdict]] = {
    reactive: {behaviour: _where_it_lacks(behaviour, reactive=reactive) for behaviour in Behaviour}
    for reactive in (True, False)
}


class Stock(Protocol):
    """What is to be known to say who has everything, facility by facility."""

    def stock_of(self, article: UUID) -> Mapping[int, int]: ...

    def replenishing(self, article: UUID, order: OrderFacts) -> frozenset[int]: ...


def passing(plan: Plan, facilities: Sequence[int], stock: Stock) -> list[int]:
    """Those of the facilities, in their order, that :func:`judge` finds PASSED: for each article they have enough, or
    can replenish it. Asks the shelves instead of every facility, of which few have what is scarce.
    """
    able: set[int] | None = None
    for article, units in plan.needs.items():
        enough = {facility for facility, there in stock.stock_of(article).items() if there >= units}
        enough |= stock.replenishing(article, plan.order)
        able = enough if able is None else able & enough
        if not able:
            return []
    return [facility for facility in facilities if able is None or facility in able]


def judge(
    plan: Plan, facilities: Iterable[int], stock: StockView, *, reactive: bool
) -> dict[int, FacilityVerdict]:
    """The verdict on each of the facilities, unit by unit; a bundle is one unit.

    Lines of the same article share what is available, in order. In static mode nothing may hope for stock to come.
    Facilities that have as much of everything, by the same listings, share a verdict: in a large network most have
    nothing.
    """
    articles = list(plan.needs)
    shelves = [(stock.stock_of(article), stock.effective(article, plan.order)) for article in articles]
    position = {article: number for number, article in enumerate(articles)}
    units = [[(position[line.article], line.quantity) for line in unit.lines] for unit in plan.units]
    lacking = _LACKING[reactive]

    def on(places: Sequence[tuple[int, Effective | None]]) -> FacilityVerdict:
        left = [there for there, _ in places]
        missing: dict[UUID, int] = {}
        verdicts = []
        for lines in units:
            unit = PASSED
            for article, wanted in lines:
                lacks = wanted - left[article]
                left[article] = max(0, -lacks)
                if lacks <= 0:
                    continue
                listed = places[article][1]
                line = FAILED if listed is None else lacking[listed.behaviour]
                if line is not PASSED:
                    missing[articles[article]] = missing.get(articles[article], 0) + lacks
                    unit = line if unit is PASSED else max(unit, line, key=_BY_SEVERITY.index)
            verdicts.append(unit)
        worst = max((unit.verdict for unit in verdicts), default=Verdict.PASSED)
        return FacilityVerdict(worst, tuple(verdicts), tuple(missing.items()))

    known: dict[tuple[tuple[int, int], ...], FacilityVerdict] = {}
    found = {}
    for facility in facilities:
        places = [(there.get(facility, 0), listed.get(facility)) for there, listed in shelves]
        alike = tuple([(there, id(listed)) for there, listed in places])
        verdict = known.get(alike)
        if verdict is None:
            verdict = known[alike] = on(places)
        found[facility] = verdict
    return found
