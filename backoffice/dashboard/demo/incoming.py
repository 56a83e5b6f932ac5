"""What the demo retailer's suppliers brought already, and what they are still to bring."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field

from backoffice.dashboard.demo.calendar import Calendar
from inventory.models import Facility, InboundProcess
from inventory.services.inbound import create_inbound_process
from inventory.services.purchase_orders import ItemDraft, PurchaseOrderDraft
from inventory.services.receiving import ReceiptDraft, ReceivedItem, add_receipt


@dataclass(frozen=True, slots=True)
class Item:
    """``due`` is in days from today, negative when late, None when no day is known."""

    article: str
    quantity: int
    due: int | None


@dataclass(frozen=True, slots=True)
class Purchase:
    """An order to a supplier: with days, "as soon as possible", late, or cancelled."""

    key: str
    place: str
    supplier: str
    ordered_days_ago: int
    items: tuple[Item, ...]
    cancelled: bool = False


PURCHASES = (
    Purchase(
        "PO-2041",
        "DC-LEIPZIG",
        "Zeltwerk Vogtland GmbH",
        40,
        (Item("TEN-201", 6, 6), Item("TEN-201", 12, 27), Item("SLP-105", 10, 6), Item("TEN-203", 20, 27)),
    ),
    Purchase(
        "PO-2044",
        "DC-VENLO",
        "Buitenkamp Textiel B.V.",
        33,
        (Item("CLO-201", 15, 4), Item("SLP-230", 12, 18), Item("PCK-045", 8, 11)),
    ),
    Purchase(
        "PO-2047",
        "DC-LEIPZIG",
        "Gusshütte Harz GmbH",
        30,
        (Item("KIT-101", 10, 13), Item("HOM-101", 8, None), Item("KIT-150", 29, -2)),
    ),
    Purchase(
        "PO-2050",
        "DC-VENLO",
        "Brandewijn Outdoor Keuken B.V.",
        21,
        (Item("CMP-110", 20, 9), Item("CMP-160", 30, 16), Item("CMP-101", 40, 16)),
    ),
    Purchase(
        "PO-2052",
        "DC-LEIPZIG",
        "Sonnwerk Energie GmbH",
        20,
        (Item("LGT-130", 40, 21), Item("LGT-120", 60, 30)),
    ),
    Purchase(
        "PO-2053",
        "ST-WIEN",
        "Strandzeug Handels-GmbH",
        18,
        (Item("FUR-130", 10, 8),),
    ),
    Purchase(
        "PO-2055",
        "DC-LEIPZIG",
        "Emaillierwerk Bohemia s.r.o.",
        15,
        (Item("KIT-160", 50, 35), Item("CMP-120", 100, 35)),
    ),
    Purchase(
        "PO-2058",
        "DC-LEIPZIG",
        "Wollweberei Allgäu GmbH",
        9,
        (Item("HOM-140", 15, None), Item("CLO-260", 80, 10)),
    ),
    Purchase("PO-2039", "DC-VENLO", "Vuurschaal Zuid B.V.", 44, (Item("HOM-101", 12, 2),), cancelled=True),
)


@dataclass(frozen=True, slots=True)
class Delivery:
    """What came, as (facility, article, units), and let some of those go who waited.

    At each facility it is a purchase order of its own, unless it is a part of the purchase ``part_of``.
    """

    days_ago: int
    units: tuple[tuple[str, str, int], ...]
    part_of: Mapping[str, str] = field(default_factory=dict)

    @property
    def by_place(self) -> dict[str, dict[str, int]]:
        found: dict[str, dict[str, int]] = defaultdict(dict)
        for place, article, units in self.units:
            found[place][article] = units
        return found


DELIVERIES = (
    Delivery(24, (("DC-LEIPZIG", "TEN-201", 3), ("DC-LEIPZIG", "KIT-150", 4), ("DC-VENLO", "CLO-201", 3))),
    Delivery(
        12,
        (
            *(("DC-LEIPZIG", "SLP-105", 5), ("DC-LEIPZIG", "HOM-140", 6)),
            *(("DC-VENLO", "CMP-160", 7), ("DC-VENLO", "SLP-230", 4)),
        ),
    ),
    Delivery(7, (("DC-LEIPZIG", "TEN-201", 4), ("DC-VENLO", "PCK-045", 5))),
    Delivery(
        3,
        (("DC-LEIPZIG", "KIT-150", 5), ("DC-VENLO", "CMP-160", 5), ("DC-VENLO", "SLP-230", 2)),
        part_of={"DC-LEIPZIG": "PO-2047"},
    ),
    Delivery(1, (("DC-VENLO", "CLO-201", 5),)),
)


WHOLESALERS = {"DC-LEIPZIG": "Grosshandel Elbe GmbH", "DC-VENLO": "Maas Distributie B.V."}
"""Who brought what came."""


def receive(delivery: Delivery, calendar: Calendar) -> None:
    """Books what came by receipts, as the planner would."""
    for place, units in delivery.by_place.items():
        receipt = ReceiptDraft(
            received_at=calendar.moment(delivery.days_ago, 8),
            items=[ReceivedItem(tenant_article_id=key, accepted=number) for key, number in units.items()],
        )
        if key := delivery.part_of.get(place):
            process = InboundProcess.objects.get(tenant_inbound_process_id=key)
            add_receipt(process_id=process.pk, draft=receipt)
            continue
        create_inbound_process(
            facility=Facility.objects.get(tenant_facility_id=place),
            tenant_inbound_process_id=f"PO-{1990 - delivery.days_ago}-{place[3:4]}",
            purchase_order=PurchaseOrderDraft(
                order_date=calendar.moment(delivery.days_ago + 20, 9),
                requested_at=calendar.moment(delivery.days_ago, 9),
                supplier=WHOLESALERS[place],
                items=[ItemDraft(tenant_article_id=key, quantity=number) for key, number in units.items()],
            ),
            receipts=[receipt],
        )


def create_purchases(calendar: Calendar) -> None:
    """Ordered as the integration would."""
    facilities = {facility.tenant_facility_id: facility for facility in Facility.objects.all()}
    for purchase in PURCHASES:
        create_inbound_process(
            facility=facilities[purchase.place],
            tenant_inbound_process_id=purchase.key,
            purchase_order=_draft(purchase, calendar),
        )


def _draft(purchase: Purchase, calendar: Calendar) -> PurchaseOrderDraft:
    """It should come with its first item; what comes on another day has a date of its own."""
    first = purchase.items[0].due
    return PurchaseOrderDraft(
        order_date=calendar.moment(purchase.ordered_days_ago, 9),
        requested_at=None if first is None else calendar.ahead(first, 9),
        supplier=purchase.supplier,
        cancelled=purchase.cancelled,
        items=[
            ItemDraft(
                tenant_article_id=item.article,
                quantity=item.quantity,
                own_date=item.due != first,
                requested_at=None if item.due is None else calendar.ahead(item.due, 9),
            )
            for item in purchase.items
        ],
    )
