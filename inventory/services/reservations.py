"""Reservations: claims on units of a level, held by opaque holders (spec 2)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import F
from django.utils import timezone

from backoffice.core.events import publish
from inventory.events import StockRaised
from inventory.models import MovementCause, Reservation
from inventory.services.levels import BATCH, Booking, book, lock_levels


@dataclass(frozen=True, slots=True)
class Claim:
    """``quantity`` units of a level, for ``holder``. ``reference`` is what the ledger names as the cause."""

    level_id: int
    holder: UUID
    quantity: int
    reference: str = ""


def reserve(*, claims: Sequence[Claim]) -> None:
    """Reserves units for holders that have no reservation of that level yet. The caller holds the levels' locks and has
    made sure that the units are available.

    :raises django.db.IntegrityError: a holder has a reservation of that level already (W11).
    """
    if not claims:
        return
    now = timezone.now()
    Reservation.objects.bulk_create(
        [
            Reservation(level_id=claim.level_id, holder=claim.holder, quantity=claim.quantity, created=now)
            for claim in claims
        ],
        batch_size=BATCH,
    )
    _book(claims)


def extend(*, claims: Sequence[Claim]) -> None:
    """Adds units to what the holders have reserved of the level, if anything. The caller holds the levels' locks."""
    existing = {
        (reservation.holder, reservation.level_id): reservation
        for reservation in Reservation.objects.filter(
            holder__in={claim.holder for claim in claims}, level_id__in={claim.level_id for claim in claims}
        )
    }
    reserve(claims=[claim for claim in claims if (claim.holder, claim.level_id) not in existing])
    raised = [claim for claim in claims if (claim.holder, claim.level_id) in existing]
    for claim in raised:
        Reservation.objects.filter(id=existing[claim.holder, claim.level_id].id).update(
            quantity=F("quantity") + claim.quantity
        )
    _book(raised)


def free(*, holders: Collection[UUID], cause: MovementCause = MovementCause.RELEASE) -> int:
    """Ends what the holders have reserved, and tells that the units are available again (W4). Returns the units freed.

    The caller holds the locks of whatever the holders belong to, so that no two transactions free the same holder.
    """
    found = list(
        Reservation.objects.filter(holder__in=holders, level__isnull=False).values_list(
            "id", "level_id", "holder", "quantity"
        )
    )
    if not found:
        return 0
    levels = lock_levels({level_id for _, level_id, _, _ in found})
    Reservation.objects.filter(id__in=[reservation_id for reservation_id, *_ in found]).delete()
    book(
        [
            Booking(level_id=level_id, cause=cause, reserved=-quantity, reference=str(holder))
            for _, level_id, holder, quantity in found
        ]
    )
    publish(
        [
            StockRaised(
                resource_id=str(level.id),
                facility_id=level.facility_id,
                article_id=level.article_id,
                cause="RESERVATION_FREED",
            )
            for level in levels.values()
        ]
    )
    return sum(quantity for *_, quantity in found)


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
        ]
    )
