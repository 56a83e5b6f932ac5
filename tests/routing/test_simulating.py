"""Simulations: what they leave alone, how much they look at, and who comes first (spec 5, R2)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from backoffice.core.errors import Invalid
from inventory.models import Article, Facility
from routing.passes.queue import route_queue
from routing.services import simulating
from routing.services.simulating import Supply, simulate
from tests.routing.builders import facility, listing, order
from tests.scenarios.shop import Shop
from tests.scenarios.test_simulation import simulate as simulate_over_http
from tests.scenarios.test_simulation import supply


def three_wait() -> Supply:
    """The supply that two of them would be released by."""
    place = facility("Berlin")
    listing(place, "SKU")
    for day in range(3):
        order({"SKU": 2}, day=day)
    route_queue()
    return Supply(place, Article.objects.get(), 5)


@pytest.mark.django_db(transaction=True)
def test_it_reads_one_moment_and_takes_no_lock() -> None:
    supplied = three_wait()
    with CaptureQueriesContext(connection) as captured:
        simulation = simulate(supply=[supplied])
    assert (len(simulation.released), simulation.still_waiting) == (2, 1)
    statements = [query["sql"] for query in captured]
    assert not [
        sql for sql in statements if "FOR UPDATE" in sql or sql.startswith(("INSERT", "UPDATE", "DELETE"))
    ]
    assert "BEGIN IMMEDIATE" not in statements
    if connection.vendor == "postgresql":
        assert [sql for sql in statements if "REPEATABLE READ, READ ONLY" in sql]


@pytest.mark.django_db
def test_only_so_many_plans_are_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    supplied = three_wait()
    document = simulating.strategy_in_use().document
    monkeypatch.setattr(simulating, "MOST", 2)
    for asked in ({"supply": [supplied]}, {"strategy": document}):
        with pytest.raises(Invalid) as refused:
            simulate(**asked)
        (problem,) = refused.value.problems
        assert (problem.code, problem.field) == ("TOO_MANY_PLANS", *asked)
        assert problem.message.startswith("3 plans are concerned, and a simulation looks at 2 at most.")


@pytest.mark.django_db
def test_pick_lines_that_lack_stock_are_backed_first(shop: Shop) -> None:
    """R2"""
    shop.listing("A", "SKU", behaviour="BACKORDER")
    first, _second = (shop.order({"SKU": 2}, date=f"2026-05-0{day}") for day in (1, 2))
    first.intervene("ASSIGN", to="A")

    assert not simulate_over_http(shop, supply(shop, "A", "SKU", 3))["released"]
    assert len(simulate_over_http(shop, supply(shop, "A", "SKU", 4))["released"]) == 1


@pytest.mark.django_db
def test_the_dialog_asks_answers_and_tells_what_is_wrong(
    shop: Shop, screens_as: Callable[[str], Any]
) -> None:
    shop.listing("A", "SKU", behaviour="BACKORDER")
    shop.order({"SKU": 2}, tenant_order_id="R-1")
    screens = screens_as("VIEWER")
    article = Article.objects.get()
    path = f"/demand/{article.pk}/what-if/"
    place = Facility.objects.get(name="A")

    assert path in screens.get(f"/demand/{article.pk}/").content.decode()
    asked = screens.get(path).content.decode()
    assert "would be released" not in asked
    answered = screens.post(path, {"quantity": 2, "facility": place.pk}).content.decode()
    assert "R-1" in answered
    assert "Nothing was changed." in answered
    later = screens.post(path, {"quantity": 2, "facility": place.pk, "day": "2027-05-01"}).content.decode()
    assert "within the date limit" in later
    assert screens.post(path, {"quantity": 0, "facility": place.pk}).status_code == 422
