"""Two transactions in one test: one in the test's own thread, one elsewhere, each on a connection of its own."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

from django.db import connection

T = TypeVar("T")

Elsewhere = Callable[[Callable[[], T]], Future[T]]


@contextlib.contextmanager
def elsewhere() -> Iterator[Elsewhere[T]]:
    """``run(work)`` does the work in another thread; at the end all of them have finished."""
    with ThreadPoolExecutor() as threads:
        yield lambda work: threads.submit(_with_own_connection, work)


def _with_own_connection(work: Callable[[], T]) -> T:
    try:
        return work()
    finally:
        connection.close()


def until_somebody_waits_for_a_lock(seconds: float = 30) -> None:
    """Waits until another transaction cannot go on because of a lock, such as one of ours."""
    give_up = time.monotonic() + seconds
    waiting = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    while True:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_stat_clear_snapshot()"
            )  # else a transaction sees the same answer for good
            cursor.execute(waiting)
            if cursor.fetchone():
                return
        assert time.monotonic() < give_up, "nobody waits for a lock"
        time.sleep(0.005)
