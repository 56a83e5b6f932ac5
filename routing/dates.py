"""Asking for dates: rows that say that those who wait for an article may have to wait until another day (W10).

Written in the transaction of their cause; :mod:`routing.passes.dating` serves them in the background, all those of an
article together. What wakes the waiting room (:mod:`routing.triggers`) need not ask: each pass does when it is through,
so that dates are worked out once, with what the pass has left.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from backoffice.core.bulk import insert_rows
from backoffice.core.nudges import nudge
from inventory.models import Article, Listing
from routing.models import DatingRequest, WaitingArticle

DATES_TASK = "routing.dates"


def ask_for_dates(article_ids: Iterable[UUID]) -> None:
    """One row per article, however often it is named."""
    articles = list(dict.fromkeys(article_ids))
    if articles:
        insert_rows(DatingRequest, each={"article": articles}, same={"created": timezone.now()})
        nudge(DATES_TASK)


def ask_for_dates_of(plan_ids: Collection[UUID]) -> None:
    """For whatever these plans wait for."""
    if plan_ids:
        ask_for_dates(
            WaitingArticle.objects.filter(plan_id__in=plan_ids).values_list("article_id", flat=True)
        )


def awaited_articles(article_ids: Collection[UUID]) -> list[UUID]:
    """Those of the articles that somebody waits for, looked up one by one however many wait."""
    if not article_ids:
        return []
    return list(_awaited().filter(id__in=article_ids).values_list("id", flat=True))


def awaited_articles_at(facility_ids: Collection[UUID]) -> list[UUID]:
    """The articles listed at any of the facilities that somebody waits for."""
    if not facility_ids:
        return []
    listed = Listing.objects.filter(facility_id__in=facility_ids, article=OuterRef("pk"))
    return list(_awaited().filter(Exists(listed)).values_list("id", flat=True))


def _awaited() -> QuerySet[Article]:
    return Article.objects.filter(Exists(WaitingArticle.objects.filter(article=OuterRef("pk"))))
