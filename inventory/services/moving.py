"""What a receipt brought of what was promised: reservations move from the bucket to the level, set-based (W8)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.utils import timezone

from backoffice.core.bulk import update_rows
from inventory.models import ExpectedStock, Reservation, StockLevel
from inventory.services.expected import Held
from inventory.services.levels import BATCH


@dataclass(slots=True)
class Move:
    """``units`` of a reservation that go from a bucket to the level."""

    bucket: ExpectedStock
    held: Reservation
    units: int


def moves_of(bucket: ExpectedStock, units: int, held: Held) -> list[Move]:
    """Books ``units`` as received by the bucket; those who hold some of it get them in the order of their rank (W8)."""
    bucket.received += units
    moves = []
    for reservation in held.of_bucket(bucket.pk):
        moved = min(units, reservation.quantity)
        units -= moved
        if moved:
            moves.append(Move(bucket, reservation, moved))
    return moves


def write_moves(moves: Sequence[Move], level_of: Mapping[UUID, StockLevel]) -> None:
    """A reservation that moves whole becomes one of the level, unless its holder has one there: then that one grows."""
    there = (
        {
            (held.holder, held.level_id): held
            for held in Reservation.objects.filter(
                holder__in={move.held.holder for move in moves},
                level_id__in={level.pk for level in level_of.values()},
            )
        }
        if moves
        else {}
    )
    new: list[Reservation] = []
    touched: dict[int, Reservation] = {}
    ended: set[int] = set()
    for move in moves:
        level_id = level_of[move.bucket.article_id].pk
        own = there.get((move.held.holder, level_id))
        move.held.quantity -= move.units
        move.held.version += 1
        if own is None and not move.held.quantity:
            move.held.level_id, move.held.expected_stock_id = level_id, None
            move.held.quantity = move.units
            own = move.held
        elif own is None:
            own = Reservation(
                holder=move.held.holder,
                level_id=level_id,
                quantity=move.units,
                rank=move.held.rank,
                created=timezone.now(),
            )
            new.append(own)
        else:
            own.quantity += move.units
            own.version += 1
            if own.pk is not None:
                touched[own.pk] = own
            if not move.held.quantity:
                ended.add(move.held.pk)
        there[move.held.holder, level_id] = own
        if move.held.pk not in ended:
            touched[move.held.pk] = move.held
    Reservation.objects.filter(id__in=ended).delete()
    update_rows(list(touched.values()), ("quantity", "version", "level", "expected_stock"))
    Reservation.objects.bulk_create(new, batch_size=BATCH)
