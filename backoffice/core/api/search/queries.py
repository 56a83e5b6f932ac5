"""Conditions that hold others: objects, rows of another table, and the query itself with its ``and`` and ``or``."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from django.db.models import Exists, Q, QuerySet

from backoffice.core.api.search.conditions import NAMES, Choice, Comparison, Components, Condition, Schema
from backoffice.core.api.search.documents import existence
from backoffice.core.api.search.reading import DEEPEST, Reader
from backoffice.core.api.search.subjects import NOTHING


class Group(Condition):
    """An object: every condition that it has must hold."""

    def __init__(self, fields: Mapping[str, Condition]) -> None:
        self.fields = dict(fields)

    def read(self, given: Any, path: str, reader: Reader, depth: int = 0) -> Q:
        found = Q()
        for key, inner, here in reader.entries(given, path):
            condition = self.fields.get(key)
            if condition is None:
                reader.refuse_key(here, tuple(self.fields))
            else:
                found &= condition.read(inner, here, reader, depth)
        return found

    def schema(self, components: Components) -> Schema:
        properties = {key: condition.described(components) for key, condition in self.fields.items()}
        return {"type": "object", "properties": properties, "additionalProperties": False}


class Rows(Condition):
    """A list that is rows of another table: ``contains`` is true if one of them fits.

    ``rows`` are those of the searched row, by ``OuterRef``; the conditions are about their model.
    """

    def __init__(self, rows: Callable[[], QuerySet[Any]], fields: Mapping[str, Condition]) -> None:
        self.rows, self.element = rows, Group(fields)

    def read(self, given: Any, path: str, reader: Reader, depth: int) -> Q:
        found = Q()
        for key, inner, here in reader.entries(given, path):
            if key == "exists":
                found &= existence(Q(Exists(self.rows())), inner, here, reader)
            elif key == "contains":
                found &= Q(Exists(self.rows().filter(self.element.read(inner, here, reader, depth))))
            else:
                reader.refuse_key(here, ("contains", "exists"))
        return found

    def schema(self, components: Components) -> Schema:
        properties = {"contains": self.element.described(components), "exists": {"type": "boolean"}}
        return {"type": "object", "properties": properties, "additionalProperties": False}


class Some(Condition):
    """A condition that holds for one of the searched row's rows of another table; see :class:`Rows`."""

    def __init__(self, rows: Callable[[], QuerySet[Any]], condition: Condition) -> None:
        self.rows, self.condition = rows, condition
        self.name = condition.name

    def read(self, given: Any, path: str, reader: Reader, depth: int) -> Q:
        wanted = self.condition.read(given, path, reader, depth)
        return Q(Exists(self.rows().filter(wanted))) if wanted else wanted

    def schema(self, components: Components) -> Schema:
        return self.condition.schema(components)


class Only(Condition):
    """A list of one element at most, whose parts are columns of the searched row itself; ``there`` says if it is."""

    def __init__(self, there: Q, fields: Mapping[str, Condition]) -> None:
        self.there, self.element = there, Group(fields)

    def read(self, given: Any, path: str, reader: Reader, depth: int) -> Q:
        found = Q()
        for key, inner, here in reader.entries(given, path):
            if key == "exists":
                found &= existence(self.there, inner, here, reader)
            elif key == "contains":
                found &= self.there & self.element.read(inner, here, reader, depth)
            else:
                reader.refuse_key(here, ("contains", "exists"))
        return found

    def schema(self, components: Components) -> Schema:
        properties = {"contains": self.element.described(components), "exists": {"type": "boolean"}}
        return {"type": "object", "properties": properties, "additionalProperties": False}


class RefList(Condition):
    """A list of ids, or of words: ``{"contains": {"eq": …}}``. ``rows`` finds what has any of them; what lacks one is
    unequal to it.
    """

    def __init__(
        self, rows: Callable[[Collection[str]], Q], operators: Sequence[str] = ("eq", "notEq")
    ) -> None:
        self.element = _Any(rows, operators)
        self.name = "StringListFilter" if tuple(operators) == ("eq", "notEq") else ""

    def read(self, given: Any, path: str, reader: Reader, depth: int) -> Q:
        found = Q()
        for key, inner, here in reader.entries(given, path):
            if key == "contains":
                found &= self.element.read(inner, here, reader, depth)
            else:
                reader.refuse_key(here, ("contains",))
        return found

    def schema(self, components: Components) -> Schema:
        return {
            "type": "object",
            "properties": {"contains": self.element.described(components)},
            "additionalProperties": False,
        }


class _Any(Comparison):
    def __init__(self, rows: Callable[[Collection[str]], Q], operators: Sequence[str]) -> None:
        self.rows = rows
        self.operators = tuple(operators)
        self.name = NAMES.get(self.operators, "")

    def match(self, operator: str, value: Any) -> Q:
        found = self.rows([value] if isinstance(value, str) else value)
        return ~found if operator in ("notEq", "notIn") else found


def choices_of(choice: Choice) -> RefList:
    """``{"contains": {"eq": …}}`` about something of which there is one."""
    return RefList(lambda wanted: choice.match("in", list(wanted)), choice.operators)


class Query(Group):
    """A whole query: the conditions of a resource, with ``and`` and ``or`` of further queries."""

    def read(self, given: Any, path: str, reader: Reader, depth: int = 0) -> Q:
        if depth > DEEPEST:
            reader.refuse(path, f"A query is {DEEPEST} levels deep at most.", "TOO_COMPLEX")
            return Q()
        found = Q()
        for key, inner, here in reader.entries(given, path):
            if key in ("and", "or"):
                found &= self._combined(key, inner, here, reader, depth)
            elif (condition := self.fields.get(key)) is not None:
                found &= condition.read(inner, here, reader, depth)
            else:
                reader.refuse_key(here, ("and", "or", *self.fields))
        return found

    def _combined(self, word: str, given: Any, path: str, reader: Reader, depth: int) -> Q:
        queries = [self.read(one, here, reader, depth + 1) for one, here in reader.items(given, path)]
        found = Q() if word == "and" or not queries else NOTHING
        for query in queries:
            if word == "and":
                found &= query
            elif not query:  # a query without conditions is every row
                return Q()
            else:
                found |= query
        return found
