"""Writing stock: physical records, and the level that they make up.

Every change locks its levels first, in the order of their ids, and reads what it changes afterwards.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from uuid import UUID

from django.db import transaction

from backoffice.core.errors import NotFound
from inventory.models import MovementCause, Stock
from inventory.services import levels
from inventory.services.stock_writing import (
    Outcome,
    StockDraft,
    StockItem,
    StockUpdate,
    StockWriting,
    book_records,
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


def delete_stock(
    *, stock_id: UUID, cause: MovementCause = MovementCause.STOCK_UPDATE, reason: str = ""
) -> None:
    """:raises NotFound:"""
    if not delete_stocks(stock_ids=[stock_id], cause=cause, reason=reason):
        raise NotFound.of(Stock, stock_id)


@transaction.atomic
def delete_stocks(
    *, stock_ids: Collection[UUID], cause: MovementCause = MovementCause.STOCK_UPDATE, reason: str = ""
) -> list[UUID]:
    """Deletes records, in a constant number of statements; returns the ids of those that there were, in their order.

    What was reserved of them beyond what is left is seen to after the commit (P4).
    """
    named = Stock.objects.filter(pk__in=stock_ids)
    held = levels.lock_levels(set(named.values_list("level_id", flat=True)))
    found = list(named.filter(level__in=held).order_by("id"))
    deltas = {stock.pk: (stock.level_id, -stock.value) for stock in found}
    Stock.objects.filter(pk__in=deltas).delete()
    book_records(held, deltas, cause, reason)
    return list(deltas)
