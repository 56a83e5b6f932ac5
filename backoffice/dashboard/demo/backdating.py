"""Making it look as if the demo's orders had come over weeks: timestamps are moved after services have set them.

Nothing but the demo does this. It moves only what was stamped since a given moment, which is when that part of the seed
began, so that each part can be dated by itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any

from django.db.models import F, Model, OuterRef, QuerySet, Subquery

from backoffice.core.models import DomainEvent
from inventory.models import (
    Article,
    Facility,
    FacilityGroup,
    InboundProcess,
    Listing,
    PurchaseOrder,
    Receipt,
    Reservation,
    Stock,
    StockMovement,
)
from orders.models import Order, PickJob
from routing.models import (
    DecisionLog,
    DecisionSnapshot,
    PlanLine,
    ReleaseRun,
    RoutingPlan,
    RoutingStrategy,
    StrategyRevision,
)

_VERSIONED = ("created", "last_modified")
_STAMPS: Mapping[type[Model], tuple[str, ...]] = MappingProxyType(
    {
        Article: _VERSIONED,
        Facility: _VERSIONED,
        FacilityGroup: _VERSIONED,
        Listing: _VERSIONED,
        Stock: (*_VERSIONED, "receipt_date"),
        StockMovement: ("created",),
        InboundProcess: _VERSIONED,
        PurchaseOrder: _VERSIONED,
        Receipt: _VERSIONED,
        Reservation: ("created",),
        Order: _VERSIONED,
        PickJob: _VERSIONED,
        RoutingPlan: (*_VERSIONED, "waiting_since", "first_routing_attempt"),
        RoutingStrategy: _VERSIONED,
        StrategyRevision: ("created",),
        DecisionLog: ("created",),
        DecisionSnapshot: ("created",),
        ReleaseRun: ("started", "finished"),
        DomainEvent: ("occurred_at",),
    }
)


def backdate(*, since: datetime, to: datetime) -> None:
    """What was stamped since ``since`` happened at ``to``."""
    for model, names in _STAMPS.items():
        for name in names:
            model._base_manager.filter(**{f"{name}__gte": since}).update(**{name: to})


def backdate_to_orders(*, since: datetime) -> None:
    """What was stamped since ``since`` and belongs to an order happened when the order came."""
    _move(Order.objects.all(), since, F("order_date"))
    _move(RoutingPlan.objects.all(), since, _date_of_order("order"))
    _move(PickJob.objects.all(), since, _date_of_order("order"))
    _move(DomainEvent.objects.filter(process_id__isnull=False), since, _date_of_order("process_id"))
    plans = RoutingPlan.objects.filter(id=OuterRef("plan"))
    _move(DecisionLog.objects.all(), since, Subquery(plans.values("order__order_date")))
    lines = PlanLine.objects.filter(id=OuterRef("holder"))
    held = Reservation.objects.filter(holder__in=PlanLine.objects.values("id"))
    _move(held, since, Subquery(lines.values("plan__order__order_date")))
    _backdate_movements(since)


def backdate_purchases() -> None:
    """Purchase orders were entered on the day of their date."""
    PurchaseOrder.objects.update(created=F("order_date"), last_modified=F("order_date"))
    dates = PurchaseOrder.objects.filter(inbound_process=OuterRef("id")).values("order_date")
    ordered = InboundProcess.objects.filter(purchase_order__isnull=False)
    ordered.update(created=Subquery(dates), last_modified=Subquery(dates))
    for process, date in PurchaseOrder.objects.values_list("inbound_process", "order_date"):
        DomainEvent.objects.filter(resource_id=str(process)).update(occurred_at=date)


def _date_of_order(path: str) -> Subquery:
    return Subquery(Order.objects.filter(id=OuterRef(path)).values("order_date"))


def _move(rows: QuerySet[Any], since: datetime, when: F | Subquery) -> None:
    for name in _STAMPS[rows.model]:
        rows.filter(**{f"{name}__gte": since}).update(**{name: when})


def _backdate_movements(since: datetime) -> None:
    """The ledger names the plan, or the line of it, in a text of its own."""
    dates: dict[str, datetime] = {}
    for plan, line, date in PlanLine.objects.values_list("plan_id", "id", "plan__order__order_date"):
        dates[str(plan)] = dates[str(line)] = date
    moved = [
        movement
        for movement in StockMovement.objects.filter(created__gte=since)
        if movement.reference in dates
    ]
    for movement in moved:
        movement.created = dates[movement.reference]
    StockMovement.objects.bulk_update(moved, ("created",), batch_size=200)
