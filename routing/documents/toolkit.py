"""Rules that a person wrote: predicates over an order, a facility and what belongs to them.

Conditions, toolkit fences and toolkit ratings are made of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from backoffice.core.texts import text
from routing.documents import vocabulary as words
from routing.documents.records import ListOf, Part, Record, optional
from routing.documents.shape import Components, Reading, Shape, joined, shown
from routing.documents.values import Choice, Flag, Localized, Scalar, Text
from routing.engine.jsonpaths import BadPath, check_path

REFERENCE = Text(at_least=1, at_most=255)
LABELS: Mapping[str, Part | Shape] = {
    "nameLocalized": Localized(),
    "descriptionLocalized": optional(Localized(required=False)),
}


@dataclass(frozen=True)
class Path(Shape):
    """A JSONPath that can be evaluated, such as ``$.tags[*].id`` (R1)."""

    def read(self, value: Any, path: str, reading: Reading) -> Any:
        found = len(reading.problems)
        _PATH_TEXT.read(value, path, reading)
        if len(reading.problems) == found:
            try:
                check_path(value)
            except BadPath as error:
                reading.add(
                    path,
                    text("%(value)s is no JSONPath: %(error)s", value=shown(value), error=error),
                    "INVALID_PATH",
                )
        return value

    def schema(self, components: Components) -> dict[str, Any]:
        return {**_PATH_TEXT.schema(components), "example": "$.tags[*].id"}


_PATH_TEXT = Text(at_least=1, at_most=1000)
_PATH = Path()
_ENTITY = Choice("ToolkitAllowedEntities", words.ENTITIES, "entity")
_SCOPE = Choice("ToolkitRuleScope", words.RULE_SCOPES, "scope")
_CONNECTOR = optional(Choice("ToolkitPredicateConnector", words.CONNECTORS, "connector"))
_TRANSFORMATION = optional(Choice("ToolkitTransformationType", words.TRANSFORMATIONS, "transformation"))
_ARGUMENTS = optional(ListOf(Scalar()))


def predicate(name: str, extra: Mapping[str, Shape]) -> Record:
    """A property compared with an expected value."""
    return Record(
        name,
        {
            **extra,
            "propertyPath": _PATH,
            "entityOperator": Choice("ToolkitEntityOperatorType", words.OPERATORS, "operator"),
            "expectedValue": optional(Scalar()),
            "transformation": _TRANSFORMATION,
            "transformationArgs": _ARGUMENTS,
        },
        strict=False,
        check=_check_arguments,
    )


def _check_arguments(predicate: dict[str, Any], path: str, reading: Reading) -> None:
    """SUBSTRING takes where it starts and, if it should, where it ends; both count from 0."""
    if predicate.get("transformation") != "SUBSTRING":
        return
    arguments = predicate.get("transformationArgs", ())
    if not 1 <= len(arguments) <= 2 or not all(_is_position(argument) for argument in arguments):
        message = text("SUBSTRING takes one or two whole numbers from 0: where it starts, and where it ends.")
        reading.add(joined(path, "transformationArgs"), message)


def _is_position(value: Any) -> bool:
    return (
        isinstance(value, int | float) and not isinstance(value, bool) and value >= 0 and value == int(value)
    )


def predicates(item: Record) -> dict[str, Part | Shape]:
    return {"predicateConnector": _CONNECTOR, "predicates": ListOf(item, at_least=1)}


_RULE_PART = Record("ToolkitRulePart", predicates(predicate("ToolkitPredicate", {"entity": _ENTITY})))

_RULE = Record(
    "ToolkitRule",
    {
        "evaluationScope": _SCOPE,
        "operator": Choice("ToolkitRuleOperatorType", words.RULE_OPERATORS, "operator"),
        "leftPart": _RULE_PART,
        "rightPart": _RULE_PART,
    },
    strict=False,
)

_COMPARISON = Record(
    "ToolkitComparisonPredicate",
    {
        "entityOperator": Choice("ToolkitRuleComparisonOperatorType", words.COMPARISONS, "operator"),
        "leftEntity": _ENTITY,
        "leftPropertyPath": _PATH,
        "leftTransformation": _TRANSFORMATION,
        "leftTransformationArgs": _ARGUMENTS,
        "rightEntity": _ENTITY,
        "rightPropertyPath": _PATH,
        "rightTransformation": _TRANSFORMATION,
        "rightTransformationArgs": _ARGUMENTS,
    },
    strict=False,
)

_COMPARISON_RULE = Record(
    "ToolkitComparisonRule", {"evaluationScope": _SCOPE, **predicates(_COMPARISON)}, strict=False
)

TOOLKIT: Mapping[str, Part | Shape] = {
    **LABELS,
    "active": optional(Flag(), default=False),
    "referenceId": REFERENCE,
    "rule": optional(_RULE),
    "comparisonRule": optional(_COMPARISON_RULE),
    "entity1": optional(_ENTITY),
    "entity2": optional(_ENTITY),
}
"""What toolkit fences and toolkit ratings have in common."""
