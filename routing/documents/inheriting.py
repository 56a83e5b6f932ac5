"""What counts at a node, and which node says so: the engine's own inheritance, told with where it comes from (R1)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from routing.documents.tree import branches_of
from routing.engine.strategy import chain, config_of

Branch = Mapping[str, Any]

UNITS = ("fences", "ratings")
SECTIONS = ("orderSplit", "reroute", "fallbackFacility")
_ORIGIN = "_origin"


@dataclass(frozen=True, slots=True)
class SetUnit:
    """A fence or rating that counts at a node. ``origin`` is the node that says so; ``overrides`` tells that a node
    above says something of it, too.
    """

    key: str
    unit: dict[str, Any]
    origin: Branch
    own: bool
    overrides: bool


@dataclass(frozen=True, slots=True)
class SetSection:
    """Settings that count at a node, and the node that says so; none where no node on the way says anything."""

    name: str
    values: dict[str, Any]
    origin: Branch | None
    own: bool


def key_of(unit: Branch) -> str:
    """What a fence or rating is told apart by among those of a node, as text: see ``routing.engine.strategy``."""
    return f"{unit['type']}:{unit.get('implementation') or unit.get('referenceId') or ''}"


def keyed(units: Iterable[dict[str, Any]]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each of a node's fences or ratings with its key; the second of a kind is ``KEY#2``."""
    seen: Counter[str] = Counter()
    for unit in units:
        key = key_of(unit)
        seen[key] += 1
        yield (key if seen[key] == 1 else f"{key}#{seen[key]}"), unit


def lineage(document: Mapping[str, Any], id: str) -> list[Branch]:
    """The nodes from the root to the node or condition with this id; none if there is no such thing."""
    waiting: list[tuple[Branch, list[Branch]]] = [(document["rootNode"], [document["rootNode"]])]
    while waiting:
        node, above = waiting.pop()
        if node["id"] == id:
            return above
        for condition in chain(node):
            if condition["id"] == id:
                return above
            waiting.append((condition["nextNode"], [*above, condition["nextNode"]]))
    return []


def units_at(nodes: Sequence[Branch], kind: str) -> list[SetUnit]:
    """The fences or ratings that count at the last of the nodes, each the parent of the next, in their order."""
    names = {node["id"]: node for node in nodes}
    here = nodes[-1]
    above = {key_of(unit) for node in nodes[:-1] for unit in node["config"][kind]}
    return [
        SetUnit(
            key=key,
            unit={name: value for name, value in unit.items() if name != _ORIGIN},
            origin=names[unit[_ORIGIN]],
            own=unit[_ORIGIN] == here["id"],
            overrides=unit[_ORIGIN] == here["id"] and key_of(unit) in above,
        )
        for key, unit in keyed(config_of([_told(node) for node in nodes])[kind])
    ]


def section_at(nodes: Sequence[Branch], name: str) -> SetSection:
    """The settings of one name, such as ``orderSplit``, that count at the last of the nodes."""
    values = dict(config_of([_told(node) for node in nodes]).get(name) or {})
    origin = values.pop(_ORIGIN, None)
    found = next((node for node in nodes if node["id"] == origin), None)
    return SetSection(name, values, found, own=origin == nodes[-1]["id"])


def own_settings(node: Branch) -> Iterator[str]:
    """The names of what a node says itself."""
    config = node["config"]
    yield from (name for name in (*UNITS, *SECTIONS) if config.get(name))


def branch_with(document: Mapping[str, Any], id: str) -> tuple[str, str, dict[str, Any]] | None:
    """The kind and the path of a node or condition, and the thing itself."""
    found = ((kind, path, branch) for kind, path, branch in branches_of(document) if branch["id"] == id)
    return next(found, None)


def _told(node: Branch) -> dict[str, Any]:
    """The node, whose settings say where they come from."""
    config = deepcopy(dict(node["config"]))
    for kind in UNITS:
        config[kind] = [{**unit, _ORIGIN: node["id"]} for unit in config[kind]]
    for name in SECTIONS:
        if config.get(name):
            config[name] = {**config[name], _ORIGIN: node["id"]}
    return {**node, "config": config}
