"""What of an order was fulfilled, and what nobody will deliver (S7, P2)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from uuid import UUID

from backoffice.core.bulk import update_rows
from backoffice.core.errors import NotFound, StateConflict
from backoffice.core.texts import text
from orders.models import OrderLine, PickLine


def order_units(by_line: Mapping[PickLine, int]) -> Counter[UUID]:
    """Units by order line: a pick job may have several lines of one (S2)."""
    units: Counter[UUID] = Counter()
    for line, quantity in by_line.items():
        units[line.order_line_id] += quantity
    return units


NO_UNITS: Mapping[UUID, int] = {}


def count_picked(
    *, order_id: UUID, fulfilled: Mapping[UUID, int] = NO_UNITS, short_picked: Mapping[UUID, int] = NO_UNITS
) -> None:
    """Adds units (or, negative, takes them back) to what counts as fulfilled and as short-picked, by order line.

    Units that are taken back are those of a live plan again. The caller holds the order's lock.

    :raises NotFound: a line is not one of the order's.
    :raises StateConflict: more would be fulfilled or short-picked than the line has, or less than none.
    """
    lines = {line.id: line for line in OrderLine.objects.filter(order_id=order_id)}
    moved = list({**fulfilled, **short_picked})
    for line_id in moved:
        line = lines.get(line_id)
        if line is None:
            raise NotFound.of(OrderLine, line_id)
        line.fulfilled += fulfilled.get(line_id, 0)
        line.short_picked += short_picked.get(line_id, 0)
        if min(line.fulfilled, line.short_picked, line.live) < 0:
            raise StateConflict(
                text("The order line %(line_id)s has no such units to count.", line_id=line_id),
                field="quantity",
            )
    update_rows([lines[line_id] for line_id in moved], ("fulfilled", "short_picked"))
