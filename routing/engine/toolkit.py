"""Rules that people write, about an order and a facility: what toolkit fences and toolkit ratings are made of (F4).

A ``rule`` holds where its two parts come to the same answer: both hold, or neither. A ``comparisonRule`` compares what
paths find on its two sides. Where a unit has both, both must hold. Its scope is the WHOLE_ENTITY, or each LINE_ITEM:
the order is then looked at with one line at a time.

Entities are JSON as the API shows it. ORDER, FACILITY and ORDERING_FACILITY (the store that ordered for itself) are one
document each. LISTING are those of the plan's articles at the facility: a predicate must hold for every one, and one
that is not listed is empty. CARRIERCONNECTION are the facility's carriers, each with a ``key``, and
ORDERING_FACILITY_GROUPS the groups of the store that ordered: a predicate must hold for any one.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from routing.engine.jsonpaths import found_at
from routing.engine.predicates import TRANSFORMATIONS, holds

if TYPE_CHECKING:
    from routing.engine.facts import Plan
    from routing.engine.world import World

Document = Mapping[str, Any]
T = TypeVar("T")

EMPTY: Document = {}
NOBODY: Mapping[str, Sequence[Document]] = {}
MOST_SHOWN = 5
"""Values of a side that an explanation names."""


class Rule:
    """The rule of one toolkit fence or rating, for as long as the policy of a pass that it belongs to."""

    def __init__(self, unit: Mapping[str, Any]) -> None:
        self._rule: Mapping[str, Any] | None = unit.get("rule")
        self._comparison: Mapping[str, Any] | None = unit.get("comparisonRule")
        self._known: dict[tuple[int, int, str], tuple[Document, Mapping[str, Any], Any]] = {}

    def share(self, plan: Plan, facility: int, world: World) -> float:
        """Of the order's lines, the share for which the rule holds; 0 or 1 where it is about whole entities."""
        cases = [
            [self._holds(part, entities) for entities in _cases(part, plan, facility, world)]
            for part in (self._rule, self._comparison)
            if part is not None
        ]
        return min((sum(answers) / len(answers) for answers in cases if answers), default=1.0)

    def explain(self, plan: Plan, facility: int, world: World) -> tuple[str, str]:
        """What it expects, and what it finds where it first does not hold."""
        for part in (self._rule, self._comparison):
            for entities in _cases(part, plan, facility, world) if part is not None else ():
                if part is not None and not self._holds(part, entities):
                    return self._told(part, entities)
        return "the rule holds", "it does"

    def _holds(self, part: Mapping[str, Any], entities: Entities) -> bool:
        if "leftPart" in part:
            return self._answer(part["leftPart"], entities) == self._answer(part["rightPart"], entities)
        return _connected(part, [self._compares(one, entities) for one in part["predicates"]])

    def _answer(self, part: Mapping[str, Any], entities: Entities) -> bool:
        return _connected(part, [self._predicate_holds(one, entities) for one in part["predicates"]])

    def _predicate_holds(self, predicate: Mapping[str, Any], entities: Entities) -> bool:
        entity = predicate["entity"]
        answers = (
            self._once(predicate, document, "", lambda document: holds(predicate, document))
            for document in entities[entity]
        )
        return any(answers) if entity in ANY_SUFFICES else all(answers)

    def _compares(self, one: Mapping[str, Any], entities: Entities) -> bool:
        return COMPARISONS[one["entityOperator"]](
            set(self._values(one, "left", entities)), set(self._values(one, "right", entities))
        )

    def _values(self, one: Mapping[str, Any], side: str, entities: Entities) -> list[str]:
        return [
            value
            for document in entities[one[f"{side}Entity"]]
            for value in self._once(one, document, side, lambda document: _values_in(one, side, document))
        ]

    def _once(
        self, asked: Mapping[str, Any], document: Document, side: str, work: Callable[[Document], T]
    ) -> T:
        """A path is followed once for each document: one order meets many facilities, and each of them many orders.

        What is remembered holds on to the document, so that no other one takes its identity.
        """
        key = (id(asked), id(document), side)
        if key not in self._known:
            self._known[key] = (document, asked, work(document))
        answer: T = self._known[key][2]
        return answer

    def _told(self, part: Mapping[str, Any], entities: Entities) -> tuple[str, str]:
        if "leftPart" in part:
            left = self._answer(part["leftPart"], entities)
            return (
                "both sides of the rule alike",
                f"left {'holds' if left else 'does not'}, right {'does not' if left else 'holds'}",
            )
        failed = next(one for one in part["predicates"] if not self._compares(one, entities))
        sides = (_shown(self._values(failed, side, entities)) for side in ("left", "right"))
        return failed["entityOperator"], "; ".join(
            f"{side}: {values}" for side, values in zip(("left", "right"), sides, strict=True)
        )


Entities = Mapping[str, Sequence[Document]]
"""The documents of each entity of one case."""

ANY_SUFFICES = frozenset({"CARRIERCONNECTION", "ORDERING_FACILITY_GROUPS"})

COMPARISONS: Mapping[str, Callable[[set[str], set[str]], bool]] = {
    "NO_MATCHES": lambda left, right: left.isdisjoint(right),
    "ALL_MATCHES": lambda left, right: left == right,
    "LEFT_CONTAINS_RIGHT": lambda left, right: right <= left,
    "RIGHT_CONTAINS_LEFT": lambda left, right: left <= right,
}


def _cases(part: Mapping[str, Any], plan: Plan, facility: int, world: World) -> Iterator[Entities]:
    """What the rule is asked about: the whole, or one line of the plan after the other."""
    documents = world.documents
    own = documents.plans.get(plan.id, NOBODY)
    shelf = {article: documents.listings.get(article, {}).get(facility, EMPTY) for article in plan.needs}
    common: dict[str, Sequence[Document]] = {
        "ORDER": own.get("ORDER", (EMPTY,)),
        "ORDERING_FACILITY": own.get("ORDERING_FACILITY", (EMPTY,)),
        "ORDERING_FACILITY_GROUPS": own.get("ORDERING_FACILITY_GROUPS", ()),
        "FACILITY": (documents.facilities.get(facility, EMPTY),),
        "CARRIERCONNECTION": documents.carriers.get(facility, ()),
        "LISTING": tuple(shelf.values()),
    }
    if part["evaluationScope"] != "LINE_ITEM":
        yield common
        return
    for line in plan.lines:
        about = documents.lines.get(line.id)
        yield {
            **common,
            "ORDER": (about,) if about is not None else common["ORDER"],
            "LISTING": (shelf[line.article],),
        }


def _connected(part: Mapping[str, Any], answers: Sequence[bool]) -> bool:
    return any(answers) if part.get("predicateConnector") == "OR" else all(answers)


def _values_in(one: Mapping[str, Any], side: str, document: Document) -> list[str]:
    """What the side's path finds, transformed; arrays stand for their entries."""
    found = found_at(one[f"{side}PropertyPath"], document)
    value: object = found[0] if len(found) == 1 else found
    if transformation := one.get(f"{side}Transformation"):
        value = TRANSFORMATIONS[transformation](value, one.get(f"{side}TransformationArgs", ()))
    return [_spelled(entry) for entry in (value if isinstance(value, list) else [value])]


def _spelled(value: object) -> str:
    """A value as text that is the same for equal values: people write numbers as text, too."""
    if isinstance(value, str):
        return value
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return json.dumps(value, sort_keys=True, default=str)


def _shown(values: Sequence[str]) -> str:
    shown = ", ".join(value[:40] for value in values[:MOST_SHOWN])
    return f"{shown} …" if len(values) > MOST_SHOWN else shown or "nothing"
