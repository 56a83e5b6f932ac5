"""What a strategy refers to: fallback facilities must exist (R6)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeVar

from backoffice.core.errors import Invalid, Problem
from backoffice.core.texts import text
from inventory.references import facilities_by_ref
from routing.documents.shape import MAX_DEPTH

T = TypeVar("T")


def with_references(read: Callable[[Any], T], body: Any) -> T:
    """What ``read`` makes of a body that holds nodes, all facilities of which exist.

    :raises Invalid: with every problem that ``read`` finds and every unknown facility, each named by its path.
    """
    problems = _unknown_facilities(body)
    try:
        found = read(body)
    except Invalid as error:
        raise Invalid.many([*error.problems, *problems]) from error
    if problems:
        raise Invalid.many(problems)
    return found


def _unknown_facilities(body: Any) -> list[Problem]:
    named = list(_named(body, "", MAX_DEPTH))
    known = facilities_by_ref({ref for _path, ref in named})
    return [
        Problem(
            path, text("There is no facility %(ref)s: name one that exists.", ref=ref), "FACILITY_UNKNOWN"
        )
        for path, ref in named
        if ref not in known
    ]


def _named(value: Any, path: str, levels: int) -> Iterator[tuple[str, str]]:
    """Every reference to a facility with its path; ``value`` need not be sound."""
    if not isinstance(value, Mapping) or not levels:
        return
    for name in ("rootNode", "node", "nextNode", "nextCondition", "config", "fallbackFacility"):
        if name in value:
            yield from _named(value[name], f"{path}.{name}" if path else name, levels - 1)
    references = value.get("facilityRefs")
    for index, ref in enumerate(references if isinstance(references, list) else ()):
        if isinstance(ref, str) and "\x00" not in ref:
            yield f"{path}.facilityRefs[{index}]", ref
