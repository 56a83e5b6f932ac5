"""Taking reservations away from their holders: somebody else has the units, or is to have them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from django.db import transaction

from backoffice.core.errors import StateConflict
from backoffice.core.events import publish
from backoffice.core.texts import text
from inventory.events import ReservationsRemoved, ReservationsRemoving
from inventory.models import MovementCause, Reservation, Stock, StockLevel
from inventory.services import levels
from inventory.services.levels import Booking, book
from inventory.services.stock_writing import changed, raised


@dataclass(frozen=True, slots=True)
class Removed:
    """A reservation that is gone, and the records that its units were taken from, each in its next version."""

    reservation_id: int
    stocks: tuple[Stock, ...] = field(default=())


@transaction.atomic
def remove_reservations(
    *, reservation_ids: Collection[int], reduce_stock: bool, reason: str = ""
) -> list[Removed]:
    """Ends reservations of stock; their holders do without (R2). Those that are gone already are left out.

    With ``reduce_stock`` the units leave the stock, the oldest records first. What is free then goes to whoever is
    first in line for it: it may be the same holder.

    :raises StateConflict: one is of expected stock, or picking has begun for its holder; nothing is removed.
    """
    found = Reservation.objects.filter(pk__in=reservation_ids)
    if expected := found.filter(level__isnull=True).order_by("id").first():
        raise StateConflict(
            text(
                "The reservation %(id)s is of expected stock: reroute or cancel the plan that it is for.",
                id=expected.pk,
            ),
            code="EXPECTED_STOCK",
        )
    holders = tuple(sorted(set(found.values_list("holder", flat=True))))
    publish([ReservationsRemoving(resource_id="", holders=holders)] if holders else [])
    held = levels.lock_levels(set(found.values_list("level_id", flat=True)))
    reservations = list(found.filter(level__in=held, holder__in=holders).order_by("id"))
    Reservation.objects.filter(pk__in=[one.pk for one in reservations]).delete()
    taken = _take(reservations) if reduce_stock else {}
    _book(reservations, taken, held, reason)
    publish([_removed(one, held) for one in reservations], reason=reason)
    # Also where no more is free than before: those who do without now have a claim to it.
    free = [level for level in held.values() if level.available]
    publish(
        [
            *(changed(held[id]) for id in sorted({stock.level_id for s in taken.values() for stock in s})),
            *raised(free, "RESERVATION_FREED"),
        ],
        reason=reason,
    )
    return [Removed(one.pk, tuple(taken.get(one.pk, ()))) for one in reservations]


def _take(reservations: Collection[Reservation]) -> dict[int, dict[Stock, int]]:
    """The units that each reservation takes from which records; the records are written."""
    records: dict[int, list[Stock]] = defaultdict(list)
    for stock in Stock.objects.filter(level__in={one.level_id for one in reservations}).order_by("id"):
        records[stock.level_id].append(stock)
    taken: dict[int, dict[Stock, int]] = {}
    for one in reservations:
        assert one.level_id is not None
        left, shares = one.quantity, taken.setdefault(one.pk, {})
        for stock in records[one.level_id]:
            units = min(left, stock.value)
            if units:
                shares[stock] = units
                stock.value -= units
                left -= units
    for stock in {stock for shares in taken.values() for stock in shares}:
        stock.touch(("value",))
    return taken


def _book(
    reservations: Collection[Reservation],
    taken: Mapping[int, Mapping[Stock, int]],
    held: Mapping[int, StockLevel],
    reason: str,
) -> None:
    bookings: list[Booking] = []
    for one in reservations:
        assert one.level_id is not None
        level = held[one.level_id]
        bookings.append(
            Booking(level.pk, MovementCause.RELEASE, reserved=-one.quantity, reference=str(one.holder))
        )
        level.reserved -= one.quantity
        for stock, units in taken.get(one.pk, {}).items():
            bookings.append(
                Booking(level.pk, MovementCause.STOCK_UPDATE, on_hand=-units, reference=str(stock.pk))
            )
            level.on_hand -= units
    book(bookings, reason=reason)


def _removed(one: Reservation, held: Mapping[int, StockLevel]) -> ReservationsRemoved:
    assert one.level_id is not None
    level = held[one.level_id]
    return ReservationsRemoved(
        resource_id=str(one.pk),
        facility_id=level.facility_id,
        article_id=level.article_id,
        holder=one.holder,
        quantity=one.quantity,
        facts={
            "facilityRef": str(level.facility_id),
            "articleRef": str(level.article_id),
            "quantity": one.quantity,
        },
    )
