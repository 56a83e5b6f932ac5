"""The article that a plan cannot go without (W3, W5, W12, T4)."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.engine import Plan, Policy, World
from routing.engine.watching import watched
from tests.engine.builders import BACKORDER, line, plan, restock, tried, world
from tests.engine.test_properties_of_splits import dividing
from tests.engine.test_properties_of_splits import released as releases
from tests.engine.translation import id_of

X, Y, Z = id_of("X"), id_of("Y"), id_of("Z")
NEEDS = {X: 2, Y: 3, Z: 1}
PLENTY = 1_000


@pytest.mark.parametrize(
    ("supply", "before", "expected"),
    [
        pytest.param(
            {X: 2, Y: 3, Z: 1}, NEEDS, None, id="there is enough of each, if only at different places"
        ),
        pytest.param({X: None, Y: 3, Z: None}, NEEDS, None, id="without bound is enough"),
        pytest.param({X: 1, Y: 3, Z: 1}, NEEDS, X, id="the one that is short"),
        pytest.param({X: 1, Y: 1, Z: 0}, NEEDS, Y, id="of several, the one that lacks most"),
        pytest.param({X: 0, Y: 1, Z: 1}, NEEDS, X, id="of equals, the first"),
        pytest.param({X: 1, Y: 1, Z: 1}, {X}, X, id="it goes on with what it watched"),
        pytest.param({X: 2, Y: 1, Z: 1}, {X}, Y, id="what it watched has come, another has not"),
        pytest.param({X: 2, Y: 3, Z: 1}, {X}, None, id="all have come"),
    ],
)
def test_what_is_watched(
    supply: Mapping[UUID, int | None], before: Mapping[UUID, int] | set[UUID], expected: UUID | None
) -> None:
    assert watched(NEEDS, supply, tuple(before)) == expected


@given(world=dividing)
def test_without_what_it_watches_no_plan_goes(world: object) -> None:
    """Whatever the strategy, the fences and the split allow."""
    for one, drawn, decision in releases(world):  # type: ignore[arg-type]  # a world of the oracle
        needs = one.plans[drawn["name"]].needs
        if watched(needs, {article: one.world.supply(article) for article in needs}, ()) is not None:
            assert not decision.released


units = st.integers(0, 3)
shelves = st.fixed_dictionaries({place: st.fixed_dictionaries({"X": units, "Y": units}) for place in "AB"})
expected = st.lists(
    st.tuples(st.sampled_from("AB"), st.sampled_from("XY"), st.integers(1, 9), st.integers(1, 3)), max_size=3
)


def supply(there: World, one: Plan) -> dict[UUID, int | None]:
    return {article: there.supply(article) for article in one.needs}


@given(
    shelves=shelves,
    expected=expected,
    parts=st.integers(0, 2),
    needs=st.fixed_dictionaries({"X": st.integers(1, 4), "Y": st.integers(1, 4)}),
    bundled=st.booleans(),
    replenished=st.booleans(),
)
def test_whatever_else_comes_it_stays_until_what_it_watches_comes(
    shelves: dict[str, dict[str, int]],
    expected: list[tuple[str, str, int, int]],
    parts: int,
    needs: dict[str, int],
    bundled: bool,
    replenished: bool,
) -> None:
    """Also of what is expected (W6)."""
    lines = tuple(line(article, number) for article, number in needs.items())
    one = plan(lines) if bundled else plan(*lines)
    listings = {place: {"X": BACKORDER, "Y": BACKORDER} for place in "AB"}
    if replenished:
        listings["B"]["X"] = restock(2)
    policy = Policy(max_parts=parts)
    there = world(listings, shelves, expected=expected)
    known = supply(there, one)
    assert (watched(one.needs, known, ()) is None) == all(
        units is None or units >= one.needs[article] for article, units in known.items()
    )
    for article in "XY":
        if watched(one.needs, known, {id_of(article)}) == id_of(article):
            other = "Y" if article == "X" else "X"
            richer = {place: shelf | {other: PLENTY} for place, shelf in shelves.items()}
            assert not tried(one, world(listings, richer, expected=expected), policy).released
