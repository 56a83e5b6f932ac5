"""How long others wait at worst: row locks are held until their transaction ends (spec 8, the gates)."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from django.db import connection

from routing.passes.queue import route_queue
from routing.passes.release import serve_waiting_room
from tests.bench.intake import queued
from tests.bench.measuring import Measurement, seconds
from tests.bench.releases import stocked

BAR = 250
LOOKED_EVERY = 0.005
"""Seconds; by as much a transaction may have gone on unseen."""

_AGE = """
    SELECT max(extract(epoch FROM clock_timestamp() - xact_start)) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()
"""


def locks_of_a_release(size: int) -> Measurement:
    """The longest transaction of T1, in milliseconds."""
    stocked(size)
    with longest_transaction() as ages:
        seconds(serve_waiting_room, size // 2)
    return _told(f"longest transaction of T1, {size:,} orders wait", ages)


def locks_of_an_intake(size: int) -> Measurement:
    """The longest transaction of T5, in milliseconds."""
    queued(size)
    with longest_transaction() as ages:
        seconds(route_queue, size)
    return _told(f"longest transaction of T5, {size:,} plans", ages)


def _told(work: str, ages: list[float]) -> Measurement:
    longest = (max(ages) + LOOKED_EVERY) * 1_000
    return Measurement("locks", work, longest, "ms", longest, BAR, at_most=True)


@contextmanager
def longest_transaction() -> Iterator[list[float]]:
    """Seconds that transactions had lasted when they were looked at."""
    ages, over = [0.0], threading.Event()

    def look() -> None:
        with psycopg.connect(**connection.get_connection_params(), autocommit=True) as own:
            while not over.wait(LOOKED_EVERY):
                ((age,),) = own.execute(_AGE).fetchall()
                ages.append(float(age or 0))

    looking = threading.Thread(target=look)
    looking.start()
    try:
        yield ages
    finally:
        over.set()
        looking.join()
