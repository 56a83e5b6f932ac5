"""Everybody at once: placing, changing, cancelling, assigning, rerouting, correcting and releasing the same articles
(spec 8).
"""

from __future__ import annotations

import itertools
import random
import time
from collections import Counter
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from inventory.models import FacilityStatus, ListingStatus, StockLevel
from routing.models import PlanLine, PlanStatus, ReleaseTrigger, RoutingPlan
from tests.races import jobs
from tests.races.jobs import Client
from tests.races.processes import Race, shared_database
from tests.scenarios.shop import Shop, address

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.race, pytest.mark.postgres]

TIMES = 20
"""How often each client acts."""

ARTICLES = ("X", "Y", "Z")
_numbers = itertools.count(1)


def place(client: Client, dice: random.Random) -> None:
    """An order for some of the articles."""
    wanted = dice.sample(ARTICLES, dice.randint(1, len(ARTICLES)))
    client.send(
        "post",
        "orders",
        {
            "tenantOrderId": f"storm-{dice.random()}-{next(_numbers)}",
            "orderDate": f"2026-05-{dice.randint(1, 28):02}T00:00:00Z",
            "consumer": {"addresses": [address("DE")]},
            "orderLineItems": [
                {"article": {"tenantArticleId": name, "title": name}, "quantity": dice.randint(1, 3)}
                for name in wanted
            ],
        },
    )


def cancel(client: Client, dice: random.Random) -> None:
    order = _some_order(client, dice)
    if order is not None:
        client.send("post", f"orders/{order['id']}/actions", {"name": "CANCEL", "version": order["version"]})


def force_cancel(client: Client, dice: random.Random) -> None:
    """Two orders in one request (O2)."""
    orders = [order for order in (_some_order(client, dice), _some_order(client, dice)) if order is not None]
    if orders:
        wanted = [{"orderId": order["id"], "version": order["version"]} for order in orders]
        client.send("post", "orders/actions", {"name": "BULK_FORCE_CANCEL", "orders": wanted})


def change(client: Client, dice: random.Random) -> None:
    """Other quantities, a line less, a line more (O1)."""
    order = _some_order(client, dice)
    if order is None:
        return
    document = client.read(f"orders/{order['id']}")
    lines = [{"id": line["id"], "quantity": dice.randint(1, 4)} for line in document["orderLineItems"]]
    if len(lines) > 1 and dice.random() < 0.3:
        lines.pop()
    if dice.random() < 0.3:
        name = dice.choice(ARTICLES)
        lines.append({"article": {"tenantArticleId": name, "title": name}, "quantity": 1})
    client.send("patch", f"orders/{order['id']}", {"version": document["version"], "orderLineItems": lines})


def assign(client: Client, dice: random.Random) -> None:
    """Gives some order, wherever it stands, to some facility (M1)."""
    order = _some_order(client, dice)
    if order is not None:
        process = f"processes/{order['id']}"
        facility = jobs.pick(dice, client.read("facilities")["facilities"])
        action = {"name": "ASSIGN_FACILITY_TO_PROCESS", "facilityRef": facility["id"]}
        client.send("post", f"{process}/actions", {**action, "version": client.read(process)["version"]})


def reroute(client: Client, dice: random.Random) -> None:
    """Has some order decided again (M2)."""
    order = _some_order(client, dice)
    if order is not None:
        process = f"processes/{order['id']}"
        version = client.read(process)["version"]
        client.send("post", f"{process}/reroute?version={version}")


def count_stock(client: Client, dice: random.Random) -> None:
    """Writes what lies at several places, in any order, in one request."""
    records = client.read("stocks", size=100)["stocks"]
    chosen = dice.sample(records, dice.randint(1, len(records)))
    items = [
        {
            "id": record["id"],
            "version": record["version"],
            "value": max(0, record["value"] + dice.randint(-1, 4)),
        }
        for record in chosen
    ]
    client.send("put", "stocks", {"stocks": items})


def _some_order(client: Client, dice: random.Random) -> Any:
    """One of those that were placed lately. Ids begin with the millisecond of their making, so that they can be asked
    for."""
    lately = UUID(int=int((time.time() - 1) * 1000) << 80)
    return jobs.pick(dice, client.read("orders", size=50, startAfterId=str(lately))["orders"])


def test_whatever_happens_at_once_the_books_agree_and_nothing_waits_beside_free_stock(
    shop: Shop, token: str, tmp_path: Path
) -> None:
    """Spec 8: no deadlock surfaces, and when all is quiet no fitting order waits beside free stock."""
    for facility, article in itertools.product(("A", "B"), ARTICLES):
        shop.listing(facility, article, behaviour="BACKORDER")
        shop.stock(facility, article, 0)

    actions = (place, place, change, change, cancel, force_cancel, assign, reroute, count_stock, count_stock)
    with shared_database(tmp_path) as database, Race(database, len(actions) + 2) as race:
        workers = [race.submit(jobs.work), race.submit(jobs.work)]
        clients = [race.submit(jobs.act, token, action, seed, TIMES) for seed, action in enumerate(actions)]
        answers = sum((client.result() for client in clients), Counter[int]())
        race.stop()
        assert all(worker.result() for worker in workers)

    shop.work("routing.sweep")
    assert answers[201] == 2 * TIMES
    assert RoutingPlan.objects.filter(status=PlanStatus.ROUTED).exists()
    assert not ReleaseTrigger.objects.exists()
    assert plans_that_could_go() == []


def plans_that_could_go() -> list[RoutingPlan]:
    """Waiting plans for which one online facility has everything: looked up one by one, the slow and obvious way."""
    return [
        plan
        for plan in RoutingPlan.objects.filter(status=PlanStatus.WAITING)
        if any(_has_all(plan, facility) for facility in _places())
    ]


def _places() -> set[object]:
    return set(
        StockLevel.objects.filter(facility__status=FacilityStatus.ONLINE).values_list("facility", flat=True)
    )


def _has_all(plan: RoutingPlan, facility: object) -> bool:
    need: Counter[object] = Counter()
    for line in PlanLine.objects.filter(plan=plan):
        need[line.article_id] += line.quantity
    return all(
        StockLevel.objects.filter(
            facility=facility,
            article=article,
            article__listings__facility=facility,
            article__listings__status=ListingStatus.ACTIVE,
        )
        .with_available()
        .filter(free__gte=units)
        .exists()
        for article, units in need.items()
    )
