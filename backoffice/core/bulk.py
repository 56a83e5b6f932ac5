"""Writing many rows in one statement, column by column.

On PostgreSQL what is the same in every row is sent once, and every other column is one array: a row costs no more than
its values, where ``bulk_create`` makes a model, an expression and a parameter of each. SQLite has no arrays, and no way
to the server that were to be saved: one prepared statement runs once per row.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

from django.db import connections, models, router
from django.db.backends.base.base import BaseDatabaseWrapper
from django.utils import timezone

from backoffice.core.arrays import AnyField, array_of, type_of

ROWS = 5_000
"""How many rows one statement writes at most."""


def insert_rows(
    model: type[models.Model], *, each: Mapping[str, Sequence[Any]], same: Mapping[str, Any] | None = None
) -> None:
    """Inserts one row per place in the lists of ``each``, which are equally long, in their order. What ``same`` names
    has one value in all rows; a field that neither names has its default.

    Nothing tells the keys that the database gives: whoever needs them uses ``bulk_create``.
    """
    count = len(next(iter(each.values())))
    if not count:
        return
    values = {_column(model, name): rows for name, rows in each.items()}
    values |= {_column(model, name): [value] * count for name, value in (same or {}).items()}
    columns = [
        _Values(column, values[column] if column in values else _defaults(column, count))
        for column in model._meta.concrete_fields
        if column in values or not isinstance(column, models.AutoField)
    ]
    connection = connections[router.db_for_write(model)]
    names = ", ".join(_names(columns, connection))
    into = f"INSERT INTO {connection.ops.quote_name(model._meta.db_table)} ({names})"
    if connection.vendor == "postgresql":
        _execute(
            lambda chosen, rows: f"{into} SELECT {', '.join(chosen)} FROM {rows}",  # noqa: S608 - names only
            columns,
            connection,
        )
    else:
        _execute_each(f"{into} VALUES ({', '.join(['%s'] * len(columns))})", columns, connection)


def update_rows(rows: Sequence[models.Model], fields: Sequence[str]) -> int:
    """Writes ``fields`` of every row as they are in memory; returns how many rows there were to write.

    Unlike ``bulk_update`` its cost per row does not grow with the number of rows. The caller holds the rows' locks;
    versions and dates of change are fields like any other.
    """
    if not rows:
        return 0
    model = type(rows[0])
    columns = [
        _Values(column, list(map(attrgetter(column.attname), rows)))
        for column in (_column(model, name) for name in (*fields, "pk"))
    ]
    return _update(model, columns, "{value}")


def add_to_rows(model: type[models.Model], keys: Sequence[Any], *, each: Mapping[str, Sequence[int]]) -> int:
    """Adds to the numbers that ``each`` names, in the rows with these ``keys``, one place in its lists per key and no
    key twice; returns how many rows there were. What a row had need not be known.
    """
    if not keys:
        return 0
    columns = [_Values(_column(model, name), values) for name, values in each.items()]
    return _update(model, [*columns, _Values(_column(model, "pk"), keys)], "{column} + {value}")


def _update(model: type[models.Model], columns: Sequence[_Values], becomes: str) -> int:
    """Updates the columns, the last of which is the key; what each ``becomes`` is said of ``column`` and ``value``."""
    connection = connections[router.db_for_write(model)]
    table = connection.ops.quote_name(model._meta.db_table)
    *names, key = _names(columns, connection)

    def sets(values: Iterable[str]) -> str:
        return ", ".join(
            f"{name} = {becomes.format(column=f'{table}.{name}', value=value)}"
            for name, value in zip(names, values, strict=True)
        )

    def update(chosen: Sequence[str], rows: str) -> str:
        return f"UPDATE {table} SET {sets(chosen[:-1])} FROM {rows} WHERE {table}.{key} = {chosen[-1]}"  # noqa: S608 - names only

    if connection.vendor == "postgresql":
        return _execute(update, columns, connection)
    return _execute_each(
        f"UPDATE {table} SET {sets(['%s'] * len(names))} WHERE {key} = %s",  # noqa: S608 - names only
        columns,
        connection,
    )


@dataclass(frozen=True, slots=True)
class _Values:
    """The values of a column, one per row."""

    column: AnyField
    rows: Sequence[Any]

    @property
    def alike(self) -> bool:
        first = self.rows[0]
        if isinstance(self.column, models.JSONField):  # in Python True is 1
            return all(value is first for value in self.rows)
        return all(value is first or value == first for value in self.rows)


def _execute(
    statement: Callable[[Sequence[str], str], str],
    columns: Sequence[_Values],
    connection: BaseDatabaseWrapper,
) -> int:
    """Runs the statement on PostgreSQL, which is told how to say each column's value, and what the rows are; returns
    how many rows it wrote.
    """
    count, written = len(columns[0].rows), 0
    with connection.cursor() as cursor:
        for start in range(0, count, ROWS):
            batch = [_Values(one.column, one.rows[start : start + ROWS]) for one in columns]
            parameters: dict[str, Any] = {}
            chosen, arrays = [], {}
            for number, one in enumerate(batch):
                name, type_ = f"c{number}", type_of(one.column, connection)
                if one.alike:
                    parameters[name] = one.column.get_db_prep_save(one.rows[0], connection)
                    chosen.append(f"%({name})s::{type_}")
                else:
                    parameters[name] = array_of(one.column, one.rows)
                    chosen.append(f"changed.{name}")
                    arrays[name] = f"%({name})s::{type_}[]"
            rows = f"unnest({', '.join(arrays.values())}) AS changed({', '.join(arrays)})"
            if not arrays:
                rows = f"generate_series(1, {len(batch[0].rows)})"
            cursor.execute(statement(chosen, rows), parameters)
            written += cursor.rowcount
    return written


def _execute_each(statement: str, columns: Sequence[_Values], connection: BaseDatabaseWrapper) -> int:
    """Runs the statement once per row, with a placeholder per column."""
    cells = [
        [one.column.get_db_prep_save(one.rows[0], connection)] * len(one.rows)
        if one.alike
        else [one.column.get_db_prep_save(value, connection) for value in one.rows]
        for one in columns
    ]
    with connection.cursor() as cursor:
        cursor.executemany(statement, list(zip(*cells, strict=True)))
        return int(cursor.rowcount)


def _defaults(column: AnyField, count: int) -> list[Any]:
    if getattr(column, "auto_now", False) or getattr(column, "auto_now_add", False):
        return [timezone.now()] * count
    if column.unique:
        return [column.get_default() for _ in range(count)]
    return [column.get_default()] * count


def _names(columns: Iterable[_Values], connection: BaseDatabaseWrapper) -> list[str]:
    return [connection.ops.quote_name(str(one.column.column)) for one in columns]


def _column(model: type[models.Model], name: str) -> AnyField:
    found = model._meta.pk if name == "pk" else model._meta.get_field(name)
    if not isinstance(found, models.Field):
        raise TypeError(f"{model._meta.label}.{name} is not a column")
    return found
