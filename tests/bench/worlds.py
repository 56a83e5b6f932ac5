"""Worlds to be measured, built through the services and emptied between measurements."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from random import Random

from django.apps import apps
from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from django.utils import timezone

from backoffice.core.events import publish
from inventory.events import StockRaised
from inventory.models import Article, Facility, Listing, MovementCause, Stock, StockLevel
from inventory.services.inbound import create_inbound_process
from inventory.services.levels import Booking, book, ensure_levels, lock_levels
from inventory.services.purchase_orders import ItemDraft, PurchaseOrderDraft
from orders.drafts import LineDraft, OrderDraft
from orders.services.placing import place_orders
from routing.models import PlanLine, RoutingPlan, WaitingArticle
from routing.passes.queue import route_queue
from routing.passes.release import serve_waiting_room

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
                latitude=48 + n % 100 / 10,
                longitude=8 + n % 100 / 20,
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
                draft(number, random.sample(range(articles), lines))
                for number in range(start, min(count, start + BATCH))
            ]
        )


def draft(number: int, articles: Sequence[int]) -> OrderDraft:
    """An order of one unit of each of the articles, that many minutes after the first of May."""
    return OrderDraft(
        order_date=FIRST_OF_MAY + timedelta(minutes=number),
        lines=tuple(
            LineDraft(tenant_article_id=f"SKU-{article}", title="Article", quantity=1) for article in articles
        ),
        country="DE",
        latitude=52.5,
        longitude=13.4,
    )


def wait(count: int, *, articles: Sequence[int] = (0,), together: bool = False) -> None:
    """``count`` orders wait, placed a minute after the other: for one unit of one of the articles each, as many for
    every article; or ``together``, for one of all of them. The services let the first ones wait; their rows are the
    pattern of the others.
    """
    already = set(RoutingPlan.objects.waiting().values_list("id", flat=True))
    place_orders(
        drafts=[draft(0, some) for some in ([articles] if together else [[one] for one in articles])]
    )
    route_queue()
    patterns = RoutingPlan.objects.waiting().exclude(id__in=already)
    times = count // len(patterns) - 1
    for pattern in patterns:
        _multiply(pattern, times)
    assert RoutingPlan.objects.waiting().count() == len(already) + len(patterns) * (1 + times)
    analyze()


def past(facility: Facility, article: Article, orders: int = 1_000) -> None:
    """Orders that were released before. In a shop's first minute its tables are nearly empty: PostgreSQL plans the
    checks of foreign keys for that, once per connection, and then reads all of a table that has grown since.
    """
    wait(orders)
    arrive(facility, article, orders)
    serve_waiting_room()


def _multiply(pattern: RoutingPlan, times: int) -> None:
    """Inserts that many copies of a waiting plan and its order, each a minute later than the last."""
    rank = bytes(pattern.rank)
    lines = list(PlanLine.objects.filter(plan=pattern))
    waiting = WaitingArticle.objects.filter(plan=pattern)
    with connection.cursor() as cursor:
        cursor.execute(_COPIES, {"times": times, "pinned": rank[:1], "date": int.from_bytes(rank[1:9])})
        order = "'order_id', copy.\"order\""
        plan = "'plan_id', copy.plan"
        _copy(cursor, "orders_order", pattern.order_id, "'id', copy.\"order\", 'order_date', copy.placed")
        _copy(cursor, "routing_routingplan", pattern.pk, f"'id', copy.plan, {order}, 'rank', copy.rank")
        for line in lines:
            order_line = f"md5(copy.plan::text || '{line.order_line_id}')::uuid"
            own = f"md5(copy.plan::text || '{line.pk}')::uuid"
            _copy(cursor, "orders_orderline", line.order_line_id, f"'id', {order_line}, {order}")
            _copy(cursor, "routing_planline", line.pk, f"'id', {own}, {plan}, 'order_line_id', {order_line}")
        for row in waiting:
            own = "nextval(pg_get_serial_sequence('routing_waitingarticle', 'id'))"
            _copy(cursor, "routing_waitingarticle", row.pk, f"'id', {own}, {plan}, 'rank', copy.rank")
        cursor.execute("DROP TABLE copies")


def _copy(cursor: CursorWrapper, table: str, key: object, changed: str) -> None:
    """A row for each of the copies, like that with the key but for what is ``changed``."""
    cursor.execute(
        f"INSERT INTO {table} SELECT (jsonb_populate_record(original, jsonb_build_object({changed}))).* "
        f"FROM copies AS copy, {table} AS original WHERE original.id = %s ORDER BY copy.n",
        [key],
    )


_COPIES = """
    CREATE TEMP TABLE copies AS
    SELECT *, timestamptz '2026-05-01 00:00+00' + n * interval '1 minute' AS placed,
        %(pinned)s::bytea || int8send(%(date)s + n * 60000000::bigint) || uuid_send(plan) AS rank
    FROM (
        SELECT n, gen_random_uuid() AS "order", gen_random_uuid() AS plan FROM generate_series(1, %(times)s) AS n
    ) AS numbered
"""
"""Ranks are made of a date, as they are by default (:mod:`routing.rank`)."""


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


def vacuum() -> None:
    """Leaves tables as autovacuum does: what all may see is counted from an index alone."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM (ANALYZE)")
