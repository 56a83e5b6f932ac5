from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from routing.engine.facts import Plan
    from routing.engine.world import World


class ZoneRating:
    """ZONE: prefers whoever is in the consumer's postal zone.

    The score is the share of the consumer's postal code that does not begin like the facility's: 0 it is the same, 1
    nothing in common, or another country. Without a postal code of the consumer only the country counts; a facility
    without one cannot be scored.
    """

    implementation = "ZONE"

    def scores(self, plan: Plan, candidates: Sequence[int], world: World) -> tuple[float | None, ...]:
        order = plan.order
        wanted = _plain(order.postal_code)
        scores: list[float | None] = []
        for number in candidates:
            facility = world.facilities[number]
            if order.country and facility.country != order.country:
                scores.append(1.0)
            elif not wanted:
                scores.append(0.0)
            elif not facility.postal_code:
                scores.append(None)
            else:
                scores.append(1 - _shared(wanted, _plain(facility.postal_code)) / len(wanted))
        return tuple(scores)


def _plain(postal_code: str) -> str:
    return "".join(postal_code.split()).upper()


def _shared(one: str, other: str) -> int:
    """How many characters both begin with."""
    length = 0
    for mine, theirs in zip(one, other, strict=False):
        if mine != theirs:
            break
        length += 1
    return length
