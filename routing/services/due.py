"""What becomes due as time passes: preorder starts, holds, and expected stock within the date limit, which may let
waiting plans go, and days that move dates (W4, M4, B4, W6, W10).
"""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from backoffice.core.events import publish
from inventory.models import ExpectedStock, Facility, Listing, ListingContextRule, ListingStatus
from routing.dates import ask_for_dates, ask_for_dates_of, awaited_articles
from routing.events import PlanHoldReleased
from routing.models import RoutingPlan, SweepMark, TriggerCause, WaitingArticle, WaitingRoomSettings
from routing.passes.expected import day_at, last_day
from routing.passes.loading import lock_plans
from routing.triggers import trigger_articles, trigger_plans

CHUNK = 2_000
"""Plans per transaction at most."""

PREORDER_STARTS = "PREORDER_STARTS"
DATE_LIMIT = "DATE_LIMIT"
EXPECTED_DAYS = "EXPECTED_DAYS"

EVERY = timedelta(minutes=15)
"""How often it is looked for days that have passed: no time zone begins its days at another minute."""


def wake_what_is_due() -> None:
    """Wakes the plans whose hold has expired, and those that wait for something whose preorder has started, or that is
    expected soon enough now; has those dated that count on what did not come in time.
    """
    now = timezone.now()
    expire_holds(now=now)
    reach_preorder_starts(now=now)
    reach_date_limit(now=now)
    pass_expected_days(now=now)


def expire_holds(*, now: datetime) -> int:
    """Ends the holds of waiting plans whose time has come, and wakes them once (M4); returns how many."""
    expired = 0
    due = RoutingPlan.objects.waiting().filter(held_until__lte=now).order_by("id")
    while plan_ids := list(due.values_list("id", flat=True)[:CHUNK]):
        with transaction.atomic():
            lock_plans(plan_ids)
            still = dict(due.filter(id__in=plan_ids).values_list("id", "order_id"))
            RoutingPlan.objects.filter(id__in=still).bumped(held_until=None)
            trigger_plans(still, TriggerCause.HOLD_EXPIRED)
            ask_for_dates_of(still)
            publish([PlanHoldReleased(plan_id=plan, order_id=order) for plan, order in still.items()])
        expired += len(still)
    return expired


def reach_preorder_starts(*, now: datetime) -> int:
    """Wakes the plans that wait for articles whose preorder has started since the last look; returns how many articles.

    The mark and the triggers are written together: every start is found once, also after a time without sweeps.
    """
    with transaction.atomic():
        SweepMark.objects.get_or_create(name=PREORDER_STARTS)
        mark = SweepMark.objects.select_for_update().get(name=PREORDER_STARTS)
        if now <= mark.reached:
            return 0
        articles = _started(mark.reached, now)
        trigger_articles((TriggerCause.PREORDER_START, article) for article in articles)
        mark.reached = now
        mark.save(update_fields=["reached"])
        return len(articles)


def reach_date_limit(*, now: datetime) -> int:
    """Wakes the plans that wait for articles with expected stock that has come within the date limit since the last
    look, because a day began at its facility; returns how many articles (W4, W6).

    The limit is that of today: a change of it wakes everybody anyway. Looked at twice, nothing is found twice.
    """
    settings = WaitingRoomSettings.load()
    if not settings.future_inventory_enabled:
        return 0
    with transaction.atomic():
        SweepMark.objects.get_or_create(name=DATE_LIMIT)
        mark = SweepMark.objects.select_for_update().get(name=DATE_LIMIT)
        if now <= mark.reached:
            return 0
        articles = _come_within_reach(mark.reached, now, settings)
        trigger_articles((TriggerCause.DATE_LIMIT, article) for article in articles)
        mark.reached = now
        mark.save(update_fields=["reached"])
        return len(articles)


def pass_expected_days(*, now: datetime) -> int:
    """Has those dated who wait for what was expected on a day that has passed since the last look: no date counts on it
    any more (W8, W10). Returns how many articles.
    """
    with transaction.atomic():
        SweepMark.objects.get_or_create(name=EXPECTED_DAYS)
        mark = SweepMark.objects.select_for_update().get(name=EXPECTED_DAYS)
        if now < mark.reached + EVERY:
            return 0
        articles = awaited_articles(_expected_between(mark.reached, now))
        ask_for_dates(articles)
        mark.reached = now
        mark.save(update_fields=["reached"])
        return len(articles)


def _come_within_reach(since: datetime, until: datetime, settings: WaitingRoomSettings) -> list[UUID]:
    """Articles that somebody waits for, with buckets whose day was beyond the limit then and is not now."""
    zones = Facility.objects.online().order_by().values_list("time_zone", flat=True).distinct()
    begun = {
        zone: (last_day(settings, day_at(zone, since)), last_day(settings, day_at(zone, until)))
        for zone in zones
        if day_at(zone, since) != day_at(zone, until)
    }
    found: set[UUID] = set()
    for zone, (before, after) in begun.items():
        buckets = ExpectedStock.objects.promisable().filter(
            Exists(WaitingArticle.objects.filter(article=OuterRef("article"))),
            facility__time_zone=zone,
            delivery_date__gt=before,
            delivery_date__lte=after,
        )
        found |= set(buckets.order_by().values_list("article_id", flat=True).distinct())
    return sorted(found)


def _expected_between(since: datetime, until: datetime) -> set[UUID]:
    """Articles with expected stock of a day that ended in this time, by the clocks of the facility."""
    days = (since.date() - timedelta(days=1), until.date() + timedelta(days=1))
    buckets = ExpectedStock.objects.promisable().filter(delivery_date__range=days)
    return {
        article
        for article, day, zone in buckets.values_list("article_id", "delivery_date", "facility__time_zone")
        if day is not None and day_at(zone, since) <= day < day_at(zone, until)
    }


def _started(since: datetime, until: datetime) -> list[UUID]:
    """Articles that somebody waits for, some preorder of which started in this time."""
    started = Q(preorder_start__gt=since, preorder_start__lte=until)
    waited_for = Exists(WaitingArticle.objects.filter(article=OuterRef("article_id")))
    listings = Listing.objects.filter(started, waited_for, status=ListingStatus.ACTIVE)
    rules = ListingContextRule.objects.filter(
        started,
        Exists(WaitingArticle.objects.filter(article=OuterRef("listing__article_id"))),
        listing__status=ListingStatus.ACTIVE,
    )
    return sorted(
        {
            *listings.order_by().values_list("article_id", flat=True),
            *rules.order_by().values_list("listing__article_id", flat=True),
        }
    )
