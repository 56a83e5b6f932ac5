"""``like``: the part of the contract's regular expressions that no pattern can make expensive.

A text is found wherever it occurs, whatever its case; ``^`` ties it to the beginning and ``$`` to the end, and ``.*``
at either end says what holds anyhow. Other special characters need a backslash, and are then meant literally.
"""

from __future__ import annotations

import re
from typing import NamedTuple

_SPECIAL = set("*+?()[]{}|")


class Pattern(NamedTuple):
    """``lookup`` is what :func:`.subjects.compared` knows; ``like`` is the same for LIKE with a backslash to escape."""

    lookup: str
    text: str
    like: str


def pattern_of(expression: str) -> Pattern:
    """:raises ValueError: the expression needs more than a part of a text."""
    start, end = expression.startswith("^"), expression.endswith("$") and not expression.endswith("\\$")
    inner = expression[start : len(expression) - end]
    if inner.startswith(".*"):
        start, inner = False, inner[2:]
    if inner.endswith(".*"):
        end, inner = False, inner[:-2]
    text = _literal(inner)
    escaped = re.sub(r"([\\%_])", r"\\\1", text)
    like = ("" if start else "%") + escaped + ("" if end else "%")
    lookup = {(True, True): "is", (True, False): "startswith", (False, True): "endswith"}
    return Pattern(lookup.get((start, end), "contains"), text, like)


def _literal(expression: str) -> str:
    characters, rest = [], iter(expression)
    for character in rest:
        if character == "\\":
            character = next(rest, "\\")
        elif character in _SPECIAL:
            raise ValueError(
                f"Only ^, $ and .* at the ends are understood here: write \\{character} if that is meant."
            )
        characters.append(character)
    return "".join(characters)
