"""A decision on its way into the database."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from orders.models import OrderStatus
from routing.engine import Decision
from routing.models import ConsolidatedStatus, RunType
from routing.passes.loading import Row

UNPICKABLE = (OrderStatus.LOCKED, OrderStatus.PROMISED)
"""Orders whose routed plans get no pick job yet (R8)."""


@dataclass(frozen=True, slots=True)
class Settled:
    """A decision to be written: what kind of run it was, and how the plan comes to its new status.

    ``children`` are the plans that are made of what is split off, in that order (S6). ``released``: it left the waiting
    room; ``in_full``: with nothing left behind, now or before (W7, W9). ``holds``: its lines hold already what the
    decision gives them (W8).
    """

    row: Row
    decision: Decision
    run_type: RunType
    consolidated: ConsolidatedStatus
    released: bool = False
    in_full: bool = False
    holds: bool = False
    children: tuple[UUID, ...] = ()

    @property
    def new(self) -> bool:
        """The plan is not in the database yet: a split made it (S6)."""
        return self.row.plan._state.adding

    @property
    def needs(self) -> Mapping[UUID, int]:
        """Units per article that the plan keeps."""
        if not self.decision.split_off:
            return self.row.facts.needs
        needs: dict[UUID, int] = {}
        for line in self.decision.kept:
            needs[line.article] = needs.get(line.article, 0) + line.quantity
        return needs
