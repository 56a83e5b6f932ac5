"""What a decision says: where the plan goes or why it does not, in codes that explain themselves when read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from routing.engine.facts import Line, Plan
from routing.engine.verdicts import Pattern
from routing.engine.world import World


class Outcome(StrEnum):
    """ROUTED to a facility; WAITING in the waiting room; or UNROUTABLE (R2, R4, R5)."""

    ROUTED = "ROUTED"
    WAITING = "WAITING"
    UNROUTABLE = "UNROUTABLE"


class ReasonCode(StrEnum):
    """Why a plan stands where it stands; :mod:`routing.sentences` says it in words."""

    IN_STOCK = "IN_STOCK"
    REPLENISHED = "REPLENISHED"
    STOCK_NOT_ASKED = "STOCK_NOT_ASKED"
    ASSIGNED_BY_HAND = "ASSIGNED_BY_HAND"
    LACKS_STOCK = "LACKS_STOCK"
    BEHIND_OTHERS = "BEHIND_OTHERS"
    CANNOT_WAIT = "CANNOT_WAIT"
    FENCED_OUT = "FENCED_OUT"
    NO_CANDIDATE = "NO_CANDIDATE"


@dataclass(frozen=True, slots=True)
class Reason:
    """``facility`` (an index) is where the plan goes, or where least is missing; ``missing`` are units per article
    there; ``fences`` are the implementations that kept every candidate out.
    """

    code: ReasonCode
    facility: int | None = None
    missing: tuple[tuple[UUID, int], ...] = ()
    fences: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Allocation:
    """Of a plan line, ``reserved`` units come from stock and the other ``unbacked`` ones do not (R2)."""

    line: Line
    reserved: int

    @property
    def unbacked(self) -> int:
        return self.line.quantity - self.reserved


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
class Decision:
    """The answer for one plan, and what is needed to explain it later.

    ``seen`` is what was available wherever the articles are listed when it was decided: per line of the plan, units by
    facility index, ascending (facilities without any are left out). ``may_wait`` is the verdict of R4 on a plan that is
    not routed. ``behaviour`` is the listing behaviour that let it wait.
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

    @property
    def routed(self) -> bool:
        return self.outcome is Outcome.ROUTED

    def take_from(self, world: World) -> None:
        """Takes what it gives the plan out of the world, so that the next decision of the pass does not see it."""
        if self.facility is not None:
            for allocation in self.allocations:
                world.take(self.facility, allocation.line.article, allocation.reserved)
            world.book(self.facility)
