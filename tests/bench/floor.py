"""The floor that every speed is a ratio to: the least that a database must do to release orders (spec 8)."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction

_TABLES = """
    CREATE TABLE floor_stock (id int PRIMARY KEY, available bigint NOT NULL);
    CREATE TABLE floor_order (
        id bigint PRIMARY KEY, quantity bigint NOT NULL, status text NOT NULL, placed timestamptz NOT NULL
    );
    CREATE TABLE floor_allocation (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        order_id bigint NOT NULL REFERENCES floor_order,
        stock_id int NOT NULL REFERENCES floor_stock,
        quantity bigint NOT NULL
    );
    CREATE INDEX floor_waiting ON floor_order (placed, id) WHERE status = 'WAITING';
"""
_RELEASE = """
    WITH running AS (
        SELECT id, quantity, sum(quantity) OVER (ORDER BY placed, id) AS total
        FROM floor_order WHERE status = 'WAITING'
    ), served AS (
        SELECT id, quantity FROM running WHERE total <= %(units)s
    ), allocated AS (
        INSERT INTO floor_allocation (order_id, stock_id, quantity) SELECT id, 1, quantity FROM served
    )
    UPDATE floor_order SET status = 'ROUTED' FROM served WHERE floor_order.id = served.id
"""


@contextmanager
def waiting(orders: int) -> Iterator[None]:
    """The floor's tables, in which so many orders wait for a unit each, and half as many units are there."""
    with connection.cursor() as cursor:
        cursor.execute(_TABLES)
        cursor.execute("INSERT INTO floor_stock VALUES (1, %s)", [orders // 2])
        cursor.execute(
            "INSERT INTO floor_order SELECT n, 1, 'WAITING', timestamptz '2026-05-01' + n * interval '1 minute' "
            "FROM generate_series(1, %s) AS n",
            [orders],
        )
        cursor.execute("ANALYZE floor_order")
        yield
        cursor.execute("DROP TABLE floor_allocation, floor_order, floor_stock")


def floor(orders: int) -> float:
    """Orders per second that two statements release, half of ``orders`` being served: lock, then allocate by window."""
    with waiting(orders), connection.cursor() as cursor:
        begun = time.perf_counter()
        with transaction.atomic():
            cursor.execute("SELECT available FROM floor_stock WHERE id = 1 FOR UPDATE")
            (units,) = cursor.fetchone()
            cursor.execute(_RELEASE, {"units": units})
            served = cursor.rowcount
            cursor.execute("UPDATE floor_stock SET available = available - %s WHERE id = 1", [served])
        return float(served / (time.perf_counter() - begun))
