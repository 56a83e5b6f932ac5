"""What differs between two documents of a strategy, by path: for people who compare revisions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from routing.documents.shape import joined
from routing.documents.tree import branches_of

Value = Any
_FOLLOWING = ("id", "nextNode", "nextCondition")
_UNITS = ("fences", "ratings", "priorityRatings")


class Change(StrEnum):
    ADDED = "ADDED"
    REMOVED = "REMOVED"
    CHANGED = "CHANGED"
    MOVED = "MOVED"


@dataclass(frozen=True, slots=True)
class Difference:
    """``path`` is where it is in the later document, or was in the earlier one if it was removed.

    Fences and ratings are named by what they are, ``rootNode.config.fences[FACILITY-COUNTRY].active``. ``before`` and
    ``after`` are values; of something that moved, its paths.
    """

    path: str
    change: Change
    before: Value = None
    after: Value = None


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Difference]:
    """Name and global configuration first, then nodes and conditions in their order, then those that are gone.

    Nodes and conditions are compared with what they were, wherever they were; ids are no difference.
    """
    found = [
        difference
        for name in ("nameLocalized", "globalConfiguration")
        for difference in _values(before.get(name), after.get(name), name)
    ]
    earlier, later = _branches(before), _branches(after)
    for id, (path, above, branch) in later.items():
        if id not in earlier:
            found.append(Difference(path, Change.ADDED, after=_own(branch)))
            continue
        old_path, old_above, old = earlier[id]
        if above != old_above:
            found.append(Difference(path, Change.MOVED, old_path, path))
        found += _values(_own(old), _own(branch), path)
    found += [
        Difference(path, Change.REMOVED, before=_own(branch))
        for id, (path, _above, branch) in earlier.items()
        if id not in later
    ]
    return found


def _branches(document: Mapping[str, Any]) -> dict[str, tuple[str, str, Mapping[str, Any]]]:
    """By id: the path, the id of what leads there, and the node or condition itself."""
    branches = [(path, branch) for _kind, path, branch in branches_of(document)]
    ids = {path: branch["id"] for path, branch in branches}
    return {branch["id"]: (path, ids.get(path.rpartition(".")[0], ""), branch) for path, branch in branches}


def _own(branch: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in branch.items() if name not in _FOLLOWING}


def _values(before: Value, after: Value, path: str) -> Iterator[Difference]:
    if before == after:
        return
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        yield from _entries(before, after, path)
    elif isinstance(before, Sequence) and isinstance(after, Sequence) and not isinstance(after, str):
        yield from _lists(before, after, path)
    elif before is None:
        yield Difference(path, Change.ADDED, after=after)
    elif after is None:
        yield Difference(path, Change.REMOVED, before=before)
    else:
        yield Difference(path, Change.CHANGED, before, after)


def _entries(before: Mapping[str, Any], after: Mapping[str, Any], path: str) -> Iterator[Difference]:
    for name in dict.fromkeys((*before, *after)):
        if name != "id":
            yield from _values(before.get(name), after.get(name), joined(path, name))


def _lists(before: Sequence[Value], after: Sequence[Value], path: str) -> Iterator[Difference]:
    named = path.rpartition(".")[2] in _UNITS
    earlier, later = _by_name(before, named=named), _by_name(after, named=named)
    if named and (kept := [name for name in earlier if name in later]) != [n for n in later if n in earlier]:
        yield Difference(path, Change.MOVED, kept, [name for name in later if name in earlier])
    for name in dict.fromkeys((*earlier, *later)):
        yield from _values(earlier.get(name), later.get(name), f"{path}[{name}]")


def _by_name(values: Sequence[Value], *, named: bool) -> dict[str, Value]:
    """Entries by their place, or, being fences or ratings, by what they are; the second of a kind is ``NAME#2``."""
    found: dict[str, Value] = {}
    for number, value in enumerate(values):
        name = str(value.get("implementation") or value.get("referenceId")) if named else str(number)
        again = 2
        key = name
        while key in found:
            key, again = f"{name}#{again}", again + 1
        found[key] = value
    return found
