"""One worker or several: the same triggers come to the same end (W11, W12)."""

from __future__ import annotations

import random
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.utils import timezone

from orders.drafts import BundleDraft, BundleItemDraft, FacilityReference, LineDraft, OrderDraft
from orders.models import DeliveryType
from orders.services.placing import place_orders
from routing.models import PlanStatus, RoutingPlan
from tests.races import jobs
from tests.races.finalstates import State, checked_state, quiet
from tests.races.processes import Race, copied_database
from tests.races.test_releases import dates, until
from tests.scenarios.shop import Shop
from tests.scenarios.supply import configure_waiting_room, expect

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.race, pytest.mark.postgres]

ORDERS = 120
FACILITIES = "ABC"
NEIGHBOURS = ("UV", "WX", "YZ")
"""Articles that are ordered together: three groups, which workers may serve at the same time."""

TASKS = (jobs.RELEASE, jobs.ROUTE, "routing.planned")


def build(shop: Shop, dice: random.Random) -> None:
    """A site set up at random, orders that wait, and goods that came for some of them; nobody works on it yet."""
    shop.facility("C")
    shop.strategy(active=dice.random() < 0.7, maxSplitCount=len(FACILITIES))
    configure_waiting_room(
        shop,
        futureInventoryEnabled=dice.random() < 0.7,
        partialRelease=dice.choice(["NONE", "LINE_ITEM", "QUANTITY"]),
        overtaking=dice.choice(["ALLOW", "STRICT"]),
    )
    articles = "".join(NEIGHBOURS)
    for facility in FACILITIES:
        for article in articles:
            shop.listing(facility, article, behaviour="BACKORDER")
    place_orders(drafts=[_draft(shop, dice, number) for number in range(ORDERS)])
    shop.work(jobs.ROUTE)
    assert RoutingPlan.objects.waiting().count() == ORDERS
    for article in articles:
        day = str(timezone.now().date() + timedelta(days=dice.randint(1, 5)))
        expect(shop, dice.choice(FACILITIES), {article: dice.randint(1, 15)}, day, drain=False)
    stock = [(f, a, dice.randint(0, 12)) for f in FACILITIES for a in articles]
    shop.bulk_stock(stock, drain=False)


def _draft(shop: Shop, dice: random.Random, number: int) -> OrderDraft:
    group = dice.choice(NEIGHBOURS)
    units = {name: dice.randint(1, 3) for name in dice.sample(group, dice.randint(1, len(group)))}
    items = tuple(BundleItemDraft(tenant_article_id=name, quantity=1) for name in units)
    collected = FacilityReference(id=UUID(shop.id_of("A"))) if dice.random() < 0.15 else None
    return OrderDraft(
        order_date=dates(ORDERS)[number],
        tenant_order_id=f"{number:03}",
        lines=tuple(
            LineDraft(tenant_article_id=name, title=name, quantity=count) for name, count in units.items()
        ),
        bundles=(BundleDraft(id=uuid4(), items=items),) if len(units) > 1 and dice.random() < 0.3 else (),
        country="DE",
        delivery_type=DeliveryType.COLLECT if collected else DeliveryType.SHIPPING,
        collect_facility=collected,
    )


def served_by(workers: int) -> State:
    """What is left when so many have done all there is to do, in a copy of the world."""
    in_small_bites = {"routing.passes.pace.MOST": 10}
    with copied_database("served") as database, Race(database, workers, constants=in_small_bites) as race:
        running = [race.submit(jobs.work, *TASKS) for _ in range(workers)]
        until(quiet)
        race.stop()
        assert all(worker.result() for worker in running)
        return checked_state()


@pytest.mark.parametrize("seed", range(1, 5))
def test_several_workers_end_where_one_does(shop: Shop, seed: int) -> None:
    """W11, W12: rank decides who gets what, not who was quicker."""
    build(shop, random.Random(seed))

    alone = served_by(1)

    assert served_by(2 + seed % 3) == alone
    statuses = {plan[0] for plans in alone["orders"].values() for plan in plans}
    assert {PlanStatus.ROUTED, PlanStatus.WAITING} <= statuses
