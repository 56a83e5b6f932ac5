"""S1 and S4-S6, R4, R7, W5: decisions about plans that may be divided (spec 3)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from uuid import UUID

from routing.engine.decision import Allocation, Decision, Outcome, Part, Rated, Reason, ReasonCode
from routing.engine.facts import Line, Plan, Unit
from routing.engine.fences.complete_stock import FacilityVerdict, judge
from routing.engine.left import Left, Supply
from routing.engine.outcomes import (
    allocate,
    best_of,
    nowhere,
    rate,
    seen,
    unbacked_of,
    waits,
    why_waiting,
)
from routing.engine.policy import Policy, StockMode
from routing.engine.splitting import Division, could_cover_all, divide
from routing.engine.verdicts import Pattern
from routing.engine.world import World

Missing = tuple[tuple[UUID, int], ...]
"""Units per article."""

Given = Sequence[tuple[int, Sequence[Allocation]]]
"""What each facility is given to pick."""


def decide_in_parts(
    plan: Plan, world: World, policy: Policy, pattern: Pattern, verdicts: Mapping[int, FacilityVerdict]
) -> Decision:
    """What becomes of a plan that no facility can fulfil alone, and that may be divided. Somebody is permitted.

    Who covers something picks it (S3). Of what nobody covers, that which can wait goes into the waiting room together,
    and that which cannot stays with the part that covers most, to be short-picked (S4). Where nothing at all is covered
    there is no such part: the plan itself waits if all of it can (S5).
    """
    rated = rate(plan, world, policy, pattern.permitted)
    if policy.stock is StockMode.OFF and not _some_missing_waits(plan, world, pattern, verdicts, rated):
        return _somewhere(plan, world, policy, pattern)
    division = divide(plan, world, pattern.permitted, totals_of(rated), max_parts=policy.max_parts)
    may_wait = [
        unit
        for unit in division.uncovered
        if policy.stock is not StockMode.STATIC and can_wait(unit, plan, world, pattern.permitted)
    ]
    if division.shares:
        return divided(plan, world, policy, pattern, division, rated, may_wait)
    return _nothing_covered(plan, world, policy, pattern, verdicts, may_wait)


def release_in_parts(plan: Plan, world: World, policy: Policy, pattern: Pattern) -> Decision | None:
    """The plan in parts that cover all of it, if there are such (W5)."""
    if not could_cover_all(plan, world, pattern.permitted):
        return None
    rated = rate(plan, world, policy, pattern.permitted)
    division = divide(plan, world, pattern.permitted, totals_of(rated), max_parts=policy.max_parts)
    return divided(plan, world, policy, pattern, division, rated, ()) if division.complete else None


def why_waiting_in_parts(plan: Plan, world: Supply, permitted: Sequence[int]) -> tuple[Reason, str] | None:
    """Why a plan waits that several facilities could serve together: every unit can wait, or is in stock, at one that
    is permitted (R4). The reason names what all of them lack together; None if the plan may not wait.
    """
    behaviour = ""
    for unit in plan.units:
        waits_as = can_wait(unit, plan, world, permitted)
        if not waits_as and not _in_stock(unit, world, permitted):
            return None
        behaviour = behaviour or waits_as
    missing = _shortage(plan, world, permitted)
    withheld = all(
        units <= sum(world.withheld(facility, article) for facility in permitted)
        for article, units in missing
    )
    code = ReasonCode.BEHIND_OTHERS if missing and withheld else ReasonCode.LACKS_STOCK
    return Reason(code, None, missing), behaviour


def can_wait(unit: Unit, plan: Plan, world: Supply, permitted: Sequence[int]) -> str:
    """The listing behaviour by which the unit may wait at a permitted facility, empty if it may not (B3).

    A bundle may where all of it that is missing there can wait (S4).
    """
    for facility in permitted:
        behaviour = _can_wait_at(unit, plan, world, facility)
        if behaviour:
            return behaviour
    return ""


def _can_wait_at(unit: Unit, plan: Plan, world: Supply, facility: int) -> str:
    needs: dict[UUID, int] = {}
    found = ""
    for line in unit.lines:
        needs[line.article] = needs.get(line.article, 0) + line.quantity
        listed = world.effective(line.article, plan.order).get(facility)
        if listed is None:
            return ""
        if listed.behaviour.can_wait:
            found = found or listed.behaviour.value
        elif (
            not listed.behaviour.can_be_replenished
            and world.available(facility, line.article) < needs[line.article]
        ):
            return ""
    return found


def _in_stock(unit: Unit, world: Supply, permitted: Sequence[int]) -> bool:
    """A plain line is where there is enough anywhere, because it may be divided; a bundle where all of it is (S2)."""
    if unit.bundle is None:
        line = unit.lines[0]
        return sum(world.available(facility, line.article) for facility in permitted) >= line.quantity
    needs: dict[UUID, int] = {}
    for line in unit.lines:
        needs[line.article] = needs.get(line.article, 0) + line.quantity
    return any(
        all(world.available(facility, article) >= needed for article, needed in needs.items())
        for facility in permitted
    )


def _shortage(plan: Plan, world: Supply, permitted: Sequence[int]) -> Missing:
    """Units per article that all permitted facilities lack together."""
    found = []
    for article, needed in plan.needs.items():
        there = sum(world.available(facility, article) for facility in permitted)
        listed = world.effective(article, plan.order)
        replenished = any(f in listed and listed[f].behaviour.can_be_replenished for f in permitted)
        if there < needed and not replenished:
            found.append((article, needed - there))
    return tuple(found)


def totals_of(rated: Iterable[Rated]) -> dict[int, float]:
    return {one.facility: one.total for one in rated}


def _some_missing_waits(
    plan: Plan,
    world: World,
    pattern: Pattern,
    verdicts: Mapping[int, FacilityVerdict],
    rated: Sequence[Rated],
) -> bool:
    """Whether something can wait that is missing at the facility which R2 would choose (R7)."""
    best = min(rated, key=lambda one: (one.total, one.facility)).facility
    missing = {article for article, _units in verdicts[best].missing}
    return any(
        can_wait(unit, plan, world, pattern.permitted)
        for unit in plan.units
        if any(line.article in missing for line in unit.lines)
    )


def _somewhere(plan: Plan, world: World, policy: Policy, pattern: Pattern) -> Decision:
    """To the best-rated facility without regard to stock (R7)."""
    routed = best_of(plan, world, policy, pattern, pattern.permitted, ReasonCode.STOCK_NOT_ASKED)
    assert routed is not None, "somebody is permitted"
    return routed


def divided(
    plan: Plan,
    world: World,
    policy: Policy,
    pattern: Pattern,
    division: Division,
    rated: tuple[Rated, ...],
    may_wait: Sequence[Unit],
) -> Decision:
    """Each share to its facility; what may not wait stays with the first (S4, S6)."""
    first, *others = division.shares
    stuck = [line for unit in division.uncovered if unit not in may_wait for line in unit.lines]
    allocations, not_before = allocate((*first.lines, *stuck), first.facility, plan, world)
    allocations = _joined(allocations, plan)
    parts: list[Part] = []
    given = [(first.facility, allocations)]
    for share in others:
        taken, start = allocate(share.lines, share.facility, plan, world)
        reason = Reason(ReasonCode.IN_PARTS, share.facility, unbacked_of(taken), parts=len(division.shares))
        parts.append(Part(share.lines, reason, share.facility, taken, start))
        given.append((share.facility, taken))
    waiting = parked(plan, world, policy, pattern, may_wait, given)
    split_off = (*parts, *waiting)
    code = ReasonCode.IN_PARTS if split_off else ReasonCode.MOST_COVERED
    return Decision(
        plan=plan,
        outcome=Outcome.ROUTED,
        reason=Reason(
            code,
            first.facility,
            unbacked_of(allocations),
            parts=len(division.shares),
            parked=units_of(line for part in waiting for line in part.lines),
        ),
        pattern=pattern,
        seen=seen(plan, world),
        facility=first.facility,
        allocations=allocations,
        not_before=not_before,
        rated=rated,
        split_off=split_off,
        method=division.method,
    )


def _nothing_covered(
    plan: Plan,
    world: World,
    policy: Policy,
    pattern: Pattern,
    verdicts: Mapping[int, FacilityVerdict],
    may_wait: Sequence[Unit],
) -> Decision:
    """S5: the plan waits if all of it can. Else what can waits on its own, and the rest goes nowhere, or where R7 sends
    it to be short-picked.
    """
    if len(may_wait) == len(plan.units):
        waiting = why_waiting(plan, world, verdicts) or why_waiting_in_parts(plan, world, pattern.permitted)
        assert waiting is not None, "every unit can wait"
        return waits(plan, world, pattern, *waiting)
    waiting_apart = parked(plan, world, policy, pattern, may_wait, ())
    rest = Plan(plan.id, plan.rank, plan.order, tuple(unit for unit in plan.units if unit not in may_wait))
    if policy.stock is StockMode.OFF:
        routed = _somewhere(rest, world, policy, pattern)
    else:
        judged = judge(rest, pattern.permitted, world, reactive=True) if waiting_apart else verdicts
        routed = nowhere(rest, world, policy, pattern, judged)
    return _parking(routed, plan, world, waiting_apart) if waiting_apart else routed


def _parking(decision: Decision, plan: Plan, world: World, apart: tuple[Part, ...]) -> Decision:
    """The decision about the rest of a plan, as one about all of it."""
    return replace(
        decision,
        plan=plan,
        seen=seen(plan, world),
        reason=replace(decision.reason, parked=units_of(line for part in apart for line in part.lines)),
        split_off=apart,
    )


def parked(
    plan: Plan,
    world: World,
    policy: Policy,
    pattern: Pattern,
    units: Sequence[Unit],
    given: Given,
) -> tuple[Part, ...]:
    """What waits on its own, all of it together (S4, W7), once what is ``given`` away at facilities is gone.

    What would not be allowed to wait any more, and is left behind in the waiting room, waits all the same (W2).
    """
    if not units:
        return ()
    rest = Plan(plan.id, plan.rank, plan.order, tuple(units))
    left = Left(world)
    for facility, allocations in given:
        left.take(facility, allocations)
    verdicts = judge(rest, pattern.permitted, left, reactive=True)
    waiting = why_waiting(rest, left, verdicts) or why_waiting_in_parts(rest, left, pattern.permitted)
    if waiting is None and all(can_wait(unit, plan, world, pattern.permitted) for unit in units):
        waiting = why_waiting_in_parts(rest, world, pattern.permitted)  # but for what was given away
    if waiting is None:
        reason = nowhere(rest, world, policy, pattern, verdicts).reason
        return (Part(rest.lines, reason, may_wait=False),)
    reason, behaviour = waiting
    return (Part(rest.lines, reason, behaviour=behaviour),)


def _joined(allocations: Iterable[Allocation], plan: Plan) -> tuple[Allocation, ...]:
    """One allocation per line, in the plan's order: a line may be covered in part."""
    reserved: dict[UUID, int] = {}
    quantity: dict[UUID, int] = {}
    for one in allocations:
        reserved[one.line.id] = reserved.get(one.line.id, 0) + one.reserved
        quantity[one.line.id] = quantity.get(one.line.id, 0) + one.line.quantity
    return tuple(
        Allocation(Line(line.id, line.article, quantity[line.id]), reserved[line.id])
        for line in plan.lines
        if line.id in quantity
    )


def units_of(lines: Iterable[Line]) -> Missing:
    units: dict[UUID, int] = {}
    for line in lines:
        units[line.article] = units.get(line.article, 0) + line.quantity
    return tuple(units.items())
