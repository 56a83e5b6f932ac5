"""The row about the intake: T5."""

from __future__ import annotations

from routing.models import PlanStatus, RoutingPlan
from routing.passes.queue import route_queue
from routing.passes.release import serve_waiting_room
from tests.bench import worlds
from tests.bench.floor import floor
from tests.bench.measuring import Measurement, seconds


def intake(size: int) -> Measurement:
    """T5: ``size`` INITIAL plans of three lines are routed over 50 facilities, one of which has everything."""
    least = floor(size)
    before = queued(size)
    speed = size / seconds(route_queue, size)
    assert RoutingPlan.objects.filter(status=PlanStatus.ROUTED).count() == before + size
    return Measurement("T5", f"intake, {size:,} plans of 3 lines", speed, "plans/s", speed / least, 0.04)


def queued(size: int) -> int:
    """``size`` plans are to be decided, and there is stock for all of them; how many were routed before."""
    worlds.empty()
    facilities, articles = worlds.network(50, 20)
    worlds.past(facilities[7], articles[0])
    for article in articles:
        worlds.arrive(facilities[7], article, size)
    serve_waiting_room()
    before = RoutingPlan.objects.filter(status=PlanStatus.ROUTED).count()
    worlds.place(size, lines=3, articles=20)
    worlds.analyze()
    return before
