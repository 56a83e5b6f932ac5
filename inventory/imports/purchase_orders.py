from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from backoffice.core.importing.columns import Column, Day, Units
from backoffice.core.importing.resources import Record, Resource, RowProblem, Verdict, shown
from backoffice.core.texts import text
from inventory.imports.naming import FACILITY, LONGEST, article_column, facilities_named, unknown_facility
from inventory.models import Facility, InboundProcess
from inventory.services.inbound import create_inbound_process
from inventory.services.purchase_orders import (
    MOST_ITEMS,
    ItemDraft,
    PurchaseOrderDraft,
    delivery_day,
    draft_of,
    put_purchase_order,
    start_of,
)


@dataclass(frozen=True, slots=True)
class _Writing:
    """What is to be written: a new process at the facility, or the purchase order of one that there is."""

    facility: Facility
    process: InboundProcess | None
    draft: PurchaseOrderDraft


class PurchaseOrders(Resource):
    """What was ordered from suppliers. One row per article; the rows of an order stand together."""

    name = "purchase-orders"
    title = _("Purchase orders")
    lead = _(
        "What was ordered from suppliers. One row per article; the rows of an order stand together. Articles of an "
        "order that are not in the file stay as they are."
    )
    permission = "inventory.manage_inbound"
    list_name = "incoming"
    key = ("number",)
    many = True
    per_batch = 200
    fields = {"tenantInboundProcessId": "number"}
    columns = (
        Column(
            name="number",
            label=_("Purchase order"),
            explanation=_("Its number. One that is not known yet is a new purchase order."),
            field=forms.CharField(max_length=LONGEST),
            example="PO-2048",
            needed=True,
        ),
        FACILITY,
        Column(
            name="supplier",
            label=_("Supplier"),
            explanation=_("Who delivers."),
            field=forms.CharField(max_length=LONGEST),
            example="Outdoor Supplies",
        ),
        Column(
            name="order_date",
            label=_("Ordered on"),
            explanation=_("A day; today where none is given."),
            field=Day(),
            example="2026-11-02",
        ),
        Column(
            name="delivery_date",
            label=_("Delivery"),
            explanation=_("The day on which it comes. Without one nothing of it can be promised."),
            field=Day(),
            example="2026-12-01",
        ),
        article_column(per_line=True),
        Column(
            name="quantity",
            label=_("Quantity"),
            explanation=_("Units that were ordered in all, received ones included."),
            field=Units(least=1),
            example="40",
            needed=True,
            per_line=True,
        ),
        Column(
            name="item_delivery_date",
            label=_("Delivery of this article"),
            explanation=_("If it comes on another day than the rest."),
            field=Day(),
            example="",
            per_line=True,
        ),
    )

    def judge(self, records: Sequence[Record]) -> list[Verdict]:
        facilities = facilities_named({record.values["facility"] for record in records})
        found = InboundProcess.objects.filter(
            tenant_inbound_process_id__in=[record.values["number"] for record in records]
        ).select_related("facility", "purchase_order")
        processes = {process.tenant_inbound_process_id: process for process in found}
        return [
            self._judge(
                record, facilities.get(record.values["facility"]), processes.get(record.values["number"])
            )
            for record in records
        ]

    def _judge(self, record: Record, facility: Facility | None, process: InboundProcess | None) -> Verdict:
        title = record.values["number"]
        if facility is None:
            return unknown_facility(record, title)
        problems = _problems(record, facility, process)
        if problems:
            return Verdict(record, "REFUSED", title, problems=problems)
        order = getattr(process, "purchase_order", None) if process else None
        before = draft_of(process, order) if process and order else None
        after = _draft(record, facility, before)
        changes = _differences(before, after, facility)
        return Verdict(
            record,
            "NEW" if process is None else "CHANGED" if changes else "UNCHANGED",
            title,
            changes=changes,
            seen=[process.version] if process else [],
            draft=_Writing(facility, process, after),
        )

    def write(self, verdicts: Sequence[Verdict], *, reason: str) -> None:
        for verdict in verdicts:
            wanted: _Writing = verdict.draft
            if wanted.process is None:
                create_inbound_process(
                    facility=wanted.facility,
                    tenant_inbound_process_id=verdict.record.values["number"],
                    purchase_order=wanted.draft,
                )
            else:
                put_purchase_order(
                    process_id=wanted.process.pk,
                    version=wanted.process.version,
                    draft=wanted.draft,
                    reason=reason,
                )


def _problems(record: Record, facility: Facility, process: InboundProcess | None) -> list[RowProblem]:
    found = []
    if process is not None and process.facility_id != facility.pk:
        message = text(
            "This purchase order is to be delivered to %(facility)s. Give its facility, or another number.",
            facility=process.facility,
        )
        found.append(RowProblem(record.row, "facility", message, "OTHER_FACILITY"))
    if len(record.lines) > MOST_ITEMS:
        message = text(
            "A purchase order has at most %(most)d articles: give some of them another number.",
            most=MOST_ITEMS,
        )
        found.append(RowProblem(record.row, "", message, "OUT_OF_RANGE"))
    rows: dict[str, int] = {}
    for line in record.lines:
        first = rows.setdefault(line.values["article"], line.row)
        if first != line.row:
            message = text("Row %(row)d has the same article: add the units up there.", row=first)
            found.append(RowProblem(line.row, "article", message, "REPEATED"))
    return found


def _draft(record: Record, facility: Facility, before: PurchaseOrderDraft | None) -> PurchaseOrderDraft:
    """The whole purchase order as it would be: what the file does not speak of is what it was."""
    given = record.values
    zone = ZoneInfo(facility.time_zone)
    requested_at = before.requested_at if before else None
    if "delivery_date" in given and given["delivery_date"] != delivery_day(requested_at, facility):
        requested_at = start_of(given["delivery_date"], facility)
    order_date = before.order_date if before else timezone.now()
    if "order_date" in given and given["order_date"] != order_date.astimezone(zone).date():
        order_date = datetime.combine(given["order_date"], time(), tzinfo=zone)
    items = list(before.items) if before else []
    for line in record.lines:
        place = next(
            (n for n, item in enumerate(items) if item.tenant_article_id == line.values["article"]), None
        )
        item = items[place] if place is not None else None
        wanted = _item(line.values, item, facility)
        if place is None:
            items.append(wanted)
        else:
            items[place] = wanted
    return PurchaseOrderDraft(
        order_date=order_date,
        requested_at=requested_at,
        supplier=given.get("supplier", before.supplier if before else ""),
        cancelled=before.cancelled if before else False,
        custom_attributes=before.custom_attributes if before else {},
        items=items,
    )


def _item(values: Mapping[str, Any], item: ItemDraft | None, facility: Facility) -> ItemDraft:
    day = values.get("item_delivery_date")
    found = item or ItemDraft(tenant_article_id=values["article"], quantity=0)
    found = replace(found, quantity=values["quantity"])
    if day is not None:
        found = replace(found, own_date=True, requested_at=start_of(day, facility))
    return found


def _differences(
    before: PurchaseOrderDraft | None, after: PurchaseOrderDraft, facility: Facility
) -> list[tuple[str, str, str]]:
    """By column; articles with their units, and their own day where they have one."""
    found = []
    zone = ZoneInfo(facility.time_zone)
    old: dict[str, Any] = _whole(before, zone, facility) if before else {}
    for name, value in _whole(after, zone, facility).items():
        if shown(old.get(name)) != shown(value) and (before or value):
            found.append((name, shown(old.get(name)), shown(value)))
    items = {item.tenant_article_id: item for item in before.items} if before else {}
    for item in after.items:
        was = items.get(item.tenant_article_id)
        if was is None or was.quantity != item.quantity:
            units = f"{was.quantity} × {item.tenant_article_id}" if was else ""
            found.append(("quantity", units, f"{item.quantity} × {item.tenant_article_id}"))
        days = [
            delivery_day(one.requested_at, facility) if one is not None and one.own_date else None
            for one in (was, item)
        ]
        if days[0] != days[1]:
            texts = [f"{item.tenant_article_id}: {shown(day)}" if day else "" for day in days]
            found.append(("item_delivery_date", texts[0], texts[1]))
    return found


def _whole(draft: PurchaseOrderDraft, zone: ZoneInfo, facility: Facility) -> dict[str, Any]:
    return {
        "supplier": draft.supplier,
        "order_date": draft.order_date.astimezone(zone).date(),
        "delivery_date": delivery_day(draft.requested_at, facility),
    }
