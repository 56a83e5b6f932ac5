"""What differs between two documents of a strategy, as sentences that name the thing before its value."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from backoffice.core.statuses import StatusChoices
from routing.documents import vocabulary as words
from routing.documents.differences import Change, Difference
from routing.documents.rendering import in_one_language
from routing.documents.tree import branches_of
from routing.wording.rules import frame_in_words, predicate_in_words, rule_in_words, value_in_words
from routing.wording.units import MODES, unit_in_words, unit_name

MOST_SHOWN = 300
"""Characters of a value that no words are known for."""

FIELDS: Mapping[str, Any] = {
    "nameLocalized": _("Name"),
    "descriptionLocalized": _("Description"),
    "globalConfiguration": _("For all nodes"),
    "active": _("Switched on"),
    "activeMode": _("Mode"),
    "maxPenalty": _("Penalty at most"),
    "configuration": _("Settings"),
    "config": "",
    "fences": _("Fences"),
    "ratings": _("Ratings"),
    "priorityRatings": _("Priority ratings"),
    "rule": _("Rule"),
    "comparisonRule": _("Comparison"),
    "predicates": _("Predicate"),
    "predicateConnector": _("Connected by"),
    "propertyPath": _("Field"),
    "entityOperator": _("Comparison"),
    "expectedValue": _("Value"),
    "transformation": _("Transformation"),
    "activationTimeFrames": _("Times"),
    "activeFrom": _("From"),
    "activeUntil": _("Until"),
    "recurrence": _("Recurrence"),
    "orderSplit": _("Order split"),
    "activeForSameday": _("Split same-day orders too"),
    "maxSplitCount": _("Parts at most"),
    "shouldUseWaitingRoomForPreBackOrderItems": _("Use the waiting room for pre- and backorder items"),
    "reroute": _("After a short pick"),
    "shipFromStore": _("Orders that are shipped"),
    "clickAndCollect": _("Orders that are collected"),
    "rerouteType": _("What is done"),
    "rerouteZeroPicksOnly": _("Only if nothing was found"),
    "manualReroute": _("Reroute by hand"),
    "fallbackFacility": _("Fallback facility"),
    "facilityRefs": _("Facility"),
    "fallbackAfterTime": _("After"),
    "blacklistAssignedFacilities": _("Never back to the facility that it comes from"),
    "stopRoutingAttemptsAfterTime": _("Retry what is unroutable for"),
    "defaultPrice": _("Default price"),
    "restowAfterMinutes": _("Restow after minutes"),
    "timeTriggered": _("Reroute after a time"),
    "timeTriggeredByContext": _("Reroute after a time, by context"),
    "categoryRef": _("Category"),
}

_LOCALES = {"en_US": _("English"), "de_DE": _("German")}


class ChangeKind(StatusChoices):
    """How a difference is called and coloured; the colour only helps."""

    ADDED = "ADDED", _("Added"), "green", "changed"
    REMOVED = "REMOVED", _("Removed"), "red", "changed"
    CHANGED = "CHANGED", _("Changed"), "amber", "changed"
    MOVED = "MOVED", _("Moved"), "blue", "changed"


@dataclass(frozen=True, slots=True)
class ToldDifference:
    """``what`` is the thing within its node or condition, ``before`` and ``after`` its values in words."""

    change: ChangeKind
    what: str
    path: str
    before: str = ""
    after: str = ""


@dataclass(frozen=True, slots=True)
class ChangedPlace:
    """A node or condition, or the whole strategy, and all that differs about it."""

    title: str
    differences: list[ToldDifference]


def told_differences(
    found: Iterable[Difference],
    earlier: Mapping[str, Any],
    later: Mapping[str, Any],
    places: Mapping[str, str],
) -> list[ChangedPlace]:
    """The differences by place, in the order in which they were found. ``places`` are facilities' names by id."""
    titles = {**_titles(earlier), **_titles(later)}
    old_titles = _titles(earlier)
    grouped: dict[str, list[ToldDifference]] = {}
    for one in found:
        known = old_titles if one.change is Change.REMOVED and one.path in old_titles else titles
        place = max((path for path in known if _within(one.path, path)), key=len, default="")
        title = known.get(place) or say("The strategy")
        grouped.setdefault(title, []).append(_told(one, place, titles, places))
    return [ChangedPlace(title, differences) for title, differences in grouped.items()]


def _told(
    one: Difference, place: str, titles: Mapping[str, str], places: Mapping[str, str]
) -> ToldDifference:
    rest = one.path[len(place) :].lstrip(".")
    steps = _steps(rest)
    kind = ChangeKind(one.change.value)
    if one.change is Change.MOVED:
        before, after = (_order(value, titles) for value in (one.before, one.after))
    else:
        leaf = steps[-1] if steps else ""
        before, after = (
            "" if value is None else _value(value, leaf, steps, places) for value in (one.before, one.after)
        )
    return ToldDifference(kind, _what(steps) or _whole(place), one.path, before, after)


def _what(steps: Sequence[str]) -> str:
    """The steps of a path as people call them; what stands in brackets is a fence, a rating or a number."""
    shown: list[str] = []
    for step in steps:
        if step.startswith("["):
            name = step.strip("[]")
            if name.isdecimal():
                shown[-1:] = [f"{shown[-1]} {int(name) + 1}"] if shown else [str(int(name) + 1)]
            else:
                kind = steps[max(0, steps.index(step) - 1)]
                shown[-1:] = [_unit_title(name, kind)]
        else:
            title = str(FIELDS.get(step) or _LOCALES.get(step) or ("" if step in FIELDS else step))
            if title:
                shown.append(title)
    return " › ".join(shown)


def _unit_title(name: str, kind: str) -> str:
    known = words.FENCE_NAMES if kind == "fences" else words.RATING_NAMES
    what = say("Fence “%(name)s”") if kind == "fences" else say("Rating “%(name)s”")
    return what % {"name": known.get(name.partition("#")[0], name)}


def _whole(place: str) -> str:
    last = place.rpartition(".")[2]
    if last == "nextCondition":
        return say("The condition")
    return say("The node") if last in ("rootNode", "nextNode") else say("The strategy")


def _value(value: Any, leaf: str, steps: Sequence[str], places: Mapping[str, str]) -> str:
    if isinstance(value, bool):
        return say("on") if value else say("off")
    if leaf == "activeMode":
        return str(MODES.get(value, value))
    if isinstance(value, Mapping):
        return _mapping(value)
    if isinstance(value, Sequence) and not isinstance(value, str):
        return ", ".join(_value(entry, leaf, steps, places) for entry in value) or say("nothing")
    if "facilityRefs" in steps:
        return places.get(str(value), str(value))
    if leaf == "predicateConnector":
        return say("all of them") if value == "AND" else say("any of them")
    return value_in_words(value)


def _mapping(value: Mapping[str, Any]) -> str:
    if "type" in value and ("implementation" in value or "referenceId" in value):
        return f"{unit_name(value)}: {unit_in_words(value)}"
    if "propertyPath" in value:
        return predicate_in_words(value)
    if "recurrence" in value:
        return frame_in_words(value)
    if "rule" in value and "predicates" in value["rule"]:
        return f"{in_one_language(value.get('nameLocalized', {}))}: {rule_in_words(value['rule'])}"
    if "config" in value:
        return "; ".join(_said_by(value["config"])) or say("all as above")
    known = [(str(FIELDS[name]), entry) for name, entry in value.items() if FIELDS.get(name)]
    if known and len(known) == len(value) and not any(isinstance(entry, Mapping) for _name, entry in known):
        return ", ".join(f"{name}: {_value(entry, '', (), {})}" for name, entry in known)
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= MOST_SHOWN else f"{text[:MOST_SHOWN]} …"


def _said_by(config: Mapping[str, Any]) -> Iterator[str]:
    """What a node says itself, one thing after the other."""
    for kind in ("fences", "ratings"):
        for unit in config.get(kind) or ():
            yield f"{unit_name(unit)}: {unit_in_words(unit)}"
    for name, values in config.items():
        if isinstance(values, Mapping):
            yield f"{FIELDS.get(name, name)} ({_mapping(values)})"


def _order(value: Any, titles: Mapping[str, str]) -> str:
    """What moved: a node or condition by where it is, fences and ratings by their order."""
    if isinstance(value, str):
        above = value.rpartition(".")[0]
        return say("after “%(name)s”") % {"name": titles.get(above, above)} if above else value
    return ", ".join(
        str(words.FENCE_NAMES.get(name) or words.RATING_NAMES.get(name) or name) for name in value
    )


def _titles(document: Mapping[str, Any]) -> dict[str, str]:
    found = {}
    for kind, path, branch in branches_of(document):
        name = in_one_language(branch["nameLocalized"])
        text = say("Node “%(name)s”") if kind == "node" else say("Condition “%(name)s”")
        found[path] = text % {"name": name}
    return found


def _within(path: str, place: str) -> bool:
    return path == place or path.startswith((f"{place}.", f"{place}["))


def _steps(path: str) -> list[str]:
    return re.findall(r"\[[^\]]*\]|[^.\[]+", path)
