"""Arrays of a column's values, as PostgreSQL reads them: one parameter, however many values there are."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from operator import attrgetter, methodcaller
from typing import Any, TypeAlias

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper

from backoffice.core.messages import MessageField

AnyField: TypeAlias = "models.Field[Any, Any]"


def array_of(column: AnyField, values: Iterable[Any]) -> str:
    """The values as PostgreSQL writes an array of them; None is NULL."""
    text, quoted = _text(column)
    if quoted:
        plain, text = text, lambda value: '"' + plain(value).replace("\\", "\\\\").replace('"', '\\"') + '"'
    return "{" + ",".join(["NULL" if value is None else text(value) for value in values]) + "}"


def type_of(column: AnyField, connection: BaseDatabaseWrapper) -> str:
    """The type of the column's values; text, because a cast to varchar(n) would cut silently."""
    if isinstance(column, models.CharField):
        return "text"
    return str(column.rel_db_type(connection) if column.is_relation else column.db_type(connection))


def _text(column: AnyField) -> tuple[Callable[[Any], str], bool]:
    """How a value of the column is written where it is not NULL, and whether that is to be quoted in an array."""
    while isinstance(column, models.ForeignKey):
        column = column.target_field
    match column:
        case models.UUIDField():
            return attrgetter("hex"), False
        case models.DateField():
            return methodcaller("isoformat"), False
        case models.IntegerField() | models.BooleanField():
            return str, False
        case models.JSONField():
            return (column.encoder or json.JSONEncoder)().encode, True
        case MessageField():
            return column.get_prep_value, True
        case models.BinaryField():
            return lambda value: "\\x" + bytes(value).hex(), True
    return str, True
