"""Processes: an order with all that became of it, as one (spec 2 "Order").

A process has the id and the version of its order. What its domains stand at follows from the statuses of the order, its
plans and its pick jobs, by tables that serve reading and filtering alike.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db.models import (
    Case,
    IntegerField,
    Min,
    Model,
    OuterRef,
    Prefetch,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce
from django.db.models.lookups import In
from django.utils.translation import gettext_lazy as _

from backoffice.core.api.values import instant
from backoffice.core.statuses import StatusChoices
from orders.models import Order, OrderStatus, PickJob, PickJobStatus
from orders.models.pickjob import FINISHED, STARTED, UNSTARTED
from routing.models import PlanStatus, RoutingPlan


class DomainStatus(StatusChoices):
    """What one domain of a process stands at; the contract's values."""

    PENDING = "PENDING", _("Pending"), "gray", "live"
    CREATED = "CREATED", _("Created"), "blue", "live"
    IN_PROGRESS = "IN_PROGRESS", _("In progress"), "blue", "live"
    STUCK = "STUCK", _("Stuck"), "red", "live"
    FINISHED = "FINISHED", _("Finished"), "green", "ended"
    CANCELED = "CANCELED", _("Cancelled"), "red", "ended"
    OBSOLETE = "OBSOLETE", _("Obsolete"), "gray", "ended"


class ProcessStatus(StatusChoices):
    """What a process, or the part of it that a team looks after, stands at; the contract's values."""

    CREATED = "CREATED", _("Created"), "blue", "live"
    IN_PROGRESS = "IN_PROGRESS", _("In progress"), "blue", "live"
    FINISHED = "FINISHED", _("Finished"), "green", "ended"
    CANCELED = "CANCELED", _("Cancelled"), "red", "ended"
    ERROR = "ERROR", _("Stuck"), "red", "live"
    NOT_AVAILABLE = "NOT_AVAILABLE", _("Nothing yet"), "gray", "live"


Domain = Mapping[DomainStatus, Collection[str]]
"""Which statuses of the rows of a domain mean what; of several rows, the first entry that fits one of them counts."""

ORDER: Domain = {
    DomainStatus.PENDING: (OrderStatus.LOCKED, OrderStatus.PROMISED),
    DomainStatus.CREATED: (OrderStatus.OPEN,),
    DomainStatus.CANCELED: (OrderStatus.CANCELLED,),
    DomainStatus.OBSOLETE: (OrderStatus.OBSOLETE,),
}
ROUTING: Domain = {
    DomainStatus.STUCK: (PlanStatus.NOT_ROUTABLE, PlanStatus.RETRYABLE),
    DomainStatus.IN_PROGRESS: (PlanStatus.WAITING, PlanStatus.PLANNED),
    DomainStatus.CREATED: (PlanStatus.INITIAL,),
    DomainStatus.FINISHED: (PlanStatus.ROUTED,),
    DomainStatus.CANCELED: (PlanStatus.CANCELED,),
}
PICKING: Domain = {
    DomainStatus.IN_PROGRESS: STARTED,
    DomainStatus.CREATED: UNSTARTED,
    DomainStatus.FINISHED: FINISHED,
    DomainStatus.CANCELED: tuple({*PickJobStatus} - {*STARTED, *UNSTARTED, *FINISHED}),
}

_ENDED = (DomainStatus.CANCELED, DomainStatus.OBSOLETE)
_OF_ROUTING = {
    DomainStatus.STUCK: ProcessStatus.ERROR,
    DomainStatus.FINISHED: ProcessStatus.FINISHED,
    DomainStatus.IN_PROGRESS: ProcessStatus.IN_PROGRESS,
}


def standing_of(domain: Domain, statuses: Iterable[str]) -> DomainStatus:
    """What the domain stands at when its rows have these statuses; without any it is still to come."""
    present = set(statuses)
    return next(
        (found for found, ones in domain.items() if not present.isdisjoint(ones)), DomainStatus.PENDING
    )


def doms_status(order: DomainStatus, routing: DomainStatus) -> ProcessStatus:
    """Order and routing taken together."""
    return ProcessStatus.CANCELED if order in _ENDED else _OF_ROUTING.get(routing, ProcessStatus.CREATED)


def operative_status(picking: DomainStatus) -> ProcessStatus:
    """What is done by hand."""
    return ProcessStatus.NOT_AVAILABLE if picking == DomainStatus.PENDING else ProcessStatus(picking)


def process_status(order: DomainStatus, routing: DomainStatus, picking: DomainStatus) -> ProcessStatus:
    """The whole: it is finished when everything is routed and picked."""
    decided = doms_status(order, routing)
    if decided == ProcessStatus.FINISHED and picking != DomainStatus.FINISHED:
        return ProcessStatus.IN_PROGRESS
    return decided


def in_order_domain(wanted: Collection[str]) -> Q:
    """Orders whose own domain stands at any of these; like all filters here, unknown statuses match nothing."""
    return Q(status__in=[status for found, ones in ORDER.items() if found in wanted for status in ones])


def in_routing_domain(wanted: Collection[str]) -> Q:
    return _in_domain(ROUTING, RoutingPlan, wanted)


def in_picking_domain(wanted: Collection[str]) -> Q:
    return _in_domain(PICKING, PickJob, wanted)


def in_operative_status(wanted: Collection[str]) -> Q:
    return in_picking_domain([domain for domain in _all(PICKING) if operative_status(domain) in wanted])


def in_doms_status(wanted: Collection[str]) -> Q:
    ended = in_order_domain(_ENDED)
    routing = [one for one in _all(ROUTING) if doms_status(DomainStatus.CREATED, one) in wanted]
    found = ~ended & in_routing_domain(routing)
    return found | ended if ProcessStatus.CANCELED in wanted else found


def in_process_status(wanted: Collection[str]) -> Q:
    found = Q(pk__in=())
    for picked in (True, False):
        picking = DomainStatus.FINISHED if picked else DomainStatus.PENDING
        ended = [one for one in _ENDED if process_status(one, DomainStatus.PENDING, picking) in wanted]
        routing = [
            one for one in _all(ROUTING) if process_status(DomainStatus.CREATED, one, picking) in wanted
        ]
        either = in_order_domain(ended) | (~in_order_domain(_ENDED) & in_routing_domain(routing))
        is_picked = in_picking_domain([DomainStatus.FINISHED])
        found |= either & (is_picked if picked else ~is_picked)
    return found


def _all(domain: Domain) -> list[DomainStatus]:
    return [*domain, DomainStatus.PENDING]


def _in_domain(domain: Domain, rows: type[Model], wanted: Collection[str]) -> Q:
    """The rows of an order are looked at once: the place in the table of the first entry that fits one of them."""
    places = [place for place, found in enumerate(_all(domain)) if found in wanted]
    if not places:
        return Q(pk__in=())
    place = Case(
        *(When(status__in=ones, then=Value(place)) for place, ones in enumerate(domain.values())),
        output_field=IntegerField(),
    )
    first = (
        rows._default_manager.filter(order=OuterRef("pk"))
        .order_by()
        .values("order")
        .annotate(first=Min(place))
        .values("first")
    )
    return Q(In(Coalesce(Subquery(first), Value(len(domain)), output_field=IntegerField()), places))


def processes() -> QuerySet[Order]:
    """Orders as processes, with what their rendering needs: a constant number of queries for any number of them."""
    plans = RoutingPlan.objects.order_by("id").only("id", "order_id", "facility_id", "status")
    jobs = PickJob.objects.order_by("id").only("id", "order_id", "facility_id", "status")
    return Order.objects.prefetch_related(Prefetch("plans", plans)).prefetch_related(
        Prefetch("pick_jobs", jobs)
    )


def render_process(order: Order) -> dict[str, Any]:
    """The contract's Process, of an order that :func:`processes` gave."""
    plans, jobs = list(order.plans.all()), list(order.pick_jobs.all())
    places = [plan.facility_id for plan in plans if plan.facility_id] + [job.facility_id for job in jobs]
    plan_refs, job_refs = [str(plan.id) for plan in plans], [str(job.id) for job in jobs]
    cleanup = order.created + timedelta(days=settings.ANTEROOM_RETENTION_DAYS)
    ordered = standing_of(ORDER, [order.status])
    routing = standing_of(ROUTING, [plan.status for plan in plans])
    picking = standing_of(PICKING, [job.status for job in jobs])
    whole = process_status(ordered, routing, picking)
    doms, operative = doms_status(ordered, routing), operative_status(picking)
    return {
        "id": str(order.id),
        "version": order.version,
        "created": instant(order.created),
        "lastModified": instant(order.last_modified),
        "orderRef": str(order.id),
        "facilityRefs": [str(facility) for facility in dict.fromkeys(places)],
        "routingPlanRefs": plan_refs,
        "pickJobRefs": job_refs,
        "flatRefs": [str(order.id), *plan_refs, *job_refs],
        "domainStatuses": {"ORDER": ordered, "ROUTING_PLAN": routing, "PICKJOB": picking},
        "status": whole,
        "domsStatus": doms,
        "operativeStatus": operative,
        "statuses": {"status": whole},
        "domsStatuses": {"status": doms},
        "operativeStatuses": {"status": operative},
        "gdprCleanupDate": instant(cleanup),
        "isAnonymized": order.anonymised,
        **({"tenantOrderId": order.tenant_order_id} if order.tenant_order_id else {}),
        **({"tags": order.tags} if order.tags else {}),
    }
