"""What picking does to stock: picked units leave it, and what was not there is booked out of it (P1-P3)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from django.utils import timezone

from backoffice.core.bulk import update_rows
from backoffice.core.events import publish
from inventory.models import Facility, MovementCause, Reservation, Stock, StockLevel
from inventory.services import levels
from inventory.services.stock_writing import changed, raised


@dataclass(frozen=True, slots=True, kw_only=True)
class Pick:
    """Of ``quantity`` units of an article that were to be taken for ``holder``, ``picked`` were.

    With ``emptied`` the picker saw that nothing is left where the units come from: in the oldest records (P3).
    ``reference`` is what the ledger names as the cause.
    """

    facility_id: UUID
    article_id: UUID
    holder: UUID
    quantity: int
    picked: int
    emptied: bool = False
    reference: str = ""

    @property
    def key(self) -> levels.LevelKey:
        return self.facility_id, self.article_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Restow:
    """``units`` that were picked and are put back to where they came from."""

    facility_id: UUID
    article_id: UUID
    units: int
    reference: str = ""


@dataclass(slots=True)
class _Shelf:
    """A locked level with its records in the order of their age, and what is to be booked of it."""

    level: StockLevel
    records: list[Stock]
    bookings: list[levels.Booking] = field(default_factory=list)
    touched: dict[UUID, Stock] = field(default_factory=dict)
    new: list[Stock] = field(default_factory=list)
    missed: bool = False
    available_before: int = field(init=False)
    on_hand_before: int = field(init=False)

    def __post_init__(self) -> None:
        self.available_before = self.level.available
        self.on_hand_before = self.level.on_hand

    def book(self, cause: MovementCause, reference: str, *, on_hand: int = 0, reserved: int = 0) -> None:
        self.level.on_hand += on_hand
        self.level.reserved += reserved
        self.bookings.append(levels.Booking(self.level.pk, cause, on_hand, reserved, reference))

    def put(self, units: int) -> None:
        """Into the newest record; into a new one where there is none."""
        if units and not self.records:
            record = Stock(level=self.level, value=0, receipt_date=timezone.now())
            self.new.append(record)
            self.records.append(record)
        if units:
            self._change(self.records[-1], units)

    def take(self, units: int) -> None:
        """From the oldest record on."""
        for record in self.records:
            taken = min(record.value, units)
            units -= taken
            if taken:
                self._change(record, -taken)

    def sources(self, units: int) -> list[Stock]:
        """The records that so many units would be taken from."""
        found = []
        for record in self.records:
            if units <= 0:
                break
            if record.value:
                found.append(record)
                units -= record.value
        return found

    def empty(self, records: Iterable[Stock]) -> int:
        """Sets the records to zero; returns the units that vanish."""
        lost = 0
        for record in records:
            lost += record.value
            self._change(record, -record.value)
        return lost

    def _change(self, record: Stock, units: int) -> None:
        record.value += units
        if record not in self.new and units:
            self.touched[record.pk] = record


def book_picks(*, picks: Sequence[Pick], reason: str = "") -> None:
    """Takes what was picked out of stock and ends the reservations of the holders (P1).

    More than there was has been found first (FOUND). Units that were reserved and not picked leave the stock as well
    (SHORT_PICK), because they are not there, and the level is flagged for a recount; where the facility does not want
    that, they are free again (P2). Units that no stock had been reserved for are missing in no level. The caller holds
    the locks of whatever the holders belong to.
    """
    shelves = _lock_shelves([pick.key for pick in picks])
    held = _end_reservations([pick.holder for pick in picks], shelves.values())
    facilities = Facility.with_retired.in_bulk({pick.facility_id for pick in picks})
    for pick in picks:
        shelf = shelves[pick.key]
        books_out = facilities[pick.facility_id].books_short_picks
        _book(shelf, pick, held.get((pick.holder, shelf.level.pk), 0), books_out=books_out)
    _write(shelves.values(), "RESERVATION_FREED", reason)
    now = timezone.now()
    flagged = [shelf.level.pk for shelf in shelves.values() if shelf.missed]
    if flagged:
        StockLevel.objects.filter(pk__in=flagged).update(recount_since=now)


def restow(*, units: Sequence[Restow], reason: str = "") -> None:
    """Puts picked units back: they are on hand again, and free (P2)."""
    shelves = _lock_shelves([(one.facility_id, one.article_id) for one in units])
    for one in units:
        shelf = shelves[one.facility_id, one.article_id]
        shelf.put(one.units)
        shelf.book(MovementCause.PICK, one.reference, on_hand=one.units)
    _write(shelves.values(), "STOCK_UP", reason)


def _lock_shelves(keys: Collection[levels.LevelKey]) -> dict[levels.LevelKey, _Shelf]:
    levels.ensure_levels(keys)
    held = levels.lock_levels_of(keys)
    records: dict[int, list[Stock]] = defaultdict(list)
    for record in Stock.objects.filter(level__in=held.values()).order_by("id"):
        records[record.level_id].append(record)
    return {key: _Shelf(level, records[level.pk]) for key, level in held.items()}


def _end_reservations(holders: Collection[UUID], shelves: Iterable[_Shelf]) -> dict[tuple[UUID, int], int]:
    """What each holder had reserved of each of the levels; those reservations are gone."""
    ids = [shelf.level.pk for shelf in shelves]
    found = list(
        Reservation.objects.filter(holder__in=holders, level__in=ids).values_list(
            "id", "holder", "level_id", "quantity"
        )
    )
    Reservation.objects.filter(id__in=[id for id, *_ in found]).delete()
    return {(holder, level_id): quantity for _, holder, level_id, quantity in found}


def _book(shelf: _Shelf, pick: Pick, reserved: int, *, books_out: bool) -> None:
    found = max(0, pick.picked - shelf.level.on_hand)
    if found:
        shelf.put(found)
        shelf.book(MovementCause.FOUND, pick.reference, on_hand=found)
    sources = shelf.sources(max(1, pick.picked)) if pick.emptied else []
    shelf.take(pick.picked)
    used = min(reserved, pick.picked)
    shelf.book(MovementCause.PICK, pick.reference, on_hand=-pick.picked, reserved=-used)
    missing = reserved - used
    if missing:
        shelf.missed = True
        lost = min(missing, shelf.level.on_hand) if books_out else 0
        shelf.take(lost)
        cause = MovementCause.SHORT_PICK if books_out else MovementCause.RELEASE
        shelf.book(cause, pick.reference, on_hand=-lost, reserved=-missing)
    left = shelf.empty(sources)
    if left:
        shelf.book(MovementCause.CORRECTION, pick.reference, on_hand=-left)


def _write(shelves: Iterable[_Shelf], raised_by: str, reason: str) -> None:
    """The records, the levels with their ledger, and what others are told of it (W4)."""
    now = timezone.now()
    touched, new, moved, more, bookings = [], [], [], [], []
    for shelf in sorted(shelves, key=lambda shelf: shelf.level.pk):
        touched += list(shelf.touched.values())
        new += shelf.new
        bookings += shelf.bookings
        if shelf.level.on_hand != shelf.on_hand_before:
            moved.append(shelf.level)
        if shelf.level.available > shelf.available_before:
            more.append(shelf.level)
    for record in touched:
        record.version += 1
        record.last_modified = now
    Stock.objects.bulk_create(new)
    update_rows(touched, ("value", "version", "last_modified"))
    levels.book(bookings, reason=reason)
    publish([*map(changed, moved), *raised(more, raised_by)], reason=reason)
