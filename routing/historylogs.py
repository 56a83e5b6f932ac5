"""The history of a process in the contract's words (``GET processes/{id}/historylogs``).

What the contract has no event type for, waiting and release above all, is told by ``GET /api/events`` only.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple
from uuid import UUID

from backoffice.core.actor import SYSTEM
from backoffice.core.api.values import instant
from backoffice.core.models import DomainEvent, User
from inventory.models import Facility
from orders.models import OrderStatus, PickJob, PickJobStatus
from routing.models import PlanStatus, RoutingPlan
from routing.timeline import Cast, told


class Kind(NamedTuple):
    """``status`` is what the order, the plan or the job stood at after it."""

    domain: str
    event_type: str
    status: str | None


KINDS: Mapping[str, Kind] = {
    "ORDER_CREATED": Kind("ORDER", "ORDER_CREATED", None),
    "ORDER_CANCELLED": Kind("ORDER", "ORDER_CANCELLED", OrderStatus.CANCELLED),
    "ORDER_FORCE_CANCELLED": Kind("ORDER", "ORDER_FORCE_CANCELLED", OrderStatus.CANCELLED),
    "ORDER_UNLOCKED": Kind("ORDER", "ORDER_UNLOCKED", OrderStatus.OPEN),
    "ROUTING_PLAN_NOT_ROUTABLE": Kind("ROUTING_PLAN", "ORDER_HAS_UNROUTABLE_ITEMS", PlanStatus.NOT_ROUTABLE),
    "ROUTING_PLAN_REROUTE_REQUESTED": Kind("ROUTING_PLAN", "ORDER_MANUAL_REROUTE", None),
    "PICK_JOB_CREATED": Kind("PICKJOB", "OPERATIVE_TASK_CREATED", PickJobStatus.OPEN),
    "PICK_JOB_PICKING_COMMENCED": Kind("PICKJOB", "PICKING_IN_PROGRESS", PickJobStatus.IN_PROGRESS),
    "PICK_JOB_PICKING_PAUSED": Kind("PICKJOB", "PICKING_PAUSED", PickJobStatus.PAUSED),
    "PICK_JOB_PICKING_RESTARTED": Kind("PICKJOB", "PICKING_RESTART", PickJobStatus.IN_PROGRESS),
    "PICK_JOB_RESET": Kind("PICKJOB", "PICKING_RESET", PickJobStatus.OPEN),
    "PICK_JOB_PICKING_FINISHED": Kind("PICKJOB", "PICKING_DONE", PickJobStatus.PICKED),
    "PICK_JOB_ABORTED": Kind("PICKJOB", "PICKING_ABORTED_NO_ITEMS_PICKED", PickJobStatus.ABORTED),
    "PICK_JOB_CANCELED": Kind("PICKJOB", "PICKING_CANCELLED", PickJobStatus.CANCELED),
}

MODIFIED = "ORDER_MODIFIED"
MODIFICATIONS: Mapping[str, str] = {
    "orderLineItems": "ORDER_ITEM_AMOUNT_CHANGED",
    "consumer": "CONSUMER_ADDRESS_CHANGED",
    "preferredHandlingTime": "ORDER_PREFERRED_DATE_MODIFIED",
}
"""By the part of the order that changed; of several the first counts."""


@dataclass(frozen=True, slots=True)
class HistoryLog:
    """One entry; ``info`` is a sentence, ``user`` an e-mail address or ``system``."""

    event: DomainEvent
    kind: Kind
    info: str
    user: str
    user_ref: str
    facility: Facility | None
    short_id: str


def history_of(order_id: UUID) -> list[HistoryLog]:
    """All entries, oldest first; a handful of queries whatever their number."""
    events = [
        (event, kind)
        for event in DomainEvent.objects.filter(process_id=order_id, name__in=(*KINDS, MODIFIED)).order_by(
            "id"
        )
        if (kind := _kind_of(event)) is not None
    ]
    jobs = {str(job.pk): job for job in PickJob.objects.filter(order=order_id).select_related("facility")}
    plans = list(RoutingPlan.objects.filter(order=order_id).select_related("order").order_by("id"))
    sentences = told([event for event, _ in events], Cast(plans, tuple(jobs.values())))
    actors = {event.actor for event, _ in events} - {SYSTEM.name}
    users = dict(User.objects.filter(email__in=actors).values_list("email", "id"))
    return [
        HistoryLog(
            event=event,
            kind=kind,
            info=sentence,
            user=event.actor,
            user_ref=str(users.get(event.actor, event.actor)),
            facility=None if (job := jobs.get(event.resource_id)) is None else job.facility,
            short_id="" if job is None else job.short_id,
        )
        for (event, kind), sentence in zip(events, sentences, strict=True)
    ]


def _kind_of(event: DomainEvent) -> Kind | None:
    if event.name == MODIFIED:
        changed = event.facts.get("changed", ())
        types = [event_type for part, event_type in MODIFICATIONS.items() if part in changed]
        return Kind("ORDER_MODIFICATION", types[0], None) if types else None
    kind = KINDS[event.name]
    if kind.event_type == "PICKING_DONE" and event.facts.get("picked") != event.facts.get("quantity"):
        return kind._replace(event_type="PICKING_DONE_INCOMPLETE")
    return kind


def without_repeats(logs: Iterable[HistoryLog]) -> Iterator[HistoryLog]:
    """Of entries in a row that say the same of the same thing, the first."""
    last: tuple[str, str] | None = None
    for log in logs:
        same = (log.kind.event_type, log.event.resource_id)
        if same != last:
            yield log
        last = same


ORDERS: Mapping[str, Callable[[HistoryLog], Any]] = {
    "TIMESTAMP": lambda log: log.event.pk,
    "INFO": lambda log: log.info,
    "TYPE": lambda log: log.event.name,
    "USERNAME": lambda log: log.user,
    "FACILITY_NAME": lambda log: log.facility.name if log.facility else "",
}


def in_order(logs: Sequence[HistoryLog], order: str) -> list[HistoryLog]:
    """``order`` is a key of :data:`ORDERS` with ``_ASC`` or ``_DESC``."""
    key, _, direction = order.rpartition("_")
    return sorted(logs, key=ORDERS[key], reverse=direction == "DESC")


def render_log(log: HistoryLog) -> dict[str, Any]:
    event = log.event
    payload: dict[str, Any] = {}
    if log.facility is not None:
        payload = {"facility": {"facilityRef": str(log.facility.pk), "name": log.facility.name}}
        payload["shortId"] = log.short_id
    if event.reason:
        payload["reason"] = event.reason
    return {
        "id": str(event.pk),
        "type": event.name,
        "eventType": log.kind.event_type,
        "domain": log.kind.domain,
        "domainRef": event.resource_id,
        "status": log.kind.status,
        "version": None,
        "user": {"userRef": log.user_ref, "username": log.user},
        "timestamp": instant(event.occurred_at),
        "info": log.info,
        "payload": payload or None,
    }
