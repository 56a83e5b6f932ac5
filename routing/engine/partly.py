"""W6 and W7: releases that take what is expected, or leave something behind (spec 3)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import StrEnum
from uuid import UUID

from routing.engine.decision import Decision, Outcome, Part, Rated, Reason, ReasonCode
from routing.engine.facts import Bucket, Plan, Unit
from routing.engine.left import Left
from routing.engine.outcomes import allocate, promised_of, rate, seen, unbacked_of
from routing.engine.parts import divided, parked, totals_of, units_of
from routing.engine.policy import Policy
from routing.engine.promising import (
    Network,
    Promise,
    Shared,
    could_bring,
    could_bring_all,
    only,
    promise_whole,
    share_out,
)
from routing.engine.splitting import Division
from routing.engine.verdicts import Pattern
from routing.engine.world import World


class Partial(StrEnum):
    """What may be released of a plan that cannot go whole (W7): nothing, whole lines, or any quantity."""

    NONE = "NONE"
    LINE_ITEM = "LINE_ITEM"
    QUANTITY = "QUANTITY"


def release_later(plan: Plan, world: World, policy: Policy, pattern: Pattern) -> Decision | None:
    """A plan that is not to be divided, at the one facility that has all of it, on the day on which the last of it is
    expected (W6).
    """
    if not could_bring_all(plan, world, pattern.permitted):
        return None
    rated = rate(plan, world, policy, pattern.permitted)
    promise = promise_whole(plan.lines, plan.order, world, _network(pattern, rated, max_parts=1))
    if promise is None:
        return None
    return _reassigned(plan, world, pattern, rated, (_planned(promise),))


def release_in_shares(
    plan: Plan, world: World, policy: Policy, pattern: Pattern, partial: Partial
) -> Decision | None:
    """A plan that may be divided: what is there is picked now, what is expected is planned (W6), and what is neither
    stays behind, where that is allowed (W7). None if nothing may go.
    """
    if partial is Partial.NONE and not could_bring_all(plan, world, pattern.permitted):
        return None
    rated = rate(plan, world, policy, pattern.permitted)
    network = _network(pattern, rated, max_parts=policy.max_parts)
    shared = share_out(plan, world, network)
    if shared.uncovered:
        if partial is Partial.NONE:
            return None
        if partial is Partial.LINE_ITEM:
            shared = _whole_units(plan, world, network, shared)
    if shared.planned:
        return _in_shares(plan, world, policy, pattern, rated, shared)
    if not shared.ready:
        return None
    division = Division(shared.ready, shared.uncovered, shared.method)
    return divided(plan, world, policy, pattern, division, rated, shared.uncovered)


def _whole_units(plan: Plan, world: World, network: Network, shared: Shared) -> Shared:
    """Only lines and bundles that are covered whole. Those that were not are tried again, one by one: a line may have
    been left incomplete by another that is incomplete itself.
    """
    incomplete = {line.id for unit in shared.uncovered for line in unit.lines}
    kept = [unit for unit in plan.units if unit.lines[0].id not in incomplete]
    for unit in plan.units:
        if unit in kept or not _could_cover(unit, plan, world, network):
            continue
        wider = [one for one in plan.units if one in kept or one is unit]
        if not share_out(only(plan, wider), world, network).uncovered:
            kept = wider
    shared = share_out(only(plan, kept), world, network)
    while shared.uncovered:
        incomplete = {line.id for unit in shared.uncovered for line in unit.lines}
        kept = [unit for unit in kept if unit.lines[0].id not in incomplete]
        shared = share_out(only(plan, kept), world, network)
    behind = tuple(unit for unit in plan.units if unit not in kept)
    return Shared(shared.ready, shared.planned, behind, shared.method)


def _could_cover(unit: Unit, plan: Plan, world: World, network: Network) -> bool:
    return all(
        could_bring(plan.order, line.article, world, network.facilities, line.quantity) for line in unit.lines
    )


def _in_shares(
    plan: Plan, world: World, policy: Policy, pattern: Pattern, rated: tuple[Rated, ...], shared: Shared
) -> Decision:
    """Every share becomes a child: those that are picked now, those that are planned, and what stays behind (S6)."""
    left = Left(world)
    for promise in shared.planned:
        left.take(promise.facility, promise.allocations)
    ready = []
    for share in shared.ready:
        allocations, not_before = allocate(share.lines, share.facility, plan, left)
        reason = Reason(
            ReasonCode.IN_PARTS, share.facility, unbacked_of(allocations), parts=len(shared.ready)
        )
        ready.append(Part(share.lines, reason, share.facility, allocations, not_before))
    planned = [_planned(promise) for promise in shared.planned]
    given = [(part.facility, part.allocations) for part in (*ready, *planned) if part.facility is not None]
    behind = parked(plan, world, policy, pattern, shared.uncovered, given)
    return _reassigned(plan, world, pattern, rated, (*ready, *planned, *behind), shared)


def _planned(promise: Promise) -> Part:
    promised = promised_of(promise.allocations)
    return Part(
        lines=promise.lines,
        reason=Reason(ReasonCode.EXPECTED_STOCK, promise.facility, promised, date=promise.date),
        facility=promise.facility,
        allocations=promise.allocations,
        planned_for=promise.date,
    )


def _reassigned(
    plan: Plan,
    world: World,
    pattern: Pattern,
    rated: tuple[Rated, ...],
    parts: tuple[Part, ...],
    shared: Shared | None = None,
) -> Decision:
    behind = units_of(line for part in parts if part.facility is None for line in part.lines)
    going = sum(part.facility is not None for part in parts)
    return Decision(
        plan=plan,
        outcome=Outcome.REASSIGNED,
        reason=Reason(ReasonCode.WITH_EXPECTED_STOCK, parts=going, parked=behind),
        pattern=pattern,
        seen=seen(plan, world),
        rated=rated,
        split_off=parts,
        method=shared.method if shared is not None and shared.ready else None,
        expected=tuple(_expected(plan, world)),
    )


def _expected(plan: Plan, world: World) -> Iterator[tuple[UUID, tuple[Bucket, ...]]]:
    """The buckets that the plan could be promised from, earliest first."""
    for article in plan.needs:
        buckets = sorted(world.expected(article), key=lambda one: (one.date, one.facility, one.id))
        if buckets:
            yield article, tuple(buckets)


def _network(pattern: Pattern, rated: Sequence[Rated], *, max_parts: int) -> Network:
    return Network(pattern.permitted, totals_of(rated), max_parts)
