"""R1-R7 for plans that are not split: intake, reroute and retry (spec 3)."""

from __future__ import annotations

from routing.engine.decision import Decision, ReasonCode
from routing.engine.facts import Plan
from routing.engine.fences.complete_stock import Verdict, judge
from routing.engine.outcomes import best_of, nowhere, waits
from routing.engine.policy import Policy, StockMode
from routing.engine.verdicts import Patterns
from routing.engine.world import World


def decide(plan: Plan, world: World, policy: Policy, patterns: Patterns) -> Decision:
    """Where the plan goes (R2), whether it waits (R4), or why it cannot be routed (R5). Changes nothing.

    With complete stock inactive stock does not filter (R7), unless the strategy keeps the waiting room in use for
    items that can wait: then a plan all of whose missing items can wait does.
    """
    pattern = patterns.of(plan, world)
    asked = policy.stock is not StockMode.OFF or policy.waiting_room_without_fence
    if not asked:
        return best_of(
            plan, world, policy, pattern, pattern.permitted, ReasonCode.STOCK_NOT_ASKED
        ) or nowhere(plan, world, policy, pattern, {})
    reactive = policy.stock is not StockMode.STATIC
    verdicts = {f: judge(plan, f, world, reactive=reactive) for f in pattern.permitted}
    passing = [f for f, verdict in verdicts.items() if verdict.verdict is Verdict.PASSED]
    routed = best_of(plan, world, policy, pattern, passing, ReasonCode.IN_STOCK)
    if routed is not None:
        return routed
    may_wait = any(verdict.verdict is Verdict.REACTIVE_PASSING_POSSIBLE for verdict in verdicts.values())
    if policy.stock is StockMode.OFF and not may_wait:
        unfiltered = best_of(plan, world, policy, pattern, pattern.permitted, ReasonCode.STOCK_NOT_ASKED)
        if unfiltered is not None:
            return unfiltered
    if may_wait:
        return waits(plan, world, pattern, verdicts)
    return nowhere(plan, world, policy, pattern, verdicts)
