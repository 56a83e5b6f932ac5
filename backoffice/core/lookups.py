"""Lookups that all models have."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Field, ForeignKey
from django.db.models.lookups import In
from django.db.models.sql.compiler import SQLCompiler

from backoffice.core.arrays import array_of, type_of


@Field.register_lookup
@ForeignKey.register_lookup
class Among(In):
    """``filter(id__among=ids)``: what ``in`` says, for lists of hundreds. PostgreSQL gets one array, where for ``in``
    Django builds, and sends, a parameter for each value. Values are such as the column gives, not text.
    """

    lookup_name = "among"

    def as_postgresql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> tuple[str, list[Any]]:
        """:raises EmptyResultSet: there are no values."""
        values = self.rhs
        if not values:
            raise EmptyResultSet
        lhs, parameters = self.process_lhs(compiler, connection)
        column = self.lhs.output_field
        return f"{lhs} = ANY(%s::{type_of(column, connection)}[])", [*parameters, array_of(column, values)]

    def get_prep_lookup(self) -> Any:
        """The values as they are: preparing each costs more than looking for it."""
        return list(self.rhs)
