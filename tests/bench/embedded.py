"""The release on the database that Anteroom brings with it, beside the same on PostgreSQL, with the same results.

``python -m tests.bench.embedded SIZE`` measures it on the database of ``DATABASE_URL``, which must be empty. Models are
imported where Django is ready for them.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from tests.bench.measuring import Measurement
from tests.bench.worker import become_a_worker

RELEASED_ON = 3
"""The number of the facility that gets the stock."""


def release_on_sqlite(size: int) -> Measurement:
    """T1's work on SQLite; a decision that is another than PostgreSQL's fails."""
    from tests.bench import worlds

    worlds.empty()
    ours = release(size)
    with tempfile.TemporaryDirectory() as folder:
        there = subprocess.run(
            [sys.executable, "-m", "tests.bench.embedded", str(size)],
            env={**os.environ, "DATABASE_URL": f"sqlite:///{Path(folder) / 'bench.sqlite3'}"},
            check=True,
            capture_output=True,
            text=True,
        )
    embedded = json.loads(there.stdout.splitlines()[-1])
    assert embedded["results"] == ours["results"]
    work = f"T1's work on SQLite, {size:,} orders wait"
    seconds = embedded["seconds"]
    return Measurement("SQLite", work, seconds, "s", seconds / ours["seconds"], 3, at_most=True)


def release(size: int) -> dict[str, Any]:
    """How long it takes, and where each order stands afterwards, in the order in which they were placed."""
    from routing.models import RoutingPlan
    from routing.passes.queue import route_queue
    from routing.passes.release import serve_waiting_room
    from tests.bench import worlds
    from tests.bench.measuring import seconds

    facilities, articles = worlds.network(20, 1)
    worlds.place(size)
    route_queue()
    worlds.arrive(facilities[RELEASED_ON], articles[0], size // 2)
    worlds.analyze()
    taken = seconds(serve_waiting_room, size // 2)
    plans = RoutingPlan.objects.order_by("order__order_date")
    return {"seconds": taken, "results": [list(row) for row in plans.values_list("status", "facility__name")]}


def main() -> None:
    become_a_worker()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    print(json.dumps(release(int(sys.argv[1]))))


if __name__ == "__main__":
    main()
