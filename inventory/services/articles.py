"""Articles appear the first time that a listing, a stock or an order names them (spec 2)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TypedDict
from uuid import UUID

from django.db import transaction
from django.db.models import Case, TextField, Value, When

from backoffice.core.events import publish
from backoffice.core.finders import Finder
from inventory.events import ArticleChanged
from inventory.models import Article

BATCH = 500

_articles = Finder(Article, by="tenant_article_id")


class ArticleChanges(TypedDict, total=False):
    """What is left out stays as it is. ``backorder_days`` None means that the site's default counts (W10)."""

    title: str
    future_inventory_enabled: bool
    backorder_days: int | None


@transaction.atomic(savepoint=False)  # who places orders is in a transaction, which would go as well
def ensure_articles(titles: Mapping[str, str]) -> dict[str, Article]:
    """The articles by their tenantArticleId; those that do not exist yet are created, in one statement for all.

    ``titles`` maps each tenantArticleId to a title, or to ``""``; a title fills in where an article has none.
    """
    known = _by_tenant_article_id(titles)
    missing = sorted(set(titles) - set(known))
    if missing:
        # In the order of their unique key, so that two imports of the same articles never wait for each other.
        Article.objects.bulk_create(
            [Article(tenant_article_id=key, title=titles[key]) for key in missing],
            batch_size=BATCH,
            ignore_conflicts=True,
        )
        known |= _by_tenant_article_id(missing)
    _entitle([article for key, article in known.items() if titles[key] and not article.title], titles)
    return known


@transaction.atomic
def modify_article(*, article_id: UUID, version: int, changes: ArticleChanges) -> Article:
    """:raises NotFound, VersionConflict:"""
    article: Article = Article.objects.lock_version(article_id, version)
    changed = frozenset(name for name, value in changes.items() if getattr(article, name) != value)
    for name in changed:
        setattr(article, name, changes[name])  # type: ignore[literal-required]  # its own keys
    article.touch(changed)
    publish([ArticleChanged(article_id=article.id, fields=changed)])
    return article


def _by_tenant_article_id(keys: Collection[str]) -> dict[str, Article]:
    return {article.tenant_article_id: article for article in _articles.among(keys)}


def _entitle(articles: list[Article], titles: Mapping[str, str]) -> None:
    """Gives titles to articles that have none, in the order of their ids."""
    articles.sort(key=lambda article: article.id)
    for start in range(0, len(articles), BATCH):
        batch = articles[start : start + BATCH]
        ids = [article.id for article in batch]
        list(
            Article.objects.select_for_update(no_key=True).filter(id__in=ids).order_by("id").values_list("id")
        )
        Article.objects.filter(id__in=ids, title="").bumped(
            title=Case(
                *(
                    When(
                        id=article.id, then=Value(titles[article.tenant_article_id], output_field=TextField())
                    )
                    for article in batch
                )
            )
        )
        for article in batch:
            article.title = titles[article.tenant_article_id]
            article.version += 1
