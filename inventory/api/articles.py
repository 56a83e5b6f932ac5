# ruff: noqa: N815 - fields are named as in JSON
"""``/api/articles``"""

from __future__ import annotations

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from backoffice.core.api.pages import page_of
from backoffice.core.api.schema import operation, query
from backoffice.core.api.serializers import StrictSerializer, VersionField
from backoffice.core.api.values import instant
from backoffice.core.api.views import ApiView
from backoffice.core.errors import NotFound
from backoffice.core.filters import filtered
from inventory.api.shapes import CountField, ResourceSerializer, TextField
from inventory.filters import ArticleFilter
from inventory.models import Article
from inventory.services import articles
from inventory.services.articles import ArticleChanges

MOST_BACKORDER_DAYS = 3_650


class ArticleForModificationSerializer(StrictSerializer):
    """``backorderDays`` null means that the site's default counts (W10)."""

    ignored_keys = frozenset({"id", "created", "lastModified", "tenantArticleId"})

    version = VersionField()
    title = TextField(max_length=1024)
    futureInventoryEnabled = serializers.BooleanField(required=False)
    backorderDays = CountField(max_value=MOST_BACKORDER_DAYS, required=False, allow_null=True)


class ArticleSerializer(ResourceSerializer):
    tenantArticleId = serializers.CharField()
    title = serializers.CharField(allow_blank=True)
    futureInventoryEnabled = serializers.BooleanField()
    backorderDays = serializers.IntegerField(allow_null=True)


def render_article(article: Article) -> dict[str, Any]:
    return {
        "id": str(article.pk),
        "version": article.version,
        "created": instant(article.created),
        "lastModified": instant(article.last_modified),
        "tenantArticleId": article.tenant_article_id,
        "title": article.title,
        "futureInventoryEnabled": article.future_inventory_enabled,
        "backorderDays": article.backorder_days,
    }


def article_or_404(tenant_article_id: str) -> Article:
    """:raises NotFound:"""
    article = Article.objects.filter(tenant_article_id=tenant_article_id).first()
    if article is None:
        raise NotFound.of(Article, tenant_article_id)
    return article


class ArticlesView(ApiView):
    permissions = {"GET": "inventory.view"}

    @operation(
        "List articles",
        page=("articles", ArticleSerializer),
        parameters=(query("tenantArticleId", many=True), query("title", "a part of the title")),
        errors=(400, 401, 403),
        tag="Articles",
    )
    def get(self, request: Request) -> Response:
        rows = filtered(ArticleFilter, request.query_params, Article.objects.all())
        return page_of(rows, request, "articles", render_article)


class ArticleView(ApiView):
    permissions = {"GET": "inventory.view", "PATCH": "inventory.manage_listings"}

    @operation("Read an article", answer=ArticleSerializer, errors=(401, 403, 404), tag="Articles")
    def get(self, request: Request, tenant_article_id: str) -> Response:
        return Response(render_article(article_or_404(tenant_article_id)))

    @operation(
        "Change an article",
        request=ArticleForModificationSerializer,
        answer=ArticleSerializer,
        errors=(400, 401, 403, 404, 409),
        tag="Articles",
    )
    def patch(self, request: Request, tenant_article_id: str) -> Response:
        article = article_or_404(tenant_article_id)
        body = self.body(ArticleForModificationSerializer)
        changes = ArticleChanges()
        if "title" in body:
            changes["title"] = body["title"]
        if "futureInventoryEnabled" in body:
            changes["future_inventory_enabled"] = body["futureInventoryEnabled"]
        if "backorderDays" in body:
            changes["backorder_days"] = body["backorderDays"]
        changed = articles.modify_article(article_id=article.pk, version=body["version"], changes=changes)
        return Response(render_article(changed))
