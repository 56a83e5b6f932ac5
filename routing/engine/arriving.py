"""W8: what becomes of a planned plan when what it was promised comes, comes later, or does not come (spec 3)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from routing.engine.decision import Allocation, Decision, Outcome, Part, Reason, ReasonCode, without
from routing.engine.facts import Bucket, Line, Plan
from routing.engine.outcomes import earliest_picking, promised_of, seen, unbacked_of
from routing.engine.parts import units_of
from routing.engine.verdicts import Pattern
from routing.engine.world import World


@dataclass(frozen=True, slots=True)
class Holding:
    """What a line holds: units of stock, and of buckets, each with its units and its day of today."""

    reserved: int = 0
    expected: tuple[Bucket, ...] = ()

    @property
    def units(self) -> int:
        return self.reserved + sum(bucket.units for bucket in self.expected)


@dataclass(frozen=True, slots=True)
class Standing:
    """Where and for when a plan is planned, what its lines hold, and whether it may be divided today (S1).

    ``last_day`` is the last day that lies within the limit.
    """

    facility: int
    planned_for: date
    last_day: date
    dividable: bool
    holdings: Mapping[UUID, Holding]

    def kept(self, line: Line) -> Holding:
        """Without buckets that were delayed beyond the limit. What nobody delayed stays, whatever the limit is now."""
        held = self.holdings.get(line.id, Holding())
        expected = tuple(
            bucket
            for bucket in held.expected
            if bucket.date <= self.planned_for or bucket.date <= self.last_day
        )
        return Holding(held.reserved, expected)


def arrive(plan: Plan, standing: Standing, world: World, pattern: Pattern, behaviour: str) -> Decision | None:
    """ROUTED once all that it was promised has come; PLANNED for another day if what it still awaits comes then. What
    will not come goes back to the waiting room: as a part of its own where the plan may be divided, else with all of
    it. None if nothing changes. ``behaviour`` let the plan wait.
    """
    kept = {line.id: standing.kept(line) for line in plan.lines}
    short = tuple(
        Line(line.id, line.article, lacking)
        for line in plan.lines
        if (lacking := line.quantity - kept[line.id].units)
        and not _replenishes(line, standing.facility, plan, world)
    )
    back = Reason(ReasonCode.LACKS_STOCK, standing.facility, units_of(short))
    if short and not (standing.dividable and without(plan.lines, short)):
        return Decision(
            plan=plan,
            outcome=Outcome.WAITING,
            reason=back,
            pattern=pattern,
            seen=seen(plan, world),
            may_wait=True,
            behaviour=behaviour,
        )
    days = [bucket.date for held in kept.values() for bucket in held.expected]
    if not short and days and max(days) == standing.planned_for:
        return None
    lines = without(plan.lines, short)
    return _stands(
        plan,
        world,
        pattern,
        standing.facility,
        [_allocation(line, kept[line.id]) for line in lines],
        max(days, default=None),
        (Part(short, back, behaviour=behaviour),) if short else (),
    )


def _stands(
    plan: Plan,
    world: World,
    pattern: Pattern,
    facility: int,
    allocations: Sequence[Allocation],
    day: date | None,
    behind: tuple[Part, ...],
) -> Decision:
    parked = units_of(line for part in behind for line in part.lines)
    if day is None:
        reason = Reason(ReasonCode.ARRIVED, facility, unbacked_of(allocations), parked=parked)
    else:
        reason = Reason(
            ReasonCode.EXPECTED_STOCK, facility, promised_of(allocations), parked=parked, date=day
        )
    return Decision(
        plan=plan,
        outcome=Outcome.ROUTED if day is None else Outcome.PLANNED,
        reason=reason,
        pattern=pattern,
        seen=_seen_with(allocations, plan, world, facility),
        facility=facility,
        allocations=tuple(allocations),
        not_before=earliest_picking(allocations, facility, plan, world) if day is None else None,
        split_off=behind,
        planned_for=day,
    )


def _seen_with(
    allocations: Sequence[Allocation], plan: Plan, world: World, facility: int
) -> tuple[tuple[tuple[int, int], ...], ...]:
    """What is available, with what the plan holds itself: it counts as there."""
    own: dict[UUID, int] = {}
    for allocation in allocations:
        article = allocation.line.article
        own[article] = own.get(article, 0) + allocation.reserved
    return tuple(
        tuple(sorted((there | {facility: there.get(facility, 0) + own.get(line.article, 0)}).items()))
        for line, there in zip(plan.lines, map(dict, seen(plan, world)), strict=True)
    )


def _allocation(line: Line, held: Holding) -> Allocation:
    return Allocation(line, held.reserved, tuple((bucket.id, bucket.units) for bucket in held.expected))


def _replenishes(line: Line, facility: int, plan: Plan, world: World) -> bool:
    listed = world.effective(line.article, plan.order).get(facility)
    return listed is not None and listed.behaviour.can_be_replenished
