"""Predicates over the JSON of an order: what a condition of a strategy asks (R1).

A path leads to values. If it leads to exactly one, that is the value; an array stands for its entries wherever entries
are asked for. Operators without ANY, EVERY or NO look at the one value, and at the list where a path leads to several.
ANY, EVERY and NO look at each entry; of no entries EVERY is false: a rule that looks for something wants it there.
Without an expected value ``null`` is expected: ``VALUE_NOT_EQUALS`` then says that there is something.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from routing.engine.jsonpaths import found_at

Compare = Callable[[object, object], bool]


def rule_holds(rule: Mapping[str, Any], order: Mapping[str, Any]) -> bool:
    """Whether one predicate holds where the connector is OR, else whether all do."""
    answers = (holds(predicate, order) for predicate in rule["predicates"])
    return any(answers) if rule.get("predicateConnector") == "OR" else all(answers)


def holds(predicate: Mapping[str, Any], order: Mapping[str, Any]) -> bool:
    """Whether the order's values at ``propertyPath``, transformed, compare with the expected value as they should.

    :raises ValueError: the path is none; the strategy's validation keeps such paths out.
    """
    value = _value(predicate["propertyPath"], order)
    if transformation := predicate.get("transformation"):
        value = TRANSFORMATIONS[transformation](value, predicate.get("transformationArgs", ()))
    return _answer(predicate["entityOperator"], value, predicate.get("expectedValue"))


def _value(path: str, order: Mapping[str, Any]) -> object:
    found = found_at(path, order)
    return found[0] if len(found) == 1 else found or None


def _answer(operator: str, value: object, expected: object) -> bool:
    for quantifier, combine in _QUANTIFIERS.items():
        if operator.startswith(quantifier):
            compare = COMPARISONS[operator.removeprefix(quantifier)]
            return combine([compare(entry, expected) for entry in _entries(value)])
    if operator in ("VALUE_NOT_CONTAINS", "VALUE_NOT_EQUALS"):
        return not _answer(operator.replace("NOT_", ""), value, expected)
    return COMPARISONS[operator.removeprefix("VALUE_")](value, expected)


_QUANTIFIERS: Mapping[str, Callable[[Sequence[bool]], bool]] = {
    "ANY_VALUE_": any,
    "EVERY_VALUE_": lambda answers: bool(answers) and all(answers),
    "NO_VALUE_": lambda answers: not any(answers),
}


def _entries(value: object) -> list[object]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _equals(value: object, expected: object) -> bool:
    """As JSON has it; what people type as text also equals the number or truth value that it reads as."""
    if isinstance(value, bool) or isinstance(expected, bool):
        return _spelled(value) == _spelled(expected)
    if isinstance(value, str) == isinstance(expected, str):
        return value == expected
    number, wanted = _number(value), _number(expected)
    return number is not None and number == wanted


def _spelled(value: object) -> object:
    return str(value).lower() if isinstance(value, bool) else value


def _contains(value: object, expected: object) -> bool:
    """A list contains an entry that equals, a text a part of it."""
    if isinstance(value, list):
        return any(_equals(entry, expected) for entry in value)
    return isinstance(value, str) and expected is not None and str(_spelled(expected)) in value


def _ordered(compare: Callable[[Any, Any], bool]) -> Compare:
    """Compares numbers, else moments, else texts; what is not of one kind has no order."""

    def compared(value: object, expected: object) -> bool:
        for read in (_number, _moment, _text):
            sides = read(value), read(expected)
            if None not in sides:
                return compare(*sides)
        return False

    return compared


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value)
    except (OverflowError, ValueError):
        return None
    return number if math.isfinite(number) else None


def _moment(value: object) -> datetime | None:
    if not isinstance(value, str):
        return None
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


COMPARISONS: Mapping[str, Compare] = {
    "EQUALS": _equals,
    "CONTAINS": _contains,
    "NOT_CONTAINS": lambda value, expected: not _contains(value, expected),
    "GREATER_THAN": _ordered(lambda value, expected: value > expected),
    "GREATER_EQUALS": _ordered(lambda value, expected: value >= expected),
    "LESS_THAN": _ordered(lambda value, expected: value < expected),
    "LESS_EQUALS": _ordered(lambda value, expected: value <= expected),
}
"""What is compared about one value; the contract's operators are made of these and of quantifiers."""


def _substring(value: object, arguments: Sequence[Any]) -> object:
    """The part of each text from the first argument up to, not including, the second; both count from 0."""
    start, end = int(arguments[0]), int(arguments[1]) if len(arguments) > 1 else None
    if isinstance(value, list):
        return [_substring(entry, arguments) for entry in value]
    return value[start:end] if isinstance(value, str) else value


def _last(value: object, arguments: Sequence[Any]) -> object:
    entries = _entries(value)
    return entries[-1] if entries else None


TRANSFORMATIONS: Mapping[str, Callable[[object, Sequence[Any]], object]] = {
    "SUBSTRING": _substring,
    "COUNT": lambda value, _: len(_entries(value)),
    "SUM": lambda value, _: sum(
        number for entry in _entries(value) if (number := _number(entry)) is not None
    ),
    "LAST": _last,
}
"""What may be made of the values before they are compared; SUBSTRING takes one or two arguments, the others none."""
