"""How records of stock are written: lock, read, apply in order, write, book, tell."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, TypedDict
from uuid import UUID

from django.utils import timezone

from backoffice.core.bulk import update_rows
from backoffice.core.errors import Invalid, NotFound, Problem, StateConflict, VersionConflict
from backoffice.core.events import Event, publish
from backoffice.core.texts import text
from inventory.events import StockChanged, StockRaised
from inventory.models import Article, MovementCause, Stock, StockLevel
from inventory.services import levels
from inventory.services.articles import ensure_articles
from inventory.services.duplicates import refuse_duplicate

BATCH = 500

COUNTS = (MovementCause.STOCK_UPDATE, MovementCause.CORRECTION)
"""Causes of writes that say what lies there."""

Outcome = Literal["CREATED", "UPDATED", "UNCHANGED"]


class StockValues(TypedDict, total=False):
    """What a stock record says about itself, beside how many units it has."""

    tenant_stock_id: str | None
    location_ref: str
    available_until: datetime | None
    receipt_date: datetime | None
    conditions: list[str]
    properties: dict[str, str]
    trait_config: list[dict[str, Any]]
    custom_attributes: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class StockDraft:
    """A new record of ``value`` units. In an upsert, one whose tenant_stock_id is known is that record."""

    facility_id: UUID
    tenant_article_id: str
    value: int
    values: StockValues = field(default_factory=StockValues)


@dataclass(frozen=True, slots=True, kw_only=True)
class StockUpdate:
    """``value`` units from now on, in a record that exists. Without a ``version`` it applies to whatever is there."""

    stock_id: UUID
    value: int
    version: int | None = None
    values: StockValues = field(default_factory=StockValues)


StockItem = StockDraft | StockUpdate


class StockWriting:
    """One write of some records, in a constant number of statements, within the caller's transaction.

    ``path`` stands before the fields that problems name, with ``{}`` for the position of the item. With ``only_new`` a
    draft never names a record that exists; with ``always_bump`` a record gets its next version even if nothing changes.
    """

    def __init__(
        self,
        items: Sequence[StockItem],
        *,
        path: str,
        cause: MovementCause = MovementCause.STOCK_UPDATE,
        reason: str = "",
        only_new: bool = False,
        always_bump: bool = False,
    ) -> None:
        self.items = items
        self.path = path
        self.cause = cause
        self.reason = reason
        self.only_new = only_new
        self.always_bump = always_bump
        self.articles: dict[str, Article] = {}
        self.levels: dict[int, StockLevel] = {}
        self.level_of: dict[levels.LevelKey, StockLevel] = {}
        self.records: dict[UUID, Stock] = {}
        self.by_tenant_id: dict[str, Stock] = {}
        self.value_before: dict[UUID, int] = {}
        self.new: dict[UUID, Stock] = {}
        self.changed: dict[UUID, Stock] = {}
        self.columns: set[str] = set()

    def run(self) -> list[tuple[Stock, Outcome]]:
        self._check()
        self._lock()
        self._read()
        outcomes = [self._apply(index, item) for index, item in enumerate(self.items)]
        self._write()
        deltas = {
            stock.pk: (stock.level_id, stock.value - self.value_before.get(stock.pk, 0))
            for stock in (*self.new.values(), *self.changed.values())
        }
        book_records(self.levels, deltas, self.cause, self.reason)
        _recounted(self.levels.values(), self.cause)
        return outcomes

    def _field(self, index: int, name: str) -> str:
        return self.path.format(index) + name

    def _check(self) -> None:
        problems = [
            Problem(self._field(index, "value"), text("Give a number of units from 0."), "OUT_OF_RANGE")
            for index, item in enumerate(self.items)
            if item.value < 0
        ]
        known = set(Stock.objects.filter(pk__in=self._named_ids()).values_list("pk", flat=True))
        problems += [
            Problem(
                self._field(index, "id"),
                text("There is no stock %(stock_id)s.", stock_id=item.stock_id),
                "NOT_FOUND",
            )
            for index, item in enumerate(self.items)
            if isinstance(item, StockUpdate) and item.stock_id not in known
        ]
        if problems:
            raise Invalid.many(problems)

    def _named_ids(self) -> list[UUID]:
        return [item.stock_id for item in self.items if isinstance(item, StockUpdate)]

    def _named_tenant_ids(self) -> list[str]:
        return [named for item in self.items if (named := item.values.get("tenant_stock_id"))]

    def _lock(self) -> None:
        drafts = [item for item in self.items if isinstance(item, StockDraft)]
        self.articles = ensure_articles({draft.tenant_article_id: "" for draft in drafts})
        keys = {self._key(draft) for draft in drafts}
        levels.ensure_levels(keys)
        ids = _level_ids(keys)
        ids |= set(Stock.objects.filter(pk__in=self._named_ids()).values_list("level_id", flat=True))
        self.levels = levels.lock_levels(ids)
        self.level_of = {(level.facility_id, level.article_id): level for level in self.levels.values()}

    def _key(self, draft: StockDraft) -> levels.LevelKey:
        return draft.facility_id, self.articles[draft.tenant_article_id].pk

    def _read(self) -> None:
        """The records as they are under the lock. Those of other levels show that a tenant_stock_id is taken."""
        for stock in Stock.objects.filter(pk__in=self._named_ids()):
            self._know(stock)
        for stock in Stock.objects.filter(tenant_stock_id__in=self._named_tenant_ids()):
            self._know(stock)

    def _know(self, stock: Stock) -> None:
        stock = self.records.setdefault(stock.pk, stock)
        self.value_before[stock.pk] = stock.value
        if stock.tenant_stock_id:
            self.by_tenant_id[stock.tenant_stock_id] = stock

    def _apply(self, index: int, item: StockItem) -> tuple[Stock, Outcome]:
        values = {**item.values, "value": item.value}
        values["tenant_stock_id"] = values.get("tenant_stock_id") or None
        if isinstance(item, StockUpdate):
            stock = self._of_update(index, item)
            if "tenant_stock_id" not in item.values:
                del values["tenant_stock_id"]
        else:
            known = self._of_draft(index, item)
            if known is None:
                return self._create(item, values), "CREATED"
            stock = known
        return self._change(index, stock, values)

    def _of_update(self, index: int, update: StockUpdate) -> Stock:
        stock = self.records.get(update.stock_id)
        if stock is None:
            raise NotFound(
                text("The stock %(stock_id)s was deleted meanwhile.", stock_id=update.stock_id),
                field=self._field(index, "id"),
            )
        if update.version not in (None, stock.version):
            raise VersionConflict(stock.version, update.version or 0)
        return stock

    def _of_draft(self, index: int, draft: StockDraft) -> Stock | None:
        stock = self.by_tenant_id.get(draft.values.get("tenant_stock_id") or "")
        if stock is not None and (self.only_new or stock.level_id != self.level_of[self._key(draft)].pk):
            raise _taken(stock.tenant_stock_id, self._field(index, "tenantStockId"))
        return stock

    def _create(self, draft: StockDraft, values: Mapping[str, Any]) -> Stock:
        stock = Stock(level=self.level_of[self._key(draft)], **values)
        stock.receipt_date = stock.receipt_date or timezone.now()
        self.new[stock.pk] = self.records[stock.pk] = stock
        if stock.tenant_stock_id:
            self.by_tenant_id[stock.tenant_stock_id] = stock
        return stock

    def _change(self, index: int, stock: Stock, values: Mapping[str, Any]) -> tuple[Stock, Outcome]:
        other = self.by_tenant_id.get(values.get("tenant_stock_id") or "", stock)
        if other is not stock:
            raise _taken(other.tenant_stock_id, self._field(index, "tenantStockId"))
        different = {name for name, value in values.items() if getattr(stock, name) != value}
        if "tenant_stock_id" in different:
            self.by_tenant_id.pop(stock.tenant_stock_id or "", None)
        for name in different:
            setattr(stock, name, values[name])
        if stock.tenant_stock_id:
            self.by_tenant_id[stock.tenant_stock_id] = stock
        if not different and not self.always_bump:
            return stock, "UNCHANGED"
        if stock.pk not in self.new:
            self.changed[stock.pk] = stock
            self.columns |= different
        return stock, "UPDATED"

    def _write(self) -> None:
        now = timezone.now()
        for stock in self.changed.values():
            stock.version += 1
            stock.last_modified = now
        with refuse_duplicate("tenant_stock_id", text("A tenantStockId is taken."), field="tenantStockId"):
            Stock.objects.bulk_create(self.new.values(), batch_size=BATCH)
            update_rows(list(self.changed.values()), [*sorted(self.columns), "version", "last_modified"])


def book_records(
    held: Mapping[int, StockLevel],
    deltas: Mapping[UUID, tuple[int, int]],
    cause: MovementCause,
    reason: str,
) -> None:
    """Books the changes of records, by their ids, into the locked levels, and tells about it (W4)."""
    levels.book(
        [
            levels.Booking(level_id=level_id, cause=cause, on_hand=units, reference=str(stock_id))
            for stock_id, (level_id, units) in deltas.items()
        ],
        reason=reason,
    )
    by_level: dict[int, int] = defaultdict(int)
    for level_id, units in deltas.values():
        by_level[level_id] += units
    before = {level_id: held[level_id].available for level_id in by_level}
    for level_id, units in by_level.items():
        held[level_id].on_hand += units
    moved = [held[level_id] for level_id, units in sorted(by_level.items()) if units]
    more = [level for level in moved if level.available > before[level.pk]]
    publish([*map(changed, moved), *raised(more, "STOCK_UP")], reason=reason)


def _recounted(held: Iterable[StockLevel], cause: MovementCause) -> None:
    """Whoever writes what lies there has counted it (P2)."""
    flagged = [level.pk for level in held if level.recount_since is not None]
    if flagged and cause in COUNTS:
        StockLevel.objects.filter(pk__in=flagged).update(recount_since=None)


def changed(level: StockLevel) -> Event:
    return StockChanged(
        resource_id=str(level.pk),
        facility_id=level.facility_id,
        article_id=level.article_id,
        overdrawn=level.reserved > level.on_hand,
        facts={
            "facilityRef": str(level.facility_id),
            "articleRef": str(level.article_id),
            "onHand": level.on_hand,
            "available": level.available,
        },
    )


def raised(levels_raised: Iterable[StockLevel], cause: str) -> list[Event]:
    return [
        StockRaised(
            resource_id=str(level.pk),
            facility_id=level.facility_id,
            article_id=level.article_id,
            cause=cause,
        )
        for level in levels_raised
    ]


def _taken(tenant_stock_id: str | None, name: str = "tenantStockId") -> StateConflict:
    return StateConflict(
        text(
            "There is another stock with the tenantStockId %(tenant_stock_id)s.",
            tenant_stock_id=tenant_stock_id,
        ),
        code="ALREADY_EXISTS",
        field=name,
    )


def _level_ids(keys: Collection[levels.LevelKey]) -> set[int]:
    rows = StockLevel.objects.filter(
        facility_id__in={facility for facility, _ in keys}, article_id__in={article for _, article in keys}
    ).values_list("id", "facility_id", "article_id")
    return {level_id for level_id, facility, article in rows if (facility, article) in keys}
