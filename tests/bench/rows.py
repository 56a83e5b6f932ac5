"""The rows of spec 8's performance table that can be measured so far, each a ratio with the bar it must meet.

The other rows need parts that do not exist yet; they are added with these.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from routing.models import PlanStatus, RoutingPlan
from routing.passes.queue import route_queue
from routing.passes.release import serve_waiting_room
from tests.bench import worlds
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


def _wait(orders: int) -> None:
    worlds.place(orders)
    route_queue()
    serve_waiting_room()
    assert RoutingPlan.objects.waiting().count() == orders


ROWS: tuple[Callable[[int], Measurement], ...] = (release_of_one_line_orders, small_arrival, intake)
