"""The rows of spec 8's performance table that can be measured so far, each a ratio with the bar it must meet.

The other rows need parts that do not exist yet; they are added with these.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from routing.models import DateSource, PlanStatus, RoutingPlan
from routing.passes.dating import work_out_dates
from routing.passes.queue import route_queue
from routing.passes.release import serve_waiting_room
from tests.bench import crowd, pages, placing, worlds
from tests.bench.decisions import CANDIDATES, LINES, seconds_of_a_decision
from tests.bench.floor import floor


@dataclass(frozen=True, slots=True)
class Measurement:
    """``value`` in ``unit``; ``ratio`` is to the floor, or to the row's own comparison. A bar is a least or a most."""

    row: str
    work: str
    value: float
    unit: str
    ratio: float
    bar: float
    at_most: bool = False

    @property
    def met(self) -> bool:
        return self.ratio <= self.bar if self.at_most else self.ratio >= self.bar


def release_of_one_line_orders(size: int) -> Measurement:
    """T1: ``size`` one-line orders wait, 20 facilities; half as many units arrive at one of them."""
    least = floor(size)
    worlds.empty()
    facilities, articles = worlds.network(20, 1)
    _wait(size)
    worlds.arrive(facilities[3], articles[0], size // 2)
    worlds.analyze()
    begun = time.perf_counter()
    released = serve_waiting_room()
    speed = released / (time.perf_counter() - begun)
    assert released == size // 2
    return Measurement("T1", f"release, {size:,} orders wait", speed, "orders/s", speed / least, 0.15)


def small_arrival(size: int) -> Measurement:
    """T4b: 10 units arrive, with a tenth of ``size`` orders waiting and with ``size``."""

    def seconds(waiting: int) -> float:
        worlds.empty()
        facilities, articles = worlds.network(20, 1)
        _wait(waiting)
        worlds.analyze()
        taken = []
        for _ in range(5):
            worlds.arrive(facilities[3], articles[0], 10)
            begun = time.perf_counter()
            assert serve_waiting_room() == 10
            taken.append(time.perf_counter() - begun)
        return sorted(taken)[2]

    few, many = seconds(size // 10), seconds(size)
    return Measurement("T4b", f"10 units, {size:,} wait", many, "s", many / few, 2.0, at_most=True)


def dates(size: int) -> Measurement:
    """T11: ``size`` plans wait for one article, of which as many units are expected in 30 deliveries: every line, every
    plan and an event each are written. Beside the release of them all.
    """
    worlds.empty()
    facilities, articles = worlds.network(20, 1)
    _wait(size)
    worlds.expect(facilities[3], articles[0], size, deliveries=30)
    serve_waiting_room()
    worlds.analyze()
    begun = time.perf_counter()
    assert work_out_dates() == 1
    taken = time.perf_counter() - begun
    assert RoutingPlan.objects.filter(expected_date_source=DateSource.EXPECTED_STOCK).count() == size
    worlds.arrive(facilities[5], articles[0], size)
    begun = time.perf_counter()
    assert serve_waiting_room() == size
    released = time.perf_counter() - begun
    return Measurement("T11", f"dates of {size:,} waiting", taken, "s", taken / released, 2.0, at_most=True)


def intake(size: int) -> Measurement:
    """T5: ``size`` INITIAL plans of three lines are routed over 50 facilities that have everything."""
    least = floor(size)
    worlds.empty()
    facilities, articles = worlds.network(50, 20)
    for article in articles:
        worlds.arrive(facilities[7], article, size)
    serve_waiting_room()
    worlds.place(size, lines=3, articles=20)
    worlds.analyze()
    begun = time.perf_counter()
    decided = route_queue()
    speed = decided / (time.perf_counter() - begun)
    assert RoutingPlan.objects.filter(status=PlanStatus.ROUTED).count() == decided == size
    return Measurement("T5", f"intake, {size:,} plans of 3 lines", speed, "plans/s", speed / least, 0.04)


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
    ours, bare = placing.orders_per_second(size // 10)
    return Measurement("T9", "POST /api/orders, 8 clients", ours, "orders/s", ours / bare, 0.5)


def last_pages(size: int) -> Measurement:
    """Ten times ``size`` orders: the first and the last page of every list of the API, in every order that an index may
    know. The worst of them is told.
    """
    crowd.build(10 * size)
    worst, *_others = found = pages.compare()
    work = f"{10 * size:,} orders, first and last page of {len(found)} lists; worst: {worst.label}"
    return Measurement("pages", work, worst.last, "s", worst.ratio, pages.BAR, at_most=True)


def _wait(orders: int) -> None:
    worlds.place(orders)
    route_queue()
    serve_waiting_room()
    assert RoutingPlan.objects.waiting().count() == orders


ROWS: tuple[Callable[[int], Measurement], ...] = (
    release_of_one_line_orders,
    small_arrival,
    dates,
    intake,
    decision_over_many_candidates,
    placing_one_by_one,
    last_pages,
)
