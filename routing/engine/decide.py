"""R1-R5 and R7: intake, reroute and retry (spec 3)."""

from __future__ import annotations

from collections.abc import Mapping

from routing.engine.decision import Decision, ReasonCode
from routing.engine.facts import Plan
from routing.engine.fences.complete_stock import FacilityVerdict, judge, passing
from routing.engine.outcomes import best_of, nowhere, waits, why_waiting
from routing.engine.parts import decide_in_parts
from routing.engine.policy import Policy, StockMode
from routing.engine.verdicts import Pattern, Patterns
from routing.engine.world import World


def decide(plan: Plan, world: World, policy: Policy, patterns: Patterns) -> Decision:
    """Where the plan goes (R2), in which parts (R3), whether it waits (R4), or why it cannot be routed (R5). Changes
    nothing.

    With complete stock inactive stock does not filter (R7), unless the strategy keeps the waiting room in use for
    items that can wait.
    """
    pattern = patterns.of(plan, world)
    if policy.stock is StockMode.OFF and not policy.waiting_room_without_fence:
        return _wherever(plan, world, policy, pattern) or nowhere(plan, world, policy, pattern, {})
    able = passing(plan, pattern.permitted, world)
    routed = best_of(plan, world, policy, pattern, able, ReasonCode.IN_STOCK)
    if routed is not None:
        return routed
    reactive = policy.stock is not StockMode.STATIC
    verdicts = judge(plan, pattern.permitted, world, reactive=reactive)
    if pattern.permitted and policy.may_split(plan.order):
        return decide_in_parts(plan, world, policy, pattern, verdicts)
    return _whole(plan, world, policy, pattern, verdicts)


def _whole(
    plan: Plan, world: World, policy: Policy, pattern: Pattern, verdicts: Mapping[int, FacilityVerdict]
) -> Decision:
    """Of a plan that is not to be divided: it waits as a whole, or not at all (R4, R7)."""
    waiting = why_waiting(plan, world, verdicts)
    if waiting is not None:
        return waits(plan, world, pattern, *waiting)
    routed = _wherever(plan, world, policy, pattern) if policy.stock is StockMode.OFF else None
    return routed or nowhere(plan, world, policy, pattern, verdicts)


def _wherever(plan: Plan, world: World, policy: Policy, pattern: Pattern) -> Decision | None:
    """To the best-rated facility without regard to stock (R7)."""
    return best_of(plan, world, policy, pattern, pattern.permitted, ReasonCode.STOCK_NOT_ASKED)
