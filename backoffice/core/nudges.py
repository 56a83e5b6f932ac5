"""Waking a worker after a commit.

A nudge carries no data: work is found in the database, and a periodic sweep finds what a lost nudge left behind. So
nudges may be merged and dropped, and a request never waits for a broker (X3): a thread of its own talks to it.
"""

from __future__ import annotations

import os
import threading
import time
from functools import partial

import structlog
from celery import current_app
from django.conf import settings
from django.db import transaction

PAUSE = 0.05
"""Seconds between two sendings: what comes meanwhile is merged, so that a peak of requests is not one of messages."""

log = structlog.get_logger(__name__)


def nudge(task_name: str) -> None:
    """After the current transaction commits, some worker runs the task. If it rolls back, nothing happens."""
    transaction.on_commit(partial(_mailbox.put, task_name))


def take() -> list[str]:
    """The pending names, in the order of their first nudge; they are pending no longer."""
    return _mailbox.take()


class _Mailbox:
    """The names that wait to be sent, each once, and the thread that sends them.

    The thread starts with the first nudge of a process, so that it survives a server that forks.
    """

    def __init__(self) -> None:
        self._pending: dict[str, None] = {}
        self._changed = threading.Condition()
        self._owner: int | None = None

    def put(self, name: str) -> None:
        with self._changed:
            self._pending[name] = None
            if settings.ANTEROOM_NUDGES == "collect":
                return
            if self._owner != os.getpid():
                self._owner = os.getpid()
                threading.Thread(target=self._send_forever, name="nudges", daemon=True).start()
            self._changed.notify()

    def take(self) -> list[str]:
        with self._changed:
            names = list(self._pending)
            self._pending.clear()
            return names

    def _send_forever(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._pending)
            for name in self.take():
                _send(name)
            time.sleep(PAUSE)


def _send(name: str) -> None:
    try:
        current_app.send_task(name, ignore_result=True, retry=False)
    except Exception as error:  # noqa: BLE001 - brokers fail in many ways, and the sweep makes up for all of them
        log.warning("nudge_dropped", task=name, error=str(error))


_mailbox = _Mailbox()


def _after_fork() -> None:
    """A fork may have copied a held lock and never copies the thread; the parent still sends what was pending."""
    global _mailbox
    _mailbox = _Mailbox()


os.register_at_fork(after_in_child=_after_fork)
