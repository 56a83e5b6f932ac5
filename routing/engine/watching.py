"""W3, W5, W12: by which of its articles a waiting plan is to be found (spec 3)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from uuid import UUID


def watched(
    needs: Mapping[UUID, int], supply: Mapping[UUID, int | None], before: Collection[UUID]
) -> UUID | None:
    """The one article without which the plan cannot go, whatever else comes; None if there is none, so that any of its
    articles may let it go.

    ``supply`` are the units of each article that are there or expected anywhere, None without bound
    (:meth:`~routing.engine.World.supply`). Where that is less than is needed, no facility has all of it, no division
    covers all of it, and no bucket brings it: whatever strategy, fences and splits say, a plan that goes whole or not
    at all stays (W5, W6) until that article's supply rises, which is a trigger of that article (W4). Of several such
    articles it goes on with the one that it watched ``before``, or begins with the one that lacks most.
    """
    short = {
        article: units - there
        for article, units in needs.items()
        if (there := supply[article]) is not None and there < units
    }
    if len(before) == 1 and not short.keys().isdisjoint(before):
        return next(iter(before))
    return max(short, key=lambda article: short[article], default=None)
