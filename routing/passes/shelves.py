"""What ratings ask about articles at facilities, beyond what is available: one query each, where a policy needs it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TypeVar
from uuid import UUID

from django.db.models import Min, Sum

from inventory.models import MovementCause, Stock, StockLevel, StockMovement
from routing.engine.facts import Shelves
from routing.engine.needs import Need

V = TypeVar("V")

TURNOVER_PERIOD = timedelta(weeks=4)


def load_shelves(
    levels: Sequence[StockLevel], index: Mapping[UUID, int], needs: Collection[Need], now: datetime
) -> Shelves:
    """``index`` are the world's facilities; levels elsewhere are left out."""
    places = {
        level.id: (level.article_id, index[level.facility_id])
        for level in levels
        if level.facility_id in index
    }
    return Shelves(
        expires=_by_article(places, _first_expiry(places)) if Need.EXPIRY in needs else {},
        picked=_by_article(places, _picked(places, now)) if Need.TURNOVER in needs else {},
    )


def _first_expiry(level_ids: Collection[int]) -> dict[int, datetime]:
    stocks = Stock.objects.filter(level_id__in=level_ids, value__gt=0, available_until__isnull=False)
    return dict(stocks.order_by().values_list("level_id").annotate(first=Min("available_until")))


def _picked(level_ids: Collection[int], now: datetime) -> dict[int, int]:
    """Units that left the shelf as picks."""
    picks = StockMovement.objects.filter(
        level_id__in=level_ids, cause=MovementCause.PICK, created__gte=now - TURNOVER_PERIOD
    )
    found = picks.order_by().values_list("level_id").annotate(units=Sum("on_hand_delta"))
    return {level: max(0, -units) for level, units in found}


def _by_article(places: Mapping[int, tuple[UUID, int]], found: Mapping[int, V]) -> dict[UUID, dict[int, V]]:
    shelves: dict[UUID, dict[int, V]] = defaultdict(dict)
    for level, value in found.items():
        article, facility = places[level]
        shelves[article][facility] = value
    return dict(shelves)
