"""The floor's work, on the floor's tables, as Python does it: order by order, and in bulk. Neither has rules, a ledger,
pick jobs, logs or events.

Spec 8 tells what both came to where its floor was measured. So they tell how that machine and this one differ: in the
database, in Python, or in both.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice

from django.db import models, transaction
from django.db.models import QuerySet

from tests.bench.floor import floor, waiting
from tests.bench.measuring import Measurement, seconds

CHUNK = 500


class FloorStock(models.Model):
    id = models.IntegerField(primary_key=True)
    available = models.BigIntegerField()

    class Meta:
        app_label, managed, db_table = "bench", False, "floor_stock"


class FloorOrder(models.Model):
    id = models.BigIntegerField(primary_key=True)
    quantity = models.BigIntegerField()
    status = models.TextField()
    placed = models.DateTimeField()

    class Meta:
        app_label, managed, db_table = "bench", False, "floor_order"


class FloorAllocation(models.Model):
    id = models.BigAutoField(primary_key=True)
    order = models.ForeignKey(FloorOrder, on_delete=models.CASCADE)
    stock = models.ForeignKey(FloorStock, on_delete=models.CASCADE)
    quantity = models.BigIntegerField()

    class Meta:
        app_label, managed, db_table = "bench", False, "floor_allocation"


def one_by_one(size: int) -> Measurement:
    """A plain loop: a transaction for each order. Spec 8: 280 orders/s beside a floor of 27,000."""
    return _measured("loop", "the floor's work, order by order (spec 8: 0.010)", size, _serve_one_by_one)


def in_bulk(size: int) -> Measurement:
    """A bare bulk plan: a transaction for each 500 orders. Spec 8: 10,900 orders/s beside a floor of 27,000."""
    return _measured("bulk", "the floor's work, 500 orders at a time (spec 8: 0.404)", size, _serve_in_bulk)


def _measured(row: str, work: str, size: int, serve: Callable[[], int]) -> Measurement:
    least = floor(size)
    with waiting(size):
        speed = size // 2 / seconds(serve, size // 2)
    return Measurement(row, work, speed, "orders/s", speed / least, 0)


def _serve_one_by_one() -> int:
    served = 0
    for order in _in_turn():
        with transaction.atomic():
            stock = FloorStock.objects.select_for_update().get()
            if stock.available < order.quantity:
                break
            FloorAllocation.objects.create(order=order, stock=stock, quantity=order.quantity)
            order.status = "ROUTED"
            order.save(update_fields=["status"])
            stock.available -= order.quantity
            stock.save(update_fields=["available"])
        served += 1
    return served


def _serve_in_bulk() -> int:
    served, rest = 0, iter(_in_turn())
    while orders := list(islice(rest, CHUNK)):
        with transaction.atomic():
            stock = FloorStock.objects.select_for_update().get()
            given = []
            for order in orders:
                if stock.available >= order.quantity:
                    stock.available -= order.quantity
                    given.append(FloorAllocation(order=order, stock=stock, quantity=order.quantity))
            if not given:
                break
            FloorAllocation.objects.bulk_create(given)
            FloorOrder.objects.filter(id__in=[one.order_id for one in given]).update(status="ROUTED")
            stock.save(update_fields=["available"])
        served += len(given)
    return served


def _in_turn() -> QuerySet[FloorOrder]:
    return FloorOrder.objects.filter(status="WAITING").order_by("placed", "id")
