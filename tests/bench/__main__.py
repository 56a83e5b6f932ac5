"""``make bench``: measures on PostgreSQL, prints a table, writes JSON. Ratios count; absolute times are this machine's.

``python -m tests.bench [--size N] [--repeat K] [--json FILE] [--only ROW …]``; the exit status is 1 when a bar is
missed. ``--quick`` measures some of the rows, small; then it is 1 when a row falls below its bar, or below the ratio
that it has reached on the way there, three times out of three.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import sys
from collections.abc import Collection, Sequence
from dataclasses import asdict
from pathlib import Path

from scripts.machine import postgresql
from tests.bench.measuring import Measurement
from tests.bench.worker import become_a_worker

QUICK_TRIES = 3


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--size", type=int, default=10_000, help="orders per measurement (default 10,000)")
    parser.add_argument("--repeat", type=int, default=3, help="how often each row is measured (default 3)")
    parser.add_argument(
        "--json", type=Path, default=Path(".anteroom/bench.json"), help="where the figures go"
    )
    parser.add_argument("--only", nargs="*", default=(), metavar="ROW", help="rows by their functions' names")
    parser.add_argument("--quick", action="store_true", help="fewer rows, 2,000 orders, once")
    options = parser.parse_args()
    if options.quick:
        options.size, options.repeat = 2_000, 1
    with postgresql(settings={}) as server:  # none of its own would be as quick as it can be
        if server is None:
            sys.exit(
                "Benchmarks run on PostgreSQL: install it, or set DATABASE_URL to one that lets you create databases."
            )
        os.environ["DATABASE_URL"] = server.url
        results = _measured(options)
    options.json.parent.mkdir(parents=True, exist_ok=True)
    options.json.write_text(json.dumps({"machine": machine(), "rows": results}, indent=2) + "\n")
    return 0 if all(row["holds" if options.quick else "met"] for row in results) else 1


def _measured(options: argparse.Namespace) -> list[dict[str, object]]:
    """The rows, in a database of their own."""
    become_a_worker()
    from django.db import connection

    name = connection.settings_dict["NAME"]
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        return measure(options.size, options.repeat, options.only, quick=options.quick)
    finally:
        connection.creation.destroy_test_db(name, verbosity=0)


def measure(
    size: int, repeat: int, only: Collection[str] = (), *, quick: bool = False
) -> list[dict[str, object]]:
    """Every row, or ``only`` some, ``repeat`` times, printed as known: median, and minimum to maximum of the ratio."""
    from tests.bench.rows import QUICK, ROWS

    print(f"{machine()}; {repeat} repeats\n")
    print(
        "| id | work | median | ratio (min–max) | bar | met |\n| --- | --- | --- | --- | --- | --- |",
        flush=True,
    )
    results = []
    for row in QUICK if quick else ROWS:
        if only and row.__name__ not in only:
            continue
        runs = [row(size) for _ in range(repeat)]
        while quick and len(runs) < QUICK_TRIES and not _holds(runs):
            runs.append(row(size))
        middle = sorted(runs, key=lambda run: run.ratio)[len(runs) // 2]
        ratios = [run.ratio for run in runs]
        bar = f"{'≤' if middle.at_most else '≥'} {middle.bar:g}"
        print(
            f"| {middle.row} | {middle.work} | {statistics.median(run.value for run in runs):,.3g} {middle.unit} "
            f"| {middle.ratio:.3f} ({min(ratios):.3f}–{max(ratios):.3f}) | {bar} | {'yes' if middle.met else 'no'} |",
            flush=True,
        )
        results.append({**asdict(middle), "ratios": ratios, "met": middle.met, "holds": _holds(runs)})
    return results


def _holds(runs: Sequence[Measurement]) -> bool:
    """Whether the row has come once to its bar, or to what it has reached: company on the machine makes it slower, and
    never faster.
    """
    from tests.bench.rows import REACHED

    return any(run.holds(REACHED.get(run.row, run.bar)) for run in runs)


def machine() -> str:
    """What the figures were measured on."""
    return f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}"


if __name__ == "__main__":
    sys.exit(main())
