"""Verdicts of the static fences, shared by all plans with the same order facts and candidates (F2, spec 7)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from routing.engine.facts import OrderFacts, Plan
from routing.engine.fences import AnyFence, Fence, PlanFence, judges_plans
from routing.engine.world import World

Reasons: TypeAlias = tuple[tuple[int, int, str, str], ...]
"""Of each failure: the facility's index, the fence's position, what was expected and what was found."""


@dataclass(frozen=True, eq=False)
class Pattern:
    """For each candidate, by facility index, the positions of the static fences that it fails; empty: it is permitted.

    Every candidate goes through every fence, so that all reasons are collected (F2). ``reasons`` are those of fences
    that are asked anew for every plan: what they found cannot be found again later.
    """

    order: OrderFacts
    failures: dict[int, tuple[int, ...]]
    permitted: tuple[int, ...]
    reasons: Mapping[tuple[int, int], tuple[str, str]] = field(default_factory=dict)


class Patterns:
    """The patterns of one pass, worked out once each. They hold for one world and one list of fences.

    Plans that are told the same share a pattern, also where fences are asked anew for each of them.
    """

    def __init__(self, fences: tuple[AnyFence, ...]) -> None:
        self.fences = fences
        self._shared: list[tuple[int, Fence]] = []
        self._per_plan: list[tuple[int, PlanFence]] = []
        for number, fence in enumerate(fences):
            if judges_plans(fence):
                self._per_plan.append((number, fence))
            else:
                self._shared.append((number, fence))  # type: ignore[arg-type]  # TypeGuard does not narrow the rest
        self._known: dict[tuple[OrderFacts, tuple[int, ...]], Pattern] = {}
        self._added: dict[tuple[Pattern, Reasons], Pattern] = {}

    def of(self, plan: Plan, world: World) -> Pattern:
        key = (plan.order, world.candidates(plan))
        pattern = self._known.get(key)
        if pattern is None:
            pattern = self._known[key] = self._judge(*key, world)
        return self._judge_plan(plan, pattern, world) if self._per_plan else pattern

    def _judge(self, order: OrderFacts, candidates: tuple[int, ...], world: World) -> Pattern:
        failures = {
            facility: tuple(
                number
                for number, fence in self._shared
                if not fence.passes(order, world.facilities[facility], world.now)
            )
            for facility in candidates
        }
        return Pattern(order, failures, tuple(f for f in candidates if not failures[f]))

    def _judge_plan(self, plan: Plan, shared: Pattern, world: World) -> Pattern:
        reasons: Reasons = tuple(
            (facility, number, *fence.explain_plan(plan, facility, world))
            for facility in shared.failures
            for number, fence in self._per_plan
            if not fence.passes_plan(plan, facility, world)
        )
        if not reasons:
            return shared
        pattern = self._added.get((shared, reasons))
        if pattern is None:
            pattern = self._added[shared, reasons] = _with(shared, reasons)
        return pattern


def _with(shared: Pattern, reasons: Reasons) -> Pattern:
    """The pattern with further failures, each facility's in the configured order of the fences (F2)."""
    added: dict[int, tuple[int, ...]] = {}
    for facility, number, _expected, _found in reasons:
        added[facility] = (*added.get(facility, ()), number)
    failures = {
        facility: tuple(sorted((*numbers, *added.get(facility, ()))))
        for facility, numbers in shared.failures.items()
    }
    return Pattern(
        shared.order,
        failures,
        tuple(facility for facility in shared.permitted if facility not in added),
        {(facility, number): (expected, found) for facility, number, expected, found in reasons},
    )
