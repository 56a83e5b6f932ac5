"""Worlds to be measured, built through the services and emptied between measurements."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random

from django.apps import apps
from django.db import connection, transaction
from django.utils import timezone

from backoffice.core.events import publish
from inventory.events import StockRaised
from inventory.models import Article, Facility, Listing, MovementCause, Stock, StockLevel
from inventory.services.inbound import create_inbound_process
from inventory.services.levels import Booking, book, ensure_levels, lock_levels
from inventory.services.purchase_orders import ItemDraft, PurchaseOrderDraft
from orders.drafts import LineDraft, OrderDraft
from orders.services.placing import place_orders

FIRST_OF_MAY = datetime(2026, 5, 1, tzinfo=UTC)
BATCH = 1_000


def empty() -> None:
    """Removes everything that a measurement made."""
    labels = ("inventory", "orders", "routing", "core")
    tables = [model._meta.db_table for label in labels for model in apps.get_app_config(label).get_models()]
    with connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {', '.join(tables)} CASCADE")


def network(facilities: int, articles: int) -> tuple[list[Facility], list[Article]]:
    """Facilities that ship, each listing every article as BACKORDER, with empty levels."""
    places = Facility.objects.bulk_create(
        [
            Facility(
                name=f"Facility {n}",
                country="DE",
                services=["SHIP_FROM_STORE"],
                latitude=48 + n / 10,
                longitude=8 + n / 20,
            )
            for n in range(facilities)
        ]
    )
    goods = Article.objects.bulk_create([Article(tenant_article_id=f"SKU-{n}") for n in range(articles)])
    Listing.objects.bulk_create(
        [
            Listing(facility=place, article=article, out_of_stock_behaviour="BACKORDER")
            for place in places
            for article in goods
        ],
        batch_size=5_000,
    )
    ensure_levels([(place.id, article.id) for place in places for article in goods])
    return places, goods


def place(count: int, *, lines: int = 1, articles: int = 1, seed: int = 1) -> None:
    """Orders of ``lines`` lines of one unit each, over the first ``articles`` articles, one a minute."""
    random = Random(seed)
    for start in range(0, count, BATCH):
        place_orders(
            drafts=[
                OrderDraft(
                    order_date=FIRST_OF_MAY + timedelta(minutes=number),
                    lines=tuple(
                        LineDraft(tenant_article_id=f"SKU-{article}", title="Article", quantity=1)
                        for article in random.sample(range(articles), lines)
                    ),
                    country="DE",
                    latitude=52.5,
                    longitude=13.4,
                )
                for number in range(start, min(count, start + BATCH))
            ]
        )


def arrive(facility: Facility, article: Article, units: int) -> None:
    """Units arrive, with their ledger and their trigger."""
    with transaction.atomic():
        level = StockLevel.objects.get(facility=facility, article=article)
        lock_levels([level.id])
        Stock.objects.create(level=level, value=units)
        book([Booking(level.id, MovementCause.STOCK_UPDATE, on_hand=units)])
        publish(
            [
                StockRaised(
                    resource_id=str(level.id),
                    facility_id=facility.id,
                    article_id=article.id,
                    cause="STOCK_UP",
                )
            ]
        )


def expect(facility: Facility, article: Article, units: int, deliveries: int) -> None:
    """Units are expected in so many deliveries, one a day from tomorrow on."""
    for number in range(deliveries):
        create_inbound_process(
            facility=facility,
            purchase_order=PurchaseOrderDraft(
                order_date=FIRST_OF_MAY,
                requested_at=timezone.now() + timedelta(days=1 + number),
                items=[
                    ItemDraft(
                        tenant_article_id=article.tenant_article_id,
                        quantity=units // deliveries + (number < units % deliveries),
                    )
                ],
            ),
        )


def analyze() -> None:
    """Lets the planner know what it will meet, as autovacuum would in time."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
