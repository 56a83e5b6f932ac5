from __future__ import annotations

from dataclasses import dataclass

from orders.models import Bundle, BundleItem, Order, OrderLine


@dataclass(frozen=True, slots=True)
class OrderRows:
    """An order and what belongs to it, as rows in memory: as it was just placed, or as it would be."""

    order: Order
    lines: list[OrderLine]
    bundles: list[Bundle]
    items: list[BundleItem]
