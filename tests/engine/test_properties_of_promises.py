"""What holds for every release against expected stock, in every world (W6, W7, S7)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import combinations
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from routing.engine import Decision, Outcome, Partial, release
from tests.engine import oracle
from tests.engine.oracle_facts import Facility, Plan, World
from tests.engine.translation import Expected, Translated, id_of, translate
from tests.engine.worlds import ARTICLES, worlds

Case = tuple[World, list[Expected]]


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """A world with a few buckets; plans may be split in up to two parts, or not at all."""
    world = draw(worlds(most=2, parts=draw(st.sampled_from([2, 2, 0]))))
    names = [facility["name"] for facility in world["facilities"]]
    bucket = st.tuples(
        st.sampled_from(names), st.sampled_from(ARTICLES), st.integers(1, 4), st.integers(1, 4)
    )
    return world, draw(st.lists(bucket, min_size=1, max_size=5))


def decided(case: Case, partial: Partial = Partial.NONE) -> Iterator[tuple[Translated, Plan, Decision]]:
    """Each plan on its own."""
    world, expected = case
    for plan in world["plans"]:
        one = translate(world, expected=expected)
        yield (
            one,
            plan,
            release(one.plans[plan["name"]], one.world, one.policy, one.patterns, partial=partial),
        )


def may_be_divided(world: World, plan: Plan) -> bool:
    return bool(world["policy"]["parts"]) and plan["order"]["collect_at"] is None


def there(facility: Facility, article: str, plan: Plan, world: World) -> float:
    if oracle.can_be_replenished(oracle.effective(facility, article, plan["order"])):
        return float("inf")
    return oracle.available(facility, article, world["stock"], set())


def coming(facility: Facility, article: str, expected: list[Expected]) -> int:
    listing = facility["listings"].get(article)
    if listing is None or not listing["active"]:
        return 0
    return sum(units for name, what, _days, units in expected if (name, what) == (facility["name"], article))


@given(cases(), st.sampled_from(Partial))
def test_no_unit_is_lost_or_given_twice(case: Case, partial: Partial) -> None:
    """S7: every unit of every line is in exactly one part; nobody gives more than there is, or is to come."""
    _world, expected = case
    for one, _plan, decision in decided(case, partial):
        carried: Counter[UUID] = Counter()
        for line in (*decision.kept, *(line for part in decision.split_off for line in part.lines)):
            carried[line.id] += line.quantity
        assert carried == {line.id: line.quantity for line in decision.plan.lines}
        taken: Counter[tuple[int, UUID]] = Counter()
        promised: Counter[int] = Counter()
        for facility, allocations in decision.given:
            for allocation in allocations:
                taken[facility, allocation.line.article] += allocation.reserved
                for bucket, units in allocation.expected:
                    promised[bucket] += units
                    name, article, _days, _units = expected[bucket]
                    assert (one.index(name), id_of(article)) == (facility, allocation.line.article)
        for (facility, article), units in taken.items():
            assert units <= one.world.available(facility, article)
        assert all(units <= expected[bucket][3] for bucket, units in promised.items())
        decision.take_from(one.world)


@given(cases(), st.sampled_from(Partial))
def test_a_planned_part_says_when_the_last_of_it_comes(case: Case, partial: Partial) -> None:
    """W6: and holds nothing unbacked, but for what is replenished. Plain lines hold expected stock of that day only."""
    world, expected = case
    for _one, plan, decision in decided(case, partial):
        for part in decision.split_off:
            if part.outcome is not Outcome.PLANNED:
                continue
            days = [expected[bucket][2] for a in part.allocations for bucket, _units in a.expected]
            assert part.planned_for is not None
            assert (part.planned_for - world["now"].date()).days == max(days)
            bundled = any(
                unit.bundle is not None and unit.lines[0] in part.lines for unit in decision.plan.units
            )
            if may_be_divided(world, plan) and not bundled:
                assert set(days) == {max(days)}
                assert all(a.reserved == a.unbacked == 0 for a in part.allocations)


@given(cases())
def test_all_goes_or_nothing_does(case: Case) -> None:
    """W6 with partial release NONE: a released plan leaves nothing behind, and who stays is promised nothing."""
    for _one, _plan, decision in decided(case):
        assert decision.released is not bool(decision.waiting)
        if decision.released:
            parts = [*decision.split_off] if decision.facility is None else [None, *decision.split_off]
            assert all(part is None or part.facility is not None for part in parts)
        else:
            assert list(decision.given) == []
        if decision.outcome is Outcome.REASSIGNED:
            assert any(part.planned_for for part in decision.split_off)


@given(cases())
def test_a_plan_of_plain_lines_is_released_whenever_it_can_be(case: Case) -> None:
    """W5, W6 by brute force: some facilities, at most as many as may pick now, and the buckets of all."""
    world, expected = case
    for _one, plan, decision in decided(case):
        if not may_be_divided(world, plan) or any(len(unit) > 1 for unit in plan["units"]):
            continue
        allowed = oracle.permitted(world, plan)
        possible = any(
            all(
                sum(there(f, article, plan, world) for f in chosen)
                + sum(coming(f, article, expected) for f in allowed)
                >= needed
                for article, needed in oracle.needs_of(plan).items()
            )
            for size in range(world["policy"]["parts"] + 1)
            for chosen in combinations(allowed, size)
        )
        assert decision.released == possible


@given(cases())
def test_a_plan_that_is_not_divided_is_released_whenever_somebody_has_all_of_it(case: Case) -> None:
    """W6 by brute force: one facility, what it has and what it expects; as early as anybody can."""
    world, expected = case
    for _one, plan, decision in decided(case):
        if may_be_divided(world, plan):
            continue
        able = [
            facility
            for facility in oracle.permitted(world, plan)
            if all(
                there(facility, article, plan, world) + coming(facility, article, expected) >= needed
                for article, needed in oracle.needs_of(plan).items()
            )
        ]
        assert decision.released == bool(able)
        if decision.outcome is Outcome.REASSIGNED:
            (part,) = decision.split_off
            assert part.planned_for is not None
            first = min(earliest(facility, plan, world, expected) for facility in able)
            assert (part.planned_for - world["now"].date()).days == first


def earliest(facility: Facility, plan: Plan, world: World, expected: list[Expected]) -> int:
    """The day on which the facility has all of the plan: of what is expected it takes what comes first, and it
    replenishes only what is lacking then. 0 where nothing has to be expected.
    """
    latest = 0
    for article, needed in oracle.needs_of(plan).items():
        lacking = needed - oracle.available(facility, article, world["stock"], set())
        for name, what, day, units in sorted(expected, key=lambda one: one[2]):
            if lacking > 0 and (name, what) == (facility["name"], article):
                lacking -= units
                latest = max(latest, day)
    return latest


@given(cases())
def test_current_stock_comes_first(case: Case) -> None:
    """W6: nobody who picks now has anything left of what is planned, nor anybody else, if one more might pick."""
    world, _expected = case
    for one, plan, decision in decided(case):
        if decision.outcome is not Outcome.REASSIGNED or any(len(unit) > 1 for unit in plan["units"]):
            continue
        if not may_be_divided(world, plan):
            continue
        decision.take_from(one.world)
        picking = set(decision.picking)
        allowed = {one.index(f["name"]) for f in oracle.permitted(world, plan)}
        asked = allowed if len(picking) < world["policy"]["parts"] else picking
        for part in decision.split_off:
            for allocation in part.allocations if part.planned_for else ():
                assert all(not one.world.available(f, allocation.line.article) for f in asked)


@given(cases())
def test_any_quantity_leaves_nothing_behind_that_could_go(case: Case) -> None:
    """W7: QUANTITY releases where one unit of a plain line is there or comes; LINE_ITEM only whole lines."""
    world, expected = case
    for _one, plan, decision in decided(case, Partial.QUANTITY):
        if not may_be_divided(world, plan):
            continue
        single = [unit[0][0] for unit in plan["units"] if len(unit) == 1]
        allowed = oracle.permitted(world, plan)
        if any(there(f, a, plan, world) + coming(f, a, expected) for f in allowed for a in single):
            assert decision.released
    for _one, _plan, decision in decided(case, Partial.LINE_ITEM):
        behind = {line.id for part in decision.split_off if part.facility is None for line in part.lines}
        going = {line.id for part in decision.split_off if part.facility is not None for line in part.lines}
        if decision.released:
            kept = {line.id for line in decision.kept}
            assert behind.isdisjoint(going | kept)
