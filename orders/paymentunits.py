"""Units of an order's lines, and what they are worth beside one another (W9)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from uuid import UUID

from orders.models import OrderLine

Units = Mapping[UUID, int]
"""Quantities by the id of an order line."""


def rest_of(
    lines: Sequence[OrderLine], others: Sequence[Units], *, and_also: Units | None = None
) -> dict[UUID, int]:
    """The units that are to be paid and that no plan pays for by itself."""
    return {
        line.id: max(
            0,
            line.quantity
            - line.cancelled
            - line.short_picked
            + (and_also or {}).get(line.id, 0)
            - sum(units.get(line.id, 0) for units in others),
        )
        for line in lines
    }


def weights_of(lines: Sequence[OrderLine]) -> dict[UUID, Decimal]:
    """What one unit of each line counts: its price; if a line has none, or all are free, each unit counts the same."""
    prices = {line.id: line.shop_price for line in lines}
    if any(prices.values()) and None not in prices.values():
        return {line: max(price or Decimal(), Decimal()) for line, price in prices.items()}
    return dict.fromkeys(prices, Decimal(1))


def weight_of(units: Units, weights: Mapping[UUID, Decimal]) -> Decimal:
    return sum((quantity * weights.get(line, Decimal()) for line, quantity in units.items()), Decimal())


def units_of(kept: Mapping[str, int]) -> dict[UUID, int]:
    return {UUID(line): quantity for line, quantity in kept.items()}
