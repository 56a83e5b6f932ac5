"""Releases by many workers at once, and by workers that die (X1, X2, W11)."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from inventory.models import StockLevel
from orders.drafts import LineDraft, OrderDraft
from orders.models import PickJob
from orders.services.placing import place_orders
from routing.models import PlanStatus, ReleaseTrigger, RoutingPlan
from tests.races import jobs
from tests.races.processes import Race, shared_database
from tests.scenarios.shop import Shop

pytestmark = pytest.mark.django_db(transaction=True)

WORKERS = 8


def dates(count: int) -> list[datetime]:
    """Midnights, each a day after the one before."""
    return [datetime(2024, 1, 1, tzinfo=UTC) + timedelta(days=day) for day in range(count)]


def assert_exactly_the_first_were_released(shop: Shop, order_ids: list[str], units: int) -> None:
    """Each unit went to one order, none twice, and none to an order behind one that still waits (W11, W12)."""
    waiting = [entry["orderRef"] for entry in shop.get("waitingroom", size=500)["waitingPlans"]]
    assert waiting == order_ids[units:]
    assert RoutingPlan.objects.filter(status=PlanStatus.ROUTED).count() == units
    assert PickJob.objects.standing().count() == PickJob.objects.count() == units
    level = StockLevel.objects.get(article__tenant_article_id="SKU")
    assert (level.on_hand, level.reserved) == (units, units)
    assert not ReleaseTrigger.objects.exists()


def test_x1_eight_workers_release_exactly_what_came(shop: Shop, token: str, tmp_path: Path) -> None:
    """X1 (W11): 100 orders of 1 wait, stock 60 arrives while 8 workers run: 60 ROUTED, 0 oversold, 60 pick jobs."""
    shop.listing("A", "SKU", behaviour="BACKORDER")
    orders = [shop.order({"SKU": 1}, date=str(day.date()), drain=False).id for day in dates(100)]
    shop.work()
    assert shop.get("waitingroom", size=1)["total"] == 100
    sixty = {"facilityRef": shop.id_of("A"), "tenantArticleId": "SKU", "value": 60}

    with shared_database(tmp_path) as database, Race(database, WORKERS + 1) as race:
        for _ in range(WORKERS):
            race.submit(jobs.work)
        assert race.submit(jobs.call, token, "post", "stocks", sixty).result() == 201
        time.sleep(1)

    shop.work("routing.sweep")
    assert_exactly_the_first_were_released(shop, orders, 60)


@pytest.mark.race
@pytest.mark.postgres
def test_x2_workers_that_are_killed_lose_nothing_and_repeat_nothing(shop: Shop, tmp_path: Path) -> None:
    """X2 (W11): workers are killed in the middle of a release of 300, again and again: as if they never were."""
    shop.listing("A", "SKU", behaviour="BACKORDER")
    line = LineDraft(tenant_article_id="SKU", title="SKU", quantity=1)
    placed = place_orders(
        drafts=[OrderDraft(order_date=day, lines=(line,), country="DE") for day in dates(300)]
    )
    orders = [str(order.id) for order in placed]
    shop.work()
    shop.stock("A", "SKU", 250, drain=False)
    settings = {"ANTEROOM_TRIGGER_LEASE_SECONDS": 1}
    in_small_bites = {"routing.passes.pace.MOST": 10}
    dice = random.Random(8)

    with (
        shared_database(tmp_path) as database,
        Race(database, 1, settings=settings, constants=in_small_bites) as race,
    ):
        for _ in range(3):
            before = released()
            worker = race.process(jobs.work, jobs.RELEASE)
            until(lambda before=before: released() > before)
            time.sleep(dice.random() * 0.05)
            worker.kill()
            worker.join()
        assert 0 < released() < 250
        race.submit(jobs.work, jobs.RELEASE)
        until(lambda: released() == 250)
        until(lambda: not ReleaseTrigger.objects.exists())

    shop.work("routing.sweep")
    assert_exactly_the_first_were_released(shop, orders, 250)


def released() -> int:
    return RoutingPlan.objects.filter(status=PlanStatus.ROUTED).count()


def until(happened: Callable[[], bool], seconds: float = 60) -> None:
    """Waits until it has happened."""
    give_up = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < give_up, "it has not happened in time"
        time.sleep(0.005)
