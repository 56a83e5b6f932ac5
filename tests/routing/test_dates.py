"""Dates as the background works them out (W10): what they count on, what moves them, what it costs."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from backoffice.core.models import DomainEvent
from inventory.models import Facility, StockLevel
from inventory.services.facilities import modify_facility
from inventory.services.inbound import modify_inbound_process
from orders.drafts import FacilityReference
from orders.models import DeliveryType
from routing.dates import ask_for_dates
from routing.models import (
    DatingRequest,
    PlanLine,
    PlanStatus,
    ReleaseTrigger,
    RoutingPlan,
    SweepMark,
    TriggerCause,
    WaitingRoomSettings,
)
from routing.passes import dating
from routing.passes.dating import work_out_dates
from routing.passes.release import serve_waiting_room
from routing.services.due import expire_holds, pass_expected_days
from routing.services.ranking import rank_again
from tests.inventory.inbound_builders import MAY, bucket_of, ordered, promise
from tests.routing.builders import FIRST_OF_MAY, add_stock, facility, listing, order

pytestmark = pytest.mark.django_db

EXPECTED, PREORDER, DEFAULT, NONE = "EXPECTED_STOCK", "PREORDER", "DEFAULT", ""
NOW = datetime(2027, 4, 20, 9, tzinfo=UTC)


@pytest.fixture(autouse=True)
def clock(time_machine: Any) -> Any:
    time_machine.move_to(NOW, tick=False)
    return time_machine


@pytest.fixture
def berlin() -> Facility:
    place = facility("Berlin")
    listing(place, "SKU")
    return place


@pytest.fixture
def hamburg() -> Facility:
    place = facility("Hamburg")
    listing(place, "SKU")
    return place


def day_of(plan: RoutingPlan) -> tuple[date | None, str]:
    plan.refresh_from_db()
    return plan.expected_date, plan.expected_date_source


def days_of(*plans: RoutingPlan) -> list[date | None]:
    return [day_of(plan)[0] for plan in plans]


def default(day: int = 0) -> tuple[date, str]:
    """Of an order dated so many days after the first of May 2026."""
    return (FIRST_OF_MAY + timedelta(days=day + 14)).date(), DEFAULT


# What a date counts on


def test_a_plan_waits_for_its_last_line_and_what_is_there_needs_no_date(berlin: Facility, drain: Any) -> None:
    listing(berlin, "OTHER")
    add_stock(berlin, "OTHER", 1)
    plan = order({"SKU": 1, "OTHER": 1})
    ordered(berlin, ("SKU", 1), on=3)
    drain()
    assert day_of(plan) == (MAY[3], EXPECTED)
    lines = PlanLine.objects.filter(plan=plan)
    assert set(lines.values_list("article__tenant_article_id", "expected_date", "expected_date_source")) == {
        ("SKU", MAY[3], EXPECTED),
        ("OTHER", None, NONE),
    }


def test_what_is_to_be_collected_counts_on_nobody_else(
    berlin: Facility, hamburg: Facility, drain: Any
) -> None:
    collected = order(delivery_type=DeliveryType.COLLECT, collect_facility=FacilityReference(id=hamburg.pk))
    shipped = order(day=1)
    ordered(berlin, ("SKU", 2), on=3)
    drain()
    assert [day_of(collected), day_of(shipped)] == [default(), (MAY[3], EXPECTED)]


def test_without_a_split_one_facility_must_have_it_all(
    berlin: Facility, hamburg: Facility, drain: Any
) -> None:
    plan = order({"SKU": 5})
    ordered(berlin, ("SKU", 3), on=3)
    ordered(hamburg, ("SKU", 3), on=4)
    drain()
    assert day_of(plan) == default()
    ordered(hamburg, ("SKU", 2), on=9)
    drain()
    assert day_of(plan) == (MAY[9], EXPECTED)


def test_what_is_undated_promised_on_hold_or_unlisted_does_not_count(berlin: Facility, drain: Any) -> None:
    plan = order()
    ordered(berlin, ("SKU", 5), on=None)
    promise(bucket_of(ordered(berlin, ("SKU", 5), on=3), "SKU"), 5)
    ordered(facility("Unlisted"), ("SKU", 5), on=3)
    held = ordered(berlin, ("SKU", 5), on=4)
    drain()
    assert day_of(plan) == (MAY[4], EXPECTED)
    modify_inbound_process(process_id=held.pk, version=held.version, values={"on_hold": True})
    drain()
    assert day_of(plan) == default()


def test_a_preorder_is_dated_by_its_earliest_start(berlin: Facility, hamburg: Facility, drain: Any) -> None:
    """B4; of the day by the facility's clocks. What is expected is known better."""
    berlin.listings.update(
        out_of_stock_behaviour="PREORDER", preorder_start=datetime(2027, 6, 1, 22, 30, tzinfo=UTC)
    )
    Facility.objects.filter(pk=berlin.pk).update(time_zone="Europe/Berlin")
    plan = order()
    drain()
    assert day_of(plan) == (date(2027, 6, 2), PREORDER)
    ordered(hamburg, ("SKU", 1), on=30)
    drain()
    assert day_of(plan) == (MAY[30], EXPECTED)


def test_who_may_not_wait_any_more_has_no_date(berlin: Facility, drain: Any) -> None:
    """W2: it stays, and nobody knows until when."""
    plan = order()
    drain()
    berlin.listings.update(out_of_stock_behaviour="NONE")
    ask_for_dates([PlanLine.objects.get(plan=plan).article_id])
    drain()
    assert day_of(plan) == (None, NONE)


def test_planned_lines_are_dated_by_what_they_hold_also_when_it_is_late(berlin: Facility, drain: Any) -> None:
    """W8"""
    plan = order()
    drain()
    RoutingPlan.objects.filter(pk=plan.pk).update(
        status=PlanStatus.PLANNED, facility=berlin, planned_for=MAY[3]
    )
    plan.waiting_articles.all().delete()
    line = PlanLine.objects.get(plan=plan)
    process = ordered(berlin, ("SKU", 2), on=3)
    promise(bucket_of(process, "SKU"), 1, holder=line.pk)
    drain()
    assert day_of(plan) == (MAY[3], EXPECTED)
    plan.refresh_from_db()
    assert plan.overdue(datetime(2027, 5, 4, tzinfo=UTC))
    assert not plan.overdue(NOW)


# What moves it


@pytest.fixture
def waiting(berlin: Facility, drain: Any) -> list[RoutingPlan]:
    """Three orders of one; one unit comes on 3 May, one on 5 May."""
    plans = [order(day=day) for day in range(3)]
    ordered(berlin, ("SKU", 1), on=3)
    ordered(berlin, ("SKU", 1), on=5)
    drain()
    assert days_of(*plans) == [MAY[3], MAY[5], default(2)[0]]
    return plans


def test_dates_move_up_when_somebody_leaves(waiting: list[RoutingPlan], berlin: Facility, drain: Any) -> None:
    """By release, and what left keeps the last date that it had."""
    add_stock(berlin, "SKU", 1)
    drain()
    assert days_of(*waiting) == [MAY[3], MAY[3], MAY[5]]
    assert [plan.dated for plan in waiting] == [False, True, True]


def test_who_is_held_lets_others_pass_until_then(waiting: list[RoutingPlan], drain: Any, clock: Any) -> None:
    """M4"""
    first, second, _third = waiting
    RoutingPlan.objects.filter(pk=first.pk).update(held_until=datetime(2027, 5, 4, tzinfo=UTC))
    ask_for_dates([PlanLine.objects.get(plan=first).article_id])
    drain()
    assert days_of(*waiting) == [MAY[5], MAY[3], default(2)[0]]
    RoutingPlan.objects.filter(pk=first.pk).update(held_until=NOW)
    assert expire_holds(now=NOW) == 1
    drain()
    assert days_of(first, second) == [MAY[3], MAY[5]]


def test_another_priority_moves_dates(waiting: list[RoutingPlan], drain: Any) -> None:
    WaitingRoomSettings.objects.update(prioritization=[{"by": "PRIORITY"}, {"by": "ORDER_DATE"}])
    last = waiting[-1].order
    last.priority = 9
    last.save()
    with transaction.atomic():
        rank_again()
    drain()
    assert days_of(*waiting)[2] == MAY[3]


def test_nobody_counts_on_a_facility_that_is_offline(
    waiting: list[RoutingPlan], berlin: Facility, hamburg: Facility, drain: Any
) -> None:
    berlin.refresh_from_db()
    modify_facility(facility_id=berlin.pk, version=berlin.version, values={"status": "OFFLINE"})
    drain()
    assert [day_of(plan) for plan in waiting] == [default(day) for day in range(3)]


def test_less_stock_moves_the_dates_of_those_who_counted_on_it(berlin: Facility, drain: Any) -> None:
    """It lowers what is there without waking anybody."""
    listing(berlin, "OTHER")
    level = add_stock(berlin, "SKU", 1)
    plan = order({"SKU": 1, "OTHER": 1})
    drain()
    line = PlanLine.objects.get(plan=plan, article__tenant_article_id="SKU")
    assert line.expected_date is None
    newcomer = order(day=1)
    drain()
    line.refresh_from_db()
    newcomer.refresh_from_db()
    assert newcomer.status == PlanStatus.ROUTED
    assert (line.expected_date, line.expected_date_source) == default()
    assert StockLevel.objects.get(pk=level.pk).available == 0


def test_a_day_that_has_passed_is_looked_for_once(waiting: list[RoutingPlan], drain: Any, clock: Any) -> None:
    """W8; a sweep that did not run for days finds it all the same."""
    assert pass_expected_days(now=NOW) == 0
    assert pass_expected_days(now=NOW + timedelta(minutes=14)) == 0
    clock.move_to(datetime(2027, 5, 4, 12, tzinfo=UTC), tick=False)
    assert pass_expected_days(now=timezone.now()) == 1
    drain()
    assert days_of(*waiting)[:2] == [MAY[5], default(1)[0]]
    assert pass_expected_days(now=timezone.now() + timedelta(days=3)) == 1
    assert SweepMark.objects.filter(name="EXPECTED_DAYS").count() == 1


# What it costs


def article_of(plan: RoutingPlan) -> Any:
    return PlanLine.objects.filter(plan=plan).values_list("article_id", flat=True).get()


def writes(captured: CaptureQueriesContext) -> list[str]:
    """Tables that something was written to, apart from the requests themselves."""
    verbs = ("INSERT INTO", "UPDATE", "DELETE FROM")
    tables = [q["sql"].split('"')[1] for q in captured.captured_queries if q["sql"].startswith(verbs)]
    return [table for table in tables if table != "routing_datingrequest"]


def test_requests_coalesce_and_only_what_changed_is_written(waiting: list[RoutingPlan], drain: Any) -> None:
    events = DomainEvent.objects.count()
    versions = list(RoutingPlan.objects.order_by("id").values_list("version", flat=True))
    for _ in range(3):
        ask_for_dates([article_of(waiting[0])] * 2)
    assert DatingRequest.objects.count() == 3
    with CaptureQueriesContext(connection) as captured:
        assert work_out_dates() == 1
    assert writes(captured) == []
    assert (DatingRequest.objects.count(), DomainEvent.objects.count()) == (0, events)
    assert list(RoutingPlan.objects.order_by("id").values_list("version", flat=True)) == versions


def test_queries_do_not_depend_on_how_many_wait(berlin: Facility, drain: Any) -> None:
    """A constant to work dates out, and a constant per chunk of those that changed."""

    def queries(units: int) -> int:
        ordered(berlin, ("SKU", units), on=3 + units)
        ReleaseTrigger.objects.all().delete()
        with CaptureQueriesContext(connection) as captured:
            assert work_out_dates() == 1
        assert RoutingPlan.objects.filter(expected_date=MAY[3 + units]).count() == units
        return len(captured)

    for day in range(2):
        order(day=day)
    drain()
    few = queries(1)
    for day in range(9):
        order(day=day)
    drain()
    assert queries(8) == few <= 40


def test_asking_costs_a_pass_one_statement(berlin: Facility, drain: Any) -> None:
    """Whoever enters or leaves the room asks for dates in the transaction that moves it, once per chunk."""
    for day in range(5):
        order({"SKU": 1}, day=day)
    drain()
    add_stock(berlin, "SKU", 3)
    with CaptureQueriesContext(connection) as captured:
        assert serve_waiting_room() == 3
    asked = [q["sql"] for q in captured.captured_queries if 'INSERT INTO "routing_datingrequest"' in q["sql"]]
    assert len(asked) == 2, "one for the chunk, one for the pass"
    assert "routing.dates" in drain()


def test_dates_wait_for_the_release_that_will_change_them_but_not_for_ever(
    waiting: list[RoutingPlan], clock: Any
) -> None:
    article = article_of(waiting[0])
    ask_for_dates([article])
    ReleaseTrigger.objects.create(cause=TriggerCause.STOCK_UP, article_id=article, created=NOW)
    assert work_out_dates() == 0
    clock.move_to(NOW + timedelta(seconds=61), tick=False)
    assert work_out_dates() == 1


def test_an_article_that_another_worker_dates_is_left_to_it_until_its_lease_ends(
    waiting: list[RoutingPlan], clock: Any
) -> None:
    """W11: a worker that dies loses nothing."""
    article = article_of(waiting[0])
    ask_for_dates([article])
    assert dating._claim() is not None
    ask_for_dates([article])
    assert work_out_dates() == 0
    clock.move_to(NOW + timedelta(seconds=31), tick=False)
    assert work_out_dates() == 1
    assert not DatingRequest.objects.exists()


def test_an_article_that_fails_does_not_block_the_others(
    waiting: list[RoutingPlan], berlin: Facility, drain: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    listing(berlin, "BAD")
    bad = order({"BAD": 1})
    drain()
    real, broken = dating.forecast, article_of(bad)

    def fail(article: Any, now: datetime) -> Any:
        if article.pk == broken:
            raise ValueError("no date for this")
        return real(article, now)

    monkeypatch.setattr(dating, "forecast", fail)
    RoutingPlan.objects.update(expected_date=None)
    ask_for_dates([broken, article_of(waiting[0])])
    with pytest.raises(ExceptionGroup):
        work_out_dates()
    assert days_of(bad, *waiting) == [None, MAY[3], MAY[5], default(2)[0]]
    assert DatingRequest.objects.get().article_id == broken
