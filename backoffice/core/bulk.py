"""Writing many different rows in one statement."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import connections, models, router
from django.db.backends.base.base import BaseDatabaseWrapper

PARAMETERS = 30_000
"""How many parameters one statement carries at most; SQLite refuses more than 32,766."""


def update_rows(rows: Sequence[models.Model], fields: Sequence[str]) -> int:
    """Writes ``fields`` of every row as they are in memory; returns how many rows there were to write.

    One ``UPDATE … FROM (VALUES …)`` per batch: unlike ``bulk_update`` its cost per row does not grow with the batch.
    The caller holds the rows' locks; versions and dates of change are fields like any other.
    """
    if not rows:
        return 0
    model = type(rows[0])
    connection = connections[router.db_for_write(model)]
    quote = connection.ops.quote_name
    columns = [_column(model, name) for name in ("pk", *fields)]
    table = quote(model._meta.db_table)
    names = [quote(str(column.column)) for column in columns]
    sets = ", ".join(f"{name} = changed.{name}" for name in names[1:])
    plain = "(" + ", ".join(["%s"] * len(columns)) + ")"
    typed = plain
    if connection.vendor == "postgresql":
        typed = "(" + ", ".join(f"%s::{_cast(column, connection)}" for column in columns) + ")"
    size = max(1, PARAMETERS // len(columns))
    written = 0
    with connection.cursor() as cursor:
        for start in range(0, len(rows), size):
            batch = rows[start : start + size]
            values = ", ".join([typed] + [plain] * (len(batch) - 1))
            listed = f"(VALUES {values}) AS changed({', '.join(names)})"
            if connection.vendor == "sqlite":
                picked = ", ".join(f"column{number + 1} AS {name}" for number, name in enumerate(names))
                listed = f"(SELECT {picked} FROM (VALUES {values})) AS changed"  # noqa: S608 - names only
            cursor.execute(
                f"UPDATE {table} SET {sets} FROM {listed} "  # noqa: S608 - names only, values are parameters
                f"WHERE {table}.{names[0]} = changed.{names[0]}",
                [
                    column.get_db_prep_save(getattr(row, column.attname), connection)
                    for row in batch
                    for column in columns
                ],
            )
            written += cursor.rowcount
    return written


def _column(model: type[models.Model], name: str) -> models.Field[Any, Any]:
    found = model._meta.pk if name == "pk" else model._meta.get_field(name)
    if not isinstance(found, models.Field):
        raise TypeError(f"{model._meta.label}.{name} is not a column")
    return found


def _cast(column: models.Field[Any, Any], connection: BaseDatabaseWrapper) -> str:
    """The type that the first row gives the whole column; text, because a cast to varchar(n) would cut silently."""
    if isinstance(column, models.CharField):
        return "text"
    return str(column.rel_db_type(connection) if column.is_relation else column.db_type(connection))
