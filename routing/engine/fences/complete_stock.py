"""STOCK-AVAILABILITY, "complete stock" (F3): does a facility have, or get, all that a plan needs?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Protocol
from uuid import UUID

from inventory.behaviour import Effective
from routing.engine.facts import OrderFacts, Plan, Unit

IMPLEMENTATION = "STOCK-AVAILABILITY"


class Verdict(IntEnum):
    """Worse is higher, so that a facility's verdict is the highest of its units'."""

    PASSED = 0
    REACTIVE_PASSING_POSSIBLE = 1
    FAILED = 2


class StockView(Protocol):
    """What the fence needs to know; a live world and a replayed decision log both offer it."""

    def available(self, facility: int, article: UUID) -> int: ...

    def effective(self, article: UUID, order: OrderFacts) -> Mapping[int, Effective]: ...


@dataclass(frozen=True, slots=True)
class UnitVerdict:
    """``reason`` is BACKORDER_LISTING or PREORDER_LISTING where waiting may help, else empty."""

    verdict: Verdict
    reason: str = ""


@dataclass(frozen=True, slots=True)
class FacilityVerdict:
    """``missing`` are units per article that neither stock nor replenishment covers."""

    verdict: Verdict
    units: tuple[UnitVerdict, ...]
    missing: tuple[tuple[UUID, int], ...]

    @property
    def lacking(self) -> int:
        """Units missing in all."""
        return sum(units for _, units in self.missing)


PASSED = UnitVerdict(Verdict.PASSED)
FAILED = UnitVerdict(Verdict.FAILED)


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


def judge(plan: Plan, facility: int, stock: StockView, *, reactive: bool) -> FacilityVerdict:
    """The verdict on one facility, unit by unit; a bundle is one unit.

    Lines of the same article share what is available, in order. A listing that can be replenished covers any quantity
    (B3). In static mode nothing may hope for stock to come.
    """
    left: dict[UUID, int] = {}
    missing: dict[UUID, int] = {}
    verdicts = tuple(_judge_unit(unit, plan, facility, stock, left, missing, reactive) for unit in plan.units)
    return FacilityVerdict(
        max((verdict.verdict for verdict in verdicts), default=Verdict.PASSED),
        verdicts,
        tuple(missing.items()),
    )


def _judge_unit(
    unit: Unit,
    plan: Plan,
    facility: int,
    stock: StockView,
    left: dict[UUID, int],
    missing: dict[UUID, int],
    reactive: bool,
) -> UnitVerdict:
    hopes: list[str] = []
    hopeless = False
    for line in unit.lines:
        article = line.article
        if article not in left:
            left[article] = stock.available(facility, article)
        lacking = max(0, line.quantity - left[article])
        left[article] -= line.quantity - lacking
        if not lacking:
            continue
        listed = stock.effective(article, plan.order).get(facility)
        if listed is not None and listed.behaviour.can_be_replenished:
            continue
        missing[article] = missing.get(article, 0) + lacking
        if reactive and listed is not None and listed.behaviour.can_wait:
            hopes.append("PREORDER_LISTING" if listed.behaviour.preorders else "BACKORDER_LISTING")
        else:
            hopeless = True
    if hopeless:
        return FAILED
    if hopes:
        reason = "PREORDER_LISTING" if "PREORDER_LISTING" in hopes else "BACKORDER_LISTING"
        return UnitVerdict(Verdict.REACTIVE_PASSING_POSSIBLE, reason)
    return PASSED
