"""The outcomes of a decision: routed to the best candidate, waiting, or nowhere. They change nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from routing.engine.decision import Allocation, Decision, Outcome, Rated, Reason, ReasonCode
from routing.engine.facts import Line, Plan
from routing.engine.fences.complete_stock import FacilityVerdict, Verdict
from routing.engine.left import Supply
from routing.engine.policy import Policy
from routing.engine.ratings import penalties
from routing.engine.verdicts import Pattern
from routing.engine.world import World


def best_of(
    plan: Plan,
    world: World,
    policy: Policy,
    pattern: Pattern,
    candidates: Sequence[int],
    code: ReasonCode,
) -> Decision | None:
    """Routes the plan to the candidate with the lowest sum of penalties; ties go to the lower index (R2)."""
    if not candidates:
        return None
    rated = rate(plan, world, policy, candidates)
    chosen = min(rated, key=lambda candidate: (candidate.total, candidate.facility)).facility
    return routed_to(plan, world, pattern, chosen, rated, code)


def rate(plan: Plan, world: World, policy: Policy, candidates: Sequence[int]) -> tuple[Rated, ...]:
    """Scores and penalties of the candidates, in their order."""
    columns = []
    for active in policy.ratings:
        scores = active.rating.scores(plan, candidates, world)
        columns.append((scores, penalties(scores, active.max_penalty)))
    return tuple(
        Rated(facility, tuple(c[0][row] for c in columns), tuple(c[1][row] for c in columns))
        for row, facility in enumerate(candidates)
    )


def routed_to(
    plan: Plan, world: World, pattern: Pattern, facility: int, rated: tuple[Rated, ...], code: ReasonCode
) -> Decision:
    """The plan at the facility: its lines reserve what is available, the rest is unbacked (R2)."""
    allocations, not_before = allocate(plan.lines, facility, plan, world)
    unbacked = unbacked_of(allocations)
    if unbacked and code is ReasonCode.IN_STOCK:
        code = ReasonCode.REPLENISHED
    return Decision(
        plan=plan,
        outcome=Outcome.ROUTED,
        reason=Reason(code, facility, unbacked),
        pattern=pattern,
        seen=seen(plan, world),
        facility=facility,
        allocations=allocations,
        not_before=not_before,
        rated=rated,
    )


def allocate(
    lines: Iterable[Line], facility: int, plan: Plan, world: Supply
) -> tuple[tuple[Allocation, ...], datetime | None]:
    """What lines of the plan reserve at the facility, in their order, and when picking may begin (B3, B4)."""
    left: dict[UUID, int] = {}
    allocations = []
    for line in lines:
        free = left.get(line.article)
        if free is None:
            free = world.available(facility, line.article)
        reserved = min(line.quantity, free)
        left[line.article] = free - reserved
        allocations.append(Allocation(line, reserved))
    return tuple(allocations), earliest_picking(allocations, facility, plan, world)


def earliest_picking(
    allocations: Iterable[Allocation], facility: int, plan: Plan, world: Supply
) -> datetime | None:
    """When picking may begin of what is reserved and what is not, if it is held back (B3, B4)."""
    dates = []
    for allocation in allocations:
        listed = world.effective(allocation.line.article, plan.order).get(facility)
        if listed is not None:
            date = listed.earliest_picking(world.now, from_stock=not allocation.unbacked)
            if date is not None:
                dates.append(date)
    return max(dates, default=None)


def unbacked_of(allocations: Iterable[Allocation]) -> tuple[tuple[UUID, int], ...]:
    """Units per article that no stock covers."""
    unbacked: dict[UUID, int] = {}
    for allocation in allocations:
        if allocation.unbacked:
            article = allocation.line.article
            unbacked[article] = unbacked.get(article, 0) + allocation.unbacked
    return tuple(unbacked.items())


def promised_of(allocations: Iterable[Allocation]) -> tuple[tuple[UUID, int], ...]:
    """Units per article that are expected."""
    promised: dict[UUID, int] = {}
    for allocation in allocations:
        if allocation.promised:
            article = allocation.line.article
            promised[article] = promised.get(article, 0) + allocation.promised
    return tuple(promised.items())


def waits(plan: Plan, world: World, pattern: Pattern, reason: Reason, behaviour: str) -> Decision:
    """The plan in the waiting room (R4)."""
    return Decision(
        plan=plan,
        outcome=Outcome.WAITING,
        reason=reason,
        pattern=pattern,
        seen=seen(plan, world),
        may_wait=True,
        behaviour=behaviour,
    )


def why_waiting(
    plan: Plan, world: Supply, verdicts: Mapping[int, FacilityVerdict]
) -> tuple[Reason, str] | None:
    """Why a plan waits that one facility could serve: the reason names that where least is missing. With it the
    listing behaviour that lets the plan wait; None where no facility could (R4).

    Where all that is missing is there, but kept for an earlier plan, the reason is that others come first (W12).
    """
    hopeful = [f for f, v in verdicts.items() if v.verdict is Verdict.REACTIVE_PASSING_POSSIBLE]
    if not hopeful:
        return None
    _, nearest = min((verdicts[facility].lacking, facility) for facility in hopeful)
    lacking = verdicts[nearest].missing
    for_others = all(units <= world.withheld(nearest, article) for article, units in lacking)
    code = ReasonCode.BEHIND_OTHERS if for_others else ReasonCode.LACKS_STOCK
    behaviour = world.effective(lacking[0][0], plan.order)[nearest].behaviour
    return Reason(code, nearest, lacking), behaviour.value


def nowhere(
    plan: Plan, world: World, policy: Policy, pattern: Pattern, verdicts: Mapping[int, FacilityVerdict]
) -> Decision:
    """The plan cannot be routed, and why (R5)."""
    return Decision(
        plan=plan,
        outcome=Outcome.UNROUTABLE,
        reason=_why_nowhere(plan, policy, pattern, verdicts),
        pattern=pattern,
        seen=seen(plan, world),
    )


def _why_nowhere(
    plan: Plan, policy: Policy, pattern: Pattern, verdicts: Mapping[int, FacilityVerdict]
) -> Reason:
    """Where no facility may supply anything, all that the plan needs is missing."""
    missing = tuple(plan.needs.items())
    if not pattern.failures:
        return Reason(ReasonCode.NO_CANDIDATE, missing=missing)
    if not pattern.permitted:
        failing = {number for numbers in pattern.failures.values() for number in numbers}
        names = tuple(policy.fences[number].implementation for number in sorted(failing))
        return Reason(ReasonCode.FENCED_OUT, missing=missing, fences=names)
    _, nearest = min((verdict.lacking, facility) for facility, verdict in verdicts.items())
    return Reason(ReasonCode.CANNOT_WAIT, nearest, verdicts[nearest].missing)


def seen(plan: Plan, world: World) -> tuple[tuple[tuple[int, int], ...], ...]:
    """What was available per line, by facility: the input that changes from plan to plan within a pass."""
    return tuple(tuple(world.stock_of(line.article).items()) for line in plan.lines)
