"""Where an order is delivered to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

DELIVERED_TO = ("POSTAL_ADDRESS", "PARCEL_LOCKER")


def delivery_address(consumer: Mapping[str, Any]) -> Mapping[str, Any]:
    """The first address that takes deliveries, else the first at all; nothing where there is none."""
    addresses = consumer.get("addresses") or [{}]
    return next((one for one in addresses if one.get("addressType") in DELIVERED_TO), addresses[0])
