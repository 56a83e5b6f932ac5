"""Makes many rows of few, inside the database: a world of thousands, grown to hundreds of thousands in seconds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.db import connection, models

_LATER = """
    CREATE OR REPLACE FUNCTION pg_temp.later(id uuid, copy bigint) RETURNS uuid LANGUAGE sql IMMUTABLE AS $$
        SELECT (lpad(to_hex(('x' || left(digits, 12))::bit(48)::bigint + copy * 60000), 12, '0')
            || substr(digits, 13))::uuid
        FROM (SELECT replace(id::text, '-', '') AS digits) AS id
    $$
"""
"""Ids begin with their time: a copy's is so many minutes later, and what belongs together stays together."""

Overrides = Mapping[tuple[type[models.Model], str], str]


def multiply(together: Sequence[type[models.Model]], copies: int, overrides: Overrides | None = None) -> None:
    """Adds so many copies of every row of these models, parents first.

    What points from one of them to another points to the same copy; what points elsewhere is shared. Ids without a
    relation and moments go with the copy, unique texts end in its number. ``overrides`` are SQL for single columns, in
    which ``copy`` is the number of the copy, from 1.
    """
    tables = [_Table(model, together, overrides or {}) for model in together]
    with connection.cursor() as cursor:
        cursor.execute(_LATER)
        spans = {table.model: table.span for table in tables}
        for table in tables:
            columns = [table.expression(field, spans) for field in table.fields]
            cursor.execute(
                f"INSERT INTO {table.name} ({', '.join(table.columns)}) SELECT {', '.join(columns)} "
                f"FROM {table.name} CROSS JOIN generate_series(1::bigint, {copies}) AS copy"
            )
            if spans[table.model] is not None:
                sequence = f"pg_get_serial_sequence('{table.name}', 'id')"
                cursor.execute(f"SELECT setval({sequence}, (SELECT max(id) FROM {table.name}))")


class _Table:
    def __init__(
        self, model: type[models.Model], together: Sequence[type[models.Model]], overrides: Overrides
    ) -> None:
        self.model, self._together, self._overrides = model, together, overrides
        self.name = connection.ops.quote_name(model._meta.db_table)
        self.fields = model._meta.concrete_fields

    @property
    def columns(self) -> list[str]:
        return [connection.ops.quote_name(str(field.column)) for field in self.fields]

    @property
    def span(self) -> int | None:
        """How many ids there are from the lowest to the highest, if ids are numbers."""
        if not isinstance(self.model._meta.pk, models.AutoField):
            return None
        ends = self.model._default_manager.aggregate(low=models.Min("pk"), high=models.Max("pk"))
        return 0 if ends["high"] is None else int(ends["high"] - ends["low"] + 1)

    def expression(self, field: models.Field, spans: Mapping[type[models.Model], int | None]) -> str:
        """What the column is in the copy."""
        column = f"{self.name}.{connection.ops.quote_name(str(field.column))}"
        if (override := self._overrides.get((self.model, field.attname))) is not None:
            return override
        if field.unique and isinstance(field, models.CharField):
            return f"left({column}, {field.max_length} - 8) || '-' || copy"
        target = field.related_model if field.is_relation else self.model if field.primary_key else None
        if target is not None and target not in self._together:
            return column
        if target is not None and spans[target] is not None:
            return f"{column} + copy * {spans[target]}"
        if target is not None or isinstance(field, models.UUIDField):
            return f"pg_temp.later({column}, copy)"
        if isinstance(field, models.DateTimeField):
            return f"{column} + copy * interval '1 minute'"
        return column
