"""Shapes that are made of shapes: records, lists, and one of several records."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from backoffice.core.texts import text
from routing.documents.shape import MAX_DEPTH, Check, Components, Reading, Shape, joined, shown
from routing.documents.values import check_storable


@dataclass(frozen=True)
class Part:
    """A field of a record that may be left out; it then gets the ``default``, a plain value, if there is one."""

    shape: Shape
    default: Any = None


def optional(shape: Shape, default: Any = None) -> Part:
    return Part(shape, default)


@dataclass(frozen=True)
class Record(Shape):
    """An object with named fields.

    ``read_only`` fields, given with their schema, are what a client reads along and may send back: they are ignored.
    Other unknown fields are a problem where the record is ``strict`` - the contract says which - and kept where it is
    not. ``check`` looks at what no shape can say; it is called when all parts are as they should be.
    """

    name: str
    parts: Mapping[str, Part | Shape]
    read_only: Mapping[str, dict[str, Any]] = field(default_factory=dict)
    strict: bool = True
    check: Check | None = None

    def read(self, value: Any, path: str, reading: Reading) -> Any:
        if not isinstance(value, Mapping):
            reading.add(path, text("An object is expected."))
            return value
        if reading.depth >= MAX_DEPTH:
            reading.add(
                path,
                text("It is nested too deeply: %(max_depth)s levels are allowed.", max_depth=MAX_DEPTH),
                "TOO_DEEP",
            )
            return value
        found = len(reading.problems)
        reading.depth += 1
        result = {**self._read_others(value, path, reading), **self._read_parts(value, path, reading)}
        reading.depth -= 1
        if self.check is not None and len(reading.problems) == found:
            self.check(result, path, reading)
        return result

    def _read_others(self, value: Mapping[str, Any], path: str, reading: Reading) -> dict[str, Any]:
        others = {key: value[key] for key in value if key not in self.parts and key not in self.read_only}
        for key, other in others.items():
            if self.strict:
                reading.add(joined(path, key), text("There is no such field here."), "UNKNOWN_FIELD")
            else:
                check_storable(other, joined(path, key), reading)
        return {} if self.strict else others

    def _read_parts(self, value: Mapping[str, Any], path: str, reading: Reading) -> dict[str, Any]:
        result: dict[str, Any] = {}
        for name, part in self.parts.items():
            shape = part.shape if isinstance(part, Part) else part
            if name in value:
                result[name] = shape.read(value[name], joined(path, name), reading)
            elif not isinstance(part, Part):
                reading.add(joined(path, name), text("It is required."), "REQUIRED")
            elif part.default is not None:
                result[name] = part.default
        return result

    def schema(self, components: Components) -> dict[str, Any]:
        if self.name not in components:
            components[
                self.name
            ] = {}  # the place is taken before the parts are looked at: they may lead back here
            components[self.name] = self._described(components)
        return {"$ref": f"#/components/schemas/{self.name}"}

    def _described(self, components: Components) -> dict[str, Any]:
        properties: dict[str, Any] = {}
        for name, part in self.parts.items():
            schema = (part.shape if isinstance(part, Part) else part).schema(components)
            if isinstance(part, Part) and part.default is not None:
                schema = {**({"allOf": [schema]} if "$ref" in schema else schema), "default": part.default}
            properties[name] = schema
        for name, schema in self.read_only.items():
            properties[name] = {**schema, "readOnly": True}
        described: dict[str, Any] = {
            "type": "object",
            "properties": properties,
            "additionalProperties": not self.strict,
        }
        if required := [name for name, part in self.parts.items() if not isinstance(part, Part)]:
            described["required"] = required
        return described


@dataclass(frozen=True)
class ListOf(Shape):
    """A list of records or values; no two records may have the same values of the ``unique`` fields."""

    item: Shape
    at_least: int = 0
    at_most: int = 100
    unique: tuple[str, ...] = ()

    def read(self, value: Any, path: str, reading: Reading) -> Any:
        if not isinstance(value, list):
            reading.add(path, text("A list is expected."))
            return value
        if not self.at_least <= len(value) <= self.at_most:
            allowed = (
                text("%(at_least)s to %(at_most)s", at_least=self.at_least, at_most=self.at_most)
                if self.at_least
                else text("up to %(at_most)s", at_most=self.at_most)
            )
            reading.add(
                path,
                text(
                    "The list has %(count)s entries; %(allowed)s are allowed.",
                    count=len(value),
                    allowed=allowed,
                ),
            )
            return value
        self._check_unique(value, path, reading)
        return [self.item.read(entry, f"{path}[{index}]", reading) for index, entry in enumerate(value)]

    def _check_unique(self, entries: list[Any], path: str, reading: Reading) -> None:
        first: dict[tuple[Any, ...], int] = {}
        for index, entry in enumerate(entries if self.unique else ()):
            key = tuple(entry.get(name) for name in self.unique) if isinstance(entry, Mapping) else ()
            comparable = all(value is None or isinstance(value, str) for value in key)
            if comparable and any(key) and first.setdefault(key, index) != index:
                message = text(
                    "%(shown)s is there already, at %(path)s[%(first)s].",
                    shown=shown(key[0]),
                    path=path,
                    first=first[key],
                )
                reading.add(joined(f"{path}[{index}]", self.unique[0]), message, "DUPLICATE")

    def schema(self, components: Components) -> dict[str, Any]:
        schema: dict[str, Any] = {
            "type": "array",
            "items": self.item.schema(components),
            "maxItems": self.at_most,
        }
        return {**schema, "minItems": self.at_least} if self.at_least else schema


@dataclass(frozen=True)
class OneOf(Shape):
    """A record whose field ``tag`` tells which of several it is."""

    tag: str
    records: Mapping[str, Record]

    def read(self, value: Any, path: str, reading: Reading) -> Any:
        if not isinstance(value, Mapping):
            reading.add(path, text("An object is expected."))
            return value
        kind = value.get(self.tag)
        record = self.records.get(kind) if isinstance(kind, str) else None
        if record is None:
            message = text(
                "%(kind)s is no known %(tag)s; known: %(records)s.",
                kind=shown(kind),
                tag=self.tag,
                records=", ".join(self.records),
            )
            reading.add(joined(path, self.tag), message, "INVALID_CHOICE")
            return value
        return record.read(value, path, reading)

    def schema(self, components: Components) -> dict[str, Any]:
        references = {kind: record.schema(components) for kind, record in self.records.items()}
        mapping = {kind: reference["$ref"] for kind, reference in references.items()}
        discriminator = {"propertyName": self.tag, "mapping": mapping}
        return {"oneOf": list(references.values()), "discriminator": discriminator}


@dataclass(frozen=True)
class Again(Shape):
    """A shape that is declared further down, or that contains this one."""

    shape: Callable[[], Shape]

    def read(self, value: Any, path: str, reading: Reading) -> Any:
        return self.shape().read(value, path, reading)

    def schema(self, components: Components) -> dict[str, Any]:
        return self.shape().schema(components)


@dataclass(frozen=True)
class Nullable(Shape):
    """``null`` is a value too, such as for *no limit*."""

    shape: Shape

    def read(self, value: Any, path: str, reading: Reading) -> Any:
        return None if value is None else self.shape.read(value, path, reading)

    def schema(self, components: Components) -> dict[str, Any]:
        return {**self.shape.schema(components), "nullable": True}
