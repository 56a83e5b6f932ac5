"""What a pass asks of orders about payments, and what that costs (W9)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from orders.models import PaymentRelease, PickJob
from orders.services.payments import record_payment
from routing.models import PlanStatus, RoutingPlan, WaitingRoomSettings
from routing.passes.queue import route_queue
from routing.passes.release import serve_waiting_room
from tests.routing.builders import add_stock, facility, listing, order

pytestmark = pytest.mark.django_db


@pytest.fixture
def berlin() -> Any:
    place = facility("Berlin")
    listing(place, "SKU")
    return place


def turn(on: bool) -> None:
    WaitingRoomSettings.load()
    WaitingRoomSettings.objects.update(payment_void_and_reauth=on)


def queries_of_a_release(place: Any, plans: int) -> list[str]:
    """Releases so many paid orders of one unit each; the statements that it took."""
    for day in range(plans):
        plan = order({"SKU": 1}, day=day)
        record_payment(order_id=plan.order_id, amount=Decimal(10), currency="EUR")
    route_queue()
    add_stock(place, "SKU", plans)
    with CaptureQueriesContext(connection) as captured:
        assert serve_waiting_room() == plans
    return [query["sql"] for query in captured]


def test_a_pass_costs_two_statements_more_however_many_plans_it_releases(berlin: Any) -> None:
    turn(False)
    off = len(queries_of_a_release(berlin, 3))
    turn(True)

    assert len(queries_of_a_release(berlin, 3)) - off == 2
    assert len(queries_of_a_release(berlin, 30)) - off == 2
    assert PaymentRelease.objects.count() == 33


def test_with_the_setting_off_nothing_about_payments_is_asked(berlin: Any) -> None:
    turn(False)
    queries = queries_of_a_release(berlin, 3)
    assert [sql for sql in queries if '"orders_payment' in sql] == []
    assert set(PickJob.objects.values_list("status", flat=True)) == {"OPEN"}


def test_what_is_asked_for_is_what_the_plan_carries(berlin: Any) -> None:
    turn(True)
    queries_of_a_release(berlin, 1)
    plan = RoutingPlan.objects.get(status=PlanStatus.ROUTED)
    release = PaymentRelease.objects.get()
    (line,) = plan.lines.all()
    assert (release.reference, release.order_id) == (plan.id, plan.order_id)
    assert release.units == {str(line.order_line_id): 1}
    assert PickJob.objects.get().status == "WAITING_FOR_INPUT"


def test_a_new_order_that_finds_stock_is_not_a_release(berlin: Any) -> None:
    """R2: it was authorised for just this."""
    turn(True)
    add_stock(berlin, "SKU", 1)
    plan = order({"SKU": 1})
    record_payment(order_id=plan.order_id, amount=Decimal(10), currency="EUR")
    route_queue()
    assert PickJob.objects.get().status == "OPEN"
    assert not PaymentRelease.objects.exists()
