from __future__ import annotations

from celery import shared_task

from backoffice.core import heartbeats
from backoffice.core.models import BrowserSession
from backoffice.core.services import idempotency, imports, jobs, savedviews, tokens
from backoffice.core.services.deliveries import WEBHOOKS_TASK, forget_delivered
from backoffice.core.services.delivering import deliver_due


@shared_task(name="core.housekeeping")
def housekeeping() -> None:
    """Removes what has expired. Running it twice, or never, does no harm."""
    tokens.purge_expired()
    idempotency.purge_outdated()
    heartbeats.forget_dead()
    jobs.forget_old_jobs()
    BrowserSession.objects.expired().delete()
    imports.forget_old_imports()
    savedviews.forget_orphans()


@shared_task(name=jobs.JOBS_TASK, ignore_result=True)
def work_off_jobs() -> None:
    """Does a slice of a background job; wakes the next worker as long as there is something to do."""
    jobs.work_off()


@shared_task(name=WEBHOOKS_TASK, ignore_result=True)
def webhooks() -> None:
    """Delivers what is due. Runs when something is to be delivered, and every half minute (spec 5)."""
    deliver_due()


@shared_task(name="core.forget_deliveries", ignore_result=True)
def forget_deliveries() -> int:
    """Forgets every night what was delivered long ago."""
    return forget_delivered()
