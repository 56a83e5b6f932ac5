from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import IntegrityError, transaction

from backoffice.core.errors import StateConflict


@contextmanager
def refuse_duplicate(column: str, message: str, *, field: str) -> Iterator[None]:
    """Within the block, a value of a unique ``column`` that another row has is a conflict that says so.

    The database is asked by writing, not by looking first: two requests may bring the same value at once.

    :raises StateConflict: code ALREADY_EXISTS.
    """
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        if column not in str(error):
            raise
        raise StateConflict(message, code="ALREADY_EXISTS", field=field) from error
