"""JSONPath over the JSON of an order (R1): which paths may be asked for, and what they find."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from jsonpath import CompoundJSONPath, JSONPath, JSONPathEnvironment, JSONPathError
from jsonpath.token import TOKEN_DDOT, TOKEN_RE

MOST_DESCENTS = 3
"""``..`` looks everywhere below; each further one multiplies the work."""


class _Environment(JSONPathEnvironment):
    """Without regular expressions: one that backtracks for ever would stop routing for everybody."""

    def setup_function_extensions(self) -> None:
        super().setup_function_extensions()
        for name in ("match", "search"):
            del self.function_extensions[name]


_ENVIRONMENT = _Environment()


class BadPath(ValueError):
    """It is no JSONPath, or asks for too much; the message says what and where."""


def check_path(text: str) -> None:
    """:raises BadPath: such a path cannot be evaluated."""
    _compiled(text)


def found_at(text: str, value: Mapping[str, Any]) -> list[object]:
    """All that the path leads to; nothing if it does not fit the value.

    :raises BadPath: see :func:`check_path`.
    """
    path = _compiled(text)
    try:
        return list(path.findall(value))
    except JSONPathError:
        return []


@lru_cache(maxsize=1024)
def _compiled(text: str) -> JSONPath | CompoundJSONPath:
    if not text.strip():
        raise BadPath("The path is empty.")
    try:
        kinds = [token.kind for token in _ENVIRONMENT.lexer.tokenize(text)]
        path = _ENVIRONMENT.compile(text)
    except (JSONPathError, RecursionError) as error:
        raise BadPath(_first_line(error)) from error
    if TOKEN_RE in kinds:
        raise BadPath("Regular expressions are not allowed.")
    if kinds.count(TOKEN_DDOT) > MOST_DESCENTS:
        raise BadPath(f"At most {MOST_DESCENTS} times “..” is allowed.")
    return path


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0] if str(error) else type(error).__name__
