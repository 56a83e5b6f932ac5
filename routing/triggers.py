"""Release triggers: rows that say that something may let waiting plans go (W4).

They are only inserted, in the transaction of their cause, and coalesce when a pass claims them: a thousand stock
updates of an article are one pass.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from uuid import UUID

from django.utils import timezone

from backoffice.core.nudges import nudge
from routing.models import ReleaseTrigger, TriggerCause

RELEASE_TASK = "routing.release"
ROUTE_TASK = "routing.route"


def trigger_articles(article_ids_by_cause: Iterable[tuple[TriggerCause, UUID]]) -> None:
    """Wakes the plans that need an article; one row per cause and article, however often it is named."""
    now = timezone.now()
    _insert(
        [
            ReleaseTrigger(cause=cause, article_id=article_id, created=now)
            for cause, article_id in dict.fromkeys(article_ids_by_cause)
        ]
    )


def trigger_plans(plan_ids: Collection[UUID], cause: TriggerCause) -> None:
    """Wakes these plans only."""
    now = timezone.now()
    _insert([ReleaseTrigger(cause=cause, plan_id=plan_id, created=now) for plan_id in plan_ids])


def trigger_facilities(facility_ids: Collection[UUID], cause: TriggerCause) -> None:
    """Wakes the plans that need an article which one of the facilities lists."""
    now = timezone.now()
    _insert(
        [ReleaseTrigger(cause=cause, facility_id=facility_id, created=now) for facility_id in facility_ids]
    )


def trigger_everything(cause: TriggerCause) -> None:
    """Wakes every waiting plan."""
    _insert([ReleaseTrigger(cause=cause, created=timezone.now())])


def trigger_those_behind(article_ids: Iterable[UUID]) -> None:
    """Under STRICT wakes whoever waits for what plans wait for that wait no longer, or let others pass (W12)."""
    trigger_articles((TriggerCause.PLAN_IN_FRONT, article_id) for article_id in article_ids)


def _insert(triggers: list[ReleaseTrigger]) -> None:
    if triggers:
        ReleaseTrigger.objects.bulk_create(triggers, batch_size=2_000)
        nudge(RELEASE_TASK)
