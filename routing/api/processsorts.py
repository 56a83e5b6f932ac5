"""What processes may be sorted by: the contract's keys, whether or not anything here has a value for them."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

from django.db.models import (
    Case,
    ExpressionWrapper,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    TextField,
    Value,
    When,
)
from django.db.models.fields.json import KT
from django.db.models.functions import Coalesce

from backoffice.core.api.search import Sort
from orders.models import OrderLine, PickJob
from orders.models.pickjob import STARTED, UNSTARTED
from routing.models import RoutingPlan
from routing.processes import ProcessStatus, in_doms_status, in_operative_status, in_process_status

ORDERED_AMOUNT = Coalesce(
    Subquery(
        OrderLine.objects.kept()
        .filter(order=OuterRef("pk"))
        .order_by()
        .values("order")
        .annotate(units=Sum("quantity"))
        .values("units")
    ),
    0,
)

NOTHING = Sort(Value(None, output_field=TextField()), nullable=True)


def _by_status(having: Callable[[Collection[str]], Q]) -> Sort:
    whens = (When(having([status]), then=Value(status)) for status in ProcessStatus.values)
    return Sort(Case(*whens, default=Value(""), output_field=TextField()))


def _by_facility(column: str) -> Sort:
    """Of several facilities that plans of the order are at, the first in the alphabet counts."""
    plans = RoutingPlan.objects.filter(order=OuterRef("pk"), facility__isnull=False)
    return _first(plans, column)


def _by_active_facility(column: str) -> Sort:
    """So of those that pick for it."""
    jobs = PickJob.objects.filter(order=OuterRef("pk"), status__in=(*UNSTARTED, *STARTED))
    return _first(jobs, column)


def _first(rows: QuerySet[Any], column: str) -> Sort:
    return _text(Subquery(rows.order_by(column).values(column)[:1]))


def _text(found: Any) -> Sort:
    """As a plain text, which parts of JSON documents are not compared as."""
    return Sort(ExpressionWrapper(found, output_field=TextField()), nullable=True)


PROCESS_SORTS = {
    "processId": Sort("pk"),
    "created": Sort("created"),
    "status": _by_status(in_process_status),
    "domsStatus": _by_status(in_doms_status),
    "operativeStatus": _by_status(in_operative_status),
    "activeFacilityName": _by_active_facility("facility__name"),
    "activeFacilityCountry": _by_active_facility("facility__country"),
    "referenced.order.orderDate": Sort("order_date"),
    "referenced.order.tenantOrderId": Sort("tenant_order_id", nullable=True),
    "referenced.order.orderedAmount": Sort(ORDERED_AMOUNT),
    "referenced.order.desiredDeliveryTime": Sort("target_time", nullable=True),
    "referenced.facility.name": _by_facility("facility__name"),
    "referenced.facility.address.country": _by_facility("facility__country"),
    "referenced.consumerAddress.country": Sort("country"),
    "referenced.consumerAddress.postalCode": _text(KT("consumer__addresses__0__postalCode")),
    "referenced.sticker.name": _text(KT("details__stickers__0__name")),
    "referenced.targetTime": Sort("target_time", nullable=True),
    **dict.fromkeys(
        (
            "inventoryStatus",
            "returnStatus",
            "referenced.brand.name",
            "referenced.carrier.name",
            "referenced.order.provisioningTime",
            "referenced.order.updateDetails.created",
            "referenced.order.updateDetails.user",
            "referenced.parcelTrackingStatus",
        ),
        NOTHING,
    ),
}
"""What never has a value leaves the processes in the order of their ids."""
