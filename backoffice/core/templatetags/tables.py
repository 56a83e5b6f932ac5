"""Rows of tables, hundreds of cells of a page."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from typing import Any

import django_tables2
from django import template
from django.db.models import Model
from django.template import Context
from django.template.base import render_value_in_context
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django_tables2.columns import BoundColumn
from django_tables2.rows import BoundRow
from django_tables2.utils import Accessor

register = template.Library()


@register.filter
def rows_of(table: django_tables2.Table) -> Iterator[tuple[SafeString, SafeString]]:
    """The attributes of each row, and its cells. What a column says of itself, its name for phones and its classes, is
    put together once and not in every row: that was a quarter of a page's time (T8).
    """
    columns = []
    for column in table.columns:
        begun = format_html('<td data-label="{}" {}>', column.header, column.attrs["td"].as_html())
        columns.append((begun, _cell(table, column)))
    plain = Context()
    for row in table.rows:
        cells = [f"{begun}{render_value_in_context(cell(row), plain)}</td>" for begun, cell in columns]
        yield row.attrs.as_html(), SafeString("".join(cells))


def _cell(table: django_tables2.Table, column: BoundColumn) -> Callable[[BoundRow], Any]:
    """How a column's cells are drawn. For each cell the library looks up what its method takes, and whether its value
    is the choice of a model's field: where a table has a method of its own for rows that are no models, all that is
    known beforehand, and was a tenth of a page's time (T8).
    """
    draw = getattr(table, f"render_{column.name}", None)
    if draw is None or not {"record", "value"}.issuperset(
        wanted := tuple(inspect.signature(draw).parameters)
    ):
        return lambda row: row.get_cell(column.name)
    accessor, none, default = Accessor(column.accessor), column.column.empty_values, column.default

    def cell(row: BoundRow) -> Any:
        record = row.record
        if isinstance(record, Model):
            return row.get_cell(column.name)
        value = accessor.resolve(record, quiet=True)
        if value in none:
            return default
        given = {"record": record, "value": value}
        return draw(**{name: given[name] for name in wanted})

    return cell
