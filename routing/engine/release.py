"""W2 and W5-W7: what a pass of the waiting room does with one plan (spec 3)."""

from __future__ import annotations

from dataclasses import replace

from routing.engine.decision import Decision, Outcome, ReasonCode
from routing.engine.facts import Plan
from routing.engine.fences.complete_stock import judge, passing
from routing.engine.outcomes import best_of, nowhere, waits, why_waiting
from routing.engine.partly import Partial, release_in_shares, release_later
from routing.engine.parts import release_in_parts, why_waiting_in_parts
from routing.engine.policy import Policy
from routing.engine.verdicts import Pattern, Patterns
from routing.engine.world import World


def release(
    plan: Plan, world: World, policy: Policy, patterns: Patterns, *, partial: Partial = Partial.NONE
) -> Decision:
    """ROUTED where one permitted facility has all that the plan needs, or several have that may share it; else, where
    the world has buckets, REASSIGNED to what is there and what is expected (W6); else in part, where that is allowed
    (W7). Else it stays WAITING. Changes nothing.

    Complete stock counts as active whatever the strategy says. A plan that would not be allowed to wait any more
    stays all the same; ``may_wait`` tells (W2).
    """
    pattern = patterns.of(plan, world)
    able = passing(plan, pattern.permitted, world)
    routed = best_of(plan, world, policy, pattern, able, ReasonCode.IN_STOCK)
    if routed is not None:
        return routed
    dividable = policy.may_split(plan.order)
    if dividable and len(pattern.permitted) > 1:
        routed = release_in_parts(plan, world, policy, pattern)
        if routed is not None:
            return routed
    return _with_less(plan, world, policy, pattern, partial, dividable=dividable) or _stays(
        plan, world, policy, pattern, dividable=dividable
    )


def _with_less(
    plan: Plan, world: World, policy: Policy, pattern: Pattern, partial: Partial, *, dividable: bool
) -> Decision | None:
    """With less than all of it in stock: the rest is expected, or stays behind."""
    expects = world.expects(plan.needs)
    if not pattern.permitted or not (expects or partial is not Partial.NONE):
        return None
    if dividable:
        return release_in_shares(plan, world, policy, pattern, partial)
    return release_later(plan, world, policy, pattern) if expects else None


def _stays(plan: Plan, world: World, policy: Policy, pattern: Pattern, *, dividable: bool) -> Decision:
    verdicts = judge(plan, pattern.permitted, world, reactive=True)
    waiting = why_waiting(plan, world, verdicts)
    if waiting is None and dividable:
        waiting = why_waiting_in_parts(plan, world, pattern.permitted)
    if waiting is not None:
        return waits(plan, world, pattern, *waiting)
    return replace(nowhere(plan, world, policy, pattern, verdicts), outcome=Outcome.WAITING)
