"""What routing hears of expected stock: who waits is woken (W4), and a reservation says whose it is."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import transaction

from inventory.models import ExpectedStock, Facility
from inventory.services import reservations
from inventory.services.inbound import modify_inbound_process
from inventory.services.purchase_orders import ItemChanges, change_items
from routing.models import PlanLine, ReleaseTrigger
from tests.inventory.inbound_builders import MAY, bucket_of, ordered, promise, receive
from tests.routing.builders import facility, listing, order, statuses

pytestmark = pytest.mark.django_db


@pytest.fixture
def berlin() -> Facility:
    place = facility("Berlin")
    listing(place, "SKU")
    return place


def causes() -> list[tuple[str, str]]:
    """(cause, article) of the triggers since last asked."""
    rows = ReleaseTrigger.objects.order_by("id")
    found = list(rows.values_list("cause", "article__tenant_article_id"))
    rows.delete()
    return found


def test_what_is_expected_and_every_change_of_it_wakes_those_who_wait(berlin: Facility) -> None:
    process = ordered(berlin, ("SKU", 5), ("OTHER", 2), on=10)
    assert causes() == [("EXPECTED_STOCK", "SKU"), ("EXPECTED_STOCK", "OTHER")]
    bucket = bucket_of(process, "SKU")
    steps: tuple[ItemChanges, ...] = (
        {"quantity": 7},
        {"delivery_date": MAY[4]},
        {"delivery_date": MAY[14]},
        {"status": "CANCELLED"},
    )
    for version, step in enumerate(steps, start=1):
        change_items(process_id=process.pk, version=version, changes={bucket.pk: step})
        assert causes() == [("EXPECTED_STOCK", "SKU")]


def test_units_of_a_bucket_that_are_given_back_wake_those_who_wait(berlin: Facility) -> None:
    process = ordered(berlin, ("SKU", 5))
    holder = promise(bucket_of(process, "SKU"), 2)
    causes()
    with transaction.atomic():
        reservations.free(holders=[holder])
    assert causes() == [("RESERVATION_FREED", "SKU")]


def test_what_is_no_longer_on_hold_wakes_those_who_wait(berlin: Facility) -> None:
    process = ordered(berlin, ("SKU", 5), ("OTHER", 2))
    promise(bucket_of(process, "OTHER"), 2)
    causes()
    modify_inbound_process(process_id=process.pk, version=1, values={"on_hold": True})
    assert causes() == []
    modify_inbound_process(process_id=process.pk, version=2, values={"on_hold": False})
    assert causes() == [("EXPECTED_STOCK", "SKU")]


def test_a_receipt_of_what_nobody_was_promised_wakes_those_who_wait(berlin: Facility) -> None:
    process = ordered(berlin, ("SKU", 5))
    causes()
    receive(process, SKU=5)
    assert causes() == [("RECEIPT", "SKU")]


def test_a_receipt_of_what_is_promised_wakes_nobody(berlin: Facility) -> None:
    process = ordered(berlin, ("SKU", 5))
    promise(bucket_of(process, "SKU"), 5)
    causes()
    receive(process, SKU=5)
    assert causes() == []


def test_a_waiting_plan_goes_when_a_receipt_is_booked(berlin: Facility, drain: Any) -> None:
    """Spec 4, the end of E28: what was missing comes by a receipt, and the plan is ROUTED."""
    plan = order({"SKU": 2})
    drain()
    assert statuses(plan) == ["WAITING"]
    process = ordered(berlin, ("SKU", 2))
    drain()
    assert statuses(plan) == ["WAITING"]

    receive(process, SKU=2)
    drain()

    assert statuses(plan) == ["ROUTED"]
    assert ExpectedStock.objects.get().status == "RECEIVED"


def test_a_reservation_says_whose_it_is(berlin: Facility, drain: Any, api: Any) -> None:
    plan = order({"SKU": 2})
    receive(ordered(berlin, ("SKU", 2)), SKU=2)
    drain()
    plan.refresh_from_db()

    [row] = api.get("/api/reservations").json()["reservations"]

    assert PlanLine.objects.get(plan=plan).quantity == row["quantity"]
    assert row["relatedRefs"] == {
        "orderRefs": [str(plan.order_id)],
        "processRefs": [str(plan.order_id)],
        "routingPlanRefs": [str(plan.pk)],
        "pickJobRefs": [str(plan.pick_job_id)],
    }
