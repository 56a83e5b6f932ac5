"""Receivers and workers that are killed at any instant while goods come that are given away already (X2, W8, W11)."""

from __future__ import annotations

import random
import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from inventory.models import Receipt
from orders.drafts import LineDraft, OrderDraft
from orders.services.placing import place_orders
from routing.models import PlannedReview, PlanStatus, RoutingPlan
from tests.races import jobs
from tests.races.finalstates import checked_state, quiet
from tests.races.processes import Race, copied_database
from tests.races.test_kills import IN_SMALL_BITES, LEASE_SECONDS, work_until_quiet
from tests.scenarios.shop import Shop
from tests.scenarios.supply import configure_waiting_room, expect

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.race, pytest.mark.postgres]

ORDERS, DELIVERIES, KILLS = 240, 12, 10
TASKS = (jobs.RELEASE, jobs.ROUTE, "routing.planned")

Deliveries = Mapping[str, Mapping[str, int]]
"""What comes, by the process that it is booked to."""


def plan_with_expected_stock(shop: Shop) -> Deliveries:
    """Every order is promised units of a dozen purchase orders; of each comes what was ordered, less, or more."""
    shop.strategy(active=True, maxSplitCount=3)
    configure_waiting_room(shop, futureInventoryEnabled=True)
    for facility in "AB":
        for article in "XY":
            shop.listing(facility, article, behaviour="BACKORDER")
    today, deliveries = timezone.now().date(), {}
    for number in range(DELIVERIES):
        ordered = {"X": 20 + number, "Y": 12}
        day = str(today + timedelta(days=1 + number % 5))
        process = expect(shop, "AB"[number % 2], ordered, day, drain=False)
        deliveries[process] = {
            name: units + (number + at) % 3 - 1 for at, (name, units) in enumerate(ordered.items())
        }
    began = datetime(2026, 5, 1, tzinfo=UTC)
    place_orders(
        drafts=[
            OrderDraft(
                order_date=began + timedelta(minutes=number),
                tenant_order_id=f"{number:04}",
                lines=tuple(
                    LineDraft(tenant_article_id=name, title=name, quantity=units)
                    for name, units in (("X", 1 + number % 2), ("Y", number % 2))
                    if units
                ),
                country="DE",
            )
            for number in range(ORDERS)
        ]
    )
    shop.work()
    planned = RoutingPlan.objects.filter(status=PlanStatus.PLANNED)
    assert planned.count() >= ORDERS / 2
    return deliveries


def race_in(database: str) -> Race:
    """A request that is repeated is taken over at once from one that was killed."""
    return Race(
        database,
        1,
        settings={"ANTEROOM_TRIGGER_LEASE_SECONDS": LEASE_SECONDS},
        constants={**IN_SMALL_BITES, "backoffice.core.services.idempotency.LEASE": timedelta(0)},
    )


def book_all(race: Race, token: str, deliveries: Deliveries) -> None:
    race.submit(jobs.book, token, deliveries).result()


def test_x2_kills_at_any_instant_of_receipts_change_nothing(shop: Shop, token: str) -> None:
    """X2, W8, W11: whoever was killed repeats what they were doing, and each delivery is booked once."""
    deliveries = plan_with_expected_stock(shop)

    with copied_database("undisturbed") as database, race_in(database) as race:
        begun = time.monotonic()
        book_all(race, token, deliveries)
        seconds = time.monotonic() - begun
        assert PlannedReview.objects.exists()
        work_until_quiet(race)
        undisturbed = checked_state()
        statuses = set(RoutingPlan.objects.values_list("status", flat=True))
        assert statuses >= {PlanStatus.ROUTED, PlanStatus.PLANNED}

    dice = random.Random(5)
    with copied_database("killed") as database, race_in(database) as race:
        for _ in range(KILLS):
            receiver = race.process(jobs.book, token, deliveries)
            time.sleep(dice.random() * seconds)
            receiver.kill()
            receiver.join()
        assert Receipt.objects.count() > 0
        book_all(race, token, deliveries)
        assert Receipt.objects.count() == DELIVERIES
        for _ in range(KILLS):
            worker = race.process(jobs.work, *TASKS)
            time.sleep(dice.random() * seconds)
            worker.kill()
            worker.join()
        work_until_quiet(race)
        assert quiet()
        assert checked_state() == undisturbed
