"""Reading many things as they are at one moment, while others write."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from django.db import connection, transaction


@contextlib.contextmanager
def one_moment() -> Iterator[None]:
    """All reads within see the same moment, unless the caller's own transaction is open already. Whoever writes
    meanwhile does not wait for them. Nothing is to be written within.
    """
    if connection.in_atomic_block:
        yield
    elif connection.vendor == "postgresql":
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            yield
    else:
        # transaction.atomic() begins with SQLite's one write lock (transaction_mode IMMEDIATE); a plain BEGIN reads.
        with connection.cursor() as cursor:
            cursor.execute("BEGIN")
            try:
                yield
            finally:
                cursor.execute("ROLLBACK")
