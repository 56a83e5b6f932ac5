"""Every worker process says that it is alive, from a thread of its own: a long task does not make it look dead."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

import structlog
from celery import signals
from django.conf import settings
from django.db import DatabaseError, connection
from django.utils import timezone

log = structlog.get_logger(__name__)

_stopping = threading.Event()


def beat(name: str) -> None:
    """Notes that the worker ``name`` is alive now."""
    from backoffice.core.models import WorkerHeartbeat

    WorkerHeartbeat.objects.update_or_create(name=name, defaults={"seen_at": timezone.now()})


def forget_dead(older_than: timedelta = timedelta(days=1)) -> int:
    """Forgets workers that have not been seen for so long. Returns how many."""
    from backoffice.core.models import WorkerHeartbeat

    return WorkerHeartbeat.objects.filter(seen_at__lt=timezone.now() - older_than).delete()[0]


def _beat_forever(name: str) -> None:
    while True:
        try:
            beat(name)
        except DatabaseError as error:
            log.warning("heartbeat_missed", worker=name, error=str(error))
        finally:
            # A connection that were kept would be inherited by pool processes that start later.
            connection.close()
        if _stopping.wait(settings.ANTEROOM_HEARTBEAT_SECONDS):
            return


def _start(sender: Any, **_: Any) -> None:
    _stopping.clear()
    threading.Thread(target=_beat_forever, args=(sender.hostname,), name="heartbeat", daemon=True).start()


def _stop(**_: Any) -> None:
    _stopping.set()


def connect() -> None:
    """Starts and stops the thread with the worker; called once, when the app is ready."""
    signals.worker_ready.connect(_start, weak=False, dispatch_uid="core.heartbeat.start")
    signals.worker_shutdown.connect(_stop, weak=False, dispatch_uid="core.heartbeat.stop")
