"""What holds for every world: the engine says what the oracle says, and no unit is promised twice (spec 8)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from random import Random
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory.behaviour import Effective
from routing.engine import Decision, FacilityFacts, OrderFacts, Plan, Policy, World, assign, decide, release
from routing.engine.fences import Fence
from routing.engine.fences.complete_stock import judge
from routing.engine.outcomes import rate
from routing.engine.verdicts import Patterns
from tests.engine import oracle
from tests.engine.oracle_facts import Stock
from tests.engine.oracle_facts import World as OracleWorld
from tests.engine.translation import Translated, answer, id_of, name_of, told, translate
from tests.engine.worlds import ARTICLES, worlds

queues = worlds(least=2, most=5)
"""Worlds where plans get into each other's way."""

deliveries = st.lists(
    st.tuples(st.integers(0, 4), st.sampled_from(ARTICLES), st.integers(1, 5)), min_size=1, max_size=3
)
"""Places in the world's list of facilities, counted round and round; articles; units."""

shuffles = st.randoms(use_true_random=False)


def in_rank_order(one: Translated) -> list[Plan]:
    return sorted(one.plans.values(), key=lambda plan: (plan.rank, plan.id))


def release_all(one: Translated, *, strict: bool = False) -> Iterator[Decision]:
    """A pass as routing runs it: in rank order; what goes is taken, under STRICT what stays is in the way (W12)."""
    for plan in in_rank_order(one):
        decision = release(plan, one.world, one.policy, one.patterns)
        yield decision
        if decision.routed:
            take(decision, one.world)
        elif strict:
            one.world.close(decision.pattern.permitted, plan.needs)


def take(decision: Decision, world: World) -> None:
    assert decision.facility is not None
    for allocation in decision.allocations:
        world.take(decision.facility, allocation.line.article, allocation.reserved)


def left_of(one: Translated, world: OracleWorld, decisions: list[Decision]) -> Stock:
    """The stock that is left when what was released has been taken, by the released plans' own account."""
    left = dict(world["stock"])
    for decision in decisions:
        for allocation in decision.allocations:
            if decision.facility is not None and allocation.reserved:
                place = one.world.facilities[decision.facility].name
                left[place, name_of(allocation.line.article)] -= allocation.reserved
    return left


def with_more(world: OracleWorld, delivered: list[tuple[int, str, int]]) -> Stock:
    """The stock after deliveries."""
    more = dict(world["stock"])
    for position, article, units in delivered:
        shelf = (world["facilities"][position % len(world["facilities"])]["name"], article)
        more[shelf] = more.get(shelf, 0) + units
    return more


def what_is(one: Translated) -> object:
    """All that can be read of a world."""
    there = one.world
    return (
        [(dict(there.stock_of(id_of(article))), there.supply(id_of(article))) for article in ARTICLES],
        [
            (there.candidates(plan), [dict(there.effective(article, plan.order)) for article in plan.needs])
            for plan in in_rank_order(one)
        ],
    )


@given(worlds())
def test_engine_decides_as_the_oracle_does(world: OracleWorld) -> None:
    """B1-B3, F1-F5, R2, R4, R5, R7 and the ratings."""
    one = translate(world)
    for plan in world["plans"]:
        decision = decide(one.plans[plan["name"]], one.world, one.policy, one.patterns)
        assert answer(decision, one) == oracle.decide(world, plan)


@given(queues, st.booleans())
def test_a_pass_releases_what_the_oracle_releases(world: OracleWorld, strict: bool) -> None:
    """W2, W5 and W12: plan by plan, with what the plans before it have taken, or speak for under STRICT."""
    one = translate(world)
    expected = oracle.release_all(world, strict=strict)
    for decision, (plan, said) in zip(release_all(one, strict=strict), expected, strict=True):
        assert decision.plan.id == id_of(plan["name"])
        assert answer(decision, one) == said


@given(worlds(most=2))
def test_engine_assigns_by_hand_as_the_oracle_does(world: OracleWorld) -> None:
    """M1: anywhere, whatever the fences say."""
    one = translate(world)
    for plan in world["plans"]:
        for facility in world["facilities"]:
            index = one.index(facility["name"])
            decision = assign(one.plans[plan["name"]], index, one.world, one.patterns)
            assert answer(decision, one) == oracle.assign(world, plan, facility)


@given(queues)
def test_listings_behave_as_the_oracle_says(world: OracleWorld) -> None:
    """B1, B2: for every order in the same world, one after the other."""
    one = translate(world)
    for plan in world["plans"]:
        for article in ARTICLES:
            known = one.world.effective(id_of(article), one.plans[plan["name"]].order)
            for facility in world["facilities"]:
                expected = oracle.effective(facility, article, plan["order"])
                found = known.get(one.index(facility["name"]))
                assert (found is None) == (expected is None)
                if found is not None and expected is not None:
                    assert found.behaviour.value == expected["kind"]
                    assert found.preorder_start == expected["start"]
                    assert found.restockable_in_days == expected["days"]


@given(worlds(most=2))
def test_all_facilities_are_rated_as_the_oracle_rates_them(world: OracleWorld) -> None:
    """R2: each rating's penalty, whether they have stock or not."""
    one = translate(world)
    everyone = oracle.in_order(world)
    for plan in world["plans"]:
        found = rate(one.plans[plan["name"]], one.world, one.policy, range(len(everyone)))
        expected = oracle.rated(world, plan, everyone, world["stock"], set())
        for facility, penalties in zip(found, expected, strict=True):
            assert facility.penalties == pytest.approx([float(penalty) for penalty in penalties])
            assert facility.total == pytest.approx(float(sum(penalties)))


@given(worlds())
def test_every_unit_of_a_routed_plan_is_reserved_or_unbacked(world: OracleWorld) -> None:
    """S7, R2: each line once, in its order, and no more of an article than the facility has."""
    one = translate(world)
    for plan in one.plans.values():
        decisions = [
            decide(plan, one.world, one.policy, one.patterns),
            release(plan, one.world, one.policy, one.patterns),
            *(assign(plan, index, one.world, one.patterns) for index in range(len(one.world.facilities))),
        ]
        for decision in decisions:
            if not decision.routed:
                assert decision.allocations == ()
                assert decision.facility is None
                continue
            assert decision.facility is not None
            assert tuple(allocation.line for allocation in decision.allocations) == plan.lines
            reserved: Counter[object] = Counter()
            unbacked: Counter[object] = Counter()
            for allocation in decision.allocations:
                assert 0 <= allocation.reserved <= allocation.line.quantity
                assert allocation.reserved + allocation.unbacked == allocation.line.quantity
                reserved[allocation.line.article] += allocation.reserved
                unbacked[allocation.line.article] += allocation.unbacked
            assert reserved + unbacked == Counter(plan.needs)
            assert dict(+unbacked) == dict(decision.reason.missing)
            for article, units in plan.needs.items():
                free = one.world.available(decision.facility, article)
                assert reserved[article] == min(units, free), "reserves what is available"


@given(queues, st.booleans())
def test_a_pass_never_gives_a_unit_twice(world: OracleWorld, strict: bool) -> None:
    """No oversell: what is reserved at a facility was there, and was listed there (B3)."""
    one = translate(world)
    given_away: Counter[tuple[str, str]] = Counter()
    for decision in release_all(one, strict=strict):
        for allocation in decision.allocations:
            assert decision.facility is not None
            place = one.world.facilities[decision.facility].name
            given_away[place, name_of(allocation.line.article)] += allocation.reserved
    listed = {
        (facility["name"], article)
        for facility in world["facilities"]
        for article, listing in facility["listings"].items()
        if listing["active"]
    }
    for shelf, units in (+given_away).items():
        assert shelf in listed
        assert units <= world["stock"].get(shelf, 0)


@given(queues)
def test_a_plan_is_released_whole_or_not_at_all(world: OracleWorld) -> None:
    """W5: what a released plan is not backed with can be replenished where it goes (B3)."""
    one = translate(world)
    for decision in release_all(one):
        for allocation in decision.allocations:
            if allocation.unbacked:
                assert decision.facility is not None
                there = one.world.effective(allocation.line.article, decision.plan.order)[decision.facility]
                assert there.behaviour.can_be_replenished


@given(queues, shuffles)
def test_the_order_of_mappings_does_not_matter(world: OracleWorld, random: Random) -> None:
    """R2 [A]: a decision can be replayed, whatever order its facts were loaded in."""
    one, other = translate(world), translate(world, random=random)
    for name, plan in one.plans.items():
        assert told(decide(plan, one.world, one.policy, one.patterns)) == told(
            decide(other.plans[name], other.world, other.policy, other.patterns)
        )
    assert [told(decision) for decision in release_all(one)] == [
        told(decision) for decision in release_all(other)
    ]


@given(worlds(), shuffles)
def test_a_decision_changes_nothing(world: OracleWorld, random: Random) -> None:
    """Neither the world, nor what is decided about others, nor what is decided the second time."""
    used = translate(world)
    before = what_is(used)
    plans = list(used.plans.items())
    random.shuffle(plans)
    for _name, plan in plans:
        decide(plan, used.world, used.policy, used.patterns)
        release(plan, used.world, used.policy, used.patterns)
        for index in range(len(used.world.facilities)):
            assign(plan, index, used.world, used.patterns)
    assert what_is(used) == before
    for name, plan in plans:
        for call in (decide, release):
            fresh = translate(world)
            assert told(call(plan, used.world, used.policy, used.patterns)) == told(
                call(fresh.plans[name], fresh.world, fresh.policy, fresh.patterns)
            )


@dataclass(frozen=True)
class Replay:
    """The stock that a decision saw, with the behaviours of its world: what a decision log keeps."""

    decision: Decision
    world: World

    def stock_of(self, article: UUID) -> Mapping[int, int]:
        for line, seen in zip(self.decision.plan.lines, self.decision.seen, strict=True):
            if line.article == article:
                return dict(seen)
        raise AssertionError("asked about an article that the plan does not need")

    def effective(self, article: UUID, order: OrderFacts) -> Mapping[int, Effective]:
        return self.world.effective(article, order)


@given(queues, st.booleans())
def test_what_a_decision_saw_tells_every_verdict_afterwards(world: OracleWorld, strict: bool) -> None:
    """F2, E19: of every candidate, fenced out or not, though the pass has gone on since."""
    one = translate(world)
    verdicts = []
    for decision in release_all(one, strict=strict):
        candidates = decision.pattern.failures
        then = judge(decision.plan, candidates, one.world, reactive=True)
        verdicts.append((decision, then))
    for decision, then in verdicts:
        replay = Replay(decision, one.world)
        assert judge(decision.plan, decision.pattern.failures, replay, reactive=True) == then


@given(queues, st.booleans())
def test_releasing_twice_releases_once(world: OracleWorld, strict: bool) -> None:
    """W11: a second pass over those who stayed, with what is left, finds nobody to release."""
    one = translate(world)
    decisions = list(release_all(one, strict=strict))
    stayed = {decision.plan.id for decision in decisions if not decision.routed}
    again = translate(
        world | {"plans": [plan for plan in world["plans"] if id_of(plan["name"]) in stayed]},
        stock=left_of(one, world, decisions),
    )
    assert not [decision.plan for decision in release_all(again, strict=strict) if decision.routed]


@given(queues)
def test_under_allow_only_units_that_no_earlier_plan_could_use_are_taken(world: OracleWorld) -> None:
    """W12: who stayed could not have gone with what was there at its turn, let alone with what is left."""
    one = translate(world)
    plans = {id_of(plan["name"]): plan for plan in world["plans"]}
    stock = dict(world["stock"])
    taken: list[Decision] = []
    for decision in release_all(one):
        plan = plans[decision.plan.id]
        if decision.routed:
            taken.append(decision)
            stock = left_of(one, world, taken)
            continue
        for facility in oracle.permitted(world, plan):
            assert oracle.missing_at(facility, plan, stock, set())


@given(queues)
def test_under_strict_nobody_takes_units_that_an_earlier_plan_waits_for(world: OracleWorld) -> None:
    """W12: not at a facility that may serve the earlier one."""
    one = translate(world)
    ahead: list[Decision] = []
    for decision in release_all(one, strict=True):
        if not decision.routed:
            ahead.append(decision)
            continue
        for allocation in decision.allocations:
            article = allocation.line.article
            for earlier in ahead:
                if article in earlier.plan.needs and decision.facility in earlier.pattern.permitted:
                    assert allocation.reserved == 0


@given(queues, deliveries, st.booleans())
def test_more_stock_never_makes_the_first_plan_that_it_touches_wait(
    world: OracleWorld, delivered: list[tuple[int, str, int]], strict: bool
) -> None:
    """Up to the first plan that is decided differently both passes are the same, so that plan has only gained.

    Later plans may lose: the earlier one may now be served elsewhere, and take what they would have had.
    """
    before, after = translate(world), translate(world, stock=with_more(world, delivered))
    pairs = zip(release_all(before, strict=strict), release_all(after, strict=strict), strict=True)
    for old, new in pairs:
        if (old.facility, old.allocations) != (new.facility, new.allocations):
            assert new.routed, "it went before, or something came for it"
            break


@given(worlds(), deliveries)
def test_more_stock_never_makes_a_plan_wait(
    world: OracleWorld, delivered: list[tuple[int, str, int]]
) -> None:
    """R2, R4: alone in the world, a plan that goes somewhere still does when stock comes.

    Not so where the waiting room is in use without the fence (R7): stock of an item that cannot wait may leave only
    items that can, and then the plan waits for them instead of being short-picked.
    """
    world["policy"]["waiting_room"] = False
    before, after = translate(world), translate(world, stock=with_more(world, delivered))
    for name, plan in before.plans.items():
        if decide(plan, before.world, before.policy, before.patterns).routed:
            assert decide(after.plans[name], after.world, after.policy, after.patterns).routed


@dataclass
class Recorder:
    """A fence that remembers whom it was asked about."""

    fence: Fence
    implementation: str
    asked: Counter[tuple[OrderFacts, FacilityFacts]] = field(default_factory=Counter)

    def passes(self, order: OrderFacts, facility: FacilityFacts, now: datetime) -> bool:
        self.asked[order, facility] += 1
        return self.fence.passes(order, facility, now)

    def explain(self, order: OrderFacts, facility: FacilityFacts, now: datetime) -> tuple[str, str]:
        return self.fence.explain(order, facility, now)


@given(st.sampled_from([decide, release]), worlds())
def test_every_candidate_goes_through_every_fence(
    call: Callable[[Plan, World, Policy, Patterns], Decision], world: OracleWorld
) -> None:
    """F2: whatever the fences before it said; and all their reasons are told."""
    one = translate(world)
    recorders = tuple(Recorder(fence, fence.implementation) for fence in one.policy.fences)
    patterns = Patterns(recorders)
    for plan in world["plans"]:
        facts = one.plans[plan["name"]]
        decision = call(facts, one.world, one.policy, patterns)
        candidates = oracle.candidates(world, plan)
        assert list(decision.pattern.failures) == [one.index(facility["name"]) for facility in candidates]
        for facility in candidates:
            index = one.index(facility["name"])
            for number, recorder in enumerate(recorders):
                assert recorder.asked[facts.order, one.world.facilities[index]] >= 1
                failed = not oracle.passes(recorder.implementation, plan["order"], facility)
                assert (number in decision.pattern.failures[index]) is failed
