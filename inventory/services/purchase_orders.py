"""Purchase orders: what is expected, when, and how that changes.

A purchase order is written whole: items are matched with those that exist, and what is left out is cancelled. Single
items are changed, closed and cancelled by :func:`change_items`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from typing import Any, TypedDict
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction

from backoffice.core.errors import Invalid, NotFound, Problem
from backoffice.core.texts import text
from inventory.models import (
    Article,
    ExpectedStock,
    ExpectedStockStatus,
    Facility,
    InboundProcess,
    PurchaseOrder,
)
from inventory.services.articles import ensure_articles
from inventory.services.expected import Held, Terms, hold, write_buckets
from inventory.services.inbound_status import settle_item, settle_process

MOST_ITEMS = 200
"""The contract's limit of a purchase order and of a receipt."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemDraft:
    """``quantity`` units of an article that were ordered.

    With an ``item_id`` it is that item from now on; without, the first one of its article that no other draft is. It
    comes when the purchase order does, unless it has an ``own_date``, and to its facility unless it names another. An
    item stays closed unless ``reopen`` says otherwise.
    """

    tenant_article_id: str
    quantity: int
    item_id: int | None = None
    own_date: bool = False
    requested_at: datetime | None = None
    facility_id: UUID | None = None
    closed: bool = False
    reopen: bool = False
    details: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class PurchaseOrderDraft:
    """``requested_at`` None means as soon as possible: nothing can be promised from it (spec 5)."""

    order_date: datetime
    requested_at: datetime | None
    items: Sequence[ItemDraft]
    supplier: str = ""
    cancelled: bool = False
    custom_attributes: dict[str, Any] = field(default_factory=dict)


class OrderChanges(TypedDict, total=False):
    """What changes about a purchase order; items that have no date of their own follow ``requested_at``."""

    order_date: datetime
    requested_at: datetime | None
    supplier: str
    cancelled: bool


class ItemChanges(TypedDict, total=False):
    """What changes about an item; ``status`` CLOSED and CANCELLED end it, OPEN begins it anew."""

    quantity: int
    delivery_date: date | None
    status: str


@transaction.atomic
def put_purchase_order(
    *, process_id: UUID, version: int, draft: PurchaseOrderDraft, reason: str = ""
) -> tuple[PurchaseOrder, bool]:
    """Creates or replaces the purchase order of a process; True if it was created.

    Reservations beyond what the buckets promise afterwards are freed, and their holders told (W8).

    :raises NotFound, VersionConflict:
    :raises Invalid: with every problem of the items; fields start with ``requestedItems[<position>].``
    """
    process: InboundProcess = InboundProcess.objects.lock_version(process_id, version)
    order, created = write_purchase_order(process, draft, reason=reason)
    settle_process(process)
    return order, created


@transaction.atomic
def modify_purchase_order(
    *, process_id: UUID, version: int, changes: OrderChanges, reason: str = ""
) -> PurchaseOrder:
    """Changes what is given, and leaves the items otherwise as they are.

    :raises NotFound, VersionConflict:
    """
    process: InboundProcess = InboundProcess.objects.lock_version(process_id, version)
    order = PurchaseOrder.objects.filter(inbound_process=process).first()
    if order is None:
        raise NotFound(text("%(process)s has no purchase order.", process=process))
    order, _ = write_purchase_order(process, replace(draft_of(process, order), **changes), reason=reason)
    settle_process(process)
    return order


def draft_of(process: InboundProcess, order: PurchaseOrder) -> PurchaseOrderDraft:
    """The purchase order as it is, in the words in which it is written."""
    items = ExpectedStock.objects.filter(inbound_process=process).select_related("article", "facility")
    if not order.cancelled:
        items = items.exclude(status=ExpectedStockStatus.CANCELLED)
    return PurchaseOrderDraft(
        order_date=order.order_date,
        requested_at=order.requested_at,
        supplier=order.supplier,
        cancelled=order.cancelled,
        custom_attributes=order.custom_attributes,
        items=[
            ItemDraft(
                tenant_article_id=item.article.tenant_article_id,
                quantity=item.quantity,
                item_id=item.pk,
                own_date=has_own_date(item, order),
                requested_at=start_of(item.delivery_date, item.facility),
                facility_id=item.facility_id,
                closed=item.status == ExpectedStockStatus.CLOSED,
                details=item.details,
            )
            for item in items.order_by("id")
        ],
    )


def has_own_date(item: ExpectedStock, order: PurchaseOrder) -> bool:
    """Whether the item is expected on another day than its purchase order."""
    return item.delivery_date != delivery_day(order.requested_at, item.facility)


@transaction.atomic
def change_items(
    *, process_id: UUID, version: int, changes: Mapping[int, ItemChanges], reason: str = ""
) -> InboundProcess:
    """Changes items of a process's purchase order, by their ids: date, quantity, or whether they are still expected.

    :raises NotFound, VersionConflict:
    :raises Invalid: a quantity is not a number of units from 1.
    """
    process: InboundProcess = InboundProcess.objects.lock_version(process_id, version)
    known = set(ExpectedStock.objects.filter(inbound_process=process).values_list("id", flat=True))
    for item_id in changes:
        if item_id not in known:
            raise NotFound.of(ExpectedStock, item_id)
    if any(change.get("quantity", 1) < 1 for change in changes.values()):
        raise Invalid(text("Give a number of units from 1."), field="quantity", code="OUT_OF_RANGE")
    held = hold(bucket_ids=list(changes))
    before = {item_id: Terms.of(bucket) for item_id, bucket in held.buckets.items()}
    for item_id, change in changes.items():
        bucket = held.buckets[item_id]
        for name, value in change.items():
            setattr(bucket, name, value)
        settle_item(bucket)
    write_buckets(buckets=list(held.buckets.values()), before=before, held=held, reason=reason)
    settle_process(process)
    return process


def close_open_items(*, process_id: UUID, version: int, reason: str = "") -> InboundProcess:
    """Nothing more is expected of the process; what was received stays (W8 "closed").

    :raises NotFound, VersionConflict:
    """
    with transaction.atomic():
        outstanding = ExpectedStock.objects.outstanding().filter(inbound_process=process_id)
        closing = ItemChanges(status=ExpectedStockStatus.CLOSED)
        changes = dict.fromkeys(outstanding.order_by("id").values_list("id", flat=True), closing)
        return change_items(process_id=process_id, version=version, changes=changes, reason=reason)


def delivery_day(moment: datetime | None, facility: Facility) -> date | None:
    """The calendar day of a moment at the facility (W6 "calendar days in the facility's zone")."""
    return None if moment is None else moment.astimezone(ZoneInfo(facility.time_zone)).date()


def start_of(day: date | None, facility: Facility) -> datetime | None:
    """The moment at which a day begins at the facility."""
    return None if day is None else datetime.combine(day, time(), tzinfo=ZoneInfo(facility.time_zone))


def write_purchase_order(
    process: InboundProcess, draft: PurchaseOrderDraft, *, reason: str = ""
) -> tuple[PurchaseOrder, bool]:
    """See :func:`put_purchase_order`; the caller holds the lock of the process, and settles it."""
    _check(process, draft)
    values = {
        "order_date": draft.order_date,
        "requested_at": draft.requested_at,
        "supplier": draft.supplier,
        "cancelled": draft.cancelled,
        "custom_attributes": draft.custom_attributes,
    }
    order, created = PurchaseOrder.objects.update_or_create(inbound_process=process, defaults=values)
    _Items(process, draft, reason).write()
    return order, created


def _check(process: InboundProcess, draft: PurchaseOrderDraft) -> None:
    known = set(ExpectedStock.objects.filter(inbound_process=process).values_list("id", flat=True))
    problems, named = [], set()
    if len(draft.items) > MOST_ITEMS:
        problems.append(
            Problem(
                "requestedItems", text("At most %(most_items)s items.", most_items=MOST_ITEMS), "OUT_OF_RANGE"
            )
        )
    for index, item in enumerate(draft.items):
        path = f"requestedItems[{index}]."
        if item.quantity < 1:
            problems.append(
                Problem(f"{path}quantity.value", text("Give a number of units from 1."), "OUT_OF_RANGE")
            )
        if item.item_id is None:
            continue
        if item.item_id not in known:
            problems.append(
                Problem(
                    f"{path}id", text("There is no item %(item_id)s here.", item_id=item.item_id), "NOT_FOUND"
                )
            )
        if item.item_id in named:
            problems.append(Problem(f"{path}id", text("Another item has this id."), "DUPLICATE"))
        named.add(item.item_id)
    if problems:
        raise Invalid.many(problems)


class _Items:
    """One writing of a purchase order's items: lock, match, change, cancel the rest."""

    def __init__(self, process: InboundProcess, draft: PurchaseOrderDraft, reason: str) -> None:
        self.process = process
        self.draft = draft
        self.reason = reason
        self.articles = ensure_articles({item.tenant_article_id: "" for item in draft.items})
        wanted = {process.facility_id, *(item.facility_id for item in draft.items if item.facility_id)}
        self.facilities = Facility.objects.in_bulk(wanted)
        ids = ExpectedStock.objects.filter(inbound_process=process).values_list("id", flat=True)
        self.held: Held = hold(bucket_ids=list(ids))
        self.left = dict(sorted(self.held.buckets.items()))
        self.before = {item_id: Terms.of(bucket) for item_id, bucket in self.left.items()}

    def write(self) -> None:
        found = {
            index: self.left.pop(item.item_id)
            for index, item in enumerate(self.draft.items)
            if item.item_id is not None
        }
        written = [
            self._item(item, found.get(index) or self._match(self.articles[item.tenant_article_id]))
            for index, item in enumerate(self.draft.items)
        ]
        for bucket in self.left.values():
            if bucket.status == ExpectedStockStatus.OPEN:
                bucket.status = ExpectedStockStatus.CANCELLED
                written.append(bucket)
        write_buckets(buckets=written, before=self.before, held=self.held, reason=self.reason)

    def _match(self, article: Article) -> ExpectedStock | None:
        """The first item of the article that is left; those that were cancelled come last."""
        candidates = [bucket for bucket in self.left.values() if bucket.article_id == article.pk]
        candidates.sort(key=lambda bucket: (bucket.status == ExpectedStockStatus.CANCELLED, bucket.pk))
        return self.left.pop(candidates[0].pk) if candidates else None

    def _item(self, item: ItemDraft, bucket: ExpectedStock | None) -> ExpectedStock:
        facility = self.facilities[item.facility_id or self.process.facility_id]
        article = self.articles[item.tenant_article_id]
        if bucket is not None and bucket.article_id != article.pk:
            raise Invalid(
                text("An item stays with its article: leave the id out to expect another one."),
                field=f"requestedItems[{list(self.draft.items).index(item)}].tenantArticleId",
            )
        if bucket is None:
            bucket = ExpectedStock(inbound_process=self.process, article=article)
        bucket.facility = facility
        bucket.quantity = item.quantity
        requested_at = item.requested_at if item.own_date else self.draft.requested_at
        bucket.delivery_date = delivery_day(requested_at, facility)
        bucket.details = item.details
        if self.draft.cancelled:
            if bucket.status == ExpectedStockStatus.OPEN:
                bucket.status = ExpectedStockStatus.CANCELLED
        elif item.closed:
            bucket.status = ExpectedStockStatus.CLOSED
        elif item.reopen or bucket.status == ExpectedStockStatus.CANCELLED:
            bucket.status = ExpectedStockStatus.OPEN
        settle_item(bucket)
        return bucket
