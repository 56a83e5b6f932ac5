from __future__ import annotations

import codecs
import json
import math
from collections.abc import Mapping
from typing import IO, Any

from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser

DEPTH = 250
"""Objects and arrays in one another at most; what is deeper could not be rendered again."""


class StrictJSONParser(BaseParser):
    """JSON as the standard has it, of which every value can be stored and sent again.

    Refused as malformed: NaN and infinities, numbers too large for them to be told apart from infinity, texts with
    NUL or half a surrogate pair, nesting that no honest client produces.
    """

    media_type = "application/json"

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        encoding = (parser_context or {}).get("encoding") or "utf-8"
        try:
            text = codecs.getreader(encoding)(stream).read()
            document = json.loads(text, parse_constant=_refuse_constant, parse_float=_finite)
        except (ValueError, LookupError) as error:
            raise ParseError(f"The body is not JSON: {error}") from error
        except RecursionError as error:
            raise ParseError("The body is nested too deeply.") from error
        if text.count("[") + text.count("{") > DEPTH:
            _check_depth(document)
        # Escapes are the only way in for these two, so that most bodies are not looked at again.
        if "\\u0000" in text or "\\ud" in text or "\\uD" in text or "\0" in text:
            _check_texts(document)
        return document


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is not a number of JSON")


def _finite(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise ValueError(f"{digits[:20]} is out of range")
    return number


def _check_depth(document: Any) -> None:
    level = [document]
    for _ in range(DEPTH + 1):
        level = [
            inner
            for value in level
            if isinstance(value, (dict, list))
            for inner in (value.values() if isinstance(value, dict) else value)
        ]
        if not level:
            return
    raise ParseError(f"The body is nested too deeply: {DEPTH} levels at most.")


def _check_texts(document: Any) -> None:
    pending = [document]
    while pending:
        value = pending.pop()
        if isinstance(value, dict):
            pending += [*value.keys(), *value.values()]
        elif isinstance(value, list):
            pending += value
        elif isinstance(value, str):
            if "\0" in value:
                raise ParseError("Texts must not contain NUL characters.")
            try:
                value.encode()
            except UnicodeEncodeError as error:
                raise ParseError("A text contains half a surrogate pair.") from error
