"""Putting a level right by hand: somebody counted, or wants to keep more or less back."""

from __future__ import annotations

from django.db import transaction

from backoffice.core.errors import Invalid, NotFound, Problem, StateConflict
from inventory.models import Article, MovementCause, Stock, StockLevel
from inventory.services import levels
from inventory.services.safety_stock import set_safety_stocks
from inventory.services.stock import upsert_stocks
from inventory.services.stock_writing import StockDraft, StockItem, StockUpdate


@transaction.atomic
def adjust_level(
    *,
    key: levels.LevelKey,
    on_hand: int | None = None,
    safety_stock: int | None = None,
    seen_on_hand: int | None = None,
    reason: str = "",
) -> StockLevel:
    """Sets what a facility has on hand of an article, what it keeps back of it, or both, in units. None leaves it.

    A level of several records gains units in its newest record and loses them from its oldest on. What was seen when
    the number was decided on may be given: a number that is right for five units is wrong once ten more came in.

    :raises NotFound: there is no such article.
    :raises Invalid: a number is negative.
    :raises StateConflict: there are no longer ``seen_on_hand`` units; nothing is written.
    """
    problems = [
        Problem(name, "Give a number of units from 0.", "OUT_OF_RANGE")
        for name, units in (("on_hand", on_hand), ("safety_stock", safety_stock))
        if units is not None and units < 0
    ]
    if problems:
        raise Invalid.many(problems)
    facility_id, article_id = key
    article = Article.objects.filter(pk=article_id).first()
    if article is None:
        raise NotFound.of(Article, article_id)
    levels.ensure_levels([key])
    level = levels.lock_levels_of([key])[key]
    if seen_on_hand not in (None, level.on_hand):
        raise StateConflict(
            f"There are {level.on_hand} units on hand now, and no longer {seen_on_hand}.",
            code="CHANGED_MEANWHILE",
            field="on_hand",
        )
    if on_hand is not None and on_hand != level.on_hand:
        records = list(Stock.objects.filter(level=level).order_by("id"))
        items = _spread(records, on_hand - level.on_hand) or [
            StockDraft(facility_id=facility_id, tenant_article_id=article.tenant_article_id, value=on_hand)
        ]
        upsert_stocks(items=items, cause=MovementCause.CORRECTION, reason=reason)
    if safety_stock is not None and safety_stock != level.safety_stock:
        set_safety_stocks(targets={key: safety_stock}, reason=reason)
    return StockLevel.objects.get(pk=level.pk)


def _spread(records: list[Stock], units: int) -> list[StockItem]:
    """``units`` more (or, negative, fewer) in the records, which are in the order of their age."""
    if units > 0:
        return [StockUpdate(stock_id=record.pk, value=record.value + units) for record in records[-1:]]
    items: list[StockItem] = []
    for record in records:
        taken = min(record.value, -units)
        units += taken
        if taken:
            items.append(StockUpdate(stock_id=record.pk, value=record.value - taken))
    return items
