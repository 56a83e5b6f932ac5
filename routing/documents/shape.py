"""Shapes of JSON values: one declaration that checks a value, names all that is wrong by path, and normalises it.

A shape reads a value and returns it normalised; what is wrong goes to a list of problems, and reading goes on. What is
returned is worth something only when no problem was found. The same declaration describes itself in OpenAPI.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from backoffice.core.errors import Problem

MAX_DEPTH = 100
"""How many records may lie within one another: nothing sensible comes near, and the stack stays safe."""


@dataclass(slots=True)
class Reading:
    """Problems found so far, and how deep the reader is."""

    problems: list[Problem] = field(default_factory=list)
    depth: int = 0

    def add(self, path: str, message: str, code: str = "INVALID") -> None:
        self.problems.append(Problem(path or None, message, code))


Components = dict[str, dict[str, Any]]
"""The named schemas that a schema refers to."""

Check = Callable[[dict[str, Any], str, Reading], None]
"""Looks at a record whose parts are sound, and adds what is wrong with them together."""


class Shape(ABC):
    """What a value must look like."""

    @abstractmethod
    def read(self, value: Any, path: str, reading: Reading) -> Any:
        """``value``, normalised; problems are added to ``reading``."""

    @abstractmethod
    def schema(self, components: Components) -> dict[str, Any]:
        """The shape as an OpenAPI schema; the records within it are added to ``components``."""


def joined(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def shown(value: Any) -> str:
    """A value as it may stand in a message: short, and harmless."""
    if not isinstance(value, str):
        return "Nothing" if value is None else f"A value of type {type(value).__name__}"
    return "“" + "".join(c if c.isprintable() else "?" for c in value[:80]) + "”"
