"""A new day at a facility: its picking capacity is renewed, and what was closed may be open (W4, F4)."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from inventory.models import Facility
from routing.engine.hours import zone_of
from routing.models import RoutingPlan, TriggerCause
from routing.triggers import trigger_facilities

EVERY = timedelta(hours=1)
"""How often it is looked for days that have begun."""


@transaction.atomic
def renew_capacity(*, now: datetime) -> int:
    """Wakes the plans that wait at facilities where a day has begun since the last look; how many facilities those are.

    Only facilities that have picking times, closing days or a limited capacity differ from one day to the next. Done
    twice it wakes twice, which releases nothing twice (W11).
    """
    if not RoutingPlan.objects.waiting().exists():
        return 0
    begun = [
        facility
        for facility, zone, enabled, times, days in Facility.objects.online()
        .order_by("id")
        .values_list("id", "time_zone", "capacity_enabled", "picking_times", "closing_days")
        if (enabled or times or days)
        and now.astimezone(zone_of(zone)).date() != (now - EVERY).astimezone(zone_of(zone)).date()
    ]
    trigger_facilities(begun, TriggerCause.CAPACITY)
    return len(begun)
