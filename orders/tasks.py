"""What workers do for orders. A task carries no data: it finds its work in the database."""

from __future__ import annotations

from celery import shared_task

from orders.services.paymentplanning import open_paid_pick_jobs, plan_releases
from orders.services.payments import PAYMENTS_TASK
from orders.services.paymentwork import perform_all


@shared_task(name=PAYMENTS_TASK, ignore_result=True)
def payments() -> None:
    """Divides the money of released orders, asks the gateway for what is due, and opens what was held (W9).

    Runs when something is to be done, and every minute.
    """
    plan_releases()
    perform_all()
    open_paid_pick_jobs()
