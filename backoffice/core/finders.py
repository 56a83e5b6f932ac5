"""Reading rows by a key, with a statement that is worded once.

A query set words its statement anew each time, which takes several times as long as the database needs to answer. That
is too long for what every request asks before it does anything: whose token is this, who has subscribed (T9).
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.db import connections, models, router
from django.db.backends.base.base import BaseDatabaseWrapper

M = TypeVar("M", bound=models.Model)

Convert = Callable[[Any, BaseDatabaseWrapper], Any]


class Finder(Generic[M]):
    """The rows of a model that have given values in one column, whole, and in no order::

        articles = Finder(Article, by="tenant_article_id").among(["SKU-1", "SKU-2"])

    ``along`` names a foreign key that is never NULL; its row is fetched in the same statement. Managers have no say.
    """

    def __init__(self, model: type[M], *, by: str, along: str | None = None) -> None:
        self._model, self._by, self._along = model, by, along
        self._known = _Known()

    def one(self, value: Any) -> M | None:
        """A row that has the value, if there is any: ask for what is unique."""
        return next(iter(self.among((value,))), None)

    def among(self, values: Collection[Any]) -> list[M]:
        """The rows that have one of the values."""
        if not values:
            return []
        alias = router.db_for_read(self._model)
        connection = connections[alias]
        statement = self._known.statements.get(alias)
        if statement is None:
            statement = self._known.statements[alias] = self._word(connection)
        return [self._instance(statement, alias, row) for row in statement.ask(values, connection)]

    def _word(self, connection: BaseDatabaseWrapper) -> _Statement:
        meta = self._model._meta
        parts, tables = [_Part(self._model)], _named(connection, meta.db_table)
        if self._along:
            foreign: Any = meta.get_field(self._along)
            parts.append(_Part(foreign.related_model))
            here, there = _qualified(connection, foreign), _qualified(connection, foreign.target_field)
            tables += f" JOIN {_named(connection, foreign.related_model._meta.db_table)} ON {there} = {here}"
        key: Any = meta.get_field(self._by)
        columns = [column for part in parts for column in part.columns]
        chosen = ", ".join(_qualified(connection, column) for column in columns)
        return _Statement(
            begin=f"SELECT {chosen} FROM {tables} WHERE {_qualified(connection, key)} IN",  # noqa: S608 - names only
            key=key,
            parts=tuple(parts),
            conversions=tuple(
                (place, convert)
                for place, column in enumerate(columns)
                for convert in _conversions(column, connection)
            ),
        )

    def _instance(self, statement: _Statement, alias: str, row: Sequence[Any]) -> M:
        first, *others = statement.parts
        width = len(first.columns)
        found = self._model.from_db(alias, first.names, row[:width])
        for other in others:
            related = other.model.from_db(alias, other.names, row[width:])
            self._model._meta.get_field(str(self._along)).set_cached_value(found, related)  # type: ignore[union-attr]
        return found


class _Part:
    """Which of a statement's columns make up a row of which model."""

    def __init__(self, model: type[models.Model]) -> None:
        self.model = model
        self.columns: list[Any] = list(model._meta.concrete_fields)
        self.names = [column.attname for column in self.columns]


@dataclass(frozen=True, slots=True)
class _Statement:
    """All of it but its values; and which places of its rows are to be converted, and how."""

    begin: str
    key: Any
    parts: tuple[_Part, ...]
    conversions: tuple[tuple[int, Convert], ...]

    def ask(self, values: Collection[Any], connection: BaseDatabaseWrapper) -> list[Sequence[Any]]:
        marks = ", ".join(["%s"] * len(values))
        given = [self.key.get_db_prep_value(value, connection) for value in values]
        with connection.cursor() as cursor:
            cursor.execute(f"{self.begin} ({marks})", given)
            rows: list[Sequence[Any]] = cursor.fetchall()
        return [self._converted(row, connection) for row in rows] if self.conversions else rows

    def _converted(self, row: Sequence[Any], connection: BaseDatabaseWrapper) -> list[Any]:
        values = list(row)
        for place, convert in self.conversions:
            values[place] = convert(values[place], connection)
        return values


class _Known(threading.local):
    """The statements of this thread, by database: conversions may hold on to the thread's connection."""

    def __init__(self) -> None:
        self.statements: dict[str, _Statement] = {}


def _conversions(column: Any, connection: BaseDatabaseWrapper) -> list[Convert]:
    """From what the database says to what the model holds, as in query sets: the database's first, then the field's."""
    expression = column.get_col(column.model._meta.db_table)

    def bound(convert: Callable[..., Any]) -> Convert:
        return lambda value, using: convert(value, expression, using)

    found = [*connection.ops.get_db_converters(expression), *expression.get_db_converters(connection)]
    return [bound(convert) for convert in found]


def _named(connection: BaseDatabaseWrapper, name: str) -> str:
    return str(connection.ops.quote_name(name))


def _qualified(connection: BaseDatabaseWrapper, column: Any) -> str:
    return f"{_named(connection, column.model._meta.db_table)}.{_named(connection, column.column)}"
