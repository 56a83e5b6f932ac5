"""What holds for every plan that may be divided, in every world (S1-S7, R3, R7, W5)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import combinations, product
from random import Random
from uuid import UUID

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from routing.engine import Allocation, Decision, Line, Outcome, decide, release
from tests.engine import oracle
from tests.engine.oracle_facts import Facility, Plan, World
from tests.engine.translation import Translated, answer, id_of, name_of, told, translate
from tests.engine.worlds import worlds

dividing = worlds(most=2, parts=3)


def decided(world: World) -> Iterator[tuple[Translated, Plan, Decision]]:
    one = translate(world)
    for plan in world["plans"]:
        yield one, plan, decide(one.plans[plan["name"]], one.world, one.policy, one.patterns)


def released(world: World) -> Iterator[tuple[Translated, Plan, Decision]]:
    one = translate(world)
    for plan in world["plans"]:
        yield one, plan, release(one.plans[plan["name"]], one.world, one.policy, one.patterns)


def parts_of(decision: Decision) -> list[tuple[int | None, Sequence[Line], Sequence[Allocation]]]:
    """Where what goes: the plan itself first."""
    return [
        (decision.facility, decision.kept, decision.allocations),
        *((part.facility, part.lines, part.allocations) for part in decision.split_off),
    ]


def is_whole(world: World, plan: Plan) -> bool:
    """Some facility has all of it, or it may not be divided: then there is nothing new to say (R2, S1)."""
    if plan["order"]["collect_at"] is not None:
        return True
    return any(not oracle.missing_at(f, plan, world["stock"], set()) for f in oracle.permitted(world, plan))


def supplied(world: World, facility: Facility, plan: Plan, article: str) -> float:
    if oracle.can_be_replenished(oracle.effective(facility, article, plan["order"])):
        return float("inf")
    return oracle.available(facility, article, world["stock"], set())


def best(world: World, plan: Plan) -> tuple[int, int, float]:
    """S3 by brute force: units covered (negative), parts and penalty of the best of all divisions."""
    allowed = oracle.permitted(world, plan)
    found = (0, 0, 0.0)
    totals = {
        f["name"]: float(sum(penalties))
        for f, penalties in zip(
            allowed, oracle.rated(world, plan, allowed, world["stock"], set()), strict=True
        )
    }
    for size in range(1, world["policy"]["parts"] + 1):
        for chosen in combinations(allowed, size):
            units = covered(world, plan, chosen)
            worth = (-units, size, round(sum(totals[f["name"]] for f in chosen), 6))
            if units and worth < found:
                found = worth
    return found


def covered(world: World, plan: Plan, chosen: Sequence[Facility]) -> int:
    bundles = [unit for unit in plan["units"] if len(unit) > 1]
    most = 0
    for places in product((None, *range(len(chosen))), repeat=len(bundles)):
        left = [
            {article: supplied(world, f, plan, article) for article in oracle.needs_of(plan)} for f in chosen
        ]
        units = 0
        for bundle, place in zip(bundles, places, strict=True):
            if place is not None:
                for article, quantity in bundle:
                    left[place][article] -= quantity
                    units += quantity
        if any(there < 0 for shelf in left for there in shelf.values()):
            continue
        wanted: Counter[str] = Counter()
        for unit in plan["units"]:
            if len(unit) == 1:
                wanted[unit[0][0]] += unit[0][1]
        units += sum(int(min(q, sum(shelf[article] for shelf in left))) for article, q in wanted.items())
        most = max(most, units)
    return most


def may_wait(world: World, plan: Plan, unit: list[tuple[str, int]]) -> bool:
    """S4: a plain line where its article may wait; a bundle where all of it that is missing may."""
    for facility in oracle.permitted(world, plan):
        behaviours = {article: oracle.effective(facility, article, plan["order"]) for article, _ in unit}
        needs = {a: sum(q for other, q in unit if other == a) for a, _ in unit}
        if any(oracle.can_wait(behaviour) for behaviour in behaviours.values()) and all(
            oracle.can_wait(behaviours[article]) or supplied(world, facility, plan, article) >= needed
            for article, needed in needs.items()
        ):
            return True
    return False


@given(dividing)
def test_what_need_not_or_may_not_be_divided_is_decided_as_ever(world: World) -> None:
    """R2, S1: one facility can do it, or it is to be collected."""
    for one, plan, decision in decided(world):
        if is_whole(world, plan):
            assert decision.split_off == ()
            assert answer(decision, one) == oracle.decide(world, plan)


@given(dividing)
def test_units_are_conserved_and_bundles_never_divided(world: World) -> None:
    """S2, S7: in routing and in release; and nobody gives what is not there."""
    for one, plan, decision in (*decided(world), *released(world)):
        engine_plan = one.plans[plan["name"]]
        units: Counter[UUID] = Counter()
        given_away: Counter[tuple[int, UUID]] = Counter()
        for facility, lines, allocations in parts_of(decision):
            for line in lines:
                units[line.id] += line.quantity
            if facility is not None:
                assert tuple(allocation.line for allocation in allocations) == tuple(lines)
                for allocation in allocations:
                    assert 0 <= allocation.reserved <= allocation.line.quantity
                    given_away[facility, allocation.line.article] += allocation.reserved
            else:
                assert not allocations
        assert units == {line.id: line.quantity for line in engine_plan.lines}
        for (facility, article), taken in given_away.items():
            assert taken <= one.world.available(facility, article)
        for unit in engine_plan.units:
            if unit.bundle is not None:
                assert [set(unit.lines) <= set(lines) for _, lines, _ in parts_of(decision)].count(True) == 1


@given(dividing)
def test_the_split_is_the_best_there_is(world: World) -> None:
    """S3: as many units, as few parts, as little penalty as the best of all divisions has."""
    for _, plan, decision in decided(world):
        policy = world["policy"]
        if is_whole(world, plan) or policy["stock"] == "off" or not oracle.permitted(world, plan):
            continue
        units, parts, penalty = best(world, plan)
        routed = [facility for facility, _, _ in parts_of(decision) if facility is not None]
        assert len(routed) == len(set(routed)) == parts
        if parts:
            totals = {rated.facility: rated.total for rated in decision.rated}
            assert sum(totals[facility] for facility in routed) == pytest.approx(penalty, abs=1e-5)
            assert decision.reason.parts == parts
            _first, *others = parts_of(decision)
            picked_by_others = sum(
                line.quantity for facility, lines, _ in others if facility is not None for line in lines
            )
            assert picked_by_others <= -units
        else:
            assert decision.outcome in (Outcome.WAITING, Outcome.UNROUTABLE)


@given(dividing)
def test_what_is_parked_can_wait_and_what_cannot_wait_is_not(world: World) -> None:
    """S4, S5: one child waits with all that can; a static fence lets nothing wait."""
    for one, plan, decision in decided(world):
        policy = world["policy"]
        parked = [part for part in decision.split_off if part.facility is None]
        assert len(parked) <= 1, "all of it together"
        if policy["stock"] == "static":
            assert not parked
        names = {unit[0]: unit for unit in zip(one.plans[plan["name"]].units, plan["units"], strict=True)}
        waiting = {line.id for part in parked for line in part.lines}
        for engine_unit, (_, unit) in names.items():
            if waiting & {line.id for line in engine_unit.lines}:
                assert may_wait(world, plan, unit)
        if decision.routed and policy["stock"] == "reactive" and decision.reason.parts:
            for allocation in decision.allocations:
                article = name_of(allocation.line.article)
                plain = [unit for unit in plan["units"] if len(unit) == 1 and unit[0][0] == article]
                replenished = any(
                    supplied(world, f, plan, article) == float("inf")
                    for f in world["facilities"]
                    if one.index(f["name"]) == decision.facility
                )
                if allocation.unbacked and plain and len(plan["units"]) == len(plain) and not replenished:
                    assert not may_wait(world, plan, plain[0])


@given(dividing)
def test_a_plan_that_could_wait_anywhere_is_never_unroutable(world: World) -> None:
    """R4, S5: where nothing is covered, and every unit can wait somewhere, the plan itself waits, without a child."""
    for _, plan, decision in decided(world):
        if is_whole(world, plan) or world["policy"]["stock"] != "reactive":
            continue
        if oracle.permitted(world, plan) and best(world, plan)[0] == 0:
            everything = all(may_wait(world, plan, unit) for unit in plan["units"])
            assert (decision.outcome is Outcome.WAITING) == everything
            if everything:
                assert decision.split_off == ()


@given(dividing)
def test_a_release_in_parts_leaves_nothing_behind(world: World) -> None:
    """W5: with partial release NONE a plan goes whole, in parts or not, or stays whole."""
    for _, plan, decision in released(world):
        if decision.split_off:
            assert decision.routed
            assert all(part.facility is not None for part in decision.split_off)
        elif not decision.routed:
            assert decision.outcome is Outcome.WAITING
        shipped = plan["order"]["collect_at"] is None
        everything = sum(quantity for _, quantity in oracle.lines_of(plan))
        if shipped and oracle.permitted(world, plan) and -best(world, plan)[0] == everything:
            assert decision.routed


@given(dividing)
def test_the_next_plan_sees_what_a_split_left(world: World) -> None:
    """W11: what all parts are given is gone; nothing is given twice."""
    one = translate(world)
    given_away: Counter[tuple[int, UUID]] = Counter()
    before = {article: dict(one.world.stock_of(id_of(article))) for article in ("X", "Y", "Z")}
    for plan in one.plans.values():
        decision = decide(plan, one.world, one.policy, one.patterns)
        decision.take_from(one.world)
        for facility, allocations in decision.given:
            for allocation in allocations:
                given_away[facility, allocation.line.article] += allocation.reserved
    for article, shelves in before.items():
        for facility, units in shelves.items():
            left = one.world.available(facility, id_of(article))
            assert left == units - given_away[facility, id_of(article)] >= 0


@given(dividing, st.randoms(use_true_random=False))
def test_a_split_does_not_depend_on_the_order_of_what_is_read(world: World, shuffled: Random) -> None:
    """R2: a decision can be replayed."""
    assume(world["plans"])
    for (_, _, first), (_, _, again) in zip(decided(world), _again(world, shuffled), strict=True):
        assert told(first) == told(again)


def _again(world: World, shuffled: Random) -> Iterator[tuple[Translated, Plan, Decision]]:
    one = translate(world, random=shuffled)
    for plan in world["plans"]:
        yield one, plan, decide(one.plans[plan["name"]], one.world, one.policy, one.patterns)
