from __future__ import annotations

from celery import shared_task

from backoffice.core import heartbeats
from backoffice.core.services import tokens


@shared_task(name="core.housekeeping")
def housekeeping() -> None:
    """Removes what has expired. Running it twice, or never, does no harm."""
    tokens.purge_expired()
    heartbeats.forget_dead()
