"""Release triggers: rows that say that something may let waiting plans go (W4).

They are only inserted, in the transaction of their cause, and coalesce when a pass claims them: a thousand stock
updates of an article are one pass.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.utils import timezone

from backoffice.core.bulk import insert_rows
from backoffice.core.nudges import nudge
from routing.models import ReleaseTrigger, TriggerCause

RELEASE_TASK = "routing.release"
ROUTE_TASK = "routing.route"


def trigger_articles(article_ids_by_cause: Iterable[tuple[TriggerCause, UUID]]) -> None:
    """Wakes the plans that need an article; one row per cause and article, however often it is named."""
    pairs = list(dict.fromkeys(article_ids_by_cause))
    _insert({"cause": [cause for cause, _ in pairs], "article": [article for _, article in pairs]})


def trigger_plans(plan_ids: Collection[UUID], cause: TriggerCause) -> None:
    """Wakes these plans only."""
    _insert({"plan": list(plan_ids)}, cause)


def trigger_facilities(facility_ids: Collection[UUID], cause: TriggerCause) -> None:
    """Wakes the plans that need an article which one of the facilities lists."""
    _insert({"facility": list(facility_ids)}, cause)


def trigger_everything(cause: TriggerCause) -> None:
    """Wakes every waiting plan."""
    _insert({"cause": [cause]})


def trigger_those_behind(article_ids: Iterable[UUID]) -> None:
    """Under STRICT wakes whoever waits for what plans wait for that wait no longer, or let others pass (W12)."""
    trigger_articles((TriggerCause.PLAN_IN_FRONT, article_id) for article_id in article_ids)


def _insert(each: Mapping[str, Sequence[Any]], cause: TriggerCause | None = None) -> None:
    if any(each.values()):
        same = {"created": timezone.now()} | ({"cause": cause} if cause else {})
        insert_rows(ReleaseTrigger, each=each, same=same)
        nudge(RELEASE_TASK)
