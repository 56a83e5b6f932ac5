"""Fences and ratings as a document lists them: standard ones by implementation, toolkit ones by rule."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from routing.documents import vocabulary as words
from routing.documents.records import ListOf, OneOf, Record, optional
from routing.documents.rules import check_fence, check_priority_rating, check_rating
from routing.documents.shape import Check
from routing.documents.toolkit import TOOLKIT
from routing.documents.values import Anything, Choice, Flag, Number, Text

UNKNOWN_IMPLEMENTATION = "UNKNOWN_IMPLEMENTATION"

DESCRIBED: Mapping[str, dict[str, Any]] = {
    "name": {"type": "string"},
    "description": {"type": "string"},
}
"""What clients read beside the localised texts."""

MODE = Choice("FenceMode", (words.STATIC, words.REACTIVE), "mode")
ID = optional(Text(at_most=255))
"""The product gives ids; one that a client sends back says which of the known things it means."""

_FENCES = Choice("FenceImplementation", tuple(words.FENCE_MODES), "fence", UNKNOWN_IMPLEMENTATION)
_RATINGS = Choice("RatingImplementation", tuple(words.RATING_NAMES), "rating", UNKNOWN_IMPLEMENTATION)

_FENCE_READ_ONLY = {
    **DESCRIBED,
    "supportedModes": {"type": "array", "items": MODE.schema({})},
}

FENCE = OneOf(
    "type",
    {
        words.STANDARD_FENCE: Record(
            "RoutingStrategyStandardFence",
            {
                "id": ID,
                "type": Choice("RoutingStrategyStandardFenceType", (words.STANDARD_FENCE,), "type"),
                "implementation": _FENCES,
                "active": Flag(),
                "activeMode": optional(MODE, default=words.STATIC),
            },
            read_only=_FENCE_READ_ONLY,
            check=check_fence,
        ),
        words.TOOLKIT_FENCE: Record(
            "RoutingStrategyToolkitFence",
            {
                "id": ID,
                "type": Choice("RoutingStrategyToolkitFenceType", (words.TOOLKIT_FENCE,), "type"),
                **TOOLKIT,
                "order": Number(whole=True),
            },
            read_only=_FENCE_READ_ONLY,
            check=check_fence,
        ),
    },
)


def _rating(standard: str, toolkit: str, weight: str, check: Check) -> OneOf:
    """Ratings and priority ratings differ in what orders them: a penalty, or a priority."""
    return OneOf(
        "type",
        {
            standard: Record(
                f"RoutingStrategy{standard}",
                {
                    "type": Choice(f"RoutingStrategy{standard}Type", (standard,), "type"),
                    "implementation": _RATINGS,
                    "active": Flag(),
                    weight: Number(at_least=0),
                    "configuration": optional(Anything()),
                },
                read_only=DESCRIBED,
                check=check,
            ),
            toolkit: Record(
                f"RoutingStrategy{toolkit}",
                {
                    "type": Choice(f"RoutingStrategy{toolkit}Type", (toolkit,), "type"),
                    **TOOLKIT,
                    weight: Number(at_least=0, whole=True),
                },
                read_only=DESCRIBED,
                check=check,
            ),
        },
    )


FENCES = ListOf(FENCE, unique=("implementation",))
RATINGS = ListOf(_rating(words.STANDARD_RATING, words.TOOLKIT_RATING, "maxPenalty", check_rating))
PRIORITY_RATINGS = ListOf(
    _rating(words.STANDARD_PRIORITY_RATING, words.TOOLKIT_PRIORITY_RATING, "priority", check_priority_rating)
)
