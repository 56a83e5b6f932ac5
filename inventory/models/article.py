from __future__ import annotations

from django.db import models

from backoffice.core.models.base import Versioned


class Article(Versioned):
    """Something that is sold. It appears the first time a listing, a stock or an order names it (spec 2).

    ``future_inventory_enabled`` lets it be promised from expected stock (W6); ``backorder_days`` replaces the site's
    default number of days until an article without dated supply is expected (W10).
    """

    tenant_article_id = models.CharField(max_length=255, unique=True)
    title = models.CharField(max_length=1024, blank=True)
    future_inventory_enabled = models.BooleanField(default=True)
    backorder_days = models.PositiveIntegerField(null=True, blank=True)

    def __str__(self) -> str:
        return self.title or self.tenant_article_id
