"""Two clients write the same thing at once: the second waits for the first, and builds on what it left."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction

from backoffice.core.errors import StateConflict
from inventory.models import Article, Facility, Listing, Stock, StockLevel
from inventory.services.articles import ensure_articles
from inventory.services.facilities import create_facility
from inventory.services.listing_change import ListingDraft
from inventory.services.listings import put_listings
from inventory.services.stock import update_stock, upsert_stocks
from inventory.services.stock_writing import StockDraft, StockUpdate, StockValues
from tests.factories.inventory import StockFactory
from tests.races.threads import elsewhere, until_somebody_waits_for_a_lock

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.race, pytest.mark.postgres]


def at_once(first: Callable[[], Any], second: Callable[[], Any]) -> tuple[Any, Any]:
    """Both results, of which the second began while the first was not committed, and had to wait for it."""
    with elsewhere() as run:
        with transaction.atomic():
            mine = first()
            theirs = run(second)
            run(
                until_somebody_waits_for_a_lock
            ).result()  # elsewhere: within a transaction nothing would change
        return mine, theirs.result(timeout=10)


def test_of_two_new_listings_the_second_replaces_the_first(facility: Facility) -> None:
    drafts = [ListingDraft(tenant_article_id="4711")]
    [(_, first)], [(listing, second)] = at_once(
        lambda: put_listings(facility=facility, drafts=drafts),
        lambda: put_listings(facility=facility, drafts=drafts),
    )
    assert (first, second, listing.version) == ("CREATED", "UPDATED", 2)
    assert Listing.objects.get().version == 2


def test_of_two_new_stocks_with_one_id_the_second_updates_the_first(facility: Facility) -> None:
    def upsert(value: int) -> Callable[[], Any]:
        draft = StockDraft(
            facility_id=facility.pk,
            tenant_article_id="4711",
            value=value,
            values=StockValues(tenant_stock_id="S-1"),
        )
        return lambda: upsert_stocks(items=[draft])

    [(_, first)], [(_, second)] = at_once(upsert(5), upsert(3))
    assert (first, second) == ("CREATED", "UPDATED")
    assert (Stock.objects.get().value, StockLevel.objects.get().on_hand) == (3, 3)


def test_two_updates_of_one_record_are_both_in_the_ledger(facility: Facility) -> None:
    """Which is looked at after every test: a level is the sum of its movements."""
    record = StockFactory(facility=facility, value=5)

    def update(value: int) -> Callable[[], Any]:
        return lambda: update_stock(update=StockUpdate(stock_id=record.pk, value=value))

    at_once(update(9), update(2))
    assert (Stock.objects.get().version, StockLevel.objects.get().on_hand) == (3, 2)


def test_two_imports_of_the_same_articles_do_not_wait_for_each_other_in_turn() -> None:
    keys = [f"article-{number}" for number in range(50)]
    first, second = at_once(
        lambda: ensure_articles(dict.fromkeys(keys, "")),
        lambda: ensure_articles(dict.fromkeys(reversed(keys), "title")),
    )
    assert {article.pk for article in first.values()} == {article.pk for article in second.values()}
    assert Article.objects.filter(title="title").count() == 50


def test_of_two_facilities_with_one_tenant_id_the_second_is_refused() -> None:
    def create() -> Facility:
        return create_facility(values={"name": "Köln", "country": "DE", "tenant_facility_id": "K-1"})

    with pytest.raises(StateConflict):
        at_once(create, create)
    assert Facility.objects.count() == 1
