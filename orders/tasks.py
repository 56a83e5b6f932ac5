"""What workers do for orders. A task carries no data: it finds its work in the database."""

from __future__ import annotations

import structlog
from celery import shared_task

from orders.services.paymentplanning import open_paid_pick_jobs, plan_releases
from orders.services.payments import PAYMENTS_TASK
from orders.services.paymentwork import perform_all
from orders.services.privacy import anonymise_expired

log = structlog.get_logger(__name__)


@shared_task(name=PAYMENTS_TASK, ignore_result=True)
def payments() -> None:
    """Divides the money of released orders, asks the gateway for what is due, and opens what was held (W9).

    Runs when something is to be done, and every minute.
    """
    plan_releases()
    perform_all()
    open_paid_pick_jobs()


@shared_task(name="orders.anonymise", ignore_result=True)
def anonymise() -> None:
    """Takes personal data away from orders whose time has come (``ANTEROOM_RETENTION_DAYS``), every night."""
    count = anonymise_expired()
    if count:
        log.info("orders_anonymised", orders=count)
