"""What one can do on the page of a strategy without a dialog: each changes the draft."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as say

from backoffice.core.errors import Invalid
from routing.documents import editing
from routing.documents.inheriting import UNITS, branch_with, lineage, section_at, units_at
from routing.sectionforms import SECTION_FORMS, GlobalForm, SectionForm
from routing.services.strategy_drafts import Edit
from routing.wording.units import RATING_SETTINGS, unit_name

Document = dict[str, Any]


class Refused(Exception):
    """A form of the page was refused; the page shows it as it is."""

    def __init__(self, form: SectionForm) -> None:
        super().__init__(form.name)
        self.form = form


def edit_of(asked: QueryDict, said: list[str]) -> Edit:
    """What is asked for, as a change of a document; ``said`` is told what happened, for who does not see it.

    :raises Invalid: nothing like it can be done.
    """
    act = _ACTS.get(asked.get("act", ""))
    if act is None:
        raise Invalid(say("Nothing like this can be done here. Load the page anew."))
    return lambda document: act(document, asked, said)


def _unit(document: Document, asked: QueryDict, said: list[str]) -> None:
    """Sets a fence or rating as its row has it."""
    kind, key, node_id = _kind(asked), asked.get("key", ""), asked.get("node", "")
    changes: dict[str, Any] = {"active": "active" in asked}
    if kind == "fences" and "mode" in asked:
        changes["activeMode"] = asked["mode"]
    if kind == "ratings":
        changes["maxPenalty"] = _number(asked.get("maxPenalty", ""), say("Penalty at most"))
        settings = _settings(document, asked)
        if settings is not None:
            changes["configuration"] = settings
    editing.set_unit(document, node_id, kind, key, changes)
    said.append(_told_of(document, asked))


def _settings(document: Document, asked: QueryDict) -> dict[str, Any] | None:
    """The settings of a rating that the row asks for, beside those that it does not; ``None`` where it has no say."""
    implementation = asked.get("key", "").partition(":")[2]
    known = RATING_SETTINGS.get(implementation, {})
    if not known or not any(f"setting-{name}" in asked for name in known):
        return None
    found = next(
        (
            one.unit
            for one in units_at(lineage(document, asked.get("node", "")), "ratings")
            if one.key == asked.get("key")
        ),
        {},
    )
    before = found.get("configuration")
    given = {
        name: _number(asked.get(f"setting-{name}", ""), str(label)) for name, (label, _usual) in known.items()
    }
    if before is None and all(given[name] == usual for name, (_label, usual) in known.items()):
        return None
    return {**(before or {}), **given}


def _move(by: int) -> Callable[[Document, QueryDict, list[str]], None]:
    def move(document: Document, asked: QueryDict, said: list[str]) -> None:
        editing.move_unit(document, asked.get("node", ""), _kind(asked), asked.get("key", ""), by)
        said.append(_told_of(document, asked))

    return move


def _remove(document: Document, asked: QueryDict, said: list[str]) -> None:
    editing.remove_unit(document, asked.get("node", ""), _kind(asked), asked.get("key", ""))
    said.append(say("Taken away."))


def _add(document: Document, asked: QueryDict, said: list[str]) -> None:
    kind, implementation = _kind(asked), asked.get("implementation", "")
    new = editing.new_fence if kind == "fences" else editing.new_rating
    editing.add_unit(document, asked.get("node", ""), kind, new(implementation))
    said.append(say("Added: %(name)s.") % {"name": unit_name(new(implementation))})


def _section(document: Document, asked: QueryDict, said: list[str]) -> None:
    """Settings of a node under one name: its own, as the form says, or those of the node above."""
    name, node_id = asked.get("section", ""), asked.get("node", "")
    form_class = SECTION_FORMS.get(name)
    if form_class is None:
        raise Invalid(say("There are no such settings."))
    nodes = lineage(document, node_id)
    if not nodes:
        raise Invalid(say("This node is not there any more."), code="UNKNOWN_NODE")
    if "own" not in asked:
        editing.set_section(document, node_id, name, None)
        said.append(say("As the node above has it."))
        return
    before = section_at(nodes, name).values
    begun = "begun" in asked  # the form was there to be filled in
    form = form_class(asked if begun else form_class.of(before))
    if not form.is_valid():
        raise Refused(form)
    editing.set_section(document, node_id, name, form.values(before))
    said.append(say("Changed."))


def _global(document: Document, asked: QueryDict, said: list[str]) -> None:
    form = GlobalForm(asked)
    if not form.is_valid():
        raise Refused(form)
    document["globalConfiguration"] = form.values(document["globalConfiguration"])
    said.append(say("Changed."))


def _branch_active(document: Document, asked: QueryDict, said: list[str]) -> None:
    """Switches a node or condition on or off."""
    id = asked.get("id", "")
    found = branch_with(document, id)
    if found is None:
        raise Invalid(say("This is not there any more."))
    editing.set_branch(document, found[0], id, {"active": "active" in asked})
    said.append(say("Switched on.") if "active" in asked else say("Switched off."))


def _condition(by: int) -> Callable[[Document, QueryDict, list[str]], None]:
    def move(document: Document, asked: QueryDict, said: list[str]) -> None:
        editing.move_condition(document, asked.get("id", ""), by)
        said.append(say("Moved."))

    return move


def _remove_condition(document: Document, asked: QueryDict, said: list[str]) -> None:
    editing.remove_condition(document, asked.get("id", ""))
    said.append(say("Taken away."))


_ACTS: Mapping[str, Callable[[Document, QueryDict, list[str]], None]] = {
    "unit": _unit,
    "unit-up": _move(editing.UP),
    "unit-down": _move(editing.DOWN),
    "unit-remove": _remove,
    "unit-add": _add,
    "section": _section,
    "global": _global,
    "active": _branch_active,
    "condition-up": _condition(editing.UP),
    "condition-down": _condition(editing.DOWN),
    "condition-remove": _remove_condition,
}


def _kind(asked: QueryDict) -> str:
    kind = asked.get("kind", "")
    if kind not in UNITS:
        raise Invalid(say("Only fences and ratings can be changed so."))
    return kind


def _told_of(document: Document, asked: QueryDict) -> str:
    """What was changed, and its place now."""
    units = units_at(lineage(document, asked.get("node", "")), _kind(asked))
    place = next(number for number, one in enumerate(units, 1) if one.key == asked.get("key"))
    return say("%(name)s: place %(place)d of %(count)d.") % {
        "name": unit_name(units[place - 1].unit),
        "place": place,
        "count": len(units),
    }


def _number(text: str, label: str) -> float | int:
    """:raises Invalid: it is no number of at least 0."""
    try:
        value = float(text.replace(",", "."))
    except ValueError:
        value = -1.0
    if not 0 <= value <= 2**53:
        raise Invalid(say("%(label)s: give a number from 0 on.") % {"label": label}, field=label)
    return int(value) if value.is_integer() else value
