"""Transactions take as many plans as others can wait for (spec 8: row locks are held for 250 ms at most)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from uuid import uuid4

import pytest

from routing.passes import pace
from routing.passes.pace import FEWEST, FIRST, MOST, SECONDS, Pace


@pytest.fixture
def passes(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """``passes(seconds)`` on the clock that the pace goes by."""
    now = [100.0]
    monkeypatch.setattr(pace.time, "monotonic", lambda: now[0])

    def let(seconds: float) -> None:
        now[0] += seconds

    return let


def sizes(passes: Callable[[float], None], cost: Callable[[int], float], chunks: int = 10) -> Iterator[int]:
    """How many plans each transaction takes, where so many take so many seconds."""
    keeping = Pace()
    for _ in range(chunks):
        plans = keeping.plans
        with keeping.timing(plans):
            passes(cost(plans))
        yield plans


def test_a_fast_machine_takes_as_many_as_there_may_be(passes: Callable[[float], None]) -> None:
    assert list(sizes(passes, lambda plans: 0.01 + plans * 0.000_1)) == [FIRST, 200, 400] + [MOST] * 7


@pytest.mark.parametrize("each", [0.000_5, 0.001, 0.002])
def test_locks_are_held_for_what_others_can_wait_for(passes: Callable[[float], None], each: float) -> None:
    """Whatever a plan costs beside the 20 ms of the transaction."""
    taken = [0.02 + plans * each for plans in sizes(passes, lambda plans: 0.02 + plans * each)]
    assert max(taken[1:]) <= 0.25
    assert min(taken[3:]) >= 0.75 * SECONDS


def test_it_goes_on_however_slow_it_is(passes: Callable[[float], None]) -> None:
    assert list(sizes(passes, lambda plans: plans * 1.0, 3)) == [FIRST, FEWEST, FEWEST]


def test_a_few_plans_that_were_quick_tell_nothing(passes: Callable[[float], None]) -> None:
    keeping = Pace()
    with keeping.timing(2):
        passes(0.05)
    assert keeping.plans == FIRST


def test_parts_are_timed_from_one_to_the_next(passes: Callable[[float], None]) -> None:
    plan_ids = [uuid4() for _ in range(650)]
    parts = []
    for part in Pace().parts(plan_ids):
        passes(len(part) / 1_024)
        parts.append(part)
    assert [len(part) for part in parts] == [FIRST, 153, 153, 153, 91]
    assert [one for part in parts for one in part] == plan_ids
