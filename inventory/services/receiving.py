"""Receipts: what came is booked into stock, and what was promised of it becomes reserved stock (W8)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from backoffice.core.actor import current_actor
from backoffice.core.bulk import update_rows
from backoffice.core.errors import Invalid, NotFound, Problem, StateConflict
from backoffice.core.events import publish
from backoffice.core.texts import text
from inventory.events import ExpectedStockMoved, ReceiptBooked
from inventory.models import (
    Article,
    ExpectedStock,
    ExpectedStockStatus,
    InboundProcess,
    MovementCause,
    Receipt,
    ReceiptLine,
    ReceiptStatus,
    Stock,
    StockLevel,
)
from inventory.services import levels
from inventory.services.articles import ensure_articles
from inventory.services.expected import Held, hold
from inventory.services.inbound_status import settle_item, settle_process
from inventory.services.moving import Move, moves_of, write_moves
from inventory.services.purchase_orders import MOST_ITEMS
from inventory.services.stock_writing import changed, raised


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivedItem:
    """Units of an article that came: ``accepted`` become stock, ``rejected`` are only noted, and stay expected."""

    tenant_article_id: str
    accepted: int
    rejected: int = 0
    location_ref: str = ""
    properties: dict[str, str] = field(default_factory=dict)
    details: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptDraft:
    """A delivery. Only a FINISHED one is booked; it came to the process's facility unless another is named."""

    received_at: datetime
    items: Sequence[ReceivedItem]
    status: str = ReceiptStatus.FINISHED
    facility_id: UUID | None = None
    comments: list[dict[str, Any]] = field(default_factory=list)
    details: dict[str, Any] = field(default_factory=dict)
    custom_attributes: dict[str, Any] = field(default_factory=dict)


@transaction.atomic
def add_receipt(*, process_id: UUID, draft: ReceiptDraft, version: int | None = None) -> Receipt:
    """Adds a receipt to a process, and books it if it is FINISHED: levels, ledger, what is still expected, and - by
    rank when less came than was promised - the reservations, in one transaction (W8).

    More than was expected is free stock; so is what came to a facility that does not expect it, and the bucket is left
    as it is. Without a ``version`` it is added to whatever is there.

    :raises NotFound, VersionConflict:
    :raises Invalid: with every problem of the items; fields start with ``receivedItems[<position>].``
    :raises StateConflict: the process is on hold.
    """
    process = InboundProcess.objects.select_for_update(no_key=True).filter(pk=process_id).first()
    if process is None:
        raise NotFound.of(InboundProcess, process_id)
    if version is not None:
        process.claim(version)
    receipt = write_receipt(process, draft)
    settle_process(process)
    return receipt


def lock_levels_of_receipts(process: InboundProcess, drafts: Sequence[ReceiptDraft]) -> None:
    """Locks the levels that several receipts are booked into, all at once: one after the other may be out of order."""
    booked = [draft for draft in drafts if draft.status == ReceiptStatus.FINISHED]
    articles = ensure_articles({item.tenant_article_id: "" for draft in booked for item in draft.items})
    keys = {
        (draft.facility_id or process.facility_id, articles[item.tenant_article_id].pk)
        for draft in booked
        for item in draft.items
        if item.accepted > 0
    }
    levels.ensure_levels(keys)
    levels.lock_levels_of(keys)


def write_receipt(process: InboundProcess, draft: ReceiptDraft) -> Receipt:
    """See :func:`add_receipt`; the caller holds the lock of the process, and settles it."""
    _check(process, draft)
    articles = ensure_articles({item.tenant_article_id: "" for item in draft.items})
    receipt: Receipt = Receipt.objects.create(
        inbound_process=process,
        facility_id=draft.facility_id or process.facility_id,
        received_at=draft.received_at,
        status=draft.status,
        comments=draft.comments,
        details=draft.details,
        custom_attributes=draft.custom_attributes,
        actor=current_actor().name,
    )
    ReceiptLine.objects.bulk_create(
        ReceiptLine(
            receipt=receipt,
            article=articles[item.tenant_article_id],
            accepted_quantity=item.accepted,
            rejected_quantity=item.rejected,
            details=item.details,
        )
        for item in draft.items
    )
    if receipt.status == ReceiptStatus.FINISHED:
        _Booking(process, receipt, draft.items, articles).run()
    return receipt


def _check(process: InboundProcess, draft: ReceiptDraft) -> None:
    if process.on_hold and draft.status == ReceiptStatus.FINISHED:
        raise StateConflict(
            text("%(process)s is on hold: take it off hold, then book what came.", process=process),
            code="ON_HOLD",
            field="status",
        )
    problems = [
        Problem(
            f"receivedItems[{index}].{name}.value", text("Give a number of units from 0."), "OUT_OF_RANGE"
        )
        for index, item in enumerate(draft.items)
        for name, units in (("acceptedQuantity", item.accepted), ("rejectedQuantity", item.rejected))
        if units < 0
    ]
    if len(draft.items) > MOST_ITEMS:
        problems.append(
            Problem(
                "receivedItems", text("At most %(most_items)s items.", most_items=MOST_ITEMS), "OUT_OF_RANGE"
            )
        )
    if problems:
        raise Invalid.many(problems)


class _Booking:
    """One booking of a receipt, in a constant number of statements, within the caller's transaction."""

    def __init__(
        self,
        process: InboundProcess,
        receipt: Receipt,
        items: Sequence[ReceivedItem],
        articles: Mapping[str, Article],
    ) -> None:
        self.process = process
        self.receipt = receipt
        self.items = [item for item in items if item.accepted]
        self.articles = articles
        self.accepted: dict[UUID, int] = defaultdict(int)
        for item in self.items:
            self.accepted[articles[item.tenant_article_id].pk] += item.accepted

    def run(self) -> None:
        if not self.accepted:
            return
        held = self._lock()
        self.level_of = {level.article_id: level for level in held.levels.values()}
        available = {level.pk: level.available for level in held.levels.values()}
        reached = self._fill(held)
        moves = [move for bucket, units in reached for move in moves_of(bucket, units, held)]
        self._write_buckets([bucket for bucket, _ in reached], moves)
        write_moves(moves, self.level_of)
        self._write_stock(moves)
        self._tell(available, moves)

    def _lock(self) -> Held:
        """The levels of what came, and the buckets that may be filled; the stock of the facility that received."""
        keys = [(self.receipt.facility_id, article_id) for article_id in self.accepted]
        levels.ensure_levels(keys)
        found = StockLevel.objects.filter(
            facility=self.receipt.facility_id, article_id__in=list(self.accepted)
        )
        buckets = ExpectedStock.objects.filter(
            inbound_process=self.process,
            facility=self.receipt.facility_id,
            article_id__in=list(self.accepted),
        )
        return hold(
            bucket_ids=list(buckets.values_list("id", flat=True)),
            level_ids=list(found.values_list("id", flat=True)),
        )

    def _fill(self, held: Held) -> list[tuple[ExpectedStock, int]]:
        """Which bucket gets how many of the units that came: the earliest date first. What is left over is counted as
        received on the last one, so that raising its quantity to what came expects nothing more.
        """
        reached = []
        for article_id, units in self.accepted.items():
            buckets = [bucket for bucket in held.buckets.values() if bucket.article_id == article_id]
            buckets.sort(key=lambda bucket: (bucket.delivery_date or date.max, bucket.pk))
            for bucket in buckets:
                expected = min(units, bucket.outstanding)
                if expected:
                    reached.append((bucket, expected))
                    units -= expected
            standing = [bucket for bucket in buckets if bucket.status != ExpectedStockStatus.CANCELLED]
            if units and standing:
                last = standing[-1]
                known = next((i for i, (bucket, _) in enumerate(reached) if bucket is last), None)
                if known is None:
                    reached.append((last, units))
                else:
                    reached[known] = (last, reached[known][1] + units)
        return reached

    def _write_buckets(self, buckets: Sequence[ExpectedStock], moves: Sequence[Move]) -> None:
        for move in moves:
            move.bucket.reserved -= move.units
        for bucket in buckets:
            settle_item(bucket)
        update_rows(buckets, ("received", "reserved", "status"))

    def _write_stock(self, moves: Sequence[Move]) -> None:
        Stock.objects.bulk_create(
            Stock(
                level=self.level_of[self.articles[item.tenant_article_id].pk],
                value=item.accepted,
                location_ref=item.location_ref,
                properties=item.properties,
                receipt_date=self.receipt.received_at,
            )
            for item in self.items
        )
        levels.book(
            [
                *(
                    levels.Booking(
                        level_id=self.level_of[article_id].pk,
                        cause=MovementCause.RECEIPT,
                        on_hand=units,
                        reference=str(self.receipt.pk),
                    )
                    for article_id, units in self.accepted.items()
                ),
                *(
                    levels.Booking(
                        level_id=self.level_of[move.bucket.article_id].pk,
                        cause=MovementCause.RESERVATION,
                        reserved=move.units,
                        reference=str(move.held.holder),
                    )
                    for move in moves
                ),
            ]
        )
        for article_id, units in self.accepted.items():
            self.level_of[article_id].on_hand += units
        for move in moves:
            self.level_of[move.bucket.article_id].reserved += move.units

    def _tell(self, available: Mapping[int, int], moves: Sequence[Move]) -> None:
        stocked = sorted(self.level_of.values(), key=lambda level: level.pk)
        more = [level for level in stocked if level.available > available[level.pk]]
        publish(
            [
                *map(changed, stocked),
                *(
                    ExpectedStockMoved(
                        expected_stock_id=move.bucket.pk,
                        level_id=self.level_of[move.bucket.article_id].pk,
                        facility_id=self.receipt.facility_id,
                        article_id=move.bucket.article_id,
                        holder=move.held.holder,
                        quantity=move.units,
                    )
                    for move in moves
                ),
                ReceiptBooked(
                    receipt_id=self.receipt.pk,
                    inbound_process_id=self.process.pk,
                    facility_id=self.receipt.facility_id,
                    article_ids=tuple(self.accepted),
                    facts={
                        "receiptRef": str(self.receipt.pk),
                        "facilityRef": str(self.receipt.facility_id),
                        "units": sum(self.accepted.values()),
                        "unitsPromised": sum(move.units for move in moves),
                    },
                ),
                *raised(more, "RECEIPT"),
            ]
        )
