"""Conditions on parts of JSON documents that rows carry."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from django.db.models import Q
from django.db.models.lookups import IsNull

from backoffice.core.api.search.conditions import (
    NAMES,
    Comparison,
    Components,
    Condition,
    Schema,
    SearchedText,
    text_value,
)
from backoffice.core.api.search.reading import Reader
from backoffice.core.api.search.subjects import NOTHING, AnyElement, Member, compared

Path = tuple[str, ...]
Tests = list[tuple[Path, str, Any]]

_ORDERED = ("gt", "gte", "lt", "lte")


class LocalizedText(SearchedText):
    """A text in any of its languages; the document is ``{"de_DE": …}``."""

    name = "LocalizedStringSearchFilter"

    def __init__(self, column: str) -> None:
        super().__init__(column)
        self.column = column

    def match(self, operator: str, value: Any) -> Q:
        if operator in ("notEq", "notIn"):
            return ~Q(self._any("eq" if operator == "notEq" else "in", value))
        return Q(self._any(operator, value.like if operator == "like" else value))

    def _any(self, operator: str, value: Any) -> AnyElement:
        return AnyElement(self.column, [((), operator, value)])


class TextAmong(SearchedText):
    """A text that stands in a list of texts; unlike a text is who does not have it."""

    name = "StringSearchFilter"

    def __init__(self, column: str) -> None:
        super().__init__(column)
        self.column = column

    def match(self, operator: str, value: Any) -> Q:
        if operator in ("notEq", "notIn"):
            return ~self.match("eq" if operator == "notEq" else "in", value)
        return Q(AnyElement(self.column, [((), operator, value.like if operator == "like" else value)]))


class SearchedElement(SearchedText):
    """A text of any element of a list of objects, at any of ``names``; unlike a text is who has it nowhere."""

    name = "StringSearchFilter"

    def __init__(self, column: str, names: Collection[str], *, within: Sequence[str] = ()) -> None:
        super().__init__(column)
        self.column, self.names, self.within = column, tuple(names), within

    def match(self, operator: str, value: Any) -> Q:
        if operator in ("notEq", "notIn"):
            return ~self.match("eq" if operator == "notEq" else "in", value)
        found = NOTHING
        for name in self.names:
            test = ((name,), operator, value.like if operator == "like" else value)
            found |= Q(AnyElement(self.column, [test], within=self.within))
        return found


class _Element(Comparison):
    """A text within an element of a list; tests are collected, because all must hold for the same element."""

    def __init__(self, path: Path, tests: Tests, operators: Sequence[str]) -> None:
        self.path, self.tests = path, tests
        self.name = NAMES.get(tuple(operators), "")
        self.operators = tuple(operators)

    def match(self, operator: str, value: Any) -> Q:
        self.tests.append((self.path, operator, value))
        return Q()


class TextElements(Condition):
    """A list of texts: ``{"contains": {"eq": …}}``."""

    name = "StringListFilter"

    def __init__(
        self, column: str, *, within: Sequence[str] = (), operators: Sequence[str] = ("eq", "notEq")
    ) -> None:
        self.column, self.within, self.operators = column, within, operators
        if tuple(operators) != ("eq", "notEq"):
            self.name = ""

    def read(self, given: Any, path: str, reader: Reader, depth: int) -> Q:
        found = Q()
        for key, inner, here in reader.entries(given, path):
            if key != "contains":
                reader.refuse_key(here, ("contains",))
                continue
            tests: Tests = []
            _Element((), tests, self.operators).read(inner, here, reader, depth)
            for _, operator, value in tests:
                found &= self._lists(operator, value)
        return found

    def _lists(self, operator: str, value: Any) -> Q:
        """A list is unlike a text that is not in it."""
        if operator in ("notEq", "notIn"):
            return ~self._lists("eq" if operator == "notEq" else "in", value)
        return Q(AnyElement(self.column, [((), operator, value)], within=self.within))

    def schema(self, components: Components) -> Schema:
        return _containing(_Element((), [], self.operators).described(components))


class ObjectElements(Condition):
    """A list of objects: ``{"contains": {"id": {"eq": …}}, "exists": true}``.

    ``fields`` are texts of its elements, by where they stand in the stored element, if elsewhere than at their name.
    """

    def __init__(
        self, column: str, fields: Collection[str] | Mapping[str, Path], *, within: Sequence[str] = ()
    ) -> None:
        paths = fields if isinstance(fields, Mapping) else {name: (name,) for name in fields}
        self.column, self.fields, self.within = column, dict(paths), within

    def read(self, given: Any, path: str, reader: Reader, depth: int) -> Q:
        found = Q()
        for key, inner, here in reader.entries(given, path):
            if key == "exists":
                found &= existence(Q(AnyElement(self.column, within=self.within)), inner, here, reader)
            elif key == "contains":
                found &= Q(
                    AnyElement(self.column, self._tests(inner, here, reader, depth), within=self.within)
                )
            else:
                reader.refuse_key(here, ("contains", "exists"))
        return found

    def _tests(self, given: Any, path: str, reader: Reader, depth: int) -> Tests:
        tests: Tests = []
        for name, inner, here in reader.entries(given, path):
            if name in self.fields:
                _Element(self.fields[name], tests, Comparison.operators).read(inner, here, reader, depth)
            else:
                reader.refuse_key(here, tuple(self.fields))
        return tests

    def schema(self, components: Components) -> Schema:
        field = _Element((), [], Comparison.operators).described(components)
        inner = {"type": "object", "properties": dict.fromkeys(self.fields, field)}
        return {**_containing(inner | {"additionalProperties": False}, exists=True)}


class Attributes(Condition):
    """An object whose members clients name themselves, such as ``customAttributes``.

    A value is compared with members of its own kind: a text never equals a number.
    """

    name = "AttributesFilter"
    operators = ("eq", "in", "notEq", "notIn", *_ORDERED, "exists")

    def __init__(self, column: str, *, within: Sequence[str] = ()) -> None:
        self.column, self.within = column, within

    def read(self, given: Any, path: str, reader: Reader, depth: int) -> Q:
        found = Q()
        for member, conditions, here in reader.entries(given, path):
            for operator, value, place in reader.entries(conditions, here):
                if operator not in self.operators:
                    reader.refuse_key(place, self.operators)
                elif reader.count(place):
                    found &= self._read_one(member, operator, value, place, reader)
        return found

    def _read_one(self, name: str, operator: str, given: Any, path: str, reader: Reader) -> Q:
        if operator == "exists":
            there = ~Q(IsNull(Member(self.column, name, within=self.within, kind=Member.ANY), True))
            return existence(there, given, path, reader)
        values = [one for one, _ in reader.items(given, path)] if operator in ("in", "notIn") else [given]
        kinds = {_kind_of(value) for value in values}
        if not values:
            return NOTHING if operator == "in" else Q()
        if len(kinds) != 1 or None in kinds or (operator in _ORDERED and Member.FLAG in kinds):
            reader.refuse(path, "Compare with texts, numbers, or true and false; a list is of one kind.")
            return Q()
        member = Member(self.column, name, within=self.within, kind=str(kinds.pop()))
        return compared(member, operator, values if operator in ("in", "notIn") else given)

    def schema(self, components: Components) -> Schema:
        kinds: list[Schema] = [{"type": "string"}, {"type": "number"}, {"type": "boolean"}]
        ordered, listed = kinds[:2], [{"type": "array", "items": kind} for kind in kinds]
        properties: Schema = {
            **{one: {"oneOf": ordered} for one in _ORDERED},
            **{one: {"oneOf": kinds} for one in ("eq", "notEq")},
            **{one: {"oneOf": listed} for one in ("in", "notIn")},
            "exists": {"type": "boolean"},
        }
        inner = {"type": "object", "properties": properties, "additionalProperties": False}
        return {"type": "object", "additionalProperties": inner}


def existence(there: Q, wanted: Any, path: str, reader: Reader) -> Q:
    """``exists: true`` is ``there``, ``exists: false`` is not."""
    if not isinstance(wanted, bool):
        reader.refuse(path, "This is to be true or false.")
    return there if wanted else ~there


def _kind_of(value: Any) -> str | None:
    if isinstance(value, bool):
        return Member.FLAG
    if isinstance(value, (int, float)):
        return Member.NUMBER if abs(value) < 1e300 else None
    try:
        text_value(value)
    except ValueError:
        return None
    return Member.TEXT


def _containing(inner: Mapping[str, Any], *, exists: bool = False) -> Schema:
    properties: dict[str, Any] = {"contains": dict(inner)}
    if exists:
        properties["exists"] = {"type": "boolean"}
    return {"type": "object", "properties": properties, "additionalProperties": False}
