"""What conditions compare: columns by their lookup, and parts of JSON documents, on every database alike."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from django.db.models import BooleanField, Expression, F, Field, FloatField, Q, TextField
from django.db.models.expressions import Func
from django.db.models.lookups import (
    Exact,
    GreaterThan,
    GreaterThanOrEqual,
    IContains,
    IEndsWith,
    IExact,
    In,
    IsNull,
    IStartsWith,
    LessThan,
    LessThanOrEqual,
    Lookup,
)

Subject = str | Expression
"""A lookup path from the searched model, or an expression over it."""

NOTHING = Q(pk__in=())
"""No row at all."""

_LOOKUPS: dict[str, tuple[str, type[Lookup[Any]]]] = {
    "eq": ("exact", Exact),
    "in": ("in", In),
    "gt": ("gt", GreaterThan),
    "gte": ("gte", GreaterThanOrEqual),
    "lt": ("lt", LessThan),
    "lte": ("lte", LessThanOrEqual),
    "is": ("iexact", IExact),
    "contains": ("icontains", IContains),
    "startswith": ("istartswith", IStartsWith),
    "endswith": ("iendswith", IEndsWith),
}
_NEGATED = {"notEq": "eq", "notIn": "in"}


def compared(subject: Subject, operator: str, value: Any) -> Q:
    """The rows whose subject compares so; what has no value is unequal to every value."""
    if operator in _NEGATED:
        return _unlike(subject, _NEGATED[operator], value)
    if operator in ("in",) and not value:
        return NOTHING
    name, lookup = _LOOKUPS[operator]
    return Q(**{f"{subject}__{name}": value}) if isinstance(subject, str) else Q(lookup(subject, value))


def _unlike(subject: Subject, operator: str, value: Any) -> Q:
    alike = compared(subject, operator, value)
    if isinstance(subject, str):
        return ~alike
    return ~alike | absent(subject)


def absent(subject: Subject) -> Q:
    """The rows that have no value there."""
    return Q(**{f"{subject}__isnull": True}) if isinstance(subject, str) else Q(IsNull(subject, True))


class Member(Func):
    """One member of a JSON object, if it is of the wanted kind: TEXT, NUMBER, FLAG; ANY says only that it is there.

    ``within`` leads from the column to the object. Names are parameters, never parts of a JSON path, since clients
    choose them.
    """

    TEXT, NUMBER, FLAG, ANY = "text", "number", "flag", "any"
    _FIELDS: ClassVar[dict[str, type[Field[Any, Any]]]] = {
        TEXT: TextField,
        NUMBER: FloatField,
        FLAG: BooleanField,
        ANY: TextField,
    }
    _POSTGRESQL: ClassVar[dict[str, tuple[str, str]]] = {
        TEXT: ("string", "({member} #>> '{{}}')"),
        NUMBER: ("number", "({member} #>> '{{}}')::double precision"),
        FLAG: ("boolean", "({member} #>> '{{}}')::boolean"),
    }
    _SQLITE: ClassVar[dict[str, str]] = {
        TEXT: "('text')",
        NUMBER: "('integer', 'real')",
        FLAG: "('true', 'false')",
    }

    def __init__(self, column: str, name: str, *, within: Sequence[str] = (), kind: str = TEXT) -> None:
        super().__init__(F(column), output_field=self._FIELDS[kind]())
        self.name, self.within, self.kind = name, tuple(within), kind

    def as_postgresql(self, compiler: Any, connection: Any, **_: Any) -> tuple[str, list[Any]]:
        column, params = compiler.compile(self.source_expressions[0])
        member = f"({column} #> %s::text[])"
        given = [*params, [*self.within, self.name]]
        if self.kind == self.ANY:
            return f"NULLIF({member}, 'null'::jsonb)::text", given
        type_name, read = self._POSTGRESQL[self.kind]
        sql = f"CASE WHEN jsonb_typeof({member}) = '{type_name}' THEN {read.format(member=member)} END"
        return sql, [*given, *given]

    def as_sqlite(self, compiler: Any, connection: Any, **_: Any) -> Any:
        column, params = compiler.compile(self.source_expressions[0])
        path = "".join(f'."{name}"' for name in self.within)
        kinds = self._SQLITE.get(self.kind)
        of_kind = f"IN {kinds}" if kinds else "<> 'null'"
        members = f"json_each({column}, %s) AS member"
        sql = f"(SELECT member.value FROM {members} WHERE member.key = %s AND member.type {of_kind})"  # noqa: S608 - ours
        return sql, [*params, f"${path}", self.name]


class AnyElement(Func):
    """Whether a JSON list, or the values of an object, has an element for which every test holds.

    A test is the path within the element, an operator (``eq``, ``in``, ``notEq``, ``notIn``, ``like``), and a value:
    texts, or a pattern for LIKE. Paths come from declarations, so that they may stand in the statement.
    """

    def __init__(
        self,
        column: str,
        tests: Sequence[tuple[tuple[str, ...], str, Any]] = (),
        *,
        within: Sequence[str] = (),
    ) -> None:
        super().__init__(F(column), output_field=BooleanField())
        self.tests, self.within = tuple(tests), tuple(within)

    def as_postgresql(self, compiler: Any, connection: Any, **_: Any) -> tuple[str, list[Any]]:
        column, params = compiler.compile(self.source_expressions[0])
        whole = f"({column} #> '{{{','.join(self.within)}}}')"
        elements = " UNION ALL ".join(
            f"SELECT value FROM {read}(CASE jsonb_typeof({whole}) WHEN '{kind}' THEN {whole} END)"  # noqa: S608 - ours
            for read, kind in (("jsonb_array_elements", "array"), ("jsonb_each", "object"))
        )
        tests, values = self._where(
            lambda path: f"(element.value #>> '{{{','.join(path)}}}')", "IS DISTINCT FROM", "ILIKE"
        )
        sql = f"EXISTS (SELECT 1 FROM ({elements}) AS element(value) WHERE {tests})"  # noqa: S608 - ours
        return sql, [*params * 4, *values]

    def as_sqlite(self, compiler: Any, connection: Any, **_: Any) -> Any:
        column, params = compiler.compile(self.source_expressions[0])
        whole = "$" + "".join(f'."{name}"' for name in self.within)
        tests, values = self._where(_read_in_sqlite, "IS NOT", "LIKE")
        elements = f"json_each({column}, '{whole}') AS element"
        # The scalar itself is no element: only what lies in a list or an object is.
        sql = f"EXISTS (SELECT 1 FROM {elements} WHERE element.fullkey <> '{whole}' AND {tests})"  # noqa: S608 - ours
        return sql, [*params, *values]

    def _where(self, read: Any, differs: str, like: str) -> tuple[str, list[Any]]:
        parts, values = ["1 = 1"], []
        for path, operator, value in self.tests:
            text = read(path)
            if operator == "like":
                parts.append(f"{text} {like} %s ESCAPE '\\'")
                values.append(value)
                continue
            wanted = [value] if operator in ("eq", "notEq") else list(value)
            one = " AND ".join([f"{text} {differs} %s"] * len(wanted)) or "1 = 1"
            negative = operator in ("notEq", "notIn")
            parts.append(f"({one})" if negative else f"NOT ({one})")
            values += wanted
        return " AND ".join(parts), values


def _read_in_sqlite(path: Sequence[str]) -> str:
    if not path:
        return "element.value"
    inner = "".join(f'."{name}"' for name in path)
    return f"json_extract(element.value, '${inner}')"
