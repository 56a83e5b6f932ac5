"""The rows of spec 8's performance table that are measured here, each a ratio with the bar it must meet."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from tests.bench import crowd, pages, placing, watching
from tests.bench.decisions import CANDIDATES, LINES, seconds_of_a_decision
from tests.bench.embedded import release_on_sqlite
from tests.bench.intake import intake
from tests.bench.locks import locks_of_a_release, locks_of_an_intake
from tests.bench.measuring import Measurement
from tests.bench.releases import (
    dry_run,
    release_beside_a_crowd,
    release_by_two_workers,
    release_of_one_line_orders,
    release_of_ten_times_as_many,
)
from tests.bench.waiting import (
    arrival_in_a_large_network,
    arrival_that_serves_nobody,
    dates,
    dates_of_ten_times_as_many,
    small_arrival,
)
from tests.bench.yardsticks import in_bulk, one_by_one


def decision_over_many_candidates(size: int) -> Measurement:
    """T10: a 10-line order over 200 candidates, six fences, six ratings, a strategy that may split it in two; beside a
    loop over the same candidates and lines that only compares need with stock. ``size`` plays no part.

    The work says whether the engine split the order: without the split the row measures the rest of the decision.
    """
    taken, compared, decision = seconds_of_a_decision(repeats=200)
    parts = 1 + len(getattr(decision, "split_off", ()))
    what = f"{decision.outcome.value.lower()} in {parts} parts" if parts > 1 else "decided, not split"
    work = f"{LINES} lines over {CANDIDATES} candidates, {what}"
    return Measurement("T10", work, taken * 1_000, "ms", taken / compared, 100, at_most=True)


def placing_one_by_one(size: int) -> Measurement:
    """T9: eight clients place a tenth of ``size`` orders, one by one; beside a bare view that inserts the same rows."""
    ours, bare = placing.compare(size // 10)
    used = f"{ours.milliseconds:.1f} ms of the processor each, bare {bare.milliseconds:.1f} ms"
    work = f"POST /api/orders, 8 clients; {used}"
    return Measurement("T9", work, ours.rate, "orders/s", ours.rate / bare.rate, 0.5)


def waiting_room_queries(size: int) -> Measurement:
    return watching.queries(size)


def waiting_room_pages_apart(size: int) -> Measurement:
    return watching.pages_apart(size)


def waiting_room_beside_select_1(size: int) -> Measurement:
    return watching.beside_select_1(size)


def last_pages(size: int) -> Measurement:
    """Ten times ``size`` orders: the first and the last page of every list of the API, in every order that an index may
    know. The worst of them is told.
    """
    crowd.build(10 * size)
    worst, *_others = found = pages.compare()
    work = f"{10 * size:,} orders, first and last page of {len(found)} lists; worst: {worst.label}"
    return Measurement("pages", work, worst.last, "s", worst.ratio, pages.BAR, at_most=True)


ROWS: tuple[Callable[[int], Measurement], ...] = (
    one_by_one,
    in_bulk,
    release_of_one_line_orders,
    release_beside_a_crowd,
    release_of_ten_times_as_many,
    arrival_that_serves_nobody,
    small_arrival,
    arrival_in_a_large_network,
    intake,
    release_by_two_workers,
    dry_run,
    waiting_room_queries,
    waiting_room_pages_apart,
    waiting_room_beside_select_1,
    placing_one_by_one,
    decision_over_many_candidates,
    dates_of_ten_times_as_many,
    locks_of_a_release,
    locks_of_an_intake,
    release_on_sqlite,
    last_pages,
)

QUICK: tuple[Callable[[int], Measurement], ...] = (
    release_of_one_line_orders,
    release_beside_a_crowd,
    small_arrival,
    intake,
    dry_run,
    decision_over_many_candidates,
    dates,
)
"""What ``make bench-quick`` measures; the others need their size, or the machine to themselves."""

REACHED: Mapping[str, float] = {"T1": 0.02, "T5": 0.01}
"""Ratios that rows have come to on the way to their bars, on a busy machine: less than that is a step back."""
