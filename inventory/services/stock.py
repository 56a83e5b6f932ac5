"""Writing stock: physical records, and the level that they make up.

Every change locks its levels first, in the order of their ids, and reads what it changes afterwards.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from django.db import transaction

from backoffice.core.bulk import update_rows
from backoffice.core.errors import Invalid, NotFound
from backoffice.core.events import publish
from inventory.models import MovementCause, Stock, StockLevel
from inventory.services import levels
from inventory.services.stock_writing import (
    Outcome,
    StockDraft,
    StockItem,
    StockUpdate,
    StockWriting,
    book_records,
    changed,
    raised,
)


@transaction.atomic
def create_stock(
    *, draft: StockDraft, cause: MovementCause = MovementCause.STOCK_UPDATE, reason: str = ""
) -> Stock:
    """``reason`` stands in the ledger and in the events, here as in the functions below.

    :raises Invalid: the value is negative.
    :raises StateConflict: the tenantStockId is taken.
    """
    [(stock, _)] = StockWriting([draft], path="", cause=cause, reason=reason, only_new=True).run()
    return stock


@transaction.atomic
def update_stock(
    *, update: StockUpdate, cause: MovementCause = MovementCause.STOCK_UPDATE, reason: str = ""
) -> Stock:
    """:raises NotFound, VersionConflict:
    :raises Invalid: the value is negative.
    :raises StateConflict: the tenantStockId is taken.
    """
    if not Stock.objects.filter(pk=update.stock_id).exists():
        raise NotFound.of(Stock, update.stock_id)
    [(stock, _)] = StockWriting([update], path="", cause=cause, reason=reason, always_bump=True).run()
    return stock


@transaction.atomic
def upsert_stocks(
    *, items: Sequence[StockItem], cause: MovementCause = MovementCause.STOCK_UPDATE, reason: str = ""
) -> list[tuple[Stock, Outcome]]:
    """Creates and updates records in the order given, all or none, in a constant number of statements.

    An item may name the record of an item before it, by id or by tenant_stock_id, and then builds on it. Versions,
    where given, are compared with what was there before the call.

    :raises Invalid: with the problems of every item; fields start with ``stocks[<position>].``
    :raises VersionConflict: of the first item whose version is stale.
    :raises StateConflict: a tenantStockId belongs to a record elsewhere.
    """
    return StockWriting(items, path="stocks[{}].", cause=cause, reason=reason).run()


@transaction.atomic
def delete_stock(
    *, stock_id: UUID, cause: MovementCause = MovementCause.STOCK_UPDATE, reason: str = ""
) -> None:
    """:raises NotFound:"""
    level_id = Stock.objects.filter(pk=stock_id).values_list("level_id", flat=True).first()
    held = levels.lock_levels([level_id] if level_id else [])
    stock = Stock.objects.filter(pk=stock_id).first()
    if stock is None:
        raise NotFound.of(Stock, stock_id)
    stock.delete()
    book_records(held, {stock_id: (stock.level_id, -stock.value)}, cause, reason)


@transaction.atomic
def set_safety_stocks(
    *, targets: Mapping[levels.LevelKey, int], reason: str = ""
) -> dict[levels.LevelKey, StockLevel]:
    """Sets how many units of an article a facility keeps back, by (facility id, article id).

    :raises Invalid: a number is negative.
    """
    if any(units < 0 for units in targets.values()):
        raise Invalid("The safety stock is a number of units from 0.", field="value", code="OUT_OF_RANGE")
    levels.ensure_levels(targets)
    held = levels.lock_levels_of(list(targets))
    before = {key: level.available for key, level in held.items()}
    moved = [level for key, level in held.items() if level.safety_stock != targets[key]]
    for level in moved:
        level.safety_stock = targets[level.facility_id, level.article_id]
    update_rows(moved, ["safety_stock"])
    more = [level for level in moved if level.available > before[level.facility_id, level.article_id]]
    publish([*map(changed, moved), *raised(more, "SAFETY_STOCK_DOWN")], reason=reason)
    return held
