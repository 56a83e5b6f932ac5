"""What facilities keep back of an article: units that no order is given."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from uuid import UUID

from django.db import transaction

from backoffice.core.bulk import update_rows
from backoffice.core.errors import Invalid, NotFound
from backoffice.core.events import publish
from backoffice.core.texts import text
from inventory.models import SafetyStock, StockLevel
from inventory.services import levels
from inventory.services.stock_writing import changed, raised


@transaction.atomic
def set_safety_stocks(
    *, targets: Mapping[levels.LevelKey, int], reason: str = ""
) -> dict[levels.LevelKey, StockLevel]:
    """Sets how many units of an article a facility keeps back, by (facility id, article id).

    What is kept back no longer may let waiting plans go (W4).

    :raises Invalid: a number is negative.
    """
    if any(units < 0 for units in targets.values()):
        raise Invalid(
            text("The safety stock is a number of units from 0."), field="value", code="OUT_OF_RANGE"
        )
    levels.ensure_levels(targets)
    held = levels.lock_levels_of(list(targets))
    _note(held)
    _keep_back(held, targets, reason)
    return held


@transaction.atomic
def delete_safety_stock(*, safety_stock_id: UUID, reason: str = "") -> None:
    """Nothing is kept back any more.

    :raises NotFound:
    """
    named = SafetyStock.objects.filter(pk=safety_stock_id)
    held = levels.lock_levels(list(named.values_list("level_id", flat=True)))
    if not named.delete()[0]:
        raise NotFound.of(SafetyStock, safety_stock_id)
    by_key = {(level.facility_id, level.article_id): level for level in held.values()}
    _keep_back(by_key, dict.fromkeys(by_key, 0), reason)


def known_safety_stocks(keys: Collection[levels.LevelKey]) -> set[levels.LevelKey]:
    """For which of these (facility id, article id) a safety stock was set before."""
    rows = SafetyStock.objects.filter(
        level__facility__in={facility for facility, _ in keys},
        level__article__in={article for _, article in keys},
    )
    return set(rows.values_list("level__facility_id", "level__article_id"))


def _note(held: Mapping[levels.LevelKey, StockLevel]) -> None:
    """Each level has its safety stock, in its next version. The caller holds the levels' locks."""
    ids = [level.pk for level in held.values()]
    known = set(SafetyStock.objects.filter(level__in=ids).values_list("level_id", flat=True))
    SafetyStock.objects.filter(level__in=known).bumped()
    SafetyStock.objects.bulk_create(SafetyStock(level_id=id) for id in sorted(set(ids) - known))


def _keep_back(
    held: Mapping[levels.LevelKey, StockLevel], targets: Mapping[levels.LevelKey, int], reason: str
) -> None:
    before = {key: level.available for key, level in held.items()}
    moved = [level for key, level in held.items() if level.safety_stock != targets[key]]
    for level in moved:
        level.safety_stock = targets[level.facility_id, level.article_id]
    update_rows(moved, ["safety_stock"])
    more = [level for level in moved if level.available > before[level.facility_id, level.article_id]]
    publish([*map(changed, moved), *raised(more, "SAFETY_STOCK_DOWN")], reason=reason)
