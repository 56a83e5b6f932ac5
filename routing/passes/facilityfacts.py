"""Facilities as the engine knows them: what they are, when they pick, and how much they have to do."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Count, Q, TextField
from django.db.models.functions import Cast

from inventory.models import Facility
from orders.models import PickJob
from orders.models.pickjob import FINISHED, STARTED, UNSTARTED
from routing.engine import FacilityFacts
from routing.engine.hours import AROUND_THE_CLOCK, Hours, PickingTime, zone_of

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
YEARLY = "YEARLY"


@dataclass(frozen=True, slots=True)
class Workload:
    """Pick jobs of a facility: those not finished, and those finished that were made today."""

    open_jobs: int = 0
    jobs_today: int = 0


IDLE = Workload()

_JSON = ("services", "carriers", "picking_times", "closing_days", "details")


class FacilityRow(NamedTuple):
    """What a facility's facts are made of. JSON stays the text that it is written as."""

    id: UUID
    status: str
    name: str
    location_type: str
    country: str
    latitude: float | None
    longitude: float | None
    rank: int
    postal_code: str
    time_zone: str
    fulfillment_process_buffer: int
    capacity_enabled: bool
    capacity_planning_timeframe: int | None
    services: str
    carriers: str
    picking_times: str
    closing_days: str
    details: str


def facility_rows(facility_ids: Iterable[UUID]) -> list[FacilityRow]:
    """The facilities, retired ones too, in the order that settles ties (R2)."""
    columns = [Cast(name, TextField()) if name in _JSON else name for name in FacilityRow._fields]
    found = Facility.with_retired.filter(id__among=facility_ids).order_by("rank", "id")
    return list(map(FacilityRow._make, found.values_list(*columns)))


def facts_of(
    row: FacilityRow, groups: frozenset[str] = frozenset(), workload: Workload = IDLE
) -> FacilityFacts:
    """The facts of a facility, which are worked out once for as long as its row says the same: a pass asks for those of
    thousands in a large network, for every chunk of plans.
    """
    facts = _facts_of(row)
    if not groups and workload is IDLE:
        return facts
    return replace(facts, groups=groups, open_jobs=workload.open_jobs, jobs_today=workload.jobs_today)


@lru_cache(maxsize=2**14)
def _facts_of(row: FacilityRow) -> FacilityFacts:
    written = {name: json.loads(value) if name in _JSON else value for name, value in row._asdict().items()}
    return facility_facts(Facility(**written))


def facility_facts(facility: Facility) -> FacilityFacts:
    """Without its groups, and as if it had nothing to do."""
    cost, currency = _operative_cost(facility.details)
    return FacilityFacts(
        id=facility.id,
        name=facility.name,
        location_type=facility.location_type,
        services=frozenset(facility.services),
        country=facility.country,
        latitude=facility.latitude,
        longitude=facility.longitude,
        rank=facility.rank,
        postal_code=facility.postal_code,
        carriers=frozenset(facility.carriers),
        hours=hours_of(facility),
        buffer=facility.fulfillment_process_buffer,
        operative_cost=cost,
        currency=currency,
    )


def workloads(facilities: Sequence[Facility | FacilityRow], now: datetime) -> dict[UUID, Workload]:
    """The facilities' pick jobs, in one query; today is each facility's own."""
    today = Q()
    for name in {facility.time_zone for facility in facilities}:
        midnight = now.astimezone(zone_of(name)).replace(hour=0, minute=0, second=0, microsecond=0)
        today |= Q(facility__time_zone=name, created__gte=midnight)
    unfinished = Q(status__in=UNSTARTED + STARTED)
    rows = (
        PickJob.objects.filter(
            unfinished | (Q(status__in=FINISHED) & today),
            facility_id__in=[facility.id for facility in facilities],
        )
        .order_by()
        .values_list("facility_id")
        .annotate(unfinished=Count("id", filter=unfinished), every=Count("id"))
    )
    return {facility: Workload(unfinished, every - unfinished) for facility, unfinished, every in rows}


def hours_of(facility: Facility) -> Hours:
    """When the facility picks, by what people wrote; days that cannot be read are left out."""
    times = facility.picking_times or {}
    if not (times or facility.closing_days) and facility.time_zone == AROUND_THE_CLOCK.zone:
        return AROUND_THE_CLOCK
    week = tuple(
        tuple(sorted((_picking_time(one) for one in times.get(day, ())), key=lambda one: one.start))
        for day in WEEKDAYS
    )
    once, yearly = _closing_days(facility.closing_days, zone_of(facility.time_zone))
    return Hours(
        zone=facility.time_zone,
        week=week if any(week) else (),
        closed=once,
        closed_yearly=yearly,
        limited=facility.capacity_enabled,
        days_ahead=facility.capacity_planning_timeframe,
    )


def _picking_time(written: Mapping[str, Any]) -> PickingTime:
    start, end = written["start"], written["end"]
    return PickingTime(
        start["hour"] * 60 + start["minute"], end["hour"] * 60 + end["minute"], written.get("capacity")
    )


def _closing_days(
    written: Sequence[Mapping[str, Any]], zone: ZoneInfo
) -> tuple[frozenset[date], frozenset[tuple[int, int]]]:
    """Closing days are instants in JSON: each stands for the day that it falls on at the facility."""
    once: set[date] = set()
    yearly: set[tuple[int, int]] = set()
    for one in written:
        moment = datetime.fromisoformat(one["date"])
        day = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(zone).date()
        if one.get("recurrence") == YEARLY:
            yearly.add((day.month, day.day))
        else:
            once.add(day)
    return frozenset(once), frozenset(yearly)


def _operative_cost(details: Mapping[str, Any]) -> tuple[float | None, str]:
    """What an order costs the facility, in whole units of the currency; a facility has at most one such cost."""
    for cost in details.get("operativeCosts") or ():
        value = cost.get("value")
        if isinstance(value, int | float) and not isinstance(value, bool):
            places = cost.get("decimalPlaces")
            return value / 10 ** (places if isinstance(places, int) else 2), str(cost.get("currency") or "")
    return None, ""
