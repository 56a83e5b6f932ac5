"""A plan's rank sorts as the site's prioritisation says (spec 2, W2)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from orders.models import Order
from routing.models import RoutingPlan
from routing.rank import rank_of

MAY = datetime(2026, 5, 1, tzinfo=UTC)


def plan(
    *, pinned_at: datetime | None = None, waiting_since: datetime | None = None, **order: Any
) -> RoutingPlan:
    made = Order(**{"order_date": MAY, **order})
    return RoutingPlan(
        order=made, service_level=made.service_level, pinned_at=pinned_at, waiting_since=waiting_since
    )


def before(first: RoutingPlan, second: RoutingPlan, *keys: dict[str, Any]) -> bool:
    return rank_of(first, keys) < rank_of(second, keys)


@pytest.mark.parametrize(
    ("key", "first", "second"),
    [
        ({"by": "ORDER_DATE"}, {"order_date": MAY}, {"order_date": MAY + timedelta(microseconds=1)}),
        (
            {"by": "ORDER_DATE", "direction": "DESC"},
            {"order_date": MAY + timedelta(days=1)},
            {"order_date": MAY},
        ),
        ({"by": "ORDER_DATE"}, {"order_date": datetime(1969, 1, 1, tzinfo=UTC)}, {"order_date": MAY}),
        ({"by": "PRIORITY"}, {"priority": 10}, {"priority": 9}),
        ({"by": "PRIORITY", "direction": "ASC"}, {"priority": 9}, {"priority": 10}),
        ({"by": "TARGET_TIME"}, {"target_time": MAY}, {"target_time": None}),
        ({"by": "ORDER_VALUE"}, {"value": Decimal("100.10")}, {"value": Decimal("100.09")}),
        ({"by": "TAG", "value": "vip"}, {"tags": [{"id": "vip", "value": "gold"}]}, {"tags": []}),
        ({"by": "TAG", "value": "vip:gold"}, {"tags": [{"id": "vip", "value": "gold"}]}, {"tags": []}),
        ({"by": "DELIVERY_SERVICE"}, {"service_level": "SAMEDAY"}, {"service_level": "DELIVERY"}),
    ],
)
def test_a_key_puts_first_what_it_names_first(
    key: dict[str, Any], first: dict[str, Any], second: dict[str, Any]
) -> None:
    later, earlier = plan(**second), plan(**first)
    assert before(earlier, later, key)


def test_the_next_key_counts_where_the_first_is_equal() -> None:
    keys = ({"by": "PRIORITY"}, {"by": "ORDER_DATE"})
    later, earlier = plan(priority=5, order_date=MAY + timedelta(days=1)), plan(priority=5)
    assert before(earlier, later, *keys)
    assert before(plan(priority=6, order_date=MAY + timedelta(days=9)), earlier, *keys)


def test_a_tie_goes_to_the_plan_that_was_made_first() -> None:
    earlier, later = plan(), plan()
    assert before(earlier, later, {"by": "ORDER_DATE"})


def test_a_pinned_plan_stands_before_all_others() -> None:
    """M4; of two pinned ones the one that was pinned first"""
    old, pinned, pinned_later = (
        plan(order_date=MAY - timedelta(days=99)),
        plan(pinned_at=MAY),
        plan(pinned_at=MAY + timedelta(hours=1)),
    )
    assert before(pinned, old, {"by": "ORDER_DATE"})
    assert before(pinned, pinned_later, {"by": "ORDER_DATE"})


def test_longest_waiting_first() -> None:
    longer, shorter = plan(waiting_since=MAY), plan(waiting_since=MAY + timedelta(days=1))
    assert before(longer, shorter, {"by": "WAITING_SINCE"})
    assert before(shorter, plan(), {"by": "WAITING_SINCE"})
