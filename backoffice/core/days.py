"""Days and times as people read them, in their language and zone."""

from __future__ import annotations

from datetime import date, datetime
from functools import lru_cache

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation import gettext as say


def day(value: date | datetime | None) -> str:
    """1 May 2026; of a time the day where it is said to be."""
    if not value:
        return "–"
    return written(value.date() if isinstance(value, datetime) else value, get_language())


def minute(value: datetime) -> str:
    """The day and the time of day in the reader's zone."""
    local = timezone.localtime(value)
    return f"{day(local)}, {local:%H:%M}"


@lru_cache(maxsize=1_000)
def written(value: date, language: str | None) -> str:
    """In the active ``language``. Lists say the same few days hundreds of times: writing them anew was a twentieth of
    the waiting room's time (T8).
    """
    return date_format(value, say("j M Y"))
