"""Buckets of expected stock: how they are locked, and what becomes of their reservations when they shrink.

Buckets are locked after levels, by ascending id (the one lock order of the house). Whoever holds units of a bucket has
locks of its own, and those come before: so a change of a bucket is announced to its holders before anything here is
locked, and what was announced is compared with what is found under the lock.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from backoffice.core.bulk import update_rows
from backoffice.core.errors import StateConflict
from backoffice.core.events import publish
from backoffice.core.texts import text
from inventory.events import ExpectedStockChange, ExpectedStockChanged, ExpectedStockChanging, Loss
from inventory.models import ExpectedStock, ExpectedStockStatus, Reservation, StockLevel
from inventory.services.levels import lock_levels

TRIES = 5
"""How often a change is announced anew because somebody reserved meanwhile."""


def lock_expected(bucket_ids: Collection[int]) -> dict[int, ExpectedStock]:
    """Locks the buckets until the end of the transaction, by ascending id, then reads them.

    Two statements on purpose, as in :func:`inventory.services.levels.lock_levels`. Levels are locked before.
    """
    ids = sorted(set(bucket_ids))
    list(
        ExpectedStock.objects.select_for_update(no_key=True)
        .filter(id__in=ids)
        .order_by("id")
        .values_list("id")
    )
    return ExpectedStock.objects.in_bulk(ids)


@dataclass(slots=True)
class Held:
    """What is locked for a change, as it is then; ``reservations`` are those of the buckets, best rank first."""

    levels: dict[int, StockLevel]
    buckets: dict[int, ExpectedStock]
    reservations: list[Reservation]

    def of_bucket(self, bucket_id: int) -> list[Reservation]:
        return [held for held in self.reservations if held.expected_stock_id == bucket_id]


class _Unannounced(Exception):
    """Somebody reserved between the announcement and the lock."""


def hold(*, bucket_ids: Collection[int], level_ids: Collection[int] = ()) -> Held:
    """Announces a change of the buckets to their holders, then locks levels and buckets, in the caller's transaction.

    :raises StateConflict: others reserved from the buckets all the while; nothing is locked.
    """
    for _ in range(TRIES):
        try:
            with transaction.atomic():  # locks that it takes outlive it, unless it fails
                return _hold(bucket_ids, level_ids)
        except _Unannounced:
            continue
    raise StateConflict(
        text("Orders are reserving from this expected stock right now: try again."), code="BUSY"
    )


def _hold(bucket_ids: Collection[int], level_ids: Collection[int]) -> Held:
    announced = set(_of(bucket_ids).values_list("holder", flat=True))
    if announced:
        publish([ExpectedStockChanging(resource_id="", holders=tuple(sorted(announced)))])
    levels = lock_levels(level_ids)
    buckets = lock_expected(bucket_ids)
    reservations = list(_of(bucket_ids).order_by("expected_stock", "rank", "id"))
    if not announced.issuperset(held.holder for held in reservations):
        raise _Unannounced
    return Held(levels, buckets, reservations)


def _of(bucket_ids: Collection[int]) -> QuerySet[Reservation]:
    return Reservation.objects.filter(expected_stock_id__in=bucket_ids)


@dataclass(frozen=True, slots=True)
class Terms:
    """What holders of a bucket were promised: how many units are to come, when, and where."""

    units: int
    delivery_date: date | None
    facility_id: UUID

    @classmethod
    def of(cls, bucket: ExpectedStock) -> Terms:
        return cls(bucket.outstanding, bucket.delivery_date, bucket.facility_id)


COLUMNS = ("quantity", "received", "reserved", "delivery_date", "status", "facility", "details")


def write_buckets(
    *, buckets: Sequence[ExpectedStock], before: Mapping[int, Terms], held: Held, reason: str = ""
) -> None:
    """Writes buckets as they are in memory, new ones included, and tells what changed (W4, W8).

    What is reserved beyond what may still be promised is freed, from the last rank on; a bucket that goes to another
    facility frees everything. ``before`` holds the terms of those that existed; ``held`` what is locked.
    """
    new = [bucket for bucket in buckets if bucket._state.adding]
    known = [bucket for bucket in buckets if not bucket._state.adding]
    losses = {
        bucket.pk: trim(
            held.of_bucket(bucket.pk),
            0 if bucket.facility_id != before[bucket.pk].facility_id else bucket.promisable,
        )
        for bucket in known
    }
    for bucket in known:
        bucket.reserved -= sum(loss.units for loss in losses[bucket.pk])
    # Reservations first: no bucket may, even for a moment, be reserved beyond what it may promise.
    write_losses(held.reservations, [loss for found in losses.values() for loss in found])
    update_rows(known, COLUMNS)
    for bucket in new:
        bucket.save(force_insert=True)
    events = [event for bucket in new for event in _changes(bucket, None, ())]
    events += [event for bucket in known for event in _changes(bucket, before[bucket.pk], losses[bucket.pk])]
    publish(events, reason=reason)


def trim(reservations: Sequence[Reservation], units: int) -> tuple[Loss, ...]:
    """Who loses how much when only ``units`` of the reservations, given best rank first, can be kept."""
    losses = []
    for held in reservations:
        kept = min(held.quantity, units)
        units -= kept
        if kept < held.quantity:
            losses.append(Loss(held.pk, held.holder, held.quantity - kept))
    return tuple(losses)


def write_losses(reservations: Sequence[Reservation], losses: Sequence[Loss]) -> None:
    """Takes the units away from the reservations; those that have none left are deleted."""
    lost = {loss.reservation_id: loss.units for loss in losses}
    lowered: list[Reservation] = []
    ended: list[Reservation] = []
    for held in reservations:
        if held.pk not in lost:
            continue
        held.quantity -= lost[held.pk]
        held.version += 1
        (lowered if held.quantity else ended).append(held)
    update_rows(lowered, ("quantity", "version"))
    if ended:
        Reservation.objects.filter(id__in=[held.pk for held in ended]).delete()


def _changes(
    bucket: ExpectedStock, before: Terms | None, losses: tuple[Loss, ...]
) -> list[ExpectedStockChanged]:
    """One event, none if the terms are what they were; two if the bucket goes to another facility."""
    after = Terms.of(bucket)
    if before is None:
        return [_changed(bucket, Terms(0, None, after.facility_id), after, ())] if after.units else []
    if before.facility_id != after.facility_id:
        gone = Terms(0, before.delivery_date, before.facility_id)
        leaving = [_changed(bucket, before, gone, losses)] if before.units else []
        arriving = Terms(0, None, after.facility_id)
        return leaving + ([_changed(bucket, arriving, after, ())] if after.units else [])
    if before == after or not (before.units or after.units):
        return []
    return [_changed(bucket, before, after, losses)]


def _changed(
    bucket: ExpectedStock, before: Terms, after: Terms, losses: tuple[Loss, ...]
) -> ExpectedStockChanged:
    changes = _kinds(bucket, before, after)
    return ExpectedStockChanged(
        expected_stock_id=bucket.pk,
        inbound_process_id=bucket.inbound_process_id,
        facility_id=after.facility_id,
        article_id=bucket.article_id,
        changes=changes,
        old_quantity=before.units,
        new_quantity=after.units,
        old_date=before.delivery_date,
        new_date=after.delivery_date,
        losses=losses,
        facts={
            "expectedStockRef": str(bucket.pk),
            "facilityRef": str(after.facility_id),
            "articleRef": str(bucket.article_id),
            "changes": [str(change) for change in changes],
            "quantity": [before.units, after.units],
            "deliveryDate": [
                str(day) if day else None for day in (before.delivery_date, after.delivery_date)
            ],
            "unitsFreed": sum(loss.units for loss in losses),
        },
    )


def _kinds(bucket: ExpectedStock, before: Terms, after: Terms) -> tuple[ExpectedStockChange, ...]:
    if not before.units:
        return (ExpectedStockChange.ADDED,)
    if not after.units and bucket.status != ExpectedStockStatus.RECEIVED:
        closed = bucket.status == ExpectedStockStatus.CLOSED and bucket.facility_id == after.facility_id
        return (ExpectedStockChange.CLOSED if closed else ExpectedStockChange.CANCELLED,)
    kinds = []
    if after.units != before.units:
        raised = after.units > before.units
        kinds.append(ExpectedStockChange.RAISED if raised else ExpectedStockChange.LOWERED)
    if after.delivery_date != before.delivery_date:
        # Without a date it comes later than with any.
        old, new = before.delivery_date or date.max, after.delivery_date or date.max
        kinds.append(ExpectedStockChange.ADVANCED if new < old else ExpectedStockChange.DELAYED)
    return tuple(kinds)
