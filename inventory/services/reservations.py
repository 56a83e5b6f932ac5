"""Reservations: claims on units of a level or of expected stock, held by opaque holders (spec 2)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from backoffice.core.bulk import insert_rows
from backoffice.core.events import Event, publish
from backoffice.core.services.deliveries import anybody_wants
from inventory.events import ExpectedStockFreed, ReservationCreated, StockRaised
from inventory.models import ExpectedStock, MovementCause, Reservation, StockLevel
from inventory.services.expected import lock_expected
from inventory.services.levels import Booking, book, lock_levels

Key = tuple[UUID, int | None, int | None]
"""(holder, level id, bucket id)"""


@dataclass(frozen=True, slots=True)
class Claim:
    """``quantity`` units of a level, or of a bucket of expected stock, for ``holder``.

    ``reference`` is what the ledger names as the cause. ``rank`` says who is served first when less comes than was
    promised (W8): the lowest bytes.
    """

    level_id: int | None
    holder: UUID
    quantity: int
    reference: str = ""
    rank: bytes = b""
    expected_stock_id: int | None = None

    @classmethod
    def of_expected(cls, expected_stock_id: int, holder: UUID, quantity: int, rank: bytes = b"") -> Claim:
        return cls(None, holder, quantity, "", rank, expected_stock_id)

    @property
    def key(self) -> Key:
        """There is one reservation of each."""
        return self.holder, self.level_id, self.expected_stock_id


def reserve(*, claims: Sequence[Claim]) -> None:
    """Reserves units for holders that have no reservation of that level or bucket yet. The caller holds the locks, of
    levels first, and has made sure that the units are available.

    :raises django.db.IntegrityError: a holder has a reservation of it already (W11); or a bucket has not that many
        units to promise, or no date.
    """
    if not claims:
        return
    insert_rows(
        Reservation,
        each={
            "level": [claim.level_id for claim in claims],
            "expected_stock": [claim.expected_stock_id for claim in claims],
            "holder": [claim.holder for claim in claims],
            "quantity": [claim.quantity for claim in claims],
            "rank": [claim.rank for claim in claims],
        },
        same={"created": timezone.now()},
    )
    _book(claims)
    if anybody_wants(ReservationCreated.name):
        _tell_of({claim.key for claim in claims})


def _tell_of(keys: Collection[Key]) -> None:
    made = Reservation.objects.filter(holder__in={holder for holder, _, _ in keys}).order_by("pk")
    publish(
        [
            ReservationCreated(resource_id=str(row.pk), facts={"quantity": row.quantity})
            for row in made
            if (row.holder, row.level_id, row.expected_stock_id) in keys
        ]
    )


def extend(*, claims: Sequence[Claim]) -> None:
    """Adds units to what the holders have reserved of the level or bucket, if anything. The caller holds the locks."""
    existing = {
        (held.holder, held.level_id, held.expected_stock_id): held.pk
        for held in Reservation.objects.filter(holder__in={claim.holder for claim in claims})
    }
    reserve(claims=[claim for claim in claims if claim.key not in existing])
    raised = [claim for claim in claims if claim.key in existing]
    for claim in raised:
        Reservation.objects.filter(id=existing[claim.key]).update(
            quantity=F("quantity") + claim.quantity, version=F("version") + 1
        )
    _book(raised)


def free(*, holders: Collection[UUID], cause: MovementCause = MovementCause.RELEASE) -> int:
    """Ends what the holders have reserved, of levels and of expected stock, and tells that others may have it (W4).
    Returns the units freed.

    The caller holds the locks of whatever the holders belong to, so that no two transactions free the same holder.
    """
    found, levels, buckets = _lock(holders)
    if not found:
        return 0
    Reservation.objects.filter(id__in=[held.pk for held in found]).delete()
    book(
        [
            Booking(level_id=held.level_id, cause=cause, reserved=-held.quantity, reference=str(held.holder))
            for held in found
            if held.level_id is not None
        ]
    )
    _promise([(held.expected_stock_id, -held.quantity) for held in found])
    publish([*_raised(levels.values()), *_freed(buckets.values())])
    return sum(held.quantity for held in found)


class _Moved(Exception):
    """A receipt moved a reservation from a bucket to its level before it was locked (W8)."""


def _lock(
    holders: Collection[UUID],
) -> tuple[list[Reservation], dict[int, StockLevel], dict[int, ExpectedStock]]:
    """What the holders have reserved, with the levels and buckets that it is reserved of, all locked."""
    while True:
        found = list(Reservation.objects.filter(holder__in=holders))
        try:
            with transaction.atomic():  # locks that it takes outlive it, unless it fails
                levels = lock_levels({held.level_id for held in found if held.level_id is not None})
                promised = {held.expected_stock_id for held in found if held.expected_stock_id is not None}
                if not promised:
                    return found, levels, {}
                buckets = lock_expected(promised)
                again = Reservation.objects.filter(holder__in=holders)
                if {_state(held) for held in again} != {_state(held) for held in found}:
                    raise _Moved
                return found, levels, buckets
        except _Moved:
            continue


def _state(held: Reservation) -> tuple[int, int, int | None]:
    return held.pk, held.quantity, held.level_id


def _raised(levels: Collection[StockLevel]) -> list[Event]:
    return [
        StockRaised(
            resource_id=str(level.id),
            facility_id=level.facility_id,
            article_id=level.article_id,
            cause="RESERVATION_FREED",
        )
        for level in levels
    ]


def _freed(buckets: Collection[ExpectedStock]) -> list[Event]:
    return [
        ExpectedStockFreed(
            resource_id=str(bucket.pk), facility_id=bucket.facility_id, article_id=bucket.article_id
        )
        for bucket in buckets
    ]


def keep_at_most(*, units: Mapping[UUID, int], cause: MovementCause = MovementCause.RELEASE) -> int:
    """Lowers what each holder has reserved to so many units, and tells that the others are available again (W4).
    Returns the units freed: what is yet to come goes first, the latest before all.

    The caller holds the locks of whatever the holders belong to.
    """
    found, levels, buckets = _lock(units)

    def how_sure(held: Reservation) -> tuple[bool, date, int]:
        bucket = buckets.get(held.expected_stock_id or 0)
        return bucket is not None, (bucket and bucket.delivery_date) or date.max, held.pk

    left = dict(units)
    going: list[tuple[Reservation, int]] = []
    for held in sorted(found, key=how_sure):
        kept = min(held.quantity, left[held.holder])
        left[held.holder] -= kept
        if held.quantity > kept:
            going.append((held, held.quantity - kept))
    for held, lost in going:
        mine = Reservation.objects.filter(id=held.pk)
        if held.quantity == lost:
            mine.delete()
        else:
            mine.update(quantity=F("quantity") - lost, version=F("version") + 1)
    book(
        [
            Booking(level_id=held.level_id, cause=cause, reserved=-lost, reference=str(held.holder))
            for held, lost in going
            if held.level_id is not None
        ]
    )
    _promise([(held.expected_stock_id, -lost) for held, lost in going])
    changed = {held.level_id for held, _ in going}, {held.expected_stock_id for held, _ in going}
    publish(
        [
            *_raised([level for level in levels.values() if level.pk in changed[0]]),
            *_freed([bucket for bucket in buckets.values() if bucket.pk in changed[1]]),
        ]
    )
    return sum(lost for _, lost in going)


def _book(claims: Sequence[Claim]) -> None:
    book(
        [
            Booking(
                level_id=claim.level_id,
                cause=MovementCause.RESERVATION,
                reserved=claim.quantity,
                reference=claim.reference,
            )
            for claim in claims
            if claim.level_id is not None
        ]
    )
    _promise([(claim.expected_stock_id, claim.quantity) for claim in claims])


def _promise(units: Sequence[tuple[int | None, int]]) -> None:
    """Adds units to what buckets call reserved; buckets that change alike share a statement.

    :raises django.db.IntegrityError: a bucket has not that many units to promise, or no date.
    """
    by_bucket: dict[int, int] = defaultdict(int)
    for bucket_id, change in units:
        if bucket_id is not None:
            by_bucket[bucket_id] += change
    alike: dict[int, list[int]] = defaultdict(list)
    for bucket_id, change in by_bucket.items():
        alike[change].append(bucket_id)
    for change, ids in alike.items():
        ExpectedStock.objects.filter(id__in=ids).update(reserved=F("reserved") + change)
