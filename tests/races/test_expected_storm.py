"""Everybody at once, with expected stock: promised, received, delayed and cancelled while orders come (W6, W8)."""

from __future__ import annotations

import itertools
import random
from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from backoffice.core.models import DomainEvent
from routing.models import PlannedReview, ReleaseTrigger
from tests.races import jobs
from tests.races.jobs import Client
from tests.races.processes import Race, shared_database
from tests.races.test_storm import ARTICLES, cancel, change, place, reroute
from tests.scenarios.shop import Shop
from tests.scenarios.supply import configure_waiting_room

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.race, pytest.mark.postgres]

TIMES = 10
"""How often each client acts."""

TASKS = ("routing.release", "routing.route", "routing.planned")


def order_goods(client: Client, dice: random.Random) -> None:
    facility = jobs.pick(dice, client.read("facilities")["facilities"])
    order = _purchase_order({name: dice.randint(1, 4) for name in dice.sample(ARTICLES, 2)}, dice)
    client.send("post", "inboundprocesses", {"facilityRef": facility["id"], "purchaseOrder": order})


def receive_goods(client: Client, dice: random.Random) -> None:
    """All of some purchase order, less, or more."""
    process = _some_process(client, dice)
    if process is None:
        return
    items = [
        {
            "tenantArticleId": item["tenantArticleId"],
            "acceptedQuantity": {"value": max(0, item["quantity"]["value"] + dice.randint(-2, 1))},
            "rejectedQuantity": {"value": 0},
            "comments": [],
        }
        for item in process["purchaseOrder"]["requestedItems"]
    ]
    body = {"receivedDate": timezone.now().isoformat(), "comments": [], "receivedItems": items}
    client.send("post", f"inboundprocesses/{process['id']}/receipts", body)


def change_goods(client: Client, dice: random.Random) -> None:
    """Another day, perhaps beyond the limit or none, and other quantities."""
    process = _some_process(client, dice)
    if process is not None:
        units = {name: dice.randint(1, 4) for name in dice.sample(ARTICLES, 2)}
        body = {"version": process["version"], **_purchase_order(units, dice)}
        client.send("put", f"inboundprocesses/{process['id']}/purchaseorder", body)


def cancel_goods(client: Client, dice: random.Random) -> None:
    process = _some_process(client, dice)
    if process is not None and dice.random() < 0.5:
        client.send("delete", f"inboundprocesses/{process['id']}")


def _some_process(client: Client, dice: random.Random) -> Any:
    return jobs.pick(dice, client.read("inboundprocesses", size=100)["inboundProcesses"])


def _purchase_order(units: dict[str, int], dice: random.Random) -> dict[str, Any]:
    moment = timezone.now() + timedelta(days=dice.choice([1, 3, 10, 40]))
    return {
        "orderDate": timezone.now().isoformat(),
        "requestedDate": {"type": "TIME_POINT", "value": moment.isoformat()}
        if dice.random() < 0.9
        else {"type": "ASAP"},
        "requestedItems": [
            {"tenantArticleId": name, "quantity": {"value": quantity}} for name, quantity in units.items()
        ],
    }


@pytest.mark.parametrize("split", [True, False], ids=["split", "whole"])
def test_what_is_expected_is_promised_once_and_follows_what_comes(
    shop: Shop, token: str, tmp_path: Path, split: bool
) -> None:
    """Spec 8: no deadlock surfaces, the books agree, and nobody is left behind that was to be looked at."""
    shop.strategy(active=split, maxSplitCount=2)
    configure_waiting_room(shop, futureInventoryEnabled=True, partialRelease="QUANTITY" if split else "NONE")
    for facility, article in itertools.product(("A", "B"), ARTICLES):
        shop.listing(facility, article, behaviour="BACKORDER")
        shop.stock(facility, article, 1)

    orders = (place, place, change, cancel, reroute)
    goods = (order_goods, order_goods, receive_goods, change_goods, cancel_goods)
    actions = (*orders, *goods)
    with shared_database(tmp_path) as database, Race(database, len(actions) + 2) as race:
        workers = [race.submit(jobs.work, *TASKS), race.submit(jobs.work, *TASKS)]
        clients = [race.submit(jobs.act, token, action, seed, TIMES) for seed, action in enumerate(actions)]
        answers = sum((client.result() for client in clients), Counter[int]())
        race.stop()
        assert all(worker.result() for worker in workers)

    shop.work("routing.sweep")
    assert answers[201] >= 2 * TIMES
    assert DomainEvent.objects.filter(name="ROUTING_PLAN_PLANNED").exists()
    assert not ReleaseTrigger.objects.exists()
    assert not PlannedReview.objects.exists()
