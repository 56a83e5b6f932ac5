"""M1 and R6: what assigning a facility does with a plan, by hand or because nobody else takes it (spec 3)."""

from __future__ import annotations

from routing.engine.decision import Decision, ReasonCode
from routing.engine.facts import Plan
from routing.engine.outcomes import routed_to
from routing.engine.verdicts import Patterns
from routing.engine.world import World


def assign(plan: Plan, facility: int, world: World, patterns: Patterns) -> Decision:
    """The plan at the facility, whatever the fences say: what is available is reserved, the rest is unbacked (M1)."""
    return routed_to(plan, world, patterns.of(plan, world), facility, (), ReasonCode.ASSIGNED_BY_HAND)


def fall_back(plan: Plan, facility: int, world: World, patterns: Patterns) -> Decision:
    """The plan at the fallback facility, whatever the fences say: what is not in stock there is unbacked (R6)."""
    return routed_to(plan, world, patterns.of(plan, world), facility, (), ReasonCode.FALLBACK)
