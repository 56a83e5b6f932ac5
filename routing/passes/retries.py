"""Running one chunk so that a deadlock or a lost connection is tried again, and one bad plan does not stop the others
(spec 8, traps).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import TypeVar
from uuid import UUID

import structlog
from django.db import OperationalError, connection

log = structlog.get_logger(__name__)

T = TypeVar("T")

ATTEMPTS = 5
_TRANSIENT = {"40001", "40P01"}
"""serialization_failure and deadlock_detected, as PostgreSQL numbers them."""
PAUSE_SECONDS = 0.1
"""Before a lost connection is made anew; each time longer. Who cannot connect for a second leaves it to the sweep."""


class PassInterrupted(Exception):
    """A pass has to end or to start again, for a reason that is nobody's fault."""


def with_retries(work: Callable[[], T]) -> T:
    """Runs ``work`` again when the database gave it up for the sake of another, or the connection was lost.

    ``work`` is one transaction, or may for another reason be done twice: a connection that is lost in a commit does not
    say whether it was one (W11).
    """
    attempt = 1
    while True:
        before = connection.connection
        try:
            return work()
        except OperationalError as error:
            lost = is_lost(before)
            transient = lost or getattr(error.__cause__, "sqlstate", None) in _TRANSIENT
            if not transient or attempt == ATTEMPTS:
                raise
            log.info("transaction_repeated", attempt=attempt, error=str(error))
            if lost:
                time.sleep(attempt * PAUSE_SECONDS)
            attempt += 1


def is_lost(before: object) -> bool:
    """Whether the connection of before is gone, after an OperationalError; Django may have made another already, as it
    left the transaction. Within a transaction it is for whoever began that one to begin again.
    """
    if connection.in_atomic_block:
        return False
    connection.close_if_unusable_or_obsolete()
    return connection.connection is None or connection.connection is not before


def one_by_one(
    plan_ids: Sequence[UUID],
    work: Callable[[Sequence[UUID]], T],
    set_aside: Callable[[UUID, Exception], None],
) -> list[T]:
    """Runs ``work`` for all plans together; if that fails, for each on its own.

    So what is wrong with one plan does not keep the others from their turn. It is logged and ``set_aside``.
    """
    try:
        return [with_retries(lambda: work(plan_ids))]
    except (OperationalError, PassInterrupted):
        raise
    except Exception as error:
        if len(plan_ids) == 1:
            log.exception("plan_failed", plan=str(plan_ids[0]))
            set_aside(plan_ids[0], error)
            return []
        log.warning("chunk_failed", plans=len(plan_ids), error=repr(error))
    results: list[T] = []
    for plan_id in plan_ids:
        results += one_by_one([plan_id], work, set_aside)
    return results
