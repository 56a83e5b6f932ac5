"""What workers do. A task carries no data: it finds its work in the database, so that it may run twice or be lost."""

from __future__ import annotations

import structlog
from celery import shared_task
from django.utils import timezone

from orders.services.paymentexpiry import watch_expiry
from routing.dates import DATES_TASK
from routing.models import WaitingRoomSettings
from routing.passes.dating import work_out_dates
from routing.passes.queue import route_queue
from routing.passes.release import serve_waiting_room
from routing.passes.sweeping import sweep_up
from routing.reconcile import find_discrepancies
from routing.services.correcting import CORRECT_TASK, correct_overdrawn
from routing.services.overstaying import watch_waiting
from routing.services.pickresults import let_short_picks_stand
from routing.services.planned import PLANNED_TASK, review_planned_plans
from routing.services.releasetimes import REVIEW_TASK, review_release_times
from routing.services.renewing import renew_capacity
from routing.services.vacating import VACATE_TASK, vacate_offline_facilities
from routing.triggers import RELEASE_TASK, ROUTE_TASK

log = structlog.get_logger(__name__)


@shared_task(name=RELEASE_TASK, ignore_result=True)
def release_waiting() -> None:
    """Serves the waiting room (W2)."""
    serve_waiting_room()


@shared_task(name=ROUTE_TASK, ignore_result=True)
def route_queued() -> None:
    """Decides what is in the queue, those who waited first (R1, R10); what stays short-picked does so then (P2)."""
    route_queue()
    let_short_picks_stand()


@shared_task(name=CORRECT_TASK, ignore_result=True)
def correct() -> None:
    """Takes back what was reserved of stock that a correction took away (P4)."""
    correct_overdrawn()


@shared_task(name=DATES_TASK, ignore_result=True)
def work_out() -> None:
    """Works out the dates of those who wait (W10)."""
    work_out_dates()


@shared_task(name="routing.sweep", ignore_result=True)
def sweep() -> None:
    """Finds what a lost message left behind, and what has become due; runs every minute (W4)."""
    sweep_up()


@shared_task(name=VACATE_TASK, ignore_result=True)
def vacate() -> None:
    """Lets plans leave facilities that went OFFLINE (O3)."""
    vacate_offline_facilities()


@shared_task(name=REVIEW_TASK, ignore_result=True)
def review() -> None:
    """Moves what is held back by preorder starts that moved (B4)."""
    review_release_times()


@shared_task(name=PLANNED_TASK, ignore_result=True)
def planned() -> None:
    """Moves PLANNED plans whose expected stock came, or comes otherwise than promised (W8)."""
    review_planned_plans()


@shared_task(name="routing.renew_capacity", ignore_result=True)
def renew() -> None:
    """Wakes those who wait for facilities where a new day has begun; runs every hour (W4)."""
    renew_capacity(now=timezone.now())


@shared_task(name="routing.watch_payments", ignore_result=True)
def watch_payments() -> int:
    """Finds authorisations that end while their orders wait; the setting says whether they are renewed (W9)."""
    return watch_expiry(renewing=WaitingRoomSettings.load().payment_void_and_reauth)


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


@shared_task(name="routing.watch_waiting", ignore_result=True)
def watch() -> None:
    """Tells every night who has waited too long, and cancels them if the settings say so (spec 2)."""
    watch_waiting(now=timezone.now())
