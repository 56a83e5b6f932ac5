"""What a pass loads for fences and ratings: facilities' hours and work, expiry and turnover (F4, R2)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from inventory.models import Facility, MovementCause, Stock, StockLevel, StockMovement
from orders.models import PickJob, PickJobStatus
from routing.engine.hours import AROUND_THE_CLOCK, PickingTime
from routing.engine.needs import NOTHING, Need
from routing.passes.facilityfacts import (
    Workload,
    facility_facts,
    facility_rows,
    facts_of,
    hours_of,
    workloads,
)
from routing.passes.shelves import load_shelves
from tests.factories.inventory import ArticleFactory, FacilityFactory
from tests.factories.orders import OrderFactory

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 4, 20, 3, 0, tzinfo=UTC)
"""5 o'clock in Berlin, and still the evening before in New York."""


def time(start: tuple[int, int], end: tuple[int, int], **more: Any) -> dict[str, Any]:
    clock = ({"hour": hour, "minute": minute} for hour, minute in (start, end))
    return {"start": next(clock), "end": next(clock), **more}


def test_picking_times_are_minutes_of_the_day_by_their_start() -> None:
    facility = FacilityFactory.build(
        picking_times={
            "monday": [time((14, 0), (18, 30)), time((8, 0), (12, 0), capacity=5)],
            "sunday": [],
        },
        capacity_enabled=True,
        capacity_planning_timeframe=3,
    )
    hours = hours_of(facility)
    assert hours.week == ((PickingTime(480, 720, 5), PickingTime(840, 1110)), (), (), (), (), (), ())
    assert (hours.zone, hours.limited, hours.days_ahead) == ("Europe/Berlin", True, 3)


@pytest.mark.parametrize("times", [{}, {"monday": []}])
def test_facility_without_picking_times_picks_around_the_clock(times: dict[str, Any]) -> None:
    hours = hours_of(FacilityFactory.build(picking_times=times))
    assert hours.week == ()
    assert hours.open_in_timeframe(NOW)
    assert hours_of(FacilityFactory.build(time_zone="UTC")) is AROUND_THE_CLOCK


def test_closing_day_is_the_day_at_the_facility() -> None:
    """F4: 23:30 UTC on the 24th is Christmas Day in Berlin."""
    facility = FacilityFactory.build(
        closing_days=[
            {"date": "2025-12-24T23:30:00.000Z", "recurrence": "YEARLY", "reason": "Christmas"},
            {"date": "2026-04-20T12:00:00.000Z", "recurrence": "NONRECURRING", "reason": "Inventory"},
        ]
    )
    hours = hours_of(facility)
    assert hours.closed_yearly == {(12, 25)}
    assert hours.closed == {date(2026, 4, 20)}
    assert not hours.left_today(NOW)


@pytest.mark.parametrize(
    ("costs", "expected"),
    [
        ([], (None, "")),
        ([{"value": 250, "currency": "EUR", "decimalPlaces": 2}], (2.5, "EUR")),
        ([{"value": 250, "currency": "JPY", "decimalPlaces": 0}], (250, "JPY")),
        ([{"value": 250, "currency": "EUR"}], (2.5, "EUR")),
        ([{"value": "much"}], (None, "")),
    ],
)
def test_operative_cost_is_in_whole_units(costs: list[dict[str, Any]], expected: tuple[Any, str]) -> None:
    facts = facility_facts(FacilityFactory.build(details={"operativeCosts": costs}))
    assert (facts.operative_cost, facts.currency) == expected


def test_facts_are_worked_out_once_for_as_long_as_the_facility_is_the_same() -> None:
    facility = FacilityFactory(
        carriers=["DHL"],
        picking_times={"monday": [time((8, 0), (12, 0))]},
        details={"operativeCosts": [{"value": 250, "currency": "EUR"}]},
    )

    def facts() -> Any:
        (row,) = facility_rows([facility.pk])
        return facts_of(row)

    first = facts()
    facility.refresh_from_db()
    assert first == facility_facts(facility)
    assert facts() is first
    Facility.objects.filter(pk=facility.pk).update(carriers=["DHL", "UPS"])  # not even a version tells of it
    assert facts().carriers == {"DHL", "UPS"}


def test_groups_and_work_are_added_to_the_facts() -> None:
    facility = FacilityFactory()
    (row,) = facility_rows([facility.pk])
    busy = facts_of(row, frozenset({"north"}), Workload(3, 2))
    assert (busy.groups, busy.open_jobs, busy.jobs_today) == ({"north"}, 3, 2)
    assert (facts_of(row).groups, facts_of(row).open_jobs) == (frozenset(), 0)


def test_facilities_come_in_the_order_that_settles_ties() -> None:
    """R2: by rank, then by id; retired ones too, which some plans still stand at."""
    late, early = FacilityFactory(rank=200), FacilityFactory(rank=1)
    between = FacilityFactory(rank=100, retired_at=NOW)
    assert [row.id for row in facility_rows({late.pk, between.pk, early.pk})] == [
        early.pk,
        between.pk,
        late.pk,
    ]


def job(facility: Any, status: str, created: datetime, short_id: str) -> None:
    order = OrderFactory()
    made = PickJob.objects.create(
        facility=facility,
        order=order,
        reference=order.id,
        status=status,
        short_id=short_id,
        order_date=order.order_date,
    )
    PickJob.objects.filter(id=made.id).update(created=created)


def test_workload_is_what_is_open_and_what_was_finished_today(django_assert_num_queries: Any) -> None:
    """F4: today is each facility's own."""
    berlin, york = FacilityFactory(), FacilityFactory(time_zone="America/New_York")
    idle = FacilityFactory()
    before = NOW - timedelta(hours=6)  # yesterday in Berlin, today in New York
    for facility in (berlin, york):
        job(facility, PickJobStatus.OPEN, before, "A")
        job(facility, PickJobStatus.PAUSED, NOW, "B")
        job(facility, PickJobStatus.PICKED, before, "C")
        job(facility, PickJobStatus.CLOSED, NOW, "D")
        job(facility, PickJobStatus.CANCELED, NOW, "E")
        job(facility, PickJobStatus.CLOSED, NOW - timedelta(days=3), "F")
    with django_assert_num_queries(1):
        found = workloads([berlin, york, idle], NOW)
    assert found == {berlin.id: Workload(2, 1), york.id: Workload(2, 2)}


def test_shelves_know_the_first_expiry_and_what_was_picked(django_assert_num_queries: Any) -> None:
    article, facility, elsewhere = ArticleFactory(), FacilityFactory(), FacilityFactory()
    levels = [StockLevel.objects.create(article=article, facility=one) for one in (facility, elsewhere)]
    level = levels[0]
    for days, value in ((9, 5), (3, 1), (1, 0), (None, 7)):
        until = None if days is None else NOW + timedelta(days=days)
        Stock.objects.create(level=level, value=value, available_until=until)
    picks = ((MovementCause.PICK, -4, 1), (MovementCause.PICK, -9, 40), (MovementCause.CORRECTION, -2, 1))
    for cause, delta, days in picks:
        StockMovement.objects.create(
            level=level, on_hand_delta=delta, cause=cause, created=NOW - timedelta(days=days)
        )
    with django_assert_num_queries(2):
        shelves = load_shelves(levels, {facility.id: 4}, {Need.EXPIRY, Need.TURNOVER}, NOW)
    assert shelves.expires == {article.id: {4: NOW + timedelta(days=3)}}
    assert shelves.picked == {article.id: {4: 4}}


def test_nothing_is_asked_for_that_nobody_needs(django_assert_num_queries: Any) -> None:
    """Spec 8: a strategy that does not weigh turnover does not pay for it."""
    with django_assert_num_queries(0):
        shelves = load_shelves([], {}, NOTHING, NOW)
    assert (shelves.expires, shelves.picked) == ({}, {})
