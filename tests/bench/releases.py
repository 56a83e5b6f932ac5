"""Rows about the release: T1, T2, T3, T6 and T7."""

from __future__ import annotations

import multiprocessing

from django.db import connection, connections

from inventory.models import Article, Facility
from routing.passes.release import serve_waiting_room
from routing.services.simulating import MOST, Supply, simulate
from tests.bench import worlds
from tests.bench.floor import floor
from tests.bench.measuring import Measurement, forget_peak, peak_megabytes, seconds


def release_of_one_line_orders(size: int) -> Measurement:
    """T1: ``size`` one-line orders wait, 20 facilities; half as many units arrive at one of them."""
    least = floor(size)
    speed = size // 2 / _release(size)
    return Measurement("T1", f"release, {size:,} orders wait", speed, "orders/s", speed / least, 0.15)


def release_beside_a_crowd(size: int) -> Measurement:
    """T2: the same, with thirty times as many plans that wait for other articles."""
    alone, taken = _release(size), _release(size, crowd=30 * size)
    return Measurement("T2", f"T1 beside {30 * size:,} others", taken, "s", taken / alone, 1.2, at_most=True)


def release_of_ten_times_as_many(size: int) -> Measurement:
    """T3: ten times as many wait, and are served, in bounded memory."""
    few = _release(size)
    forget_peak()
    many = _release(10 * size)
    peak = peak_megabytes()
    assert peak <= 500, f"{peak:.0f} MB"
    work = f"T1 with {10 * size:,} orders, peak {peak:.0f} MB"
    return Measurement("T3", work, many, "s", many / few, 11, at_most=True)


def release_by_two_workers(size: int) -> Measurement:
    """T6: two articles, half of the orders each, by one worker and by two."""
    alone, together = _by_workers(1, size), _by_workers(2, size)
    work = f"release of two articles, {size:,} orders wait, two workers"
    return Measurement("T6", work, together, "s", alone / together, 1.3)


def dry_run(size: int) -> Measurement:
    """T7: what T1 would do, asked; nothing is written."""
    size = min(size, MOST)
    facilities, articles = _waiting(size)
    before = _rows_written()
    supply = [Supply(facilities[3], articles[0], size // 2)]
    asked = seconds(lambda: len(simulate(supply=supply).released), size // 2)
    assert _rows_written() == before
    worlds.arrive(facilities[3], articles[0], size // 2)
    taken = seconds(serve_waiting_room, size // 2)
    return Measurement("T7", "dry run of T1", asked, "s", asked / taken, 1.0, at_most=True)


def _release(size: int, *, crowd: int = 0) -> float:
    """Seconds to release half of those who wait."""
    stocked(size, crowd)
    return seconds(serve_waiting_room, size // 2)


def stocked(size: int, crowd: int = 0) -> None:
    """``size`` wait, and there is stock for half of them."""
    facilities, articles = _waiting(size, crowd)
    worlds.arrive(facilities[3], articles[0], size // 2)


def _waiting(size: int, crowd: int = 0) -> tuple[list[Facility], list[Article]]:
    worlds.empty()
    others = 30 if crowd else 0
    facilities, articles = worlds.network(20, 1 + others)
    worlds.past(facilities[3], articles[0])
    worlds.wait(size)
    if crowd:
        worlds.wait(crowd, articles=range(1, 1 + others))
    return facilities, articles


def _by_workers(workers: int, size: int) -> float:
    """Seconds until all workers are through, from when they are told to begin."""
    worlds.empty()
    facilities, articles = worlds.network(20, 2)
    worlds.past(facilities[3], articles[0])
    worlds.wait(size, articles=(0, 1))
    for article in articles:
        worlds.arrive(facilities[3], article, size // 4)
    connections.close_all()
    context = multiprocessing.get_context("fork")
    begin, ready, released = context.Barrier(workers + 1), context.Barrier(workers + 1), context.Queue()
    processes = [
        context.Process(target=_work, args=(begin, ready, released), daemon=True) for _ in range(workers)
    ]
    for process in processes:
        process.start()
    begin.wait()
    taken = seconds(lambda: ready.wait())
    assert sum(released.get() for _ in processes) == size // 4 * 2
    for process in processes:
        process.join()
    return taken


def _work(begin, ready, released) -> None:  # type: ignore[no-untyped-def]  # what multiprocessing makes has no types
    connection.ensure_connection()
    begin.wait()
    count = serve_waiting_room()
    ready.wait()
    released.put(count)
    connection.close()


def _rows_written() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_force_next_flush()")
        cursor.execute("SELECT sum(n_tup_ins + n_tup_upd + n_tup_del) FROM pg_stat_user_tables")
        return int(cursor.fetchone()[0])
