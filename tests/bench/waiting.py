"""Rows about those who keep waiting: T4, T4b and T11, and what a large network costs."""

from __future__ import annotations

import statistics

from inventory.models import Article, Facility
from routing.models import DateSource, RoutingPlan
from routing.passes.dating import work_out_dates
from routing.passes.release import serve_waiting_room
from tests.bench import worlds
from tests.bench.measuring import Measurement, seconds

ARRIVING = 10
FACILITIES = 20


def arrival_that_serves_nobody(size: int) -> Measurement:
    """T4: five times ``size`` plans wait for two articles each, and ten units of one arrive again and again after they
    did for the first time, while none of the other comes; beside the same arrivals with nobody waiting.
    """

    def again(waiting: int) -> float:
        worlds.empty()
        facilities, articles = worlds.network(FACILITIES, 2)
        if waiting:
            worlds.wait(waiting, articles=(0, 1), together=True)
        worlds.arrive(facilities[3], articles[0], ARRIVING)
        serve_waiting_room()
        return statistics.median(_arrive_and_serve(facilities[3], articles[0], 0) for _ in range(5))

    nobody, everybody = again(0), again(5 * size)
    work = f"10 units of X, {5 * size:,} wait for X and Y"
    return Measurement("T4", work, everybody, "s", everybody / nobody, 2.0, at_most=True)


def small_arrival(size: int) -> Measurement:
    """T4b: 10 units arrive, with a tenth of ``size`` orders waiting and with ten times ``size``."""

    few, many = _small_arrival(size // 10), _small_arrival(10 * size)
    return Measurement("T4b", f"10 units, {10 * size:,} wait", many, "s", many / few, 2.0, at_most=True)


def arrival_in_a_large_network(size: int) -> Measurement:
    """10 units arrive of an article that ``size`` facilities list, beside one that twenty do: each of them is looked at
    by every transaction (docs/scale.md). The bar is ours.
    """
    few, many = _small_arrival(size // 10), _small_arrival(size // 10, facilities=size)
    each = (many - few) / (size - FACILITIES) * 1_000_000
    work = f"10 units, {size:,} facilities list the article: {each:.0f} µs each"
    return Measurement("wide", work, many, "s", many / few, 15, at_most=True)


def _small_arrival(waiting: int, *, facilities: int = FACILITIES) -> float:
    """Seconds until 10 of those who wait are served, not for the first time."""
    worlds.empty()
    places, articles = worlds.network(facilities, 1)
    worlds.wait(waiting)
    _arrive_and_serve(places[3], articles[0])
    return statistics.median(_arrive_and_serve(places[3], articles[0]) for _ in range(5))


def dates_of_ten_times_as_many(size: int) -> Measurement:
    return dates(10 * size)


def dates(size: int) -> Measurement:
    """T11: ``size`` plans wait for one article, of which as many units are expected in 30 deliveries: every line, every
    plan and an event each are written. Beside the release of them all.
    """
    worlds.empty()
    facilities, articles = worlds.network(FACILITIES, 1)
    worlds.past(facilities[5], articles[0])
    worlds.wait(size)
    worlds.expect(facilities[3], articles[0], size, deliveries=30)
    serve_waiting_room()
    worlds.analyze()
    taken = seconds(work_out_dates, 1)
    assert RoutingPlan.objects.filter(expected_date_source=DateSource.EXPECTED_STOCK).count() == size
    worlds.arrive(facilities[5], articles[0], size)
    released = seconds(serve_waiting_room, size)
    return Measurement("T11", f"dates of {size:,} waiting", taken, "s", taken / released, 2.0, at_most=True)


def _arrive_and_serve(facility: Facility, article: Article, served: int = ARRIVING) -> float:
    worlds.arrive(facility, article, ARRIVING)
    return seconds(serve_waiting_room, served)
