"""Shapes of plain values."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from backoffice.core.texts import text
from routing.documents.shape import MAX_DEPTH, Components, Reading, Shape, joined, shown

LARGEST_NUMBER = 2**53
"""Beyond it JSON numbers are not exact everywhere."""

LOCALE = re.compile(r"[a-z]{2,3}(?:[_-][A-Za-z0-9]{2,8})*")


@dataclass(frozen=True)
class Text(Shape):
    """A string. ``pattern`` must match all of it; ``hint`` says in words what is expected."""

    at_least: int = 0
    at_most: int = 10_000
    pattern: re.Pattern[str] | None = None
    hint: str = text("Text is expected.")
    example: str = ""

    def read(self, value: Any, path: str, reading: Reading) -> Any:
        if not isinstance(value, str):
            reading.add(path, self.hint)
        elif len(value) < self.at_least:
            reading.add(path, text("It must not be empty."))
        elif len(value) > self.at_most:
            reading.add(
                path,
                text(
                    "It has %(count)s characters; at most %(at_most)s are allowed.",
                    count=len(value),
                    at_most=self.at_most,
                ),
            )
        elif _unstorable(value):
            reading.add(path, text("It contains characters that cannot be stored."))
        elif self.pattern is not None and not self.pattern.fullmatch(value):
            reading.add(path, self.hint)
        return value

    def schema(self, components: Components) -> dict[str, Any]:
        schema: dict[str, Any] = {"type": "string", "maxLength": self.at_most}
        if self.at_least:
            schema["minLength"] = self.at_least
        if self.pattern is not None:
            schema["pattern"] = f"^(?:{self.pattern.pattern})$"
        if self.example:
            schema["example"] = self.example
        return schema


@dataclass(frozen=True)
class Choice(Shape):
    """One of a few words; a wrong one is answered with the list of the known. ``name`` is the contract's."""

    name: str
    values: tuple[str, ...]
    what: str
    code: str = "INVALID_CHOICE"

    def read(self, value: Any, path: str, reading: Reading) -> Any:
        if not isinstance(value, str) or value not in self.values:
            known = ", ".join(self.values)
            reading.add(
                path,
                text(
                    "%(value)s is no known %(what)s; known: %(known)s.",
                    value=shown(value),
                    what=self.what,
                    known=known,
                ),
                self.code,
            )
        return value

    def schema(self, components: Components) -> dict[str, Any]:
        components[self.name] = {"type": "string", "enum": list(self.values)}
        return {"$ref": f"#/components/schemas/{self.name}"}


@dataclass(frozen=True)
class Flag(Shape):
    def read(self, value: Any, path: str, reading: Reading) -> Any:
        if not isinstance(value, bool):
            reading.add(path, text("true or false is expected."))
        return value

    def schema(self, components: Components) -> dict[str, Any]:
        return {"type": "boolean"}


@dataclass(frozen=True)
class Number(Shape):
    """A number between ``at_least`` and ``at_most``, both included. ``whole`` numbers become integers."""

    at_least: float | None = None
    at_most: float | None = None
    whole: bool = False

    def read(self, value: Any, path: str, reading: Reading) -> Any:
        if not _is_number(value) or (self.whole and value != int(value)):
            reading.add(
                path, text("A whole number is expected.") if self.whole else text("A number is expected.")
            )
        elif self.at_least is not None and value < self.at_least:
            reading.add(path, text("It must be at least %(at_least)s.", at_least=f"{self.at_least:g}"))
        elif self.at_most is not None and value > self.at_most:
            reading.add(path, text("It must be at most %(at_most)s.", at_most=f"{self.at_most:g}"))
        elif self.whole:
            return int(value)
        return value

    def schema(self, components: Components) -> dict[str, Any]:
        schema: dict[str, Any] = {"type": "integer" if self.whole else "number"}
        schema["minimum"] = -LARGEST_NUMBER if self.at_least is None else self.at_least
        schema["maximum"] = LARGEST_NUMBER if self.at_most is None else self.at_most
        return schema


@dataclass(frozen=True)
class Scalar(Shape):
    """A string, a number or a truth value: what a predicate compares with."""

    def read(self, value: Any, path: str, reading: Reading) -> Any:
        if isinstance(value, str):
            return Text().read(value, path, reading)
        if not isinstance(value, bool) and not _is_number(value):
            reading.add(path, text("Text, a number, true or false is expected."))
        return value

    def schema(self, components: Components) -> dict[str, Any]:
        number = {"type": "number", "minimum": -LARGEST_NUMBER, "maximum": LARGEST_NUMBER}
        return {"oneOf": [{"type": "string"}, number, {"type": "boolean"}]}


@dataclass(frozen=True)
class Localized(Shape):
    """Texts by locale, such as ``{"en_US": "Standard"}``."""

    required: bool = True

    def read(self, value: Any, path: str, reading: Reading) -> Any:
        if not isinstance(value, Mapping):
            reading.add(path, text('Texts by locale are expected, such as {"en_US": "Standard"}.'))
            return value
        if self.required and not value:
            reading.add(path, text("A text in at least one language is needed."), "REQUIRED")
        for key, entry in value.items():
            if not LOCALE.fullmatch(key):
                reading.add(path, text("%(key)s is not a locale such as de_DE.", key=shown(key)))
            else:
                Text(at_most=1024).read(entry, joined(path, key), reading)
        return dict(value)

    def schema(self, components: Components) -> dict[str, Any]:
        return {
            "type": "object",
            "additionalProperties": {"type": "string", "maxLength": 1024},
            "minProperties": int(self.required),
            "example": {"en_US": "Standard"},
        }


@dataclass(frozen=True)
class Anything(Shape):
    """Any JSON object that can be stored: what the product keeps without reading it."""

    def read(self, value: Any, path: str, reading: Reading) -> Any:
        if not isinstance(value, Mapping):
            reading.add(path, text("An object is expected."))
            return value
        check_storable(value, path, reading)
        return dict(value)

    def schema(self, components: Components) -> dict[str, Any]:
        return {"type": "object", "additionalProperties": True}


def check_storable(value: Any, path: str, reading: Reading, levels: int | None = None) -> None:
    """Whether it is JSON that a column takes, and not nested deeper than records may be."""
    left = MAX_DEPTH - reading.depth if levels is None else levels
    if left <= 0:
        reading.add(path, text("It is nested too deeply."), "TOO_DEEP")
    elif isinstance(value, Mapping):
        for key, entry in value.items():
            Text().read(key, path, reading)
            check_storable(entry, joined(path, key), reading, left - 1)
    elif isinstance(value, list):
        for index, entry in enumerate(value):
            check_storable(entry, f"{path}[{index}]", reading, left - 1)
    elif value is not None:
        Scalar().read(value, path, reading)


def _is_number(value: Any) -> bool:
    """Finite, and small enough to be exact; in Python a truth value is a number, here it is not."""
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= LARGEST_NUMBER


def _unstorable(text: str) -> bool:
    """Whether no JSON column takes it: NUL, and halves of surrogate pairs."""
    return "\x00" in text or any("\ud800" <= character <= "\udfff" for character in text)
