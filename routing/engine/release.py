"""W2 and W5: what a pass of the waiting room does with one plan (spec 3)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from routing.engine.decision import Decision, Outcome, ReasonCode
from routing.engine.facts import Plan
from routing.engine.fences.complete_stock import FacilityVerdict, Verdict, judge
from routing.engine.outcomes import best_of, nowhere, waits
from routing.engine.policy import Policy
from routing.engine.verdicts import Pattern, Patterns
from routing.engine.world import World


def release(plan: Plan, world: World, policy: Policy, patterns: Patterns) -> Decision:
    """ROUTED where one permitted facility has all that the plan needs, else it stays WAITING. Changes nothing.

    Complete stock counts as active whatever the strategy says. A plan that would not be allowed to wait any more
    stays all the same; ``may_wait`` tells (W2).
    """
    pattern = patterns.of(plan, world)
    verdicts = {f: judge(plan, f, world, reactive=True) for f in pattern.permitted}
    passing = [f for f, verdict in verdicts.items() if verdict.verdict is Verdict.PASSED]
    routed = best_of(plan, world, policy, pattern, passing, ReasonCode.IN_STOCK)
    return routed or _stays(plan, world, policy, pattern, verdicts)


def _stays(
    plan: Plan, world: World, policy: Policy, pattern: Pattern, verdicts: Mapping[int, FacilityVerdict]
) -> Decision:
    if any(verdict.verdict is Verdict.REACTIVE_PASSING_POSSIBLE for verdict in verdicts.values()):
        return waits(plan, world, pattern, verdicts)
    return replace(nowhere(plan, world, policy, pattern, verdicts), outcome=Outcome.WAITING)
