"""What is asked of the product's database after every step of every life."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

from django.db import DEFAULT_DB_ALIAS
from django.db.models import QuerySet

from inventory.models import ExpectedStock, Reservation, StockLevel
from orders.models import Order, OrderLine, PickLine
from orders.models.pickjob import STANDING
from routing.models import PlanLine, PlannedReview, ReleaseTrigger, RoutingPlan

Rows = list[tuple[Any, ...]]


class Prepared:
    """A query whose SQL is worked out once: that takes longer than to ask it."""

    def __init__(self, query: QuerySet[Any]) -> None:
        self._compiler = query.query.get_compiler(DEFAULT_DB_ALIAS)
        statement = self._compiler.as_sql()
        self._compiler.as_sql = lambda *_, **__: statement  # type: ignore[method-assign]

    def rows(self) -> Rows:
        return list(self._compiler.results_iter(tuple_expected=True))


def _prepared(query: Callable[[], QuerySet[Any]]) -> Callable[[], Prepared]:
    return cache(lambda: Prepared(query()))


TRIGGERS = _prepared(lambda: ReleaseTrigger.objects.values_list("id"))
REVIEWS = _prepared(lambda: PlannedReview.objects.values_list("id"))
ORDERS = _prepared(lambda: Order.objects.values_list("id", "status"))
PLANS = _prepared(
    lambda: (
        RoutingPlan.objects.live()
        .in_release_order()
        .values_list("id", "order_id", "status", "facility_id", "planned_for", "queued_run")
    )
)
PLAN_LINES = _prepared(
    lambda: PlanLine.objects.values_list(
        "id",
        "plan_id",
        "article_id",
        "bundle_id",
        "quantity",
        "order_line_id",
        "plan__status",
        "plan__pick_job__status",
    )
)
ORDER_LINES = _prepared(
    lambda: OrderLine.objects.values_list(
        "id", "order_id", "article_id", "quantity", "cancelled", "fulfilled", "short_picked"
    )
)
RESERVATIONS = _prepared(
    lambda: Reservation.objects.values_list(
        "holder", "level__facility_id", "level__article_id", "expected_stock_id", "quantity"
    )
)
LEVELS = _prepared(
    lambda: StockLevel.objects.values_list("facility_id", "article_id", "on_hand", "reserved", "safety_stock")
)
BUCKETS = _prepared(
    lambda: ExpectedStock.objects.values_list(
        "id", "quantity", "received", "reserved", "delivery_date", "status"
    )
)
PICK_LINES = _prepared(
    lambda: PickLine.objects.filter(pick_job__status__in=STANDING).values_list(
        "pick_job__reference",
        "pick_job__facility_id",
        "pick_job__status",
        "pick_job__sub_status",
        "article_id",
        "quantity",
        "picked",
        "unbacked",
    )
)
