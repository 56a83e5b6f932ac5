"""Rules that a person wrote: predicates over an order, a facility and what belongs to them.

Only their shape is checked here. Conditions, toolkit fences and toolkit ratings are made of them.
"""

from __future__ import annotations

from collections.abc import Mapping

from routing.documents import vocabulary as words
from routing.documents.records import ListOf, Part, Record, optional
from routing.documents.shape import Shape
from routing.documents.values import Choice, Flag, Localized, Scalar, Text

REFERENCE = Text(at_least=1, at_most=255)
LABELS: Mapping[str, Part | Shape] = {
    "nameLocalized": Localized(),
    "descriptionLocalized": optional(Localized(required=False)),
}

_PATH = Text(at_least=1, at_most=1000)
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
