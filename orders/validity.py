"""How long a promise may hold (R8)."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils import timezone

from backoffice.core.errors import Problem
from backoffice.core.texts import text

SHORTEST = timedelta(minutes=1)
LONGEST = timedelta(hours=8)

UNLESS_TOLD = timedelta(minutes=30)
"""How long a promise holds that does not say it, and by how much one is extended."""


def problems_of_validity(valid_until: datetime, field: str) -> list[Problem]:
    """What is wrong with a promise that is to hold until then: it ends too soon, or too late (spec 5)."""
    if SHORTEST <= valid_until - timezone.now() <= LONGEST:
        return []
    return [
        Problem(
            field,
            text("A promise holds for at least 1 minute and at most 8 hours: give a moment between the two."),
            "OUT_OF_RANGE",
        )
    ]
