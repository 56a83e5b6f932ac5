"""What a decision says: where the plan goes or why it does not, in codes that explain themselves when read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from routing.engine.facts import Bucket, Line, Plan
from routing.engine.splitting import Method
from routing.engine.verdicts import Pattern
from routing.engine.world import World


class Outcome(StrEnum):
    """ROUTED to a facility; WAITING in the waiting room; or UNROUTABLE (R2, R4, R5). PLANNED at a facility, where part
    of it is expected on a day; REASSIGNED to children that have all of it, because expected stock is taken (W6).
    """

    ROUTED = "ROUTED"
    PLANNED = "PLANNED"
    REASSIGNED = "REASSIGNED"
    WAITING = "WAITING"
    UNROUTABLE = "UNROUTABLE"


class ReasonCode(StrEnum):
    """Why a plan stands where it stands; :mod:`routing.sentences` says it in words."""

    IN_STOCK = "IN_STOCK"
    IN_PARTS = "IN_PARTS"
    MOST_COVERED = "MOST_COVERED"
    REPLENISHED = "REPLENISHED"
    STOCK_NOT_ASKED = "STOCK_NOT_ASKED"
    ASSIGNED_BY_HAND = "ASSIGNED_BY_HAND"
    FALLBACK = "FALLBACK"
    EXPECTED_STOCK = "EXPECTED_STOCK"
    WITH_EXPECTED_STOCK = "WITH_EXPECTED_STOCK"
    ARRIVED = "ARRIVED"
    LACKS_STOCK = "LACKS_STOCK"
    BEHIND_OTHERS = "BEHIND_OTHERS"
    CANNOT_WAIT = "CANNOT_WAIT"
    FENCED_OUT = "FENCED_OUT"
    NO_CANDIDATE = "NO_CANDIDATE"


@dataclass(frozen=True, slots=True)
class Reason:
    """``facility`` (an index) is where the plan goes, or where least is missing; ``missing`` are units per article
    there; where no facility is named, those that all together lack. ``fences`` are the implementations that kept every
    candidate out. ``parts`` is how many facilities pick what a split divided, ``parked`` the units per article that
    wait on their own. ``date`` is the day on which the last of what a plan holds is expected (W6).
    """

    code: ReasonCode
    facility: int | None = None
    missing: tuple[tuple[UUID, int], ...] = ()
    fences: tuple[str, ...] = ()
    parts: int = 0
    parked: tuple[tuple[UUID, int], ...] = ()
    date: date | None = None


@dataclass(frozen=True, slots=True)
class Allocation:
    """Of a plan line, ``reserved`` units come from stock, those in ``expected`` from buckets, by their ids, and the
    other ``unbacked`` ones from neither (R2, W6).
    """

    line: Line
    reserved: int
    expected: tuple[tuple[int, int], ...] = ()

    @property
    def promised(self) -> int:
        return sum(units for _bucket, units in self.expected)

    @property
    def unbacked(self) -> int:
        return self.line.quantity - self.reserved - self.promised


@dataclass(frozen=True, slots=True)
class Rated:
    """A facility that passed every fence: one raw score per active rating, and the sum of penalties (R2)."""

    facility: int
    scores: tuple[float | None, ...]
    penalties: tuple[float, ...]

    @property
    def total(self) -> float:
        """Rounded, so that a tie stays one however its penalties are summed (R2)."""
        return round(sum(self.penalties), 9)


@dataclass(frozen=True, slots=True)
class Part:
    """What a split takes off a plan, to become a plan of its own: lines with so many of their units (S4, S6).

    ``facility`` picks it, on ``planned_for`` at the earliest if that is a day (W6); without one it goes into the
    waiting room, where it ``may_wait`` or is flagged (W2).
    """

    lines: tuple[Line, ...]
    reason: Reason
    facility: int | None = None
    allocations: tuple[Allocation, ...] = ()
    not_before: datetime | None = None
    behaviour: str = ""
    planned_for: date | None = None
    may_wait: bool = True

    @property
    def outcome(self) -> Outcome:
        if self.facility is None:
            return Outcome.WAITING
        return Outcome.ROUTED if self.planned_for is None else Outcome.PLANNED


@dataclass(frozen=True, slots=True)
class Decision:
    """The answer for one plan, and what is needed to explain it later.

    ``facility``, ``allocations``, ``not_before`` and ``planned_for`` are about what stays with the plan; ``split_off``
    are the other parts (S6), found by ``method``.

    ``seen`` is what was available wherever the articles are listed when it was decided: per line of the plan, units by
    facility index, ascending (facilities without any are left out). ``may_wait`` is the verdict of R4 on a plan that is
    not routed. ``behaviour`` is the listing behaviour that let it wait. ``expected`` are the buckets that could be
    promised from when it was decided, by article, where it was looked at them (W6).
    """

    plan: Plan
    outcome: Outcome
    reason: Reason
    pattern: Pattern
    seen: tuple[tuple[tuple[int, int], ...], ...]
    facility: int | None = None
    allocations: tuple[Allocation, ...] = ()
    not_before: datetime | None = None
    rated: tuple[Rated, ...] = ()
    may_wait: bool = False
    behaviour: str = ""
    split_off: tuple[Part, ...] = ()
    method: Method | None = None
    planned_for: date | None = None
    expected: tuple[tuple[UUID, tuple[Bucket, ...]], ...] = ()

    @property
    def routed(self) -> bool:
        return self.outcome is Outcome.ROUTED

    @property
    def released(self) -> bool:
        """The plan leaves the waiting room, with all or with part of what it carries (W5-W7)."""
        return self.outcome in (Outcome.ROUTED, Outcome.REASSIGNED)

    @property
    def waiting(self) -> tuple[UUID, ...]:
        """Articles that some of the plan still waits for."""
        if self.outcome is Outcome.WAITING:
            return tuple(self.plan.needs)
        parked = (line.article for part in self.split_off if part.facility is None for line in part.lines)
        return tuple(dict.fromkeys(parked))

    @property
    def kept(self) -> tuple[Line, ...]:
        """The lines that stay with the plan, with as many of their units."""
        return without(self.plan.lines, (line for part in self.split_off for line in part.lines))

    @property
    def given(self) -> Iterator[tuple[int, tuple[Allocation, ...]]]:
        """What each facility is given to pick, at once or once it has come."""
        if self.facility is not None:
            yield self.facility, self.allocations
        for part in self.split_off:
            if part.facility is not None:
                yield part.facility, part.allocations

    def take_from(self, world: World) -> None:
        """Takes what it gives away out of the world, so that the next decision of the pass does not see it."""
        for facility, allocations in self.given:
            for allocation in allocations:
                world.take(facility, allocation.line.article, allocation.reserved)
                for bucket, units in allocation.expected:
                    world.promise(allocation.line.article, bucket, units)
        for facility in self.picking:
            world.book(facility)

    @property
    def picking(self) -> Iterator[int]:
        """Facilities that get a pick job now."""
        if self.routed and self.facility is not None:
            yield self.facility
        for part in self.split_off:
            if part.facility is not None and part.outcome is Outcome.ROUTED:
                yield part.facility


def without(lines: Iterable[Line], taken: Iterable[Line]) -> tuple[Line, ...]:
    """What is left of the lines when so many units were taken from them; lines that are taken whole are gone."""
    gone: dict[UUID, int] = {}
    for line in taken:
        gone[line.id] = gone.get(line.id, 0) + line.quantity
    if not gone:
        return tuple(lines)
    return tuple(
        Line(line.id, line.article, line.quantity - gone.get(line.id, 0))
        for line in lines
        if line.quantity > gone.get(line.id, 0)
    )
