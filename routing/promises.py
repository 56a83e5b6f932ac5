"""What a promise says: from where what is shipped, and what has to wait (spec 5 ``promises/deliverypromise``)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db.models import Prefetch, Sum
from django.utils import timezone

from backoffice.core.api.values import instant
from inventory.models import Facility, Reservation
from orders.models import DeliveryType, Order
from routing.models import PlanLine, PlanStatus, RoutingPlan
from routing.outlooks import ready_at
from routing.passes.facilityfacts import facility_facts

JSON = dict[str, Any]

AWAITED = (PlanStatus.WAITING, PlanStatus.PLANNED)
"""Plans whose units are still to come."""


def render_promise(order: Order) -> JSON:
    """The contract's answer to a promise; three queries. What is not routable stands nowhere in it."""
    lines = PlanLine.objects.select_related("order_line__article").order_by("order_line__position", "id")
    plans = list(
        RoutingPlan.objects.filter(order=order)
        .select_related("facility")
        .prefetch_related(Prefetch("lines", lines))
        .order_by("id")
    )
    reserved = _reserved(plans)
    routed = [plan for plan in plans if plan.status == PlanStatus.ROUTED and plan.facility is not None]
    waiting = [line for plan in plans if plan.status in AWAITED for line in _lines(plan, reserved)]
    answer: JSON = {
        "orderRef": str(order.pk),
        "orderVersion": order.version,
        "promisesOptions": {"validUntil": instant(order.valid_until)},
    }
    if routed and order.delivery_type == DeliveryType.COLLECT:
        (plan,) = routed  # a collect order is never divided (S1)
        answer["collect"] = _collect(plan, order, reserved)
    elif routed:
        to = "shipToStore" if order.ordering_facility_id else "shipToCustomer"
        answer[to] = [_shipment(plan, order, reserved) for plan in routed]
    if waiting:
        answer["backOrdered"] = {"lineItems": waiting}
    return answer


def carriers_of(facility: Facility, preferred: Sequence[str]) -> list[str]:
    """The keys of the carriers that would take it: the preferred ones, where any is named (F4)."""
    return [key for key in facility.carriers if not preferred or key in preferred]


def render_carrier(key: str) -> JSON:
    """A carrier, of which no more is known than its key: neither products nor transit times."""
    return {"carrierRef": key, "carrierKey": key, "carrierName": key, "products": []}


def _reserved(plans: Iterable[RoutingPlan]) -> Mapping[UUID, int]:
    holders = [line.pk for plan in plans for line in plan.lines.all()]
    held = Reservation.objects.filter(holder__in=holders).order_by().values_list("holder")
    return dict(held.annotate(units=Sum("quantity")))


def _lines(plan: RoutingPlan, reserved: Mapping[UUID, int]) -> list[JSON]:
    return [
        {
            "tenantArticleId": line.order_line.article.tenant_article_id,
            "title": line.order_line.title,
            "quantity": line.quantity,
            "available": reserved.get(line.pk, 0),
            **({"outOfStockBehaviour": plan.behaviour} if plan.behaviour else {}),
            **({"availabilityTimeframe": {"start": instant(plan.not_before)}} if plan.not_before else {}),
        }
        for line in plan.lines.all()
    ]


def _facility(facility: Facility) -> JSON:
    named = {"tenantFacilityId": facility.tenant_facility_id} if facility.tenant_facility_id else {}
    return {"facilityRef": str(facility.pk), "facilityName": facility.name, **named}


def _shipment(plan: RoutingPlan, order: Order, reserved: Mapping[UUID, int]) -> JSON:
    assert plan.facility is not None
    return {
        "facility": _facility(plan.facility),
        "lineItems": _lines(plan, reserved),
        "carriers": [
            {**render_carrier(key), "deliveryPromiseValidUntil": instant(order.valid_until)}
            for key in carriers_of(plan.facility, order.preferred_carriers)
        ],
    }


def _collect(plan: RoutingPlan, order: Order, reserved: Mapping[UUID, int]) -> JSON:
    assert plan.facility is not None
    now = timezone.now()
    ready = ready_at(facility_facts(plan.facility), plan.not_before or now) or now
    return {
        "facility": _facility(plan.facility),
        "lineItems": _lines(plan, reserved),
        "targetTime": instant(order.target_time or ready),
    }
