"""Where an inbound process and the items of its purchase order stand, which follows from what was received."""

from __future__ import annotations

from collections.abc import Collection

from inventory.models import (
    ExpectedStock,
    ExpectedStockStatus,
    InboundProcess,
    InboundStatus,
    PurchaseOrder,
    ReceiptStatus,
)

COUNTED = frozenset({ExpectedStockStatus.OPEN, ExpectedStockStatus.RECEIVED})
"""Items whose status follows from their quantities; the others were ended by somebody."""


def settle_item(item: ExpectedStock) -> None:
    """An item is OPEN as long as units are to come, unless somebody closed or cancelled it."""
    if item.status in COUNTED:
        complete = item.received >= item.quantity
        item.status = ExpectedStockStatus.RECEIVED if complete else ExpectedStockStatus.OPEN


def settle_new_process(process: InboundProcess) -> None:
    """Saves the status of a process that has only just been created: its version is the first."""
    process.status = _status(process)
    InboundProcess.objects.filter(pk=process.pk).update(status=process.status)


def settle_process(process: InboundProcess, changed: Collection[str] = ()) -> None:
    """Saves the process's next version, with its status and the fields that were ``changed``."""
    process.status = _status(process)
    process.touch({*changed, "status"})


def _status(process: InboundProcess) -> InboundStatus:
    if process.on_hold:
        return InboundStatus.ON_HOLD
    received = process.receipts.filter(status=ReceiptStatus.FINISHED).exists()
    statuses = set(process.items.values_list("status", flat=True))
    if ExpectedStockStatus.OPEN in statuses:
        return InboundStatus.PARTIAL_DELIVERY if received else InboundStatus.OPEN
    cancelled = PurchaseOrder.objects.filter(inbound_process=process, cancelled=True).exists()
    # What was ordered came or was given up; or what nobody ordered came.
    return InboundStatus.CLOSED if statuses or received or cancelled else InboundStatus.OPEN
