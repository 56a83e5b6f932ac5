"""Pickers, counters, cancellers and workers at the same stock (P1-P4, spec 8)."""

from __future__ import annotations

import itertools
import random
from collections import Counter
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from inventory.models import StockLevel, StockMovement
from orders.models import OrderLine, PickJob
from routing.services.correcting import overdrawn_reservations
from tests.races import jobs
from tests.races.jobs import Client
from tests.races.processes import Race, shared_database
from tests.races.test_storm import ARTICLES, cancel, place, plans_that_could_go, reroute
from tests.races.threads import elsewhere
from tests.scenarios.shop import Shop

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.race, pytest.mark.postgres]

TIMES = 25
"""How often each client acts."""

ORDERS = 20
"""How many there are to begin with."""

WORK = ("routing.release", "routing.route", "routing.correct")


def start(client: Client, dice: random.Random) -> None:
    _act(client, dice, "OPEN", "START")


def report(client: Client, dice: random.Random) -> None:
    """Finishes some job, one line at a time or all at once, with whatever was found."""
    job = _some_job(client, dice, "IN_PROGRESS")
    if job is None:
        return
    lines = [
        {
            "id": line["id"],
            "picked": dice.randint(0, line["quantity"]),
            "stockEmptied": dice.random() < 0.2,
        }
        for line in job["pickLineItems"]
    ]
    lines = lines[:1] if dice.random() < 0.2 else lines
    path = f"pickjobs/{job['id']}/actions"
    client.send("post", path, {"name": "PICK", "version": job["version"], "lineItems": lines})


def end(client: Client, dice: random.Random) -> None:
    _act(
        client, dice, dice.choice(("OPEN", "IN_PROGRESS")), dice.choice(("ABORT", "CANCEL", "CLOSE", "RESET"))
    )


def _act(client: Client, dice: random.Random, status: str, name: str) -> None:
    job = _some_job(client, dice, status)
    if job is not None:
        client.send("post", f"pickjobs/{job['id']}/actions", {"name": name, "version": job["version"]})


def _some_job(client: Client, dice: random.Random, status: str) -> Any:
    found = jobs.pick(dice, client.read("pickjobs", status=status, size=50)["pickjobs"])
    return None if found is None else client.read(f"pickjobs/{found['id']}")


def recount(client: Client, dice: random.Random) -> None:
    """Counts some record, and finds anything from nothing to plenty: often less than is reserved (P4)."""
    record = jobs.pick(dice, client.read("stocks", size=100)["stocks"])
    change = {"version": record["version"], "value": dice.randint(0, 12)}
    client.send("put", f"stocks/{record['id']}", change)


@pytest.mark.parametrize("way", ["ORDERSPLIT", "REROUTE"])
def test_whatever_pickers_find_the_books_agree(shop: Shop, token: str, tmp_path: Path, way: str) -> None:
    """P1-P4: no deadlock surfaces; afterwards nobody who has not started holds what is not there."""
    shop.reroute_short_picks(shipping=way)
    for facility, article in itertools.product(("A", "B"), ARTICLES):
        shop.listing(facility, article, behaviour="BACKORDER")
        shop.stock(facility, article, 20)
    dice = random.Random(way)
    for _ in range(ORDERS):
        wanted = dice.sample(ARTICLES, dice.randint(1, len(ARTICLES)))
        shop.order({article: dice.randint(1, 3) for article in wanted}, drain=False)
    shop.work()

    actions = (place, start, start, report, report, report, end, cancel, reroute, recount)
    with shared_database(tmp_path) as database, Race(database, len(actions) + 2) as race:
        workers = [race.submit(jobs.work, *WORK), race.submit(jobs.work, *WORK)]
        clients = [race.submit(jobs.act, token, action, seed, TIMES) for seed, action in enumerate(actions)]
        answers = sum((client.result() for client in clients), Counter[int]())
        race.stop()
        assert all(worker.result() for worker in workers)

    shop.work("routing.sweep")
    assert answers[201] == TIMES
    assert PickJob.objects.filter(status__in=("PICKED", "CLOSED", "RESTOWED")).count() >= 5
    assert not overdrawn_reservations().exists()
    assert plans_that_could_go() == []


def test_of_two_who_report_at_once_one_is_heard(shop: Shop, token: str) -> None:
    """P1: the other gets a 409; the units leave the stock once."""
    shop.stock("A", "SKU", 10)
    order = shop.order({"SKU": 3})
    order.act("START")
    job = order.pick_job
    lines = [{"id": job["pickLineItems"][0]["id"], "picked": 3}]
    body = {"name": "PICK", "version": job["version"], "lineItems": lines}

    with elsewhere() as run:
        answers = [
            run(lambda: jobs.call(token, "post", f"pickjobs/{job['id']}/actions", body)) for _ in range(6)
        ]
        assert sorted(answer.result() for answer in answers) == [200] + [409] * 5

    level = StockLevel.objects.get()
    assert (level.on_hand, level.reserved) == (7, 0)
    assert StockMovement.objects.filter(cause="PICK").count() == 1
    assert OrderLine.objects.get().fulfilled == 3


def test_a_start_and_a_correction_meet(shop: Shop, token: str) -> None:
    """P4: whoever comes first, a job either was started and keeps its units, or was withdrawn and cannot start."""
    shop.listing("A", "SKU", behaviour="BACKORDER")
    for _ in range(5):
        shop.stock("A", "SKU", 2)
        order = shop.order({"SKU": 2})
        job = order.pick_job
        body = {"name": "START", "version": job["version"]}
        shop.stock("A", "SKU", 0, drain=False)
        with elsewhere() as run:
            corrected = run(lambda: jobs.app.tasks["routing.correct"].apply(throw=True).get())
            started = run(partial(jobs.call, token, "post", f"pickjobs/{job['id']}/actions", body))
            corrected.result()
        shop.work("routing.correct")
        now = order.pick_jobs[0]["status"]
        assert (started.result(), now, order.status) in {
            (200, "IN_PROGRESS", "ROUTED"),
            (409, "REROUTED", "WAITING"),
        }
        if now == "IN_PROGRESS":
            order.act("CANCEL")
        else:
            order.cancel()
