"""Reading a search: every problem is found, each under the path of what is wrong."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from backoffice.core.errors import Invalid, Problem

DEEPEST = 10
"""How many ``and``, ``or`` and ``contains`` may lie within one another."""

MOST_CONDITIONS = 500
MOST_VALUES = 500
LONGEST_TEXT = 256


class Reader:
    """What is wrong with a search, and how much of it has been read."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self._conditions = 0

    def refuse(self, path: str, message: str, code: str = "INVALID") -> None:
        self.problems.append(Problem(path, message, code))

    def refuse_key(self, path: str, known: Sequence[str]) -> None:
        self.refuse(path, f"There is no such key here: use one of {', '.join(known)}.", "UNKNOWN_FIELD")

    def raise_problems(self) -> None:
        """:raises Invalid: with everything that was found."""
        if self.problems:
            raise Invalid.many(self.problems)

    def count(self, path: str) -> bool:
        """Whether one more condition may be read."""
        self._conditions += 1
        if self._conditions == MOST_CONDITIONS + 1:
            self.refuse(path, f"A search has {MOST_CONDITIONS} conditions at most.", "TOO_COMPLEX")
        return self._conditions <= MOST_CONDITIONS

    def entries(self, given: Any, path: str) -> Iterator[tuple[str, Any, str]]:
        """Key, value and path of each entry of an object."""
        if not isinstance(given, Mapping):
            self.refuse(path, "This is to be an object.")
            return
        for key, value in given.items():
            yield str(key), value, f"{path}.{key}"

    def items(self, given: Any, path: str) -> list[tuple[Any, str]]:
        """Items and their paths."""
        if not isinstance(given, list):
            self.refuse(path, "This is to be a list.")
            return []
        if len(given) > MOST_VALUES:
            self.refuse(path, f"At most {MOST_VALUES} values.", "TOO_COMPLEX")
            return []
        return [(item, f"{path}[{index}]") for index, item in enumerate(given)]
