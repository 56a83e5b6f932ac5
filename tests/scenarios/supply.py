"""Expected stock in the words of the worked examples: what a supplier promises, and what comes of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import time_machine
from django.utils import timezone

from tests.scenarios.shop import JSON, Order, Shop

Part = tuple[str, str | None, str | None, dict[str, int]]
"""shipmentStatus, facility, the day that it is planned for, and units"""


@contextmanager
def at_noon(day: str) -> Iterator[None]:
    """The clock shows that day, and goes on from there."""
    with time_machine.travel(datetime.fromisoformat(f"{day}T09:00:00").replace(tzinfo=UTC), tick=True):
        yield


def configure_waiting_room(shop: Shop, **changes: Any) -> None:
    path = "configurations/waitingroom"
    shop.call("put", path, {"version": shop.get(path)["version"], **changes})


def enable_future_inventory(shop: Shop, article: str, enabled: bool) -> None:
    path = f"articles/{article}"
    change = {"version": shop.get(path)["version"], "futureInventoryEnabled": enabled}
    shop.call("patch", path, change)


def expect(
    shop: Shop, facility: str, units: Mapping[str, int], day: str | None, *, drain: bool = True
) -> str:
    """A purchase order of these units, to come on a day, or as soon as possible; the id of its process."""
    body = {"facilityRef": shop.id_of(facility), "purchaseOrder": _purchase_order(units, day)}
    process = shop.call("post", "inboundprocesses", body, drain=drain)
    return str(process["id"])


def expect_instead(shop: Shop, process: str, units: Mapping[str, int], day: str | None) -> None:
    """The purchase order as it is now: other units, or another day. What is left out is cancelled."""
    version = shop.get(f"inboundprocesses/{process}")["version"]
    body = {"version": version, **_purchase_order(units, day)}
    shop.call("put", f"inboundprocesses/{process}/purchaseorder", body)


def cancel_expected(shop: Shop, process: str) -> None:
    shop.call("delete", f"inboundprocesses/{process}")


def close_expected(shop: Shop, process: str) -> None:
    """Nothing more will come of the purchase order."""
    document = shop.get(f"inboundprocesses/{process}")
    items = [{**item, "status": "CLOSED"} for item in document["purchaseOrder"]["requestedItems"]]
    body = {**document["purchaseOrder"], "requestedItems": items, "version": document["version"]}
    shop.call("put", f"inboundprocesses/{process}/purchaseorder", body)


def receive(shop: Shop, process: str, units: Mapping[str, int], *, at: str | None = None) -> None:
    """Books what came."""
    body = {
        "receivedDate": timezone.now().isoformat(),
        "comments": [],
        "receivedItems": [
            {
                "tenantArticleId": article,
                "acceptedQuantity": {"value": quantity},
                "rejectedQuantity": {"value": 0},
                "comments": [],
            }
            for article, quantity in units.items()
        ],
        **({"facilityRef": shop.id_of(at)} if at else {}),
    }
    shop.call("post", f"inboundprocesses/{process}/receipts", body, expect=201)


def free_units(shop: Shop, process: str) -> dict[str, int]:
    """Units of a process's items that are still to come and promised to nobody."""
    items = shop.get(f"inboundprocesses/{process}")["purchaseOrder"]["requestedItems"]
    return {
        item["tenantArticleId"]: item["quantity"]["value"]
        - item["receivedQuantity"]["value"]
        - item["reservedQuantity"]["value"]
        for item in items
    }


def live_parts(order: Order) -> list[Part]:
    """Every plan of the order that was not replaced by others, by day and facility."""
    parts = [
        (
            plan["shipmentStatus"],
            order.shop.name_of(plan.get("facilityRef")),
            plan.get("plannedFor"),
            _units(plan),
        )
        for plan in order.plans
        if plan["status"] != "OBSOLETE"
    ]
    return sorted(parts, key=lambda part: (part[2] or "", part[1] or "", part[0]))


def _units(plan: JSON) -> dict[str, int]:
    units: dict[str, int] = {}
    for line in plan["orderLineItems"]:
        article = line["article"]["tenantArticleId"]
        units[article] = units.get(article, 0) + line["quantity"]
    return units


def _purchase_order(units: Mapping[str, int], day: str | None) -> JSON:
    moment = {"type": "TIME_POINT", "value": f"{day}T10:00:00.000Z"} if day else {"type": "ASAP"}
    return {
        "orderDate": "2026-04-01T09:00:00.000Z",
        "requestedDate": moment,
        "requestedItems": [
            {"tenantArticleId": article, "quantity": {"value": quantity}}
            for article, quantity in units.items()
        ],
    }
