"""What an agent of the demo did by hand: cancelled, assigned and rerouted a few, pinned one and held another."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import TypeVar

from django.db.models import Model, QuerySet
from django.utils import timezone

from backoffice.core.services.jobs import work_off
from backoffice.dashboard.demo.network import SUSPENDED_FACILITY
from inventory.models import Facility
from orders.models import Order
from orders.services.cancelling import cancel_order
from routing.models import PlanStatus, RoutingPlan
from routing.services.assigning import assign_plan
from routing.services.bulk import start_interventions
from routing.services.cancelling import cancel_plan
from routing.services.holding import hold_plan
from routing.services.intervening import Intervention, Name
from routing.services.pinning import pin_plan
from routing.services.rerouting import reroute_plan

M = TypeVar("M", bound=Model)


def intervene() -> None:
    """Each kind picks its orders and plans by their numbers, so that they are the same every time."""
    _cancel_orders()
    _assign_to_stores()
    for plan in spread(_plans(PlanStatus.ROUTED).filter(parent=None), 3):
        reroute_plan(plan_id=plan.pk, version=plan.version, reason="Box was damaged, send from elsewhere")
    for plan in spread(_plans(PlanStatus.NOT_ROUTABLE), 2):
        cancel_plan(plan_id=plan.pk, version=plan.version, reason="Sold out for good, refunded")
    _give_turns()


def _give_turns() -> None:
    """One is pinned, one held; and somebody looked at what a reroute of a few others would bring."""
    first, second, *others = spread(_plans(PlanStatus.WAITING).filter(order__collect_facility=None), 6)
    pin_plan(plan_id=first.pk, version=first.version, reason="Has asked three times")
    hold_plan(
        plan_id=second.pk,
        until=timezone.now() + timedelta(days=6),
        version=second.version,
        reason="Is on holiday until then",
    )
    start_interventions(
        what=Intervention(name=Name.REROUTE),
        plan_ids=[plan.pk for plan in others],
        dry_run=True,
        reason="Would another facility have them?",
    )
    while work_off():
        pass


def _cancel_orders() -> None:
    tired = spread(_orders_with(PlanStatus.WAITING), 8)
    changed_mind = spread(_orders_with(PlanStatus.ROUTED), 9)
    for orders, reason in ((tired, "Did not want to wait any longer"), (changed_mind, "Ordered by mistake")):
        for order in orders:
            cancel_order(order_id=order.pk, version=order.version, reason=reason)


def _assign_to_stores() -> None:
    """Some who wait get what a store keeps in its window; some who wanted to collect at the closed one go elsewhere."""
    stores = {facility.tenant_facility_id: facility for facility in Facility.objects.all()}
    waiting = spread(_plans(PlanStatus.WAITING).filter(order__collect_facility=None), 4)
    for plan, store in zip(waiting, ("ST-KOELN", "ST-HAMBURG", "ST-BERLIN", "ST-AMSTERDAM"), strict=True):
        assign_plan(
            plan_id=plan.pk,
            version=plan.version,
            facility_id=stores[store].pk,
            reason="The store gives its display piece",
        )
    closed = _plans(PlanStatus.NOT_ROUTABLE).filter(order__collect_facility=stores[SUSPENDED_FACILITY])
    for plan in spread(closed, 1):
        assign_plan(
            plan_id=plan.pk,
            version=plan.version,
            facility_id=stores["ST-WIEN"].pk,
            reason="Salzburg is being rebuilt; the customer collects in Vienna",
        )


def _plans(status: PlanStatus) -> QuerySet[RoutingPlan]:
    return RoutingPlan.objects.filter(status=status).order_by("order__tenant_order_id", "id")


def _orders_with(status: PlanStatus) -> QuerySet[Order]:
    """Orders of one plan, in that status."""
    plans = RoutingPlan.objects.filter(status=status, parent=None)
    return Order.objects.live().filter(plans__in=plans).order_by("tenant_order_id")


def spread(rows: Iterable[M], count: int) -> list[M]:
    """``count`` of the rows, evenly apart."""
    found = list(rows)
    step = max(1, len(found) // count)
    return found[step // 2 :: step][:count]
