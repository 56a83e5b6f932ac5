"""Putting levels right: somebody counted, or wants to keep more or less back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction

from backoffice.core.errors import Invalid, NotFound, Problem, StateConflict
from backoffice.core.texts import text
from inventory.models import Article, MovementCause, Stock, StockLevel
from inventory.services import levels
from inventory.services.articles import ensure_articles
from inventory.services.safety_stock import set_safety_stocks
from inventory.services.stock import upsert_stocks
from inventory.services.stock_writing import StockDraft, StockItem, StockUpdate


@dataclass(frozen=True, slots=True, kw_only=True)
class Adjustment:
    """What a facility has on hand of an article from now on, what it keeps back of it, or both, in units. None leaves
    it. What was seen when the numbers were decided on may be given: a number that is right for five units is wrong once
    ten more came in.
    """

    facility_id: UUID
    tenant_article_id: str
    on_hand: int | None = None
    safety_stock: int | None = None
    seen_on_hand: int | None = None


@transaction.atomic
def adjust_level(
    *,
    key: levels.LevelKey,
    on_hand: int | None = None,
    safety_stock: int | None = None,
    seen_on_hand: int | None = None,
    reason: str = "",
) -> StockLevel:
    """Sets what a facility has on hand of an article, what it keeps back of it, or both: see :func:`adjust_levels`.

    :raises NotFound: there is no such article.
    :raises Invalid, StateConflict:
    """
    facility_id, article_id = key
    article = Article.objects.filter(pk=article_id).first()
    if article is None:
        raise NotFound.of(Article, article_id)
    adjustment = Adjustment(
        facility_id=facility_id,
        tenant_article_id=article.tenant_article_id,
        on_hand=on_hand,
        safety_stock=safety_stock,
        seen_on_hand=seen_on_hand,
    )
    [level] = adjust_levels(adjustments=[adjustment], reason=reason)
    return level


@transaction.atomic
def adjust_levels(*, adjustments: Sequence[Adjustment], reason: str = "") -> list[StockLevel]:
    """Makes adjustments of different levels, all or none, in a constant number of statements; returns the levels, in
    their order. Articles that nobody named before appear.

    A level of several records gains units in its newest record and loses them from its oldest on.

    :raises Invalid: a number is negative.
    :raises StateConflict: of the first level that no longer has ``seen_on_hand`` units; nothing is written.
    """
    problems = [
        Problem(name, text("Give a number of units from 0."), "OUT_OF_RANGE")
        for one in adjustments
        for name, units in (("on_hand", one.on_hand), ("safety_stock", one.safety_stock))
        if units is not None and units < 0
    ]
    if problems:
        raise Invalid.many(problems)
    articles = ensure_articles({one.tenant_article_id: "" for one in adjustments})
    keys = [(one.facility_id, articles[one.tenant_article_id].pk) for one in adjustments]
    levels.ensure_levels(keys)
    held = levels.lock_levels_of(keys)
    for key, one in zip(keys, adjustments, strict=True):
        if one.seen_on_hand not in (None, held[key].on_hand):
            raise StateConflict(
                text(
                    "There are %(on_hand)s units on hand now, and no longer %(seen_on_hand)s.",
                    on_hand=held[key].on_hand,
                    seen_on_hand=one.seen_on_hand,
                ),
                code="CHANGED_MEANWHILE",
                field="on_hand",
            )
    _set_on_hand([(held[key], one) for key, one in zip(keys, adjustments, strict=True)], reason)
    targets = {
        key: one.safety_stock
        for key, one in zip(keys, adjustments, strict=True)
        if one.safety_stock is not None and one.safety_stock != held[key].safety_stock
    }
    if targets:
        set_safety_stocks(targets=targets, reason=reason)
    now = StockLevel.objects.in_bulk([held[key].pk for key in keys])
    return [now[held[key].pk] for key in keys]


def _set_on_hand(wanted: Sequence[tuple[StockLevel, Adjustment]], reason: str) -> None:
    moved = [(level, one, one.on_hand) for level, one in wanted if one.on_hand not in (None, level.on_hand)]
    records: dict[int, list[Stock]] = defaultdict(list)
    for record in Stock.objects.filter(level__in=[level.pk for level, _, _ in moved]).order_by("id"):
        records[record.level_id].append(record)
    items: list[StockItem] = []
    for level, one, units in moved:
        assert units is not None
        items += _spread(records[level.pk], units - level.on_hand) or [
            StockDraft(facility_id=one.facility_id, tenant_article_id=one.tenant_article_id, value=units)
        ]
    if items:
        upsert_stocks(items=items, cause=MovementCause.CORRECTION, reason=reason)


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
