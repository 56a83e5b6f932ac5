"""Which pick jobs are held until their plan's payment is authorised (W9). The money is orders' business."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Protocol
from uuid import UUID

from orders.services.payments import ReleasedPlan, awaiting_payment, reauthorise
from routing.engine import Decision
from routing.models import WaitingRoomSettings
from routing.passes.loading import Row


class Routed(Protocol):
    """What was decided about a plan that is ROUTED or PLANNED; ``in_full``: it left the waiting room, and nothing of it
    stayed behind (W7).
    """

    @property
    def row(self) -> Row: ...
    @property
    def decision(self) -> Decision: ...
    @property
    def in_full(self) -> bool: ...


def held_for_payment(routed: Sequence[Routed], settings: WaitingRoomSettings) -> frozenset[UUID]:
    """Asks for the payment of released plans, and returns the plans whose pick jobs are to be held.

    A PLANNED plan counts as released: its payment is asked for long before it has a pick job. Among those held are
    plans that are routed otherwise, but took the place of one whose payment is still being asked for.
    With ``paymentVoidAndReauth`` off nothing is asked, of orders or of the database.
    """
    if not settings.payment_void_and_reauth:
        return frozenset()
    asked = reauthorise(released=[_released(one) for one in routed if one.in_full])
    return asked | awaiting_payment(references=[one.row.plan.id for one in routed if not one.in_full])


def _released(one: Routed) -> ReleasedPlan:
    order_lines = {line.id: line.order_line_id for line in one.row.lines}
    units: Counter[UUID] = Counter()
    for allocation in one.decision.allocations:
        units[order_lines[allocation.line.id]] += allocation.line.quantity
    plan = one.row.plan
    return ReleasedPlan(order_id=plan.order_id, reference=plan.id, units=units)
