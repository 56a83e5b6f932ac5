"""Inbound processes: how expected stock comes into the network, from purchase order to receipt."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Any, TypedDict
from uuid import UUID

from django.db import transaction

from backoffice.core.errors import NotFound, fields_under
from backoffice.core.events import publish
from backoffice.core.texts import text
from inventory.events import InboundProcessChanged
from inventory.models import ExpectedStock, ExpectedStockStatus, Facility, InboundProcess
from inventory.services.duplicates import refuse_duplicate
from inventory.services.expected import Terms, hold, write_buckets
from inventory.services.inbound_status import settle_new_process, settle_process
from inventory.services.purchase_orders import PurchaseOrderDraft, write_purchase_order
from inventory.services.receiving import ReceiptDraft, lock_levels_of_receipts, write_receipt


class InboundValues(TypedDict, total=False):
    """What can be said about a process itself; what is left out stays."""

    on_hold: bool
    custom_attributes: dict[str, Any]


@transaction.atomic
def create_inbound_process(
    *,
    facility: Facility,
    tenant_inbound_process_id: str | None = None,
    values: InboundValues | None = None,
    purchase_order: PurchaseOrderDraft | None = None,
    receipts: Sequence[ReceiptDraft] = (),
) -> InboundProcess:
    """Creates a process, with its purchase order and what came of it already, all or nothing.

    :raises Invalid: a quantity is out of range; fields start with ``purchaseOrder.`` or ``receipts[<position>].``
    :raises StateConflict: the tenantInboundProcessId is taken.
    """
    process = InboundProcess(
        facility=facility, tenant_inbound_process_id=tenant_inbound_process_id or None, **(values or {})
    )
    with _tenant_id_taken(process):
        process.save(force_insert=True)
    publish([InboundProcessChanged(inbound_process_id=process.pk, facility_id=facility.pk)])
    if purchase_order is not None:
        with fields_under("purchaseOrder"):
            write_purchase_order(process, purchase_order)
    if len(receipts) > 1:
        lock_levels_of_receipts(process, receipts)
    for index, receipt in enumerate(receipts):
        with fields_under(f"receipts[{index}]"):
            write_receipt(process, receipt)
    settle_new_process(process)
    return process


@transaction.atomic
def modify_inbound_process(*, process_id: UUID, version: int, values: InboundValues) -> InboundProcess:
    """Changes what is given. On hold, nothing new is promised from the process; what was promised stays so.

    :raises NotFound, VersionConflict:
    """
    process: InboundProcess = InboundProcess.objects.lock_version(process_id, version)
    changed = frozenset(name for name, value in values.items() if getattr(process, name) != value)
    for name in changed:
        setattr(process, name, values[name])  # type: ignore[literal-required]  # its own keys
    settle_process(process, changed)
    off_hold = "on_hold" in changed and not process.on_hold
    buckets = ExpectedStock.objects.promisable().filter(inbound_process=process) if off_hold else ()
    publish(
        [
            InboundProcessChanged(
                inbound_process_id=process.pk,
                facility_id=process.facility_id,
                fields=changed,
                article_ids=tuple(sorted({bucket.article_id for bucket in buckets})),
                facts={"fields": sorted(changed)},
            )
        ]
    )
    return process


@transaction.atomic
def delete_inbound_process(*, process_id: UUID, reason: str = "") -> None:
    """Nobody expects anything of the process any more, and it is forgotten. What it brought stays in stock, and in the
    ledger.

    :raises NotFound:
    """
    process = InboundProcess.objects.select_for_update().filter(pk=process_id).first()
    if process is None:
        raise NotFound.of(InboundProcess, process_id)
    ids = ExpectedStock.objects.filter(inbound_process=process).values_list("id", flat=True)
    held = hold(bucket_ids=list(ids))
    before = {item_id: Terms.of(bucket) for item_id, bucket in held.buckets.items()}
    for bucket in held.buckets.values():
        bucket.status = ExpectedStockStatus.CANCELLED
    write_buckets(buckets=list(held.buckets.values()), before=before, held=held, reason=reason)
    publish(
        [
            InboundProcessChanged(
                inbound_process_id=process.pk, facility_id=process.facility_id, facts={"deleted": True}
            )
        ],
        reason=reason,
    )
    process.delete()


def _tenant_id_taken(process: InboundProcess) -> AbstractContextManager[None]:
    return refuse_duplicate(
        "tenant_inbound_process_id",
        text(
            "There is another inbound process with the tenantInboundProcessId %(tenant_inbound_process_id)s.",
            tenant_inbound_process_id=process.tenant_inbound_process_id,
        ),
        field="tenantInboundProcessId",
    )
