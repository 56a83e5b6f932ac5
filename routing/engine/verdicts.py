"""Verdicts of the static fences, shared by all plans with the same order facts and candidates (F2, spec 7)."""

from __future__ import annotations

from dataclasses import dataclass, field

from routing.engine.facts import OrderFacts, Plan
from routing.engine.fences import Fence
from routing.engine.world import World


@dataclass(frozen=True, eq=False)
class Pattern:
    """For each candidate, by facility index, the positions of the static fences that it fails; empty: it is permitted.

    Every candidate goes through every fence, so that all reasons are collected (F2).
    """

    order: OrderFacts
    failures: dict[int, tuple[int, ...]]
    permitted: tuple[int, ...]


@dataclass(slots=True)
class Patterns:
    """The patterns of one pass, worked out once each. They hold for one world and one list of fences."""

    fences: tuple[Fence, ...]
    known: dict[tuple[OrderFacts, tuple[int, ...]], Pattern] = field(default_factory=dict)

    def of(self, plan: Plan, world: World) -> Pattern:
        key = (plan.order, world.candidates(plan))
        pattern = self.known.get(key)
        if pattern is None:
            pattern = self.known[key] = self._judge(*key, world)
        return pattern

    def _judge(self, order: OrderFacts, candidates: tuple[int, ...], world: World) -> Pattern:
        failures = {
            facility: tuple(
                number
                for number, fence in enumerate(self.fences)
                if not fence.passes(order, world.facilities[facility])
            )
            for facility in candidates
        }
        return Pattern(order, failures, tuple(f for f in candidates if not failures[f]))
