"""What the demo retailer's suppliers brought already, and what they are still to bring."""

from __future__ import annotations

from dataclasses import dataclass

from backoffice.dashboard.demo.calendar import Calendar
from inventory.models import Article, ExpectedStock, ExpectedStockStatus, Facility, InboundProcess


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
        (Item("KIT-101", 10, 13), Item("HOM-101", 8, None), Item("KIT-150", 24, -2)),
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
    """What came, as (facility, article, units), and let some of those go who waited."""

    days_ago: int
    units: tuple[tuple[str, str, int], ...]


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
    Delivery(3, (("DC-LEIPZIG", "KIT-150", 5), ("DC-VENLO", "CMP-160", 5), ("DC-VENLO", "SLP-230", 2))),
    Delivery(1, (("DC-VENLO", "CLO-201", 5),)),
)


def create_purchases(calendar: Calendar) -> None:
    facilities = {facility.tenant_facility_id: facility for facility in Facility.objects.all()}
    articles = {article.tenant_article_id: article for article in Article.objects.all()}
    for purchase in PURCHASES:
        facility = facilities[purchase.place]
        due = [item.due for item in purchase.items if item.due is not None]
        process = InboundProcess.objects.create(
            tenant_inbound_process_id=purchase.key,
            facility=facility,
            order_date=calendar.moment(purchase.ordered_days_ago, 9),
            requested_date=calendar.date_ahead(min(due)) if due else None,
            supplier={"name": purchase.supplier},
            cancelled=purchase.cancelled,
        )
        ExpectedStock.objects.bulk_create(
            ExpectedStock(
                inbound_process=process,
                facility=facility,
                article=articles[item.article],
                quantity=item.quantity,
                delivery_date=None if item.due is None else calendar.date_ahead(item.due),
                reference=purchase.key,
                status=ExpectedStockStatus.CANCELLED if purchase.cancelled else ExpectedStockStatus.OPEN,
            )
            for item in purchase.items
        )
