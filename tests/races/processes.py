"""Processes that race for the same rows, on the database of the test."""

from __future__ import annotations

import contextlib
import multiprocessing
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ProcessPoolExecutor
from pathlib import Path
from typing import Any

from django.db import connection

from tests.races import jobs

# Children are forked from a server that has loaded Django and opened nothing: they start in milliseconds, and share no
# connection, thread or lock with the test.
_context = multiprocessing.get_context("forkserver")
_context.set_forkserver_preload(["tests.races.jobs"])


@contextlib.contextmanager
def shared_database(folder: Path) -> Iterator[str]:
    """The name of a database in which processes see what the test has committed, and whose changes the test sees then.

    PostgreSQL is such a database. SQLite lives in the memory of the test: it goes to a file, and comes back.
    """
    if connection.vendor == "postgresql":
        yield str(connection.settings_dict["NAME"])
        return
    connection.ensure_connection()
    with contextlib.closing(sqlite3.connect(folder / "race.sqlite3")) as copy:
        connection.connection.backup(copy)
        yield str(folder / "race.sqlite3")
        copy.backup(connection.connection)


@contextlib.contextmanager
def copied_database(name: str) -> Iterator[str]:
    """A copy of the test's database (PostgreSQL), in which races can be run again from the same beginning.

    The test itself looks at the copy meanwhile; afterwards at its own database, which is as it was.
    """
    original = str(connection.settings_dict["NAME"])
    copy = f"{original}_{name}"
    source, target = connection.ops.quote_name(original), connection.ops.quote_name(copy)
    connection.close()  # nobody may be connected to what is copied
    with connection._nodb_cursor() as cursor:
        # Threads of tests before this one may have left theirs.
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [original]
        )
        cursor.execute(f"DROP DATABASE IF EXISTS {target} WITH (FORCE)")
        cursor.execute(f"CREATE DATABASE {target} TEMPLATE {source}")
    connection.settings_dict["NAME"] = copy
    try:
        yield copy
    finally:
        connection.close()
        connection.settings_dict["NAME"] = original
        with connection._nodb_cursor() as cursor:
            cursor.execute(f"DROP DATABASE {target} WITH (FORCE)")


class Race:
    """Starts processes, and stops them: ``submit`` gives a :class:`Future`, ``process`` one that may be killed."""

    def __init__(
        self,
        database: str,
        runners: int,
        *,
        settings: Mapping[str, Any] | None = None,
        constants: Mapping[str, Any] | None = None,
    ) -> None:
        self._stopped = _context.RawValue("b", 0)
        self._joining = (database, self._stopped, dict(settings or {}), dict(constants or {}))
        self._pool = ProcessPoolExecutor(runners, _context, jobs.join, self._joining)
        self._futures: list[Future[Any]] = []

    def submit(self, job: Callable[..., Any], *arguments: Any) -> Future[Any]:
        future = self._pool.submit(job, *arguments)
        self._futures.append(future)
        return future

    def stop(self) -> None:
        """Ends the race: every process finishes what it is doing."""
        self._stopped.value = 1

    def __enter__(self) -> Race:
        return self

    def __exit__(self, *raised: object) -> None:
        """What a process raised is raised here: nothing that happens in one goes unseen."""
        self.stop()
        self._pool.shutdown(wait=True)
        if raised[0] is None:
            for future in self._futures:
                future.result()

    def process(self, job: Callable[..., Any], *arguments: Any) -> multiprocessing.process.BaseProcess:
        process = _context.Process(target=_run, args=(self._joining, job, arguments), daemon=True)
        process.start()
        return process


def _run(joining: tuple[Any, ...], job: Callable[..., Any], arguments: tuple[Any, ...]) -> None:
    jobs.join(*joining)
    job(*arguments)
