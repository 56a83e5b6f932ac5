"""What must hold beyond the shape of a document: modes, and what the engine can decide by."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from backoffice.core.texts import text
from routing.documents import vocabulary as words
from routing.documents.shape import Reading, joined

NOT_IMPLEMENTED = "NOT_IMPLEMENTED"
MODE_NOT_SUPPORTED = "MODE_NOT_SUPPORTED"


def implemented_fences() -> frozenset[str]:
    """The fences that the engine decides by; a toolkit fence goes by its type."""
    from routing.engine.fences import FENCES
    from routing.engine.fences.complete_stock import IMPLEMENTATION as COMPLETE_STOCK

    return frozenset({*FENCES, COMPLETE_STOCK, words.TOOLKIT_FENCE})


def implemented_ratings() -> frozenset[str]:
    """The ratings that the engine rates by; a toolkit rating goes by its type."""
    from routing.engine.ratings import RATINGS

    return frozenset({*RATINGS, words.TOOLKIT_RATING})


def supported_modes(fence: Mapping[str, Any]) -> tuple[str, ...]:
    """The modes of a fence: all are static, and only complete stock may be reactive (F3, F4)."""
    return words.FENCE_MODES.get(fence.get("implementation", ""), (words.STATIC,))


def check_fence(fence: Mapping[str, Any], path: str, reading: Reading) -> None:
    """An active fence must be one that the engine knows, and its mode one that it supports."""
    mode = fence.get("activeMode", words.STATIC)
    modes = supported_modes(fence)
    if mode not in modes:
        message = text(
            "%(fence)s cannot be %(mode)s; it supports: %(modes)s.",
            fence=_name(fence),
            mode=mode,
            modes=", ".join(modes),
        )
        reading.add(joined(path, "activeMode"), message, MODE_NOT_SUPPORTED)
    if fence["type"] == words.TOOLKIT_FENCE:
        _check_toolkit(fence, path, reading)
    if fence["active"]:
        _check_implemented(fence, path, reading, implemented_fences(), text("Implemented fences"))


def check_rating(rating: Mapping[str, Any], path: str, reading: Reading) -> None:
    """An active rating must be one that the engine knows, and its configuration one that it takes."""
    from routing.engine.ratings import RATINGS, configured

    if rating["type"] == words.TOOLKIT_RATING:
        _check_toolkit(rating, path, reading)
    if _name(rating) in RATINGS:
        try:
            configured(_name(rating), rating.get("configuration"))
        except ValueError as problem:
            reading.add(joined(path, "configuration"), str(problem), "INVALID_CONFIGURATION")
    if rating["active"]:
        _check_implemented(rating, path, reading, implemented_ratings(), text("Implemented ratings"))


def check_priority_rating(rating: Mapping[str, Any], path: str, reading: Reading) -> None:
    """Priority ratings are kept, but nothing is decided by them."""
    if rating["active"]:
        reading.add(
            joined(path, "active"),
            text("Priority ratings cannot be active: facilities are compared by their sum of penalties."),
            NOT_IMPLEMENTED,
        )


def _check_toolkit(unit: Mapping[str, Any], path: str, reading: Reading) -> None:
    """An active one needs a rule; the facility that ordered stands on the left side only (contract)."""
    rule, comparison = unit.get("rule"), unit.get("comparisonRule")
    if unit["active"] and rule is None and comparison is None:
        reading.add(joined(path, "rule"), text("A rule or a comparisonRule is needed."), "REQUIRED")
    sides = [
        (f"rule.rightPart.predicates[{number}].entity", predicate["entity"])
        for number, predicate in enumerate(rule["rightPart"]["predicates"] if rule else ())
    ]
    sides += [
        (f"comparisonRule.predicates[{number}].rightEntity", predicate["rightEntity"])
        for number, predicate in enumerate(comparison["predicates"] if comparison else ())
    ]
    for where, entity in sides:
        if entity in words.LEFT_SIDE_ENTITIES:
            reading.add(
                joined(path, where),
                text("%(entity)s may stand on the left side only.", entity=entity),
                "LEFT_SIDE_ONLY",
            )


def _check_implemented(
    unit: Mapping[str, Any], path: str, reading: Reading, implemented: frozenset[str], what: str
) -> None:
    if _name(unit) not in implemented:
        known = ", ".join(sorted(implemented))
        message = text(
            "%(unit)s cannot be active: it is not implemented yet. %(what)s are: %(known)s.",
            unit=_name(unit),
            what=what,
            known=known,
        )
        reading.add(joined(path, "active"), message, NOT_IMPLEMENTED)


def _name(unit: Mapping[str, Any]) -> str:
    """The implementation of a standard fence or rating; toolkit ones have but one."""
    return str(unit.get("implementation", unit["type"]))
