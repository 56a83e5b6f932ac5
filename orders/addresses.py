"""Where an order is delivered to, and to whom."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

DELIVERED_TO = ("POSTAL_ADDRESS", "PARCEL_LOCKER")


def delivery_address(consumer: Mapping[str, Any]) -> Mapping[str, Any]:
    """The first address that takes deliveries, else the first at all; nothing where there is none."""
    addresses = consumer.get("addresses") or [{}]
    return next((one for one in addresses if one.get("addressType") in DELIVERED_TO), addresses[0])


def recipient(address: Mapping[str, Any]) -> str:
    """Who stands on the address: a person, else a company, else nobody."""
    person = _joined(address, "firstName", "lastName")
    return person or str(address.get("companyName") or "")


def address_lines(address: Mapping[str, Any]) -> list[str]:
    """Company, street and town, as one would write them on a parcel; what is not given is left out."""
    company = str(address.get("companyName") or "")
    street = _joined(address, "street", "houseNumber")
    town = _joined(address, "postalCode", "city")
    lines = [company if company != recipient(address) else "", street]
    lines.append(", ".join(part for part in (town, str(address.get("country") or "")) if part))
    return [line for line in lines if line]


def _joined(address: Mapping[str, Any], *names: str) -> str:
    return " ".join(str(address[name]) for name in names if address.get(name))
