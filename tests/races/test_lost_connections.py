"""Connections to the database that are cut in the middle of a pass (spec 8, W11)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from orders.drafts import LineDraft, OrderDraft
from orders.services.placing import place_orders
from routing.models import ReleaseTrigger
from routing.passes import release
from tests.races import jobs
from tests.races.processes import Race, shared_database
from tests.races.test_releases import assert_exactly_the_first_were_released, dates, released, until
from tests.races.threads import elsewhere
from tests.scenarios.shop import Shop
from tests.scenarios.supply import configure_waiting_room

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.race, pytest.mark.postgres]

CUTS = 4


def cut_others() -> int:
    """Ends all other connections to this database; how many there were."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        return len(cursor.fetchall())


def place(shop: Shop, count: int) -> list[str]:
    shop.listing("A", "SKU", behaviour="BACKORDER")
    line = LineDraft(tenant_article_id="SKU", title="SKU", quantity=1)
    drafts = [OrderDraft(order_date=day, lines=(line,), country="DE") for day in dates(count)]
    orders = [str(order.id) for order in place_orders(drafts=drafts)]
    shop.work()
    return orders


def test_a_worker_whose_connection_is_cut_again_and_again_goes_on(shop: Shop, tmp_path: Path) -> None:
    """W11: no task fails, nothing is lost, nothing happens twice."""
    orders = place(shop, 300)
    shop.stock("A", "SKU", 250, drain=False)
    in_small_bites = {"routing.passes.pace.MOST": 10}

    with shared_database(tmp_path) as database, Race(database, 1, constants=in_small_bites) as race:
        race.submit(jobs.work)
        cuts = 0
        while cuts < CUTS:
            before = released()
            until(lambda before=before: released() > before or not ReleaseTrigger.objects.exists())
            cuts += cut_others()
        until(lambda: released() == 250 and not ReleaseTrigger.objects.exists())

    assert_exactly_the_first_were_released(shop, orders, 250)


@pytest.mark.parametrize("commits", [False, True], ids=["before-the-commit", "after-the-commit"])
def test_a_chunk_whose_connection_is_cut_is_released_once(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, commits: bool
) -> None:
    """W11: whether its transaction was undone or not, the chunk is tried again."""
    orders = place(shop, 3)
    shop.stock("A", "SKU", 2, drain=False)
    commit: Callable[..., Any] = release.commit
    cut = False

    def commit_and_be_cut(*arguments: Any, **named: Any) -> None:
        nonlocal cut
        commit(*arguments, **named)
        if cut:
            return
        cut = True
        if commits:
            connection.connection.commit()
        with elsewhere() as run:
            assert run(cut_others).result() == 1

    monkeypatch.setattr(release, "commit", commit_and_be_cut)
    release.serve_waiting_room()
    shop.work()

    assert cut
    assert_exactly_the_first_were_released(shop, orders, 2)


def test_what_an_undone_chunk_found_out_is_found_out_again(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """W12: under STRICT whoever waits in front for Y is tried first, also when the chunk that saw it was cut off."""
    configure_waiting_room(shop, overtaking="STRICT")
    shop.listing("A", "X", behaviour="BACKORDER")
    shop.listing("A", "Y", behaviour="BACKORDER")
    shop.stock("A", "Y", 1)
    in_front = shop.order({"Y": 2}, date="2026-05-01")
    behind = shop.order({"X": 1, "Y": 1}, date="2026-05-02")
    shop.stock("A", "X", 1, drain=False)
    widen: Callable[..., Any] = release.widen
    cuts: list[int] = []

    def widen_and_be_cut(*arguments: Any) -> None:
        widen(*arguments)
        if not cuts:
            with elsewhere() as run:
                cuts.append(run(cut_others).result())

    monkeypatch.setattr(release, "widen", widen_and_be_cut)
    release.serve_waiting_room()
    shop.work()

    assert cuts == [1]
    assert (in_front.status, behind.status) == ("WAITING", "WAITING")


def test_stock_that_an_unknown_commit_took_note_of_is_not_forgotten(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """W12: the chunk leased a trigger for somebody in front, and never heard that it did."""
    shop.listing("A", "SKU", behaviour="BACKORDER")
    in_front = shop.order({"SKU": 2}, date="2026-05-01")
    behind = shop.order({"SKU": 1}, date="2026-05-02")
    shop.stock("A", "SKU", 1, drain=False)
    renew, absorb = release.renew, release.absorb
    cuts: list[int] = []

    def renew_as_stock_comes(*arguments: Any) -> None:
        renew(*arguments)
        if not cuts:
            with elsewhere() as run:
                run(lambda: shop.stock("A", "SKU", 3, drain=False)).result()

    def absorb_and_be_cut(*arguments: Any) -> bool:
        more_came = absorb(*arguments)
        if not cuts:
            connection.connection.commit()
            with elsewhere() as run:
                cuts.append(run(cut_others).result())
        return more_came

    monkeypatch.setattr(release, "renew", renew_as_stock_comes)
    monkeypatch.setattr(release, "absorb", absorb_and_be_cut)
    release.serve_waiting_room()
    shop.work()

    assert cuts == [1]
    assert (in_front.status, behind.status) == ("ROUTED", "ROUTED")
