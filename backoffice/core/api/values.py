"""How plain values look in JSON and in query strings."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from django.utils.dateparse import parse_datetime

_LOST_PLUS = re.compile(r" (?=\d{2}:?\d{2}$)")


def instant(moment: datetime | None) -> str | None:
    """ISO-8601 in UTC with milliseconds: ``2026-05-01T08:30:00.000Z``."""
    if moment is None:
        return None
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").removesuffix("+00:00") + "Z"


def with_plus(text: str) -> str:
    """In a query string a space may be the ``+`` of an offset that nobody encoded."""
    return _LOST_PLUS.sub("+", text) if "T" in text else text


def parse_instant(text: str) -> datetime:
    """The moment that a client wrote; without an offset it is UTC.

    :raises ValueError: it is not an ISO-8601 date and time.
    """
    moment = parse_datetime(with_plus(text.strip()))
    if moment is None:
        raise ValueError(f"{text} is not a date and time such as 2026-05-01T08:30:00Z")
    try:
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except OverflowError as error:
        raise ValueError(f"{text} is out of range") from error
