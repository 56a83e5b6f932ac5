"""The few characters by which pickers call a job."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from uuid import UUID

from orders.models import PickJob
from orders.models.pickjob import STARTED, UNSTARTED

ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
"""Without 0, O, 1 and I, which look alike; in ascending order, so that ids sort like the numbers they stand for."""

LENGTH = 4


def short_ids(facility_ids: Sequence[UUID]) -> list[str]:
    """One short id for each new job at these facilities, that none of the facility's unstarted and started jobs has.

    They are taken from a run of neighbours that starts somewhere at random: one range query tells which are in use,
    and transactions that draw at the same time rarely meet. A facility that is full gets a character more.
    """
    length, span = LENGTH, 2 * len(facility_ids) + 64
    while True:
        space = len(ALPHABET) ** length
        span = min(span, space)
        start = secrets.randbelow(space - span + 1)
        found = _draw(facility_ids, [_spelled(number, length) for number in range(start, start + span)])
        if len(found) == len(facility_ids):
            return found
        if span == space:
            length += 1
        span *= 8


def _draw(facility_ids: Sequence[UUID], candidates: Sequence[str]) -> list[str]:
    used = set(
        PickJob.objects.filter(
            facility_id__in=set(facility_ids),
            status__in=UNSTARTED + STARTED,
            short_id__gte=candidates[0],
            short_id__lte=candidates[-1],
        ).values_list("facility_id", "short_id")
    )
    left = iter(candidates)
    return [name for id in facility_ids if (name := _next_free(left, id, used)) is not None]


def _next_free(candidates: Iterable[str], facility_id: UUID, used: set[tuple[UUID, str]]) -> str | None:
    return next((name for name in candidates if (facility_id, name) not in used), None)


def _spelled(number: int, length: int) -> str:
    letters = []
    for _ in range(length):
        number, digit = divmod(number, len(ALPHABET))
        letters.append(ALPHABET[digit])
    return "".join(reversed(letters))
