"""What orders do when something happens below them."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Q

from backoffice.core.errors import StateConflict
from backoffice.core.events import subscribe
from inventory.events import FacilityDeleting
from orders.models import Order, PickJob
from orders.models.pickjob import STARTED, UNSTARTED

NAMED = 3
"""How many of the records that stand in the way a refusal names."""


def subscribe_all() -> None:
    subscribe(FacilityDeleting, _keep_facilities)


def _keep_facilities(events: Sequence[FacilityDeleting]) -> None:
    """A facility is not deleted while a live order is collected there or was placed by it, or picks there (O3)."""
    ids = {event.facility_id for event in events}
    orders = Order.objects.live().filter(Q(collect_facility__in=ids) | Q(ordering_facility__in=ids))
    jobs = PickJob.objects.filter(facility__in=ids, status__in=UNSTARTED + STARTED)
    for rows, kind in ((orders, "orders"), (jobs, "pick jobs")):
        named = ", ".join(str(id) for id in rows.order_by("id").values_list("id", flat=True)[:NAMED])
        if named:
            raise StateConflict(
                f"The facility is still needed by {kind} ({named}): finish or cancel them first.",
                code="STILL_REFERRED_TO",
            )
