"""Expected stock that plans may be released against: buckets whose day lies within the site's date limit (W6)."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from django.db.models import F

from inventory.models import ExpectedStock, FacilityStatus, ListingStatus
from inventory.services.expected import lock_expected
from routing.engine.hours import zone_of
from routing.models import DateLimitUnit, WaitingRoomSettings


@dataclass(frozen=True, slots=True)
class FreeBucket:
    """``units`` of an article that may still be promised, and come to the facility on its calendar day ``date``."""

    id: int
    facility_id: UUID
    article_id: UUID
    date: date
    units: int


def last_day(settings: WaitingRoomSettings, today: date) -> date:
    """The last day, as seen from ``today``, on which stock may be expected for a plan to be released against it."""
    quantity = settings.future_date_limit_quantity
    match settings.future_date_limit_unit:
        case DateLimitUnit.DAYS:
            return _later(today, quantity)
        case DateLimitUnit.WEEKS:
            return _later(today, quantity * 7)
    month = today.year * 12 + today.month - 1 + quantity
    year, month = divmod(month, 12)
    if year > date.max.year:
        return date.max
    return date(year, month + 1, min(today.day, monthrange(year, month + 1)[1]))


def day_at(zone: str, now: datetime) -> date:
    """The calendar day at a facility of that time zone."""
    return now.astimezone(zone_of(zone)).date()


def is_in_reach(day: date, zone: str, settings: WaitingRoomSettings, now: datetime) -> bool:
    """Whether what comes on that day, at a facility of that time zone, may be promised today (W6)."""
    today = day_at(zone, now)
    return today < day <= last_day(settings, today)


def free_buckets(
    article_ids: Collection[UUID], settings: WaitingRoomSettings, now: datetime
) -> list[FreeBucket]:
    """Buckets of the articles that may be promised from today: after today and within the limit, by the calendar of
    their facility, which is ONLINE and lists the article (W6, B3). One query, none where future inventory is off.
    """
    if not settings.future_inventory_enabled or not article_ids:
        return []
    utc = now.astimezone(UTC).date()
    rows = (
        ExpectedStock.objects.promisable()
        .filter(
            article_id__in=article_ids,
            article__future_inventory_enabled=True,
            facility__status=FacilityStatus.ONLINE,
            facility__listings__status=ListingStatus.ACTIVE,
            facility__listings__article_id=F("article_id"),
            delivery_date__gte=utc,
            delivery_date__lte=last_day(settings, _later(utc, 1)),
        )
        .order_by("id")
        .select_related("facility")
    )
    found = []
    for row in rows:
        day = row.delivery_date
        if day is not None and is_in_reach(day, row.facility.time_zone, settings, now):
            units = row.promisable - row.reserved
            found.append(FreeBucket(row.pk, row.facility_id, row.article_id, day, units))
    return found


def lock_free_buckets(
    article_ids: Collection[UUID], settings: WaitingRoomSettings, now: datetime
) -> list[FreeBucket]:
    """:func:`free_buckets`, locked until the end of the transaction; levels are locked before."""
    ids = [bucket.id for bucket in free_buckets(article_ids, settings, now)]
    if not ids:
        return []
    locked = lock_expected(ids)
    return [bucket for bucket in free_buckets(article_ids, settings, now) if bucket.id in locked]


def _later(day: date, days: int) -> date:
    return day + timedelta(days=days) if days < (date.max - day).days else date.max
