"""Spec 2: what orders, payments and plans may become. Every pair of statuses, and the doors that lead through them."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product
from typing import Any

import pytest
from django.db import transaction

from backoffice.core.errors import StateConflict
from backoffice.core.lifecycle import Lifecycle
from backoffice.core.models import JOB_LIFECYCLE, JobStatus
from orders.models import OrderStatus, PaymentStatus
from orders.models.order import ORDER_LIFECYCLE
from orders.models.payment import PAYMENT_LIFECYCLE
from routing.models import PLAN_LIFECYCLE, PlanStatus, QueuedRun, RoutingPlan
from routing.services.assigning import BY_ASSIGNMENT
from routing.services.cancelling import cancel_plan, cancel_plans
from routing.services.interventions import replace
from routing.services.rerouting import reroute_plan
from tests.factories.orders import OrderFactory
from tests.routing.api_calls import stored
from tests.scenarios.shop import Shop

ORDERS = {
    "PROMISED": "OPEN LOCKED CANCELLED",
    "LOCKED": "OPEN CANCELLED",
    "OPEN": "CANCELLED OBSOLETE",
    "CANCELLED": "",
    "OBSOLETE": "",
}
PAYMENTS = {
    "PENDING": "AUTHORISED FAILED VOIDED",
    "AUTHORISED": "VOIDED CAPTURED",
    "FAILED": "AUTHORISED VOIDED",
    "VOIDED": "",
    "CAPTURED": "",
}
JOBS = {"PENDING": "RUNNING STOPPED", "RUNNING": "DONE STOPPED", "DONE": "", "STOPPED": ""}
PLANS = {
    "INITIAL": "WAITING ROUTED RETRYABLE NOT_ROUTABLE CANCELED",
    "WAITING": "ROUTED RETRYABLE NOT_ROUTABLE OBSOLETE CANCELED",
    "PLANNED": "ROUTED WAITING OBSOLETE CANCELED",
    "RETRYABLE": "NOT_ROUTABLE ROUTED WAITING OBSOLETE CANCELED",
    "NOT_ROUTABLE": "RETRYABLE ROUTED WAITING OBSOLETE CANCELED",
    "ROUTED": "OBSOLETE CANCELED",
    "OBSOLETE": "",
    "CANCELED": "",
}
"""The specification's table, in its own words; the others are ours."""


def pairs(table: Mapping[str, str], lifecycle: Lifecycle) -> list[Any]:
    return [
        pytest.param(lifecycle, old, new, new in table[old].split(), id=f"{lifecycle.name}-{old}-{new}")
        for old, new in product(table, repeat=2)
    ]


@pytest.mark.parametrize(
    ("lifecycle", "old", "new", "allowed"),
    [
        *pairs(ORDERS, ORDER_LIFECYCLE),
        *pairs(PAYMENTS, PAYMENT_LIFECYCLE),
        *pairs(PLANS, PLAN_LIFECYCLE),
        *pairs(JOBS, JOB_LIFECYCLE),
    ],
)
def test_every_forbidden_move_is_refused(lifecycle: Lifecycle, old: str, new: str, allowed: bool) -> None:
    assert lifecycle.allowed(old, new) is allowed
    if allowed:
        lifecycle.check(old, new)
    else:
        with pytest.raises(StateConflict, match=f"is {old} and cannot become {new}"):
            lifecycle.check(old, new)


@pytest.mark.parametrize(
    ("table", "statuses"),
    [(ORDERS, OrderStatus), (PAYMENTS, PaymentStatus), (PLANS, PlanStatus), (JOBS, JobStatus)],
)
def test_no_status_is_forgotten(table: Mapping[str, str], statuses: Any) -> None:
    assert set(table) == set(statuses.values)


# The doors: a status is moved by services alone, and each asks the table.


@pytest.mark.django_db
@pytest.mark.parametrize("status", ORDERS)
@pytest.mark.parametrize(
    ("name", "target"), [("CANCEL", "CANCELLED"), ("FORCE_CANCEL", "CANCELLED"), ("UNLOCK", "OPEN")]
)
def test_an_order_moves_only_where_the_table_leads(api: Any, status: str, name: str, target: str) -> None:
    """O2, R8. Only LOCKED orders are unlocked: a promise is confirmed."""
    order = OrderFactory(status=status, lines=1, valid_until="2036-01-01T00:00:00Z")
    before = stored()
    answer = api.post(f"/api/orders/{order.id}/actions", {"name": name, "version": 1})
    allowed = target in ORDERS[status].split() and (name != "UNLOCK" or status == "LOCKED")
    assert answer.status_code == (200 if allowed else 409)
    if allowed:
        assert answer.json()["status"] == target
    else:
        assert stored() == before


def plan_in(shop: Shop, status: str) -> RoutingPlan:
    """A plan of one unit, in that status whatever led there."""
    order = shop.order({"SKU": 1})
    queued = (
        {"queued_run": QueuedRun.INTAKE, "queued_at": "2026-05-01T00:00:00Z"} if status == "INITIAL" else {}
    )
    at = {"facility_id": shop.id_of("A")} if status in ("ROUTED", "PLANNED") else {}
    day = {"planned_for": "2026-05-01"} if status == "PLANNED" else {}
    since = {"waiting_since": "2026-05-01T00:00:00Z"} if status == "WAITING" else {}
    RoutingPlan.objects.filter(order=order.id).update(status=status, **queued, **at, **day, **since)
    plan: RoutingPlan = RoutingPlan.objects.select_related("order", "pick_job").get(order=order.id)
    return plan


@pytest.mark.django_db
@pytest.mark.parametrize("status", PLANS)
def test_a_plan_is_cancelled_only_where_the_table_leads(shop: Shop, status: str) -> None:
    plan = plan_in(shop, status)
    before = stored()
    if "CANCELED" in PLANS[status].split():
        with transaction.atomic():
            cancel_plans([plan])
        assert RoutingPlan.objects.get().status == "CANCELED"
    else:
        with pytest.raises(StateConflict), transaction.atomic():
            cancel_plans([plan])
        assert stored() == before


@pytest.mark.django_db
@pytest.mark.parametrize("status", PLANS)
def test_a_plan_is_replaced_only_where_the_table_leads(shop: Shop, status: str) -> None:
    plan = plan_in(shop, status)
    before = stored()
    if "OBSOLETE" in PLANS[status].split():
        with transaction.atomic():
            successor = replace(plan, ending=BY_ASSIGNMENT, queued_run=QueuedRun.PLAN_REROUTE)
        assert (RoutingPlan.objects.get(id=plan.id).status, successor.status) == ("OBSOLETE", "INITIAL")
    else:
        with pytest.raises(StateConflict), transaction.atomic():
            replace(plan, ending=BY_ASSIGNMENT, queued_run=QueuedRun.PLAN_REROUTE)
        assert stored() == before


@pytest.mark.django_db
@pytest.mark.parametrize("status", ["INITIAL", "OBSOLETE", "CANCELED"])
@pytest.mark.parametrize("act", [cancel_plan, reroute_plan])
def test_nobody_intervenes_on_what_is_being_decided_or_is_over(shop: Shop, status: str, act: Any) -> None:
    """M2, M3."""
    plan = plan_in(shop, status)
    before = stored()
    with pytest.raises(StateConflict):
        act(plan_id=plan.id)
    assert stored() == before
