"""The way from an empty installation to the first order that waited, went, and was picked."""

from __future__ import annotations

from inventory.models import Facility, InboundProcess, Listing
from orders.models import Order, PickJob, PickJobStatus
from routing.models import PlanStatus, ReleaseRun, RoutingPlan

NOVICE_ORDERS = 25
"""Where more orders than this have come, nobody needs to be led any more."""

PICKED = (PickJobStatus.PICKED, PickJobStatus.CLOSED)


def first_steps() -> dict[str, bool] | None:
    """What has been done already, step by step; None where the way has been gone, or is known.

    ``unroutable`` is no step: it says that an order did not get that far.
    """
    orders = Order.objects.order_by()[: NOVICE_ORDERS + 1].count()
    if orders > NOVICE_ORDERS:
        return None
    steps = {
        "facility": Facility.objects.exists(),
        "listing": Listing.objects.exists(),
        "order": orders > 0,
        "incoming": InboundProcess.objects.exists(),
        "released": ReleaseRun.objects.filter(released__gt=0).exists(),
        "picked": PickJob.objects.filter(status__in=PICKED).exists(),
    }
    if steps["released"] and steps["picked"]:
        return None
    stuck = RoutingPlan.objects.filter(status__in=(PlanStatus.NOT_ROUTABLE, PlanStatus.RETRYABLE))
    return {**steps, "waiting": RoutingPlan.objects.waiting().exists(), "unroutable": stuck.exists()}
