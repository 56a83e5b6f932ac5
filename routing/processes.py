"""Processes: an order with all that became of it, as one (spec 2 "Order").

A process has the id and the version of its order. What its domains stand at is worked out in the database, so that one
definition serves reading and filtering.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db.models import Case, CharField, Exists, F, OuterRef, Prefetch, Q, QuerySet, Value, When

from backoffice.core.api.values import instant
from backoffice.core.statuses import StatusChoices
from orders.models import Order, OrderStatus, PickJob
from orders.models.pickjob import FINISHED, STARTED, UNSTARTED
from routing.models import PlanStatus, RoutingPlan


class DomainStatus(StatusChoices):
    """What one domain of a process stands at; the contract's values."""

    PENDING = "PENDING", "Pending", "gray", "live"
    CREATED = "CREATED", "Created", "blue", "live"
    IN_PROGRESS = "IN_PROGRESS", "In progress", "blue", "live"
    STUCK = "STUCK", "Stuck", "red", "live"
    FINISHED = "FINISHED", "Finished", "green", "ended"
    CANCELED = "CANCELED", "Cancelled", "red", "ended"
    OBSOLETE = "OBSOLETE", "Obsolete", "gray", "ended"


class ProcessStatus(StatusChoices):
    """What a process, or the part of it that a team looks after, stands at; the contract's values."""

    CREATED = "CREATED", "Created", "blue", "live"
    IN_PROGRESS = "IN_PROGRESS", "In progress", "blue", "live"
    FINISHED = "FINISHED", "Finished", "green", "ended"
    CANCELED = "CANCELED", "Cancelled", "red", "ended"
    ERROR = "ERROR", "Stuck", "red", "live"
    NOT_AVAILABLE = "NOT_AVAILABLE", "Nothing yet", "gray", "live"


def processes() -> QuerySet[Order]:
    """Orders as processes, each with ``order_domain``, ``routing_domain``, ``picking_domain``, ``process_status``,
    ``doms_status`` (order and routing) and ``operative_status`` (picking).
    """
    return (
        Order.objects.annotate(
            order_domain=_first_that_holds(
                {
                    DomainStatus.PENDING: Q(status__in=(OrderStatus.LOCKED, OrderStatus.PROMISED)),
                    DomainStatus.CANCELED: Q(status=OrderStatus.CANCELLED),
                    DomainStatus.OBSOLETE: Q(status=OrderStatus.OBSOLETE),
                },
                otherwise=DomainStatus.CREATED,
            ),
            routing_domain=_first_that_holds(
                {
                    DomainStatus.STUCK: _has_plan(PlanStatus.NOT_ROUTABLE, PlanStatus.RETRYABLE),
                    DomainStatus.IN_PROGRESS: _has_plan(PlanStatus.WAITING, PlanStatus.PLANNED),
                    DomainStatus.CREATED: _has_plan(PlanStatus.INITIAL),
                    DomainStatus.FINISHED: _has_plan(PlanStatus.ROUTED),
                    DomainStatus.CANCELED: _has_plan(PlanStatus.CANCELED),
                },
                otherwise=DomainStatus.PENDING,
            ),
            picking_domain=_first_that_holds(
                {
                    DomainStatus.IN_PROGRESS: _has_pick_job(STARTED),
                    DomainStatus.CREATED: _has_pick_job(UNSTARTED),
                    DomainStatus.FINISHED: _has_pick_job(FINISHED),
                    DomainStatus.CANCELED: _has_pick_job(None),
                },
                otherwise=DomainStatus.PENDING,
            ),
        )
        .annotate(
            doms_status=_first_that_holds(
                {
                    ProcessStatus.CANCELED: Q(
                        order_domain__in=(DomainStatus.CANCELED, DomainStatus.OBSOLETE)
                    ),
                    ProcessStatus.ERROR: Q(routing_domain=DomainStatus.STUCK),
                    ProcessStatus.FINISHED: Q(routing_domain=DomainStatus.FINISHED),
                    ProcessStatus.IN_PROGRESS: Q(routing_domain=DomainStatus.IN_PROGRESS),
                },
                otherwise=ProcessStatus.CREATED,
            ),
            operative_status=Case(
                When(picking_domain=DomainStatus.PENDING, then=Value(ProcessStatus.NOT_AVAILABLE.value)),
                default=F("picking_domain"),
                output_field=CharField(),
            ),
        )
        .annotate(
            process_status=_first_that_holds(
                {
                    ProcessStatus.CANCELED: Q(doms_status=ProcessStatus.CANCELED),
                    ProcessStatus.ERROR: Q(doms_status=ProcessStatus.ERROR),
                    ProcessStatus.FINISHED: Q(
                        doms_status=ProcessStatus.FINISHED, operative_status=ProcessStatus.FINISHED
                    ),
                    ProcessStatus.CREATED: Q(doms_status=ProcessStatus.CREATED),
                },
                otherwise=ProcessStatus.IN_PROGRESS,
            )
        )
    )


def processes_to_render() -> QuerySet[Order]:
    """Processes with what their rendering needs: a constant number of queries for any number of them."""
    plans = RoutingPlan.objects.order_by("id").only("id", "order_id", "facility_id")
    jobs = PickJob.objects.order_by("id").only("id", "order_id", "facility_id")
    return (
        processes().prefetch_related(Prefetch("plans", plans)).prefetch_related(Prefetch("pick_jobs", jobs))
    )


def render_process(order: Any) -> dict[str, Any]:
    """The contract's Process, of an order that :func:`processes_to_render` gave."""
    plans, jobs = list(order.plans.all()), list(order.pick_jobs.all())
    places = [row.facility_id for row in (*plans, *jobs) if row.facility_id is not None]
    facilities = [str(facility) for facility in dict.fromkeys(places)]
    plan_refs, job_refs = [str(plan.id) for plan in plans], [str(job.id) for job in jobs]
    cleanup = order.created + timedelta(days=settings.ANTEROOM_RETENTION_DAYS)
    return {
        "id": str(order.id),
        "version": order.version,
        "created": instant(order.created),
        "lastModified": instant(order.last_modified),
        "orderRef": str(order.id),
        "facilityRefs": facilities,
        "routingPlanRefs": plan_refs,
        "pickJobRefs": job_refs,
        "flatRefs": [str(order.id), *plan_refs, *job_refs],
        "domainStatuses": {
            "ORDER": order.order_domain,
            "ROUTING_PLAN": order.routing_domain,
            "PICKJOB": order.picking_domain,
        },
        "status": order.process_status,
        "domsStatus": order.doms_status,
        "operativeStatus": order.operative_status,
        "statuses": {"status": order.process_status},
        "domsStatuses": {"status": order.doms_status},
        "operativeStatuses": {"status": order.operative_status},
        "gdprCleanupDate": instant(cleanup),
        "isAnonymized": False,
        **({"tenantOrderId": order.tenant_order_id} if order.tenant_order_id else {}),
        **({"tags": order.tags} if order.tags else {}),
    }


def _first_that_holds(cases: dict[Any, Q | Exists], *, otherwise: StatusChoices) -> Case:
    whens = (When(condition, then=Value(status.value)) for status, condition in cases.items())
    return Case(*whens, default=Value(otherwise.value), output_field=CharField())


def _has_plan(*statuses: PlanStatus) -> Exists:
    return Exists(RoutingPlan.objects.filter(order=OuterRef("pk"), status__in=statuses).order_by())


def _has_pick_job(statuses: Any) -> Exists:
    jobs = PickJob.objects.filter(order=OuterRef("pk")).order_by()
    return Exists(jobs if statuses is None else jobs.filter(status__in=statuses))
