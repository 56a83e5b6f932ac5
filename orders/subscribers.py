"""What orders do when something happens below them."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Exists, F, OuterRef, Q

from backoffice.core.errors import StateConflict
from backoffice.core.events import subscribe
from backoffice.core.texts import text
from inventory.events import FacilityDeleting
from orders.events import OrderCancelled
from orders.models import Order, OrderLine, PickJob
from orders.models.pickjob import STARTED, UNSTARTED
from orders.services.paymentcancelling import void_payments

NAMED = 3
"""How many of the records that stand in the way a refusal names."""


def subscribe_all() -> None:
    subscribe(FacilityDeleting, _keep_facilities)
    subscribe(OrderCancelled, _void_payments)


def _void_payments(events: Sequence[OrderCancelled]) -> None:
    """Nothing is held for orders of which nothing is delivered (M3, O2)."""
    void_payments(order_ids=[event.order_id for event in events])


def _keep_facilities(events: Sequence[FacilityDeleting]) -> None:
    """A facility is not deleted while there is something to collect there, to bring there, or to pick there (O3).

    An order of which nothing is left to deliver is history, whatever its status.
    """
    ids = {event.facility_id for event in events}
    delivering = OrderLine.objects.kept().filter(
        order=OuterRef("pk"), quantity__gt=F("cancelled") + F("fulfilled") + F("short_picked")
    )
    orders = Order.objects.live().filter(
        Exists(delivering), Q(collect_facility__in=ids) | Q(ordering_facility__in=ids)
    )
    jobs = PickJob.objects.filter(facility__in=ids, status__in=UNSTARTED + STARTED)
    for rows, kind in ((orders, text("orders")), (jobs, text("pick jobs"))):
        named = ", ".join(str(id) for id in rows.order_by("id").values_list("id", flat=True)[:NAMED])
        if named:
            raise StateConflict(
                text(
                    "The facility is still needed by %(kind)s (%(named)s): finish or cancel them first.",
                    kind=kind,
                    named=named,
                ),
                code="STILL_REFERRED_TO",
            )
