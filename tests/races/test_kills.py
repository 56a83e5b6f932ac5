"""Workers that are killed at any instant of a large release (X2, W11)."""

from __future__ import annotations

import random
import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from django.utils import timezone

from orders.drafts import BundleDraft, BundleItemDraft, FacilityReference, LineDraft, OrderDraft
from orders.models import DeliveryType
from orders.services.placing import place_orders
from routing.models import PlanStatus, ReleaseTrigger, RoutingPlan
from tests.races import jobs
from tests.races.finalstates import checked_state, quiet
from tests.races.processes import Race, copied_database
from tests.races.test_releases import until
from tests.scenarios.shop import Shop
from tests.scenarios.supply import configure_waiting_room, expect

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.race, pytest.mark.postgres]

PLANS, KILLS = 1_000, 20
LEASE_SECONDS = 0.5
TASKS = (jobs.RELEASE, jobs.ROUTE, "routing.planned")
IN_SMALL_BITES = {"routing.passes.pace.MOST": 50}

KINDS: tuple[tuple[Mapping[str, int], str], ...] = (
    ({"X": 1}, ""),
    ({"X": 2}, ""),
    ({"X": 1, "Y": 1}, ""),
    ({"Y": 2, "Z": 1}, ""),
    ({"Z": 3}, ""),
    ({"X": 1, "Z": 1}, "bundle"),
    ({"X": 1}, "collect"),
    ({"Y": 1}, ""),
)
"""What is ordered, again and again: of every eight orders six units of X, four of Y, five of Z."""

STOCK = {
    "A": {"X": 150, "Y": 100, "Z": 151},
    "B": {"X": 150, "Y": 99, "Z": 100},
    "C": {"X": 101, "Y": 50, "Z": 49},
}


def place(shop: Shop) -> None:
    """A thousand orders, each a minute after the one before."""
    began = datetime(2026, 5, 1, tzinfo=UTC)
    place_orders(
        drafts=[
            _draft(shop, number, began + timedelta(minutes=number), *KINDS[number % len(KINDS)])
            for number in range(PLANS)
        ]
    )
    shop.work(jobs.ROUTE)
    assert RoutingPlan.objects.waiting().count() == PLANS


def _draft(shop: Shop, number: int, date: datetime, units: Mapping[str, int], how: str) -> OrderDraft:
    items = tuple(BundleItemDraft(tenant_article_id=name, quantity=count) for name, count in units.items())
    collected = FacilityReference(id=UUID(shop.id_of("A"))) if how == "collect" else None
    return OrderDraft(
        order_date=date,
        tenant_order_id=f"{number:04}",
        lines=tuple(
            LineDraft(tenant_article_id=name, title=name, quantity=count) for name, count in units.items()
        ),
        bundles=(BundleDraft(id=uuid4(), items=items),) if how == "bundle" else (),
        country="DE",
        delivery_type=DeliveryType.COLLECT if collected else DeliveryType.SHIPPING,
        collect_facility=collected,
    )


def let_goods_come(shop: Shop) -> None:
    """Stock for about half of what waits, and less than that in expected stock; nobody works on it yet."""
    for facility, day, units in (
        ("A", 3, {"X": 50, "Z": 70}),
        ("B", 5, {"X": 101, "Z": 31}),
        ("C", 3, {"Y": 60}),
    ):
        expect(shop, facility, units, str(timezone.now().date() + timedelta(days=day)), drain=False)
    shop.bulk_stock([(f, a, units) for f, of in STOCK.items() for a, units in of.items()], drain=False)


def race_in(database: str) -> Race:
    return Race(
        database, 1, settings={"ANTEROOM_TRIGGER_LEASE_SECONDS": LEASE_SECONDS}, constants=IN_SMALL_BITES
    )


def work_until_quiet(race: Race) -> None:
    race.submit(jobs.work, *TASKS)
    until(quiet)
    race.stop()


def kill(race: Race, after: float) -> bool:
    """Starts a worker, and kills it so many seconds after it began to serve; whether there was anything left to do."""
    before = leases()
    worker = race.process(jobs.work, *TASKS)
    until(lambda: bool(leases() - before) or not ReleaseTrigger.objects.exists())
    time.sleep(after)
    worker.kill()
    worker.join()
    return not quiet()


def leases() -> set[object]:
    return set(ReleaseTrigger.objects.filter(lease__isnull=False).values_list("lease", flat=True))


def test_x2_twenty_kills_at_any_instant_of_a_release_of_a_thousand_change_nothing(shop: Shop) -> None:
    """X2, W11: the worker is killed twenty times, and each time another goes on: the same end as if it never was."""
    shop.facility("C")
    shop.strategy(active=True, maxSplitCount=3)
    configure_waiting_room(shop, futureInventoryEnabled=True, partialRelease="QUANTITY")
    for facility in "ABC":
        for article in "XYZ":
            shop.listing(facility, article, behaviour="BACKORDER")
    place(shop)
    let_goods_come(shop)

    with copied_database("undisturbed") as database, race_in(database) as race:
        begun = time.monotonic()
        work_until_quiet(race)
        seconds = time.monotonic() - begun
        undisturbed = checked_state()
        statuses = set(RoutingPlan.objects.values_list("status", flat=True))
        assert statuses == {PlanStatus.ROUTED, PlanStatus.PLANNED, PlanStatus.WAITING, PlanStatus.OBSOLETE}

    dice, kills = random.Random(11), 0
    while kills < KILLS:
        with copied_database("killed") as database, race_in(database) as race:
            while kills < KILLS and not quiet():
                kills += kill(race, after=dice.random() * seconds / 10)
            work_until_quiet(race)
            assert checked_state() == undisturbed
