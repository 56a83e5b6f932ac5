"""When a node or a condition of a strategy is active (R1)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

_YEAR = timedelta(days=365)


def is_active(thing: Mapping[str, Any], now: datetime) -> bool:
    """Whether a node or condition is switched on and ``now`` lies in one of its time frames, if it has any."""
    frames = thing.get("activationTimeFrames")
    return bool(thing["active"]) and (not frames or any(covers(frame, now) for frame in frames))


def covers(frame: Mapping[str, Any], now: datetime) -> bool:
    """Whether ``now`` lies in the time frame; both ends belong to it, and a missing one leaves it open.

    YEARLY frames come again on the same days of every later year, by the calendar in UTC; one without an end lasts
    until the year does, one without a start begins with it. Ends before starts lie in the next year: 1 December to
    6 January.
    """
    start, end = _moment(frame, "activeFrom"), _moment(frame, "activeUntil")
    if start is not None and now < start:
        return False
    if frame["recurrence"] != "YEARLY":
        return end is None or now <= end
    if start is not None and end is not None and end - start >= _YEAR:
        return True
    today, first, last = _day(now), start and _day(start), end and _day(end)
    if first and last and first > last:
        return today >= first or today <= last
    return (not first or first <= today) and (not last or today <= last)


def _moment(frame: Mapping[str, Any], name: str) -> datetime | None:
    text = frame.get(name)
    return None if text is None else datetime.fromisoformat(text)


def _day(moment: datetime) -> tuple[int, int, int, int, int, int]:
    """The place of a moment in its year, to compare with others of any year."""
    return moment.month, moment.day, moment.hour, moment.minute, moment.second, moment.microsecond
