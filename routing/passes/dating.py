"""Working out the dates of waiting and planned lines, article by article, in the background (W10)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from itertools import islice
from uuid import UUID, uuid4

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from backoffice.core.bulk import update_rows
from backoffice.core.events import publish
from backoffice.core.nudges import nudge
from inventory.models import Article
from routing.dates import DATES_TASK
from routing.engine.dating import latest
from routing.events import PlanDateChanged
from routing.models import DatingRequest, PlanLine, ReleaseTrigger, RoutingPlan
from routing.models.plan import DATED
from routing.passes.claims import awaited
from routing.passes.forecasts import Forecast, forecast
from routing.passes.loading import lock_plans
from routing.passes.retries import PassInterrupted, with_retries

log = structlog.get_logger(__name__)

CHUNK = 500
"""Plans per transaction at most, so that row locks are held for a quarter of a second (spec 8)."""

HEAD = 1_000
"""How many requests are looked at to choose an article."""

PATIENCE = timedelta(minutes=1)
"""How long dates wait for a pass that is about to change them anyway."""

DATES = ("expected_date", "expected_date_source")


class LeaseLost(PassInterrupted):
    """The lease ran out, and somebody else took over."""


@dataclass(frozen=True, slots=True)
class Claimed:
    """An article whose requests are served under one lease."""

    lease: UUID
    article: UUID


def work_out_dates() -> int:
    """Serves requests until none is left that may be served now; returns how many articles it dated.

    Dates give way: while the waiting room has work to do, one article is dated at a time (spec 8, T4b). An article that
    fails does not keep the others from their turn: it is tried again when its lease has ended.

    :raises ExceptionGroup: what failed, when all others are done.
    """
    articles = 0
    failed: list[Exception] = []
    while (claimed := with_retries(_claim)) is not None:
        try:
            date_article(claimed)
            articles += 1
        except LeaseLost:
            log.warning("lease_lost", lease=str(claimed.lease))
        except Exception as error:
            log.exception("dating_failed", article=str(claimed.article))
            failed.append(error)
        if _somebody_may_be_released():
            nudge(DATES_TASK)
            break
    if failed:
        raise ExceptionGroup("Some articles could not be dated", failed)
    return articles


def date_article(claimed: Claimed) -> int:
    """Writes the dates that changed, in transactions of one chunk each; returns how many plans have another day.

    Killed at any instant it leaves whole chunks behind, and requests that bring the next worker to the rest.

    :raises LeaseLost: another worker took over.
    """
    changed = 0
    by_plan: dict[UUID, list[Forecast]] = defaultdict(list)
    article = Article.objects.get(pk=claimed.article)
    for one in forecast(article, timezone.now()):
        by_plan[one.plan].append(one)
    plans = iter(sorted(by_plan))
    while chunk := list(islice(plans, CHUNK)):
        changed += with_retries(partial(_write, claimed, {plan: by_plan[plan] for plan in chunk}))
    DatingRequest.objects.filter(lease=claimed.lease).delete()
    return changed


def _write(claimed: Claimed, forecasts: dict[UUID, list[Forecast]]) -> int:
    """Plans that do not wait any more are left alone: whoever moved them asked again, for those who still do."""
    with transaction.atomic():
        if not DatingRequest.objects.filter(lease=claimed.lease).update(lease_until=_lease_end()):
            raise LeaseLost
        lock_plans(list(forecasts))
        plans = list(
            RoutingPlan.objects.filter(id__in=forecasts, status__in=DATED).only("id", "order_id", *DATES)
        )
        update_rows(
            [
                PlanLine(id=one.line, expected_date=one.day, expected_date_source=one.source)
                for plan in plans
                for one in forecasts[plan.id]
            ],
            DATES,
        )
        return _date_plans(plans)


def _date_plans(plans: Sequence[RoutingPlan]) -> int:
    """Each plan has the latest date of its lines; an event tells when that is another day than before."""
    lines: dict[UUID, list[tuple[date | None, str]]] = defaultdict(list)
    for plan_id, day, source in PlanLine.objects.filter(plan__in=plans).values_list("plan_id", *DATES):
        lines[plan_id].append((day, source))
    changed: list[RoutingPlan] = []
    events: list[PlanDateChanged] = []
    for plan in plans:
        before = plan.expected_date
        day, source = latest(lines[plan.id])
        if (day, source) == (before, plan.expected_date_source):
            continue
        plan.expected_date, plan.expected_date_source = day, source
        changed.append(plan)
        if day != before:
            events.append(PlanDateChanged.of(plan, before))
    update_rows(changed, DATES)
    publish(events)
    return len(events)


def _claim() -> Claimed | None:
    """Leases the requests of the article that has waited longest, unless a pass is about to change its dates."""
    with transaction.atomic():
        for article in _due():
            # Two workers claim an article one after the other, so that the second sees the lease of the first.
            locked = Article.objects.select_for_update(skip_locked=True, no_key=True).filter(pk=article)
            if not list(locked.values_list("pk")) or _leased().filter(article=article).exists():
                continue
            claimed = Claimed(uuid4(), article)
            mine = _pending().filter(article=article)
            if mine.update(lease=claimed.lease, lease_until=_lease_end()):
                return claimed
    return None


def _due() -> Iterator[UUID]:
    """Articles with requests that may be served now, those that were asked for first in front."""
    head = list(_pending().order_by("id").values_list("article_id", "created")[:HEAD])
    asked: dict[UUID, datetime] = {}
    for article, created in head:
        asked.setdefault(article, created)
    leased = set(_leased().filter(article__in=asked).values_list("article_id", flat=True))
    about_to_change = awaited(asked)
    for article, created in asked.items():
        patient = article in about_to_change and created > timezone.now() - PATIENCE
        if article not in leased and not patient:
            yield article


def _somebody_may_be_released() -> bool:
    free = Q(lease_until__isnull=True) | Q(lease_until__lt=timezone.now())
    return ReleaseTrigger.objects.filter(free).exists()


def _pending() -> QuerySet[DatingRequest]:
    return DatingRequest.objects.filter(Q(lease_until__isnull=True) | Q(lease_until__lt=timezone.now()))


def _leased() -> QuerySet[DatingRequest]:
    return DatingRequest.objects.filter(lease_until__gte=timezone.now())


def _lease_end() -> datetime:
    return timezone.now() + timedelta(seconds=settings.ANTEROOM_TRIGGER_LEASE_SECONDS)
