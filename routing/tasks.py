"""What workers do. A task carries no data: it finds its work in the database, so that it may run twice or be lost."""

from __future__ import annotations

import structlog
from celery import shared_task
from django.utils import timezone

from routing.passes.queue import route_queue
from routing.passes.release import serve_waiting_room
from routing.reconcile import find_discrepancies
from routing.services.renewing import renew_capacity
from routing.triggers import RELEASE_TASK, ROUTE_TASK

log = structlog.get_logger(__name__)


@shared_task(name=RELEASE_TASK, ignore_result=True)
def release_waiting() -> None:
    """Serves the waiting room (W2)."""
    serve_waiting_room()


@shared_task(name=ROUTE_TASK, ignore_result=True)
def route_queued() -> None:
    """Decides what is in the queue, those who waited first (R1, R10)."""
    route_queue()


@shared_task(name="routing.sweep", ignore_result=True)
def sweep() -> None:
    """Finds what a lost message left behind; runs every minute (W4)."""
    route_queue()


@shared_task(name="routing.renew_capacity", ignore_result=True)
def renew() -> None:
    """Wakes those who wait for facilities where a new day has begun; runs every hour (W4)."""
    renew_capacity(now=timezone.now())


@shared_task(name="routing.reconcile", ignore_result=True)
def reconcile() -> int:
    """Proves every night that nothing was lost, and says at the top of its voice what was (spec 8, invariants)."""
    found = find_discrepancies()
    for discrepancy in found:
        log.error(
            "discrepancy",
            rule=str(discrepancy.rule),
            subject=discrepancy.subject,
            message=discrepancy.message,
        )
    return len(found)
