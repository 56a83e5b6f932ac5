"""Durations of ISO-8601, such as ``P1W`` or ``-P1DT12H``, counted from a moment."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import datetime, timedelta

_DURATION = re.compile(
    r"^(?P<sign>[-–+]?)P(?=.)(?:(?P<years>\d{1,4})Y)?(?:(?P<months>\d{1,4})M)?(?:(?P<weeks>\d{1,5})W)?"
    r"(?:(?P<days>\d{1,6})D)?(?:T(?=.)(?:(?P<hours>\d{1,6})H)?(?:(?P<minutes>\d{1,8})M)?(?:(?P<seconds>\d{1,9})S)?)?$",
    re.ASCII,
)

DURATION_PATTERN = (
    r"^[-–+]?P(?=[0-9T])([0-9]{1,4}Y)?([0-9]{1,4}M)?([0-9]{1,5}W)?([0-9]{1,6}D)?"
    r"(T(?=[0-9])([0-9]{1,6}H)?([0-9]{1,8}M)?([0-9]{1,9}S)?)?$"
)
"""The same for the OpenAPI document, whose patterns name no groups."""


def later_by(moment: datetime, text: str) -> datetime:
    """The moment that lies so much later, or earlier where the duration begins with a minus (or a dash).

    :raises ValueError: it is no duration, or leads out of the calendar.
    """
    match = _DURATION.match(text)
    if match is None:
        raise ValueError("This is to be a duration from now, such as P1W, or -P1D for yesterday.")
    given = {unit: int(number or 0) for unit, number in match.groupdict().items() if unit != "sign"}
    months = 12 * given.pop("years") + given.pop("months")
    sign = -1 if match["sign"] in ("-", "–") else 1
    try:
        return _months_later(moment, sign * months) + sign * timedelta(**given)
    except (OverflowError, ValueError) as error:
        raise ValueError("This duration leads out of the calendar.") from error


def _months_later(moment: datetime, months: int) -> datetime:
    """The same day of another month, or its last day where it is shorter."""
    year, month = divmod(moment.year * 12 + moment.month - 1 + months, 12)
    if not 1 <= year <= 9999:
        raise ValueError(f"there is no year {year}")
    day = min(moment.day, monthrange(year, month + 1)[1])
    return moment.replace(year=year, month=month + 1, day=day)
