from __future__ import annotations

from routing.models import ReleaseTrigger, RoutingPlan
from routing.passes.queue import route_queue
from routing.passes.release import serve_waiting_room

MOST_ROUNDS = 100


def run_passes() -> None:
    """Does here what workers would do, until no plan is queued and no trigger is pending.

    :raises RuntimeError: it does not come to rest.
    """
    for _ in range(MOST_ROUNDS):
        if not RoutingPlan.objects.queued().exists() and not ReleaseTrigger.objects.exists():
            return
        serve_waiting_room()
        route_queue()
    raise RuntimeError(f"Plans or triggers are left after {MOST_ROUNDS} rounds of passes")
