"""A strategy document as people look at it: a tree of nodes and conditions, and one of them in all settings (R1)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils import timezone
from django.utils.text import slugify

from routing.documents import vocabulary as words
from routing.documents.editing import movable_units
from routing.documents.inheriting import (
    SECTIONS,
    UNITS,
    Branch,
    SetUnit,
    branch_with,
    lineage,
    own_settings,
    section_at,
    units_at,
)
from routing.documents.rendering import in_one_language
from routing.documents.rules import supported_modes
from routing.engine.activation import is_active
from routing.engine.strategy import chain
from routing.sectionforms import SECTION_FORMS, SectionForm
from routing.wording.changes import FIELDS
from routing.wording.rules import frames_in_words, predicate_in_words
from routing.wording.units import (
    FENCE_MEANINGS,
    MODES,
    RATING_MEANINGS,
    RATING_SETTINGS,
    unit_meaning,
    unit_name,
)

Document = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class TreeCondition:
    """``number`` is its place among those that are tried at its node; ``node`` is where it leads to."""

    branch: Branch
    name: str
    number: int
    asked: Sequence[str]
    any_suffices: bool
    times: str
    active_now: bool
    node: TreeNode


@dataclass(frozen=True, slots=True)
class TreeNode:
    """``says`` is what it sets itself, in words; all else is as above."""

    branch: Branch
    name: str
    times: str
    active_now: bool
    says: Sequence[str]
    root: bool
    conditions: Sequence[TreeCondition] = ()


def tree_of(document: Document) -> TreeNode:
    return _node(document["rootNode"], root=True)


def _node(node: Branch, *, root: bool = False) -> TreeNode:
    now = timezone.now()
    return TreeNode(
        branch=node,
        name=in_one_language(node["nameLocalized"]),
        times=frames_in_words(node),
        active_now=is_active(node, now),
        says=[str(FIELDS[name]) for name in own_settings(node)],
        root=root,
        conditions=[
            TreeCondition(
                branch=condition,
                name=in_one_language(condition["nameLocalized"]),
                number=number,
                asked=[predicate_in_words(one) for one in condition["rule"]["predicates"]],
                any_suffices=condition["rule"].get("predicateConnector") == "OR",
                times=frames_in_words(condition),
                active_now=is_active(condition, now),
                node=_node(condition["nextNode"]),
            )
            for number, condition in enumerate(chain(node), 1)
        ],
    )


@dataclass(frozen=True, slots=True)
class UnitRow:
    """A fence or rating at a node, with its words; ``slug`` tells it apart in ids of the page."""

    set: SetUnit
    slug: str
    name: str
    meaning: str
    origin: str
    modes: Sequence[tuple[str, Any]]
    mode: str
    settings: Sequence[tuple[str, Any, Any]]
    movable: bool
    written: bool

    @property
    def active(self) -> bool:
        return bool(self.set.unit["active"])


@dataclass(frozen=True, slots=True)
class Section:
    """Settings under one name: ``own`` of the node, else from ``origin``, if any node says anything."""

    name: str
    title: Any
    own: bool
    origin: str
    form: SectionForm


@dataclass(frozen=True, slots=True)
class Addable:
    implementation: str
    name: str
    meaning: Any


@dataclass(slots=True)
class Panel:
    """A branch of the tree, a node or a condition, looked at by itself."""

    document: Document
    branch: Branch

    @property
    def id(self) -> str:
        return str(self.branch["id"])

    @property
    def name(self) -> str:
        return in_one_language(self.branch["nameLocalized"])

    @property
    def description(self) -> str:
        return in_one_language(self.branch.get("descriptionLocalized") or {})

    @property
    def times(self) -> str:
        return frames_in_words(self.branch)


@dataclass(slots=True)
class NodePanel(Panel):
    """One node in all its settings. ``failed`` are forms of sections that were refused, by name."""

    failed: Mapping[str, SectionForm] = field(default_factory=dict)

    kind = "node"

    @property
    def root(self) -> bool:
        return self.branch is self.document["rootNode"]

    @property
    def above(self) -> str:
        """The name of the node that it has everything from that it does not say itself."""
        nodes = self.nodes
        return in_one_language(nodes[-2]["nameLocalized"]) if len(nodes) > 1 else ""

    @property
    def nodes(self) -> list[Branch]:
        return lineage(self.document, self.id)

    @property
    def fences(self) -> list[UnitRow]:
        return self._units("fences")

    @property
    def ratings(self) -> list[UnitRow]:
        return self._units("ratings")

    @property
    def most(self) -> str:
        """The penalties of all active ratings together."""
        return f"{sum(row.set.unit['maxPenalty'] for row in self.ratings if row.active):g}"

    @property
    def more_fences(self) -> list[Addable]:
        there = {row.set.unit.get("implementation") for row in self.fences}
        return [
            Addable(name, str(words.FENCE_NAMES[name]), FENCE_MEANINGS[name])
            for name in words.FENCE_MODES
            if name not in there
        ]

    @property
    def more_ratings(self) -> list[Addable]:
        there = {row.set.unit.get("implementation") for row in self.ratings}
        return [
            Addable(name, str(words.RATING_NAMES[name]), RATING_MEANINGS[name])
            for name in words.RATING_NAMES
            if name not in there
        ]

    @property
    def sections(self) -> list[Section]:
        found = []
        for name in SECTIONS:
            one = section_at(self.nodes, name)
            origin = "" if one.origin is None or one.own else in_one_language(one.origin["nameLocalized"])
            form_class = SECTION_FORMS[name]
            form = self.failed.get(name) or form_class(initial=form_class.of(one.values))
            found.append(Section(name, FIELDS[name], one.own, origin, form))
        return found

    def _units(self, kind: str) -> list[UnitRow]:
        movable = movable_units(self.document, self.id, kind)
        return [
            UnitRow(
                set=one,
                slug=f"{kind}-{slugify(one.key)}",
                name=unit_name(one.unit),
                meaning=unit_meaning(one.unit),
                origin=in_one_language(one.origin["nameLocalized"]),
                modes=[(mode, MODES[mode]) for mode in supported_modes(one.unit)] if kind == UNITS[0] else [],
                mode=one.unit.get("activeMode", words.STATIC),
                settings=_settings(one.unit),
                movable=len(movable) > 1 and one.key in movable,
                written="implementation" not in one.unit,
            )
            for one in units_at(self.nodes, kind)
        ]


@dataclass(slots=True)
class ConditionPanel(Panel):
    """One condition: what it asks, when it counts, and where it leads to."""

    kind = "condition"

    @property
    def asked(self) -> list[str]:
        return [predicate_in_words(one) for one in self.branch["rule"]["predicates"]]

    @property
    def any_suffices(self) -> bool:
        return bool(self.branch["rule"].get("predicateConnector") == "OR")

    @property
    def tried_at(self) -> Branch:
        return lineage(self.document, self.id)[-1]

    @property
    def tried_at_name(self) -> str:
        return in_one_language(self.tried_at["nameLocalized"])

    @property
    def leads_to(self) -> Branch:
        found: Branch = self.branch["nextNode"]
        return found

    @property
    def leads_to_name(self) -> str:
        return in_one_language(self.leads_to["nameLocalized"])

    @property
    def alone(self) -> bool:
        return sum(1 for _ in chain(self.tried_at)) == 1

    @property
    def below(self) -> int:
        """How many nodes go with it when it is removed."""
        return _count(self.branch["nextNode"])


def panel_of(
    document: Document, at: str, failed: Mapping[str, SectionForm] | None = None
) -> NodePanel | ConditionPanel:
    """The node or condition with this id; the root where there is no such thing (any more)."""
    found = branch_with(document, at)
    if found is None:
        return NodePanel(document, document["rootNode"], failed or {})
    kind, _path, branch = found
    return NodePanel(document, branch, failed or {}) if kind == "node" else ConditionPanel(document, branch)


def _settings(unit: Branch) -> list[tuple[str, Any, Any]]:
    """Name, label and value of each setting of a rating."""
    known = RATING_SETTINGS.get(unit.get("implementation", ""), {}) if "maxPenalty" in unit else {}
    given = unit.get("configuration") or {}
    return [(name, label, given.get(name, usual)) for name, (label, usual) in known.items()]


def _count(node: Branch) -> int:
    return 1 + sum(_count(condition["nextNode"]) for condition in chain(node))
