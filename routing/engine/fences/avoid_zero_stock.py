from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from routing.engine.facts import Plan, Unit
    from routing.engine.world import World


class AvoidZeroStockFence:
    """AVOID-ZERO-STOCK: at least one line is in stock, a bundle counting as one line (F4).

    A plain line is, when there is any unit of it, because it may be divided (S2); a bundle, when all of it is there.
    What could be replenished is not there yet.
    """

    implementation = "AVOID-ZERO-STOCK"

    def passes_plan(self, plan: Plan, facility: int, world: World) -> bool:
        return any(self._in_stock(unit, facility, world) for unit in plan.units)

    def explain_plan(self, plan: Plan, facility: int, world: World) -> tuple[str, str]:
        return "at least one line in stock", "none"

    @staticmethod
    def _in_stock(unit: Unit, facility: int, world: World) -> bool:
        if unit.bundle is None:
            return world.available(facility, unit.lines[0].article) > 0
        needs: dict[object, int] = {}
        for line in unit.lines:
            needs[line.article] = needs.get(line.article, 0) + line.quantity
            if world.available(facility, line.article) < needs[line.article]:
                return False
        return True
