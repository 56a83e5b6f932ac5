"""Changing a document step by step, as a person does: each function changes the document that it is given, in place.

What comes of it may be no valid document; whoever keeps it reads it again (:mod:`routing.documents.drafts`).
"""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from backoffice.core.errors import Invalid
from backoffice.core.texts import text
from routing.documents import vocabulary as words
from routing.documents.inheriting import branch_with, key_of, keyed, lineage, units_at

Document = dict[str, Any]

UP, DOWN = -1, 1

_SPLIT_OFF = ("id", "nextNode", "nextCondition")


def named(document: Document, kind: str, id: str) -> dict[str, Any]:
    """:raises Invalid: the document has no such node or condition."""
    found = branch_with(document, id)
    if found is None or found[0] != kind:
        raise Invalid(
            text("The strategy has no %(kind)s %(id)s any more.", kind=kind, id=id),
            code=f"UNKNOWN_{kind.upper()}",
        )
    return found[2]


def set_unit(document: Document, node_id: str, kind: str, key: str, changes: Mapping[str, Any]) -> None:
    """Changes a fence or rating at a node; one that the node has from above becomes its own.

    :raises Invalid: there is no such node, fence or rating.
    """
    node = named(document, "node", node_id)
    unit = _own(node, kind, key)
    if unit is None:
        counting = units_at(lineage(document, node_id), kind)
        above = next((one for one in counting if one.key == key), None)
        if above is None:
            raise _no_unit(kind, key)
        unit = {name: value for name, value in deepcopy(above.unit).items() if name != "id"}
        node["config"][kind].append(unit)
    unit.update(changes)
    for name in [name for name, value in changes.items() if value is None]:
        del unit[name]


def add_unit(document: Document, node_id: str, kind: str, unit: Mapping[str, Any]) -> None:
    """Adds a fence or rating behind the node's others.

    :raises Invalid: there is no such node, or it has such a fence or rating already.
    """
    node = named(document, "node", node_id)
    if any(one.key == key_of(unit) for one in units_at(lineage(document, node_id), kind)):
        raise Invalid(
            text("%(name)s is there already.", name=key_of(unit).partition(":")[2]),
            code="DUPLICATE",
        )
    node["config"][kind].append(dict(unit))


def remove_unit(document: Document, node_id: str, kind: str, key: str) -> None:
    """Takes away what a node says of a fence or rating; what a node above says of it counts again.

    :raises Invalid: there is no such node, or it says nothing of it itself.
    """
    node = named(document, "node", node_id)
    unit = _own(node, kind, key)
    if unit is None:
        raise _no_unit(kind, key)
    units = node["config"][kind]
    del units[next(number for number, one in enumerate(units) if one is unit)]


def move_unit(document: Document, node_id: str, kind: str, key: str, by: int) -> None:
    """Moves a fence or rating of a node up or down among those whose order is the node's own. At the end it stays.

    :raises Invalid: there is no such node, or the place of the fence or rating is that of a node above.
    """
    node = named(document, "node", node_id)
    movable = movable_units(document, node_id, kind)
    if key not in movable:
        raise _no_unit(kind, key)
    place = movable.index(key) + by
    if not 0 <= place < len(movable):
        return
    units = node["config"][kind]
    keys = [one for one, _unit in keyed(units)]
    first, second = keys.index(key), keys.index(movable[place])
    units[first], units[second] = units[second], units[first]


def movable_units(document: Mapping[str, Any], node_id: str, kind: str) -> list[str]:
    """The keys of the fences or ratings whose order the node decides: its own that no node above has."""
    return [one.key for one in units_at(lineage(document, node_id), kind) if one.own and not one.overrides]


def set_section(document: Document, node_id: str, name: str, values: Mapping[str, Any] | None) -> None:
    """Gives a node settings of its own, such as ``orderSplit``; ``None``: they are those of the node above.

    :raises Invalid: there is no such node.
    """
    config = named(document, "node", node_id)["config"]
    if values is None:
        config.pop(name, None)
    else:
        config[name] = dict(values)


def set_branch(document: Document, kind: str, id: str, changes: Mapping[str, Any]) -> None:
    """Changes a node's or condition's own fields; those that become ``None`` are gone. What follows it stays.

    :raises Invalid: there is no such node or condition.
    """
    branch = named(document, kind, id)
    for name, value in changes.items():
        if value is None:
            branch.pop(name, None)
        else:
            branch[name] = value


def replace_branch(document: Document, kind: str, id: str, part: Mapping[str, Any]) -> None:
    """Gives a node or condition all new fields; what follows it stays.

    :raises Invalid: there is no such node or condition.
    """
    branch = named(document, kind, id)
    kept = {name: branch[name] for name in _SPLIT_OFF if name in branch}
    branch.clear()
    branch.update({**{name: value for name, value in part.items() if name not in _SPLIT_OFF}, **kept})


def part_of(branch: Mapping[str, Any]) -> dict[str, Any]:
    """A node or condition without what follows it, as :func:`replace_branch` takes it."""
    return {name: value for name, value in branch.items() if name not in _SPLIT_OFF}


def add_condition(document: Document, node_id: str, condition: Mapping[str, Any]) -> None:
    """Adds a condition, with the node that it leads to, behind the others that are tried at a node.

    :raises Invalid: there is no such node.
    """
    above: dict[str, Any] = named(document, "node", node_id)
    while "nextCondition" in above:
        above = above["nextCondition"]
    above["nextCondition"] = dict(condition)


def remove_condition(document: Document, condition_id: str) -> None:
    """Takes away a condition, with the node that it leads to and all that follows from there; those behind it move up.

    :raises Invalid: there is no such condition.
    """
    named(document, "condition", condition_id)
    node, links = _chain_with(document, condition_id)
    _link(node, [link for link in links if link["id"] != condition_id])


def move_condition(document: Document, condition_id: str, by: int) -> None:
    """Lets a condition be tried earlier or later among those of its node. At the end it stays.

    :raises Invalid: there is no such condition.
    """
    named(document, "condition", condition_id)
    node, links = _chain_with(document, condition_id)
    place = next(number for number, link in enumerate(links) if link["id"] == condition_id)
    target = place + by
    if 0 <= target < len(links):
        links[place], links[target] = links[target], links[place]
        _link(node, links)


def new_node(name_localized: Mapping[str, str]) -> dict[str, Any]:
    """A node that says nothing of its own: everything is as above."""
    return {"nameLocalized": dict(name_localized), "active": True, "config": {"fences": [], "ratings": []}}


def new_fence(implementation: str) -> dict[str, Any]:
    return {
        "type": words.STANDARD_FENCE,
        "implementation": implementation,
        "active": True,
        "activeMode": words.STATIC,
    }


def new_rating(implementation: str) -> dict[str, Any]:
    return {
        "type": words.STANDARD_RATING,
        "implementation": implementation,
        "active": True,
        "maxPenalty": 100,
    }


def _own(node: Mapping[str, Any], kind: str, key: str) -> dict[str, Any] | None:
    return next((unit for one, unit in keyed(node["config"][kind]) if one == key), None)


def _no_unit(kind: str, key: str) -> Invalid:
    what = "fence" if kind == "fences" else "rating"
    return Invalid(
        text("The node has no %(what)s %(name)s of its own.", what=what, name=key.partition(":")[2]),
        code=f"UNKNOWN_{what.upper()}",
    )


def _chain_with(document: Document, condition_id: str) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The node at which a condition is tried, and all conditions that are, unlinked."""
    node = dict(lineage(document, condition_id)[-1])
    owner = named(document, "node", node["id"])
    links: list[dict[str, Any]] = []
    link = owner.pop("nextCondition", None)
    while link is not None:
        links.append(link)
        link = link.pop("nextCondition", None)
    return owner, links


def _link(node: dict[str, Any], links: list[dict[str, Any]]) -> None:
    for link in links:
        node["nextCondition"] = link
        node = link
