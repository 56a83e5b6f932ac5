"""Durations and moments as documents write them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from backoffice.core.api.values import instant, parse_instant
from backoffice.core.texts import text
from routing.documents.shape import Components, Reading, Shape, joined

DURATION = re.compile(
    r"P(?=\d|T\d)(?:(?P<weeks>\d{1,6})W"
    r"|(?:(?P<years>\d{1,6})Y)?(?:(?P<months>\d{1,6})M)?(?:(?P<days>\d{1,6})D)?"
    r"(?:T(?=\d)(?:(?P<hours>\d{1,6})H)?(?:(?P<minutes>\d{1,6})M)?(?:(?P<seconds>\d{1,6})S)?)?)"
)

LONGEST = timedelta(days=3660)


def duration_of(text: str) -> timedelta:
    """An ISO-8601 duration; a year counts as 365 days, a month as 30.

    :raises ValueError: it is none.
    """
    match = DURATION.fullmatch(text)
    if match is None:
        raise ValueError(f"{text} is no duration")
    parts = {name: int(value) for name, value in match.groupdict(default="0").items()}
    days = parts["years"] * 365 + parts["months"] * 30 + parts["days"]
    return timedelta(
        weeks=parts["weeks"],
        days=days,
        hours=parts["hours"],
        minutes=parts["minutes"],
        seconds=parts["seconds"],
    )


@dataclass(frozen=True)
class Duration(Shape):
    """An ISO-8601 duration in whole minutes, up to ten years."""

    def read(self, value: Any, path: str, reading: Reading) -> Any:
        try:
            duration = duration_of(value)
        except (TypeError, ValueError):
            reading.add(
                path, text("An ISO-8601 duration is expected, such as PT8H or P2D."), "INVALID_DURATION"
            )
            return value
        if duration % timedelta(minutes=1):
            reading.add(path, text("It must be a multiple of 60 seconds."), "INVALID_DURATION")
        elif duration > LONGEST:
            reading.add(path, text("At most ten years are allowed."), "INVALID_DURATION")
        return value

    def schema(self, components: Components) -> dict[str, Any]:
        return {"type": "string", "format": "duration", "example": "PT8H"}


@dataclass(frozen=True)
class Moment(Shape):
    """A date and time; without an offset it is UTC."""

    def read(self, value: Any, path: str, reading: Reading) -> Any:
        try:
            return instant(parse_instant(value))
        except (AttributeError, TypeError, ValueError):
            reading.add(path, text("A date and time is expected, such as 2026-05-01T08:00:00Z."))
            return value

    def schema(self, components: Components) -> dict[str, Any]:
        return {"type": "string", "format": "date-time"}


def check_time_frame(frame: dict[str, Any], path: str, reading: Reading) -> None:
    """A time frame must not end before it starts."""
    start, end = frame.get("activeFrom"), frame.get("activeUntil")
    if start is not None and end is not None and parse_instant(end) < parse_instant(start):
        reading.add(
            joined(path, "activeUntil"),
            text("It lies before activeFrom, %(start)s.", start=start),
            "OUT_OF_ORDER",
        )
