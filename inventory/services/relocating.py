"""Moving units from one location of a facility to another: the level has what it had."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from backoffice.core.errors import Invalid, NotFound, StateConflict
from backoffice.core.texts import text
from inventory.models import MovementCause, Stock
from inventory.services import levels
from inventory.services.stock_writing import book_records

SAME = ("available_until", "conditions", "properties", "trait_config")
"""What units must have in common to lie in one record."""


@transaction.atomic
def relocate_stock(
    *, stock_id: UUID, location_ref: str, units: int, delete_if_empty: bool = False, reason: str = ""
) -> tuple[Stock | None, Stock]:
    """Moves ``units`` of a record to a location: into a record of such units that lies there, else into a new one.

    Returns both records; the first is None if nothing was left of it and ``delete_if_empty`` asked for that.

    :raises NotFound: there is no such record.
    :raises Invalid: it lies there already.
    :raises StateConflict: it has not so many units.
    """
    level_id = Stock.objects.filter(pk=stock_id).values_list("level_id", flat=True).first()
    held = levels.lock_levels([level_id] if level_id else [])
    source = Stock.objects.filter(pk=stock_id).first()
    if source is None:
        raise NotFound.of(Stock, stock_id)
    if source.location_ref == location_ref:
        raise Invalid(
            text("The stock is at %(location_ref)s already.", location_ref=location_ref),
            field="toLocationRef",
        )
    if units > source.value:
        raise StateConflict(
            text("The stock has %(value)s units: move that many, or fewer.", value=source.value),
            code="NOT_ENOUGH_UNITS",
            field="amount",
        )
    target = _into(source, location_ref, units)
    source.value -= units
    deltas = {source.pk: (source.level_id, -units), target.pk: (target.level_id, units)}
    gone = delete_if_empty and not source.value
    if gone:
        Stock.objects.filter(pk=source.pk).delete()
    else:
        source.touch(("value",))
    book_records(held, deltas, MovementCause.STOCK_UPDATE, reason)
    return (None if gone else source), target


def _into(source: Stock, location_ref: str, units: int) -> Stock:
    there = Stock.objects.filter(level_id=source.level_id, location_ref=location_ref).order_by("id")
    for record in there:
        if all(getattr(record, name) == getattr(source, name) for name in SAME):
            record.touch(value=record.value + units)
            return record
    record = Stock(
        level_id=source.level_id,
        location_ref=location_ref,
        value=units,
        receipt_date=source.receipt_date,
        **{name: getattr(source, name) for name in SAME},
    )
    record.save(force_insert=True)
    return record
