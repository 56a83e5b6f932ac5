"""Purchase orders in few words; what is expected, and by whom it is held, to be compared."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from backoffice.core.models import uuid7
from inventory.models import ExpectedStock, Facility, InboundProcess, Reservation, StockLevel
from inventory.services.expected import lock_expected
from inventory.services.inbound import create_inbound_process
from inventory.services.purchase_orders import (
    ItemDraft,
    PurchaseOrderDraft,
    put_purchase_order,
)
from inventory.services.receiving import ReceiptDraft, ReceivedItem, add_receipt
from inventory.services.reservations import Claim, reserve

MAY = {day: date(2027, 5, day) for day in range(1, 32)}
ORDERED = datetime(2027, 3, 1, 9, tzinfo=UTC)


def at(day: int | None) -> datetime | None:
    """Noon of a day in May 2027."""
    return None if day is None else datetime(2027, 5, day, 12, tzinfo=UTC)


def draft(*items: ItemDraft | tuple[str, int], on: int | None = 1, **options: Any) -> PurchaseOrderDraft:
    """``draft(("X", 5), on=3)``: 5 of X that should come on 3 May."""
    return PurchaseOrderDraft(
        order_date=ORDERED,
        requested_at=at(on),
        items=[
            item if isinstance(item, ItemDraft) else ItemDraft(tenant_article_id=item[0], quantity=item[1])
            for item in items
        ],
        **options,
    )


def ordered(
    facility: Facility,
    *items: ItemDraft | tuple[str, int],
    on: int | None = 1,
    supplier: str = "",
    **options: Any,
) -> InboundProcess:
    order = draft(*items, on=on, supplier=supplier)
    return create_inbound_process(facility=facility, purchase_order=order, **options)


def put(process: InboundProcess, *items: Any, on: int | None = 1, **options: Any) -> InboundProcess:
    process.refresh_from_db()
    put_purchase_order(process_id=process.pk, version=process.version, draft=draft(*items, on=on, **options))
    process.refresh_from_db()
    return process


def receive(process: InboundProcess, at_facility: Facility | None = None, **units: int) -> Any:
    """``receive(process, X=5)`` books 5 of X."""
    return add_receipt(
        process_id=process.pk,
        draft=ReceiptDraft(
            received_at=ORDERED,
            facility_id=at_facility.pk if at_facility else None,
            items=[ReceivedItem(tenant_article_id=key, accepted=number) for key, number in units.items()],
        ),
    )


@transaction.atomic
def promise(bucket: ExpectedStock, units: int, *, rank: bytes = b"", holder: UUID | None = None) -> UUID:
    """Reserves units of the bucket, as a release does."""
    holder = holder or uuid7()
    lock_expected([bucket.pk])
    reserve(claims=[Claim.of_expected(bucket.pk, holder, units, rank)])
    return holder


def bucket_of(process: InboundProcess, key: str = "X") -> ExpectedStock:
    return ExpectedStock.objects.get(inbound_process=process, article__tenant_article_id=key)


def expected(process: InboundProcess) -> list[tuple[str, int, int, int, date | None, str]]:
    """(article, quantity, received, reserved, delivery date, status) of each item."""
    rows = ExpectedStock.objects.filter(inbound_process=process).order_by("id")
    return list(
        rows.values_list(
            *("article__tenant_article_id", "quantity", "received", "reserved", "delivery_date", "status")
        )
    )


def held_by(holder: UUID) -> dict[str, int]:
    """What the holder has reserved, of ``stock`` and ``expected``."""
    held: dict[str, int] = {}
    for row in Reservation.objects.filter(holder=holder):
        kind = "stock" if row.level_id else "expected"
        held[kind] = held.get(kind, 0) + row.quantity
    return held


def level(facility: Facility, key: str = "X") -> tuple[int, int]:
    """(on hand, reserved)"""
    row = StockLevel.objects.filter(facility=facility, article__tenant_article_id=key).first()
    return (row.on_hand, row.reserved) if row else (0, 0)
