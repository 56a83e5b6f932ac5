"""Conditions on one value: which operators there are, what values they take, and which rows they mean."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from django.db.models import Q
from django.utils import timezone

from backoffice.core.api.search.durations import DURATION_PATTERN, later_by
from backoffice.core.api.search.patterns import pattern_of
from backoffice.core.api.search.reading import LONGEST_TEXT, Reader
from backoffice.core.api.search.subjects import NOTHING, Subject, compared
from backoffice.core.api.values import parse_instant

Schema = dict[str, Any]

Components = dict[str, Schema]
"""Schemas that have a name, by it."""

_LISTS = ("in", "notIn")
_SYNONYMS = {"_in": "in"}
"""The public SDK's types spell the word so, because it is one of its language's."""

_LARGEST = 2**63 - 1


class Condition(ABC):
    """One key of a query."""

    name: str = ""
    """What the contract calls this kind of filter, if it is one of many alike."""

    @abstractmethod
    def read(self, given: Any, path: str, reader: Reader, depth: int) -> Q:
        """The rows that are meant; what is wrong with ``given`` is noted, and then the answer does not matter."""

    @abstractmethod
    def schema(self, components: Components) -> Schema:
        """What may be given, in the OpenAPI document; schemas with a name that it refers to are added."""

    def described(self, components: Components) -> Schema:
        schema = self.schema(components)
        if not self.name:
            return schema
        components[self.name] = schema
        return {"$ref": f"#/components/schemas/{self.name}"}


class Comparison(Condition):
    """Operators over values of one kind: ``{"eq": …}``, ``{"in": […], "notEq": …}``; all of them must hold."""

    operators: tuple[str, ...] = ("eq", "in", "notEq", "notIn")

    def read(self, given: Any, path: str, reader: Reader, depth: int) -> Q:
        found = Q()
        for word, value, here in reader.entries(given, path):
            operator = _SYNONYMS.get(word, word)
            if operator not in self.operators:
                reader.refuse_key(here, self.operators)
            elif reader.count(here):
                found &= self._read_one(operator, value, here, reader)
        return found

    def _read_one(self, operator: str, given: Any, path: str, reader: Reader) -> Q:
        places = reader.items(given, path) if operator in _LISTS else [(given, path)]
        values = []
        for one, here in places:
            try:
                values.append(self.value(operator, one))
            except ValueError as error:
                reader.refuse(here, str(error))
        if reader.problems:
            return Q()
        return self.match(operator, values if operator in _LISTS else values[0])

    def value(self, operator: str, given: Any) -> Any:
        """:raises ValueError: it is not of this kind."""
        return text_value(given)

    @abstractmethod
    def match(self, operator: str, value: Any) -> Q: ...

    value_schema: ClassVar[Schema] = {"type": "string", "maxLength": LONGEST_TEXT}

    def schema(self, components: Components) -> Schema:
        value = self.value_schema
        listed = {"type": "array", "items": value}
        return {
            "type": "object",
            "properties": {one: listed if one in _LISTS else value for one in self.operators},
            "additionalProperties": False,
        }


NAMES = {("eq", "notEq"): "StringEqFilter", Comparison.operators: "StringFilter"}
"""What the contract calls comparisons of texts with these operators."""


class Text(Comparison):
    """Texts, compared as they are."""

    name = "StringFilter"

    def __init__(self, subject: Subject) -> None:
        self.subject = subject

    def match(self, operator: str, value: Any) -> Q:
        return compared(self.subject, operator, value)


class SearchedText(Text):
    """Texts, of which a part can be looked for with ``like``, whatever its case; see :mod:`.patterns`."""

    name = "StringSearchFilter"
    operators = (*Text.operators, "like")

    def value(self, operator: str, given: Any) -> Any:
        text = text_value(given)
        return pattern_of(text) if operator == "like" else text

    def match(self, operator: str, value: Any) -> Q:
        if operator == "like":
            return compared(self.subject, value.lookup, value.text)
        return super().match(operator, value)


class Likeness(SearchedText):
    """A part of any of several texts."""

    name = "SearchFilter"
    operators = ("like",)

    def __init__(self, *subjects: Subject | Callable[[Any], Q]) -> None:
        self.subjects = subjects

    def match(self, operator: str, value: Any) -> Q:
        found = NOTHING
        for subject in self.subjects:
            if isinstance(subject, str) or not callable(subject):
                found |= compared(subject, value.lookup, value.text)
            else:
                found |= subject(value)
        return found


class Choice(Text):
    """One of some words; as in lists, a word that there is not matches nothing."""

    name = ""
    operators = ("eq", "in", "notEq")

    def __init__(self, subject: Subject, choices: Iterable[str]) -> None:
        super().__init__(subject)
        self.choices = tuple(choices)

    def schema(self, components: Components) -> Schema:
        known = {"type": "string", "description": f"one of {', '.join(self.choices)}"}
        schema = super().schema(components)
        for operator, value in schema["properties"].items():
            schema["properties"][operator] = {**value, "items": known} if operator in _LISTS else known
        return schema


class Meaning(Choice):
    """One of some words that stand for what several columns say."""

    def __init__(self, rows: Callable[[Collection[str]], Q], choices: Iterable[str]) -> None:
        super().__init__("", choices)
        self.rows = rows

    def match(self, operator: str, value: Any) -> Q:
        found = self.rows([value] if isinstance(value, str) else value)
        return ~found if operator in ("notEq", "notIn") else found


class Ref(Comparison):
    """Ids; what is not one matches nothing, since ids are opaque to clients."""

    name = "StringFilter"

    def __init__(self, subject: str) -> None:
        self.subject = subject

    def match(self, operator: str, value: Any) -> Q:
        given = [value] if isinstance(value, str) else value
        ids = [id for text in given if (id := self.key(text)) is not None]
        found = Q(**{f"{self.subject}__in": ids}) if ids else NOTHING
        return ~found if operator in ("notEq", "notIn") else found

    def key(self, text: str) -> Any:
        try:
            return UUID(text)
        except ValueError:
            return None


class NumberedRef(Ref):
    """Ids of what is numbered."""

    def key(self, text: str) -> Any:
        number = text.isascii() and text.isdigit() and len(text) < 19
        return int(text) if number else None


class SearchedRef(SearchedText):
    """Ids, of which ``like`` finds a whole one, too."""

    def __init__(self, subject: str) -> None:
        super().__init__(subject)
        self._ref = Ref(subject)

    def match(self, operator: str, value: Any) -> Q:
        return self._ref.match("eq", value.text) if operator == "like" else self._ref.match(operator, value)


class Named(Comparison):
    """Texts that name what several columns may hold; ``rows`` finds it."""

    name = "StringFilter"

    def __init__(self, rows: Callable[[Sequence[str]], Q]) -> None:
        self.rows = rows

    def match(self, operator: str, value: Any) -> Q:
        found = self.rows([value] if isinstance(value, str) else value)
        return ~found if operator in ("notEq", "notIn") else found


class Number(Comparison):
    """Numbers with fractions."""

    name = "NumberFilter"
    operators = ("eq", "notEq", "gt", "gte", "lt", "lte", "in", "notIn")
    value_schema = {"type": "number", "minimum": -_LARGEST, "maximum": _LARGEST}

    def __init__(self, subject: Subject) -> None:
        self.subject = subject

    def value(self, operator: str, given: Any) -> Any:
        if isinstance(given, bool) or not isinstance(given, (int, float)):
            raise ValueError("This is to be a number.")
        if abs(given) > _LARGEST:
            raise ValueError("This number is out of range.")
        return given

    def match(self, operator: str, value: Any) -> Q:
        return compared(self.subject, operator, value)


class WholeNumber(Number):
    """Whole numbers; one with a fraction lies between two of them."""

    def match(self, operator: str, value: Any) -> Q:
        if operator in ("gt", "lte"):
            return compared(self.subject, operator, math.floor(value))
        if operator in ("gte", "lt"):
            return compared(self.subject, operator, math.ceil(value))
        given = value if isinstance(value, list) else [value]
        whole = [int(one) for one in given if one == int(one)]
        return compared(self.subject, "notIn" if operator in ("notEq", "notIn") else "in", whole)


class Flag(Comparison):
    """True or false; what is not said is false."""

    name = "BooleanFilter"
    operators = ("eq", "notEq")
    value_schema = {"type": "boolean"}

    def __init__(self, subject: Subject) -> None:
        self.subject = subject

    def value(self, operator: str, given: Any) -> Any:
        if not isinstance(given, bool):
            raise ValueError("This is to be true or false.")
        return given

    def match(self, operator: str, value: Any) -> Q:
        true = compared(self.subject, "eq", True)
        wanted = value if operator == "eq" else not value
        return true if wanted else compared(self.subject, "notEq", True)


class Moment(Comparison):
    """Times; ``after`` and ``before`` take a duration that is counted from now, backwards with a minus."""

    name = "DateFilter"
    operators = ("eq", "notEq", "gt", "gte", "lt", "lte", "after", "before")
    value_schema = {"type": "string", "format": "date-time"}

    def __init__(self, subject: Subject) -> None:
        self.subject = subject

    def value(self, operator: str, given: Any) -> datetime:
        text = text_value(given)
        return later_by(timezone.now(), text) if operator in ("after", "before") else parse_instant(text)

    def match(self, operator: str, value: Any) -> Q:
        return compared(self.subject, {"after": "gt", "before": "lt"}.get(operator, operator), value)

    def schema(self, components: Components) -> Schema:
        schema = super().schema(components)
        duration = {
            "type": "string",
            "pattern": DURATION_PATTERN,
            "description": "a duration from now, such as P1W or -P1D",
        }
        schema["properties"] |= {"after": duration, "before": duration}
        return schema


class Absent(Condition):
    """What no row of ours ever has: it is unequal to everything, and like nothing.

    ``of`` says what may be asked about it.
    """

    def __init__(self, of: Condition) -> None:
        self.of = of
        self.name = of.name

    def read(self, given: Any, path: str, reader: Reader, depth: int) -> Q:
        self.of.read(given, path, reader, depth)
        asked = _operators_in(given)
        return Q() if asked and asked <= {"notEq", "notIn"} else NOTHING if asked else Q()

    def schema(self, components: Components) -> Schema:
        return self.of.schema(components)


def _operators_in(given: Any) -> set[str]:
    """The operators that were given; ``exists: false`` counts as a no, and nothing is contained in what is absent."""
    if not isinstance(given, dict):
        return set()
    found: set[str] = set()
    for key, value in given.items():
        if key == "contains":
            found.add(key)
        elif isinstance(value, dict):
            found |= _operators_in(value)
        else:
            found.add("notEq" if key == "exists" and value is False else key)
    return found


def text_value(given: Any) -> str:
    """:raises ValueError: it is no text, or one that is too long to be anything here."""
    if not isinstance(given, str):
        raise ValueError("This is to be a text.")
    if len(given) > LONGEST_TEXT:
        raise ValueError(f"Texts have {LONGEST_TEXT} characters at most.")
    return given
