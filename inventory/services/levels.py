"""Stock levels: how they are locked, and how they and their ledger change together.

Whoever changes a level locks it first (:func:`lock_levels`), in a statement of its own and by ascending key, and reads
what it guards afterwards. Every change goes through :func:`book`, so that a level is the sum of its movements, always.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.utils import timezone

from backoffice.core.actor import current_actor
from backoffice.core.bulk import add_to_rows, insert_rows
from inventory.models import MovementCause, StockLevel, StockMovement

LevelKey = tuple[UUID, UUID]
"""(facility id, article id)"""

BATCH = 2_000


@dataclass(frozen=True, slots=True)
class Booking:
    """Units to add to (or, negative, to take from) a level's counters, and why."""

    level_id: int
    cause: MovementCause
    on_hand: int = 0
    reserved: int = 0
    reference: str = ""


def ensure_levels(keys: Iterable[LevelKey]) -> None:
    """Creates the levels that do not exist yet, empty. Safe beside others who do the same."""
    wanted = sorted(set(keys))
    known = set(
        StockLevel.objects.filter(
            facility_id__in={facility for facility, _ in wanted},
            article_id__in={article for _, article in wanted},
        ).values_list("facility_id", "article_id")
    )
    missing = [key for key in wanted if key not in known]
    if missing:
        StockLevel.objects.bulk_create(
            [StockLevel(facility_id=facility, article_id=article) for facility, article in missing],
            batch_size=BATCH,
            ignore_conflicts=True,
        )


def lock_levels(level_ids: Collection[int]) -> dict[int, StockLevel]:
    """Locks the levels until the end of the transaction, by ascending id, then reads them.

    Locking and reading are two statements on purpose: under READ COMMITTED a single one may return rows as they were
    before the lock was granted.
    """
    ids = sorted(set(level_ids))
    list(
        StockLevel.objects.select_for_update(no_key=True)
        .filter(id__among=ids)
        .order_by("id")
        .values_list("id")
    )
    return StockLevel.objects.in_bulk(ids)


def lock_levels_of(keys: Collection[LevelKey]) -> dict[LevelKey, StockLevel]:
    """:func:`lock_levels` by facility and article; levels that do not exist are left out."""
    wanted = set(keys)
    ids = [
        level_id
        for level_id, facility, article in StockLevel.objects.filter(
            facility_id__in={facility for facility, _ in wanted},
            article_id__in={article for _, article in wanted},
        ).values_list("id", "facility_id", "article_id")
        if (facility, article) in wanted
    ]
    return {(level.facility_id, level.article_id): level for level in lock_levels(ids).values()}


def lock_levels_of_articles(article_ids: Collection[UUID]) -> list[StockLevel]:
    """:func:`lock_levels`, wherever there is one of the articles."""
    wanted = StockLevel.objects.filter(article_id__in=article_ids)
    locked = set(wanted.select_for_update(no_key=True).order_by("id").values_list("id", flat=True))
    return [level for level in wanted.order_by("id") if level.id in locked]


def book(bookings: Sequence[Booking], *, reason: str = "") -> None:
    """Changes levels and writes the ledger, in a constant number of statements. The caller holds the levels' locks.

    :raises django.db.IntegrityError: a counter would become negative.
    """
    moving = [booking for booking in bookings if booking.on_hand or booking.reserved]
    if not moving:
        return
    _add(moving)
    insert_rows(
        StockMovement,
        each={
            "level": [booking.level_id for booking in moving],
            "on_hand_delta": [booking.on_hand for booking in moving],
            "reserved_delta": [booking.reserved for booking in moving],
            "cause": [booking.cause for booking in moving],
            "reference": [booking.reference for booking in moving],
        },
        same={"actor": current_actor().name, "reason": reason, "created": timezone.now()},
    )


def _add(moving: Sequence[Booking]) -> None:
    """In ascending order of the levels that change."""
    totals: dict[int, tuple[int, int]] = {}
    for booking in moving:
        on_hand, reserved = totals.get(booking.level_id, (0, 0))
        totals[booking.level_id] = on_hand + booking.on_hand, reserved + booking.reserved
    changes = {level_id: totals[level_id] for level_id in sorted(totals) if totals[level_id] != (0, 0)}
    add_to_rows(
        StockLevel,
        list(changes),
        each={
            "on_hand": [on_hand for on_hand, _ in changes.values()],
            "reserved": [reserved for _, reserved in changes.values()],
        },
    )
