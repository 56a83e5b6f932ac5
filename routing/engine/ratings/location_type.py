from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from routing.engine.facts import Plan
    from routing.engine.world import World


class _LocationTypeRating:
    preferred: str

    def scores(self, plan: Plan, candidates: Sequence[int], world: World) -> tuple[float | None, ...]:
        return tuple(
            0.0 if world.facilities[number].location_type == self.preferred else 1.0 for number in candidates
        )


class PreferStoreRating(_LocationTypeRating):
    """PREFER-STORE: whatever is not a store gets the full penalty."""

    implementation = "PREFER-STORE"
    preferred = "STORE"


class PreferWarehouseRating(_LocationTypeRating):
    """PREFER-WAREHOUSE: whatever is not a warehouse gets the full penalty."""

    implementation = "PREFER-WAREHOUSE"
    preferred = "WAREHOUSE"
