"""What the tests of routing's API share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext

from backoffice.core.models import DomainEvent
from inventory.models import Reservation
from orders.models import Order, PickJob
from routing.models import DecisionLog, ReleaseTrigger, RoutingPlan

NOT_IDS = ("nonsense", "01a1fb8a-0000-7000-8000-000000000000", "%00", "é")


def stored() -> dict[str, Any]:
    """What a refused request must not have changed."""
    return {
        "plans": list(RoutingPlan.objects.order_by("id").values()),
        "orders": list(Order.objects.order_by("id").values("id", "version", "status")),
        "jobs": list(PickJob.objects.order_by("id").values("id", "version", "status")),
        "counts": [
            model.objects.count() for model in (DomainEvent, DecisionLog, ReleaseTrigger, Reservation)
        ],
    }


def refused(answer: Any, status: int, code: str = "") -> Any:
    """The one problem of a refusal."""
    assert answer.status_code == status, answer.content
    (problem,) = answer.json()
    if code:
        assert problem["code"] == code, problem
    return problem


def queries_of(read: Callable[[], Any]) -> int:
    """How many queries a request takes."""
    with CaptureQueriesContext(connection) as queries:
        answer = read()
    assert answer.status_code == 200, answer.content
    return len(queries)
