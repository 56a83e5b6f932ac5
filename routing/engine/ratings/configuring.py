"""Reading the ``configuration`` of a rating in a strategy document."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def amount(configuration: Mapping[str, Any], name: str, default: float) -> float:
    """A number of at least 0.

    :raises ValueError: it is something else.
    """
    value = configuration.get(name, default)
    if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
        raise ValueError(f"{name} must be a number of at least 0.")
    return float(value)


def only(configuration: Mapping[str, Any], *names: str) -> None:
    """:raises ValueError: there is a setting that is none of these."""
    unknown = sorted(set(configuration) - {*names})
    if unknown:
        raise ValueError(f"There is no setting {', '.join(unknown)}; known settings are: {', '.join(names)}.")
