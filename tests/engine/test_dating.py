"""W10: whose turn comes when, as the engine simulates it, beside an oracle that is slow and obvious."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.engine.dating import IN_STOCK, Arrival, Queued, Source, dated, latest, turns

TODAY = date(2026, 4, 20)
HERE, THERE = 0, 1


def day(number: int) -> date:
    return IN_STOCK if number == 0 else TODAY + timedelta(days=number)


def wants(*units: int, places: tuple[int, ...] = (HERE,), dividable: bool = False) -> list[Queued]:
    return [Queued(one, places, dividable) for one in units]


def coming(*arrivals: tuple[int, int], place: int = HERE) -> list[Arrival]:
    return [Arrival(day(on), place, units) for on, units in arrivals]


def found(queue: list[Queued], arrivals: list[Arrival], *, in_turn: bool = False) -> list[int | None]:
    """Days from today on; 0 is now."""
    numbers: dict[date | None, int | None] = {None: None, IN_STOCK: 0}
    return [
        numbers[one] if one in numbers else (one - TODAY).days if one else None
        for one in turns(queue, arrivals, in_turn=in_turn)
    ]


def test_each_has_the_day_on_which_enough_has_come_for_it() -> None:
    """K17"""
    assert found(wants(5, 5, 1), coming((11, 5), (20, 5))) == [11, 20, None]


def test_what_is_there_counts_before_what_is_to_come() -> None:
    assert found(wants(2, 2, 2), coming((0, 3), (4, 3))) == [0, 4, 4]


@pytest.mark.parametrize(("in_turn", "expected"), [(False, [None, 1, 1]), (True, [9, None, None])])
def test_who_needs_more_than_there_is_blocks_others_only_where_nobody_may_pass(
    in_turn: bool, expected: list[int | None]
) -> None:
    """W2, W12"""
    assert found(wants(5, 1, 1), coming((1, 2), (9, 3)), in_turn=in_turn) == expected


def test_who_may_use_another_facility_is_not_blocked_there() -> None:
    """W12: those units at that facility."""
    queue = [Queued(5, (HERE,)), Queued(1, (HERE, THERE)), Queued(1, (HERE,))]
    assert found(queue, coming((1, 1)) + coming((2, 1), place=THERE), in_turn=True) == [None, 2, None]


def test_only_what_may_be_divided_takes_from_several_facilities() -> None:
    """S2, W5"""
    supply = coming((1, 3)) + coming((2, 3), place=THERE)
    both = (HERE, THERE)
    assert found(wants(5, places=both), supply) == [None]
    assert found(wants(5, places=both, dividable=True), supply) == [2]
    assert found(wants(5, places=both), supply + coming((7, 2))) == [7]


def test_who_is_held_takes_nothing_until_then_and_is_in_nobodys_way() -> None:
    """M4"""
    held = Queued(1, (HERE,), held_until=day(5))
    for in_turn in (False, True):
        assert found([held, *wants(1)], coming((0, 1)), in_turn=in_turn) == [None, 0]
        assert found([held, *wants(1)], coming((0, 2)), in_turn=in_turn) == [5, 0]
        assert found([held, *wants(1)], coming((8, 1)), in_turn=in_turn) == [8, None]


def test_a_date_is_the_best_that_is_known() -> None:
    assert dated(day(3), day(2), day(1)) == (day(3), Source.EXPECTED_STOCK)
    assert dated(None, day(2), day(1)) == (day(2), Source.PREORDER)
    assert dated(None, None, day(1)) == (day(1), Source.DEFAULT)
    assert dated(None, None, None) == dated(IN_STOCK, day(2), day(1)) == (None, Source.NONE)


def test_a_plan_waits_for_the_last_of_its_lines() -> None:
    assert latest([]) == latest([(None, "")]) == (None, "")
    assert latest([(day(2), "DEFAULT"), (None, ""), (day(1), "PREORDER")]) == (day(2), "DEFAULT")
    assert latest([(day(2), "EXPECTED_STOCK"), (day(2), "PREORDER")]) == (day(2), "EXPECTED_STOCK")


places = st.sampled_from([(HERE,), (THERE,), (HERE, THERE)])
units = st.integers(1, 4)
days = st.integers(0, 6)
queues = st.lists(
    st.builds(Queued, units, places, st.booleans(), st.none() | days.filter(bool).map(day)), max_size=8
)
supplies = st.lists(
    st.builds(Arrival, days.map(day), st.sampled_from([HERE, THERE]), st.integers(1, 6)), max_size=6
)


@given(queues, supplies, st.booleans())
def test_it_says_what_serving_everybody_every_day_says(
    queue: list[Queued], supply: list[Arrival], in_turn: bool
) -> None:
    assert turns(queue, supply, in_turn=in_turn) == _day_by_day(queue, supply, in_turn=in_turn)


@given(queues, supplies, st.booleans())
def test_no_unit_is_promised_before_it_comes_nor_twice(
    queue: list[Queued], supply: list[Arrival], in_turn: bool
) -> None:
    found = turns(queue, supply, in_turn=in_turn)
    for one in {one for one in found if one is not None}:
        given_away = sum(line.units for line, turn in zip(queue, found, strict=True) if turn and turn <= one)
        assert given_away <= sum(arrival.units for arrival in supply if arrival.day <= one)


one_place = st.lists(st.builds(Arrival, days.map(day), st.just(HERE), st.integers(1, 6)), max_size=6)


@given(st.lists(units, max_size=8), one_place, one_place, st.integers(0, 6), st.booleans())
def test_more_or_earlier_supply_makes_no_date_later(
    quantities: list[int], supply: list[Arrival], more: list[Arrival], sooner: int, allow: bool
) -> None:
    """Under STRICT; under ALLOW where all want one unit: else a small order could be passed by a large one in front of
    it that suddenly fits.
    """
    queue = wants(*(1 if allow else one for one in quantities))
    before = turns(queue, supply, in_turn=not allow)
    advanced = [
        Arrival(
            arrival.day if arrival.day == IN_STOCK else max(TODAY, arrival.day - timedelta(days=sooner)),
            arrival.place,
            arrival.units,
        )
        for arrival in supply
    ]
    for better in (supply + more, advanced):
        after = turns(queue, better, in_turn=not allow)
        assert all((now or date.max) <= (then or date.max) for now, then in zip(after, before, strict=True))


def _day_by_day(queue: list[Queued], supply: list[Arrival], *, in_turn: bool) -> list[date | None]:
    """Everybody is asked every day."""
    found: list[date | None] = [None] * len(queue)
    stock: dict[int, int] = defaultdict(int)
    for number in range(7):
        for arrival in supply:
            if arrival.day == day(number):
                stock[arrival.place] += arrival.units
        closed: set[int] = set()
        for position, line in enumerate(queue):
            if found[position] is not None or (line.held_until is not None and line.held_until > day(number)):
                continue
            open_places = [place for place in line.places if place not in closed]
            whole = [place for place in open_places if stock[place] >= line.units]
            if whole:
                stock[whole[0]] -= line.units
            elif line.dividable and sum(stock[place] for place in open_places) >= line.units:
                left = line.units
                for place in open_places:
                    taken = min(left, stock[place])
                    stock[place] -= taken
                    left -= taken
            else:
                closed |= set(line.places) if in_turn else set()
                continue
            found[position] = day(number)
    return found
