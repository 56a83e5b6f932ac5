"""The Celery application: workers load it with ``celery -A backoffice worker``."""

from __future__ import annotations

import os
from typing import Any

from celery import Celery, signals

from backoffice.core.garbage import collect_garbage_rarely

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "backoffice.settings")

app = Celery("anteroom")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@signals.setup_logging.connect
def leave_logging_alone(**_: Any) -> None:
    """Workers log as the settings say, too; that somebody listens here keeps Celery from changing it."""


@signals.worker_init.connect
def spare_the_garbage_collector(**_: Any) -> None:
    collect_garbage_rarely()
