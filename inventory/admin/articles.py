from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from backoffice.core.admin_editing import ServiceAdmin, VersionedForm
from inventory.models import Article
from inventory.services.articles import modify_article

_EDITED = ("title", "future_inventory_enabled", "backorder_days")


class ArticleForm(VersionedForm):
    class Meta:
        model = Article
        fields = _EDITED


@admin.register(Article)
class ArticleAdmin(ServiceAdmin):
    """Articles appear when a listing, a stock or an order names them; nobody adds them by hand (spec 2)."""

    form = ArticleForm
    manage = "inventory.manage_listings"
    list_display = ("tenant_article_id", "title", "future_inventory_enabled", "backorder_days")
    list_filter = ("future_inventory_enabled",)
    search_fields = ("tenant_article_id", "title")
    ordering = ("tenant_article_id",)
    fieldsets = (
        (None, {"fields": ("tenant_article_id", *_EDITED, "seen_version")}),
        (_("History"), {"fields": ("id", "version", "created", "last_modified")}),
    )
    readonly_fields = ("tenant_article_id", "id", "version", "created", "last_modified")

    def save_model(self, request: HttpRequest, obj: Article, form: Any, change: bool) -> None:
        saved = modify_article(article_id=obj.pk, version=form.version, changes=form.given(_EDITED))
        obj.__dict__.update(saved.__dict__)
