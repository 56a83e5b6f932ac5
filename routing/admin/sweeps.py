from __future__ import annotations

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from backoffice.core.admin_editing import FactAdmin
from routing.models import DatingRequest, PlannedReview, ReleaseTimeReview, SweepMark


@admin.register(SweepMark)
class SweepMarkAdmin(FactAdmin):
    list_display = ("name", "reached")
    search_fields = ("name",)
    ordering = ("name",)
    fields = ("name", "reached")


@admin.register(PlannedReview)
class PlannedReviewAdmin(FactAdmin):
    list_display = ("created", "plan")
    list_select_related = ("plan",)
    search_fields = ("plan__order__tenant_order_id",)
    search_help_text = _("An order number")
    id_fields = ("plan",)
    ordering = ("-id",)
    fields = ("created", "plan")


@admin.register(ReleaseTimeReview)
class ReleaseTimeReviewAdmin(FactAdmin):
    list_display = ("created", "facility", "article")
    list_select_related = ("facility", "article")
    search_fields = ("article__tenant_article_id", "facility__name")
    id_fields = ("article", "facility")
    ordering = ("-id",)
    fields = ("created", "facility", "article")


@admin.register(DatingRequest)
class DatingRequestAdmin(FactAdmin):
    list_display = ("created", "article", "lease_until")
    list_select_related = ("article",)
    search_fields = ("article__tenant_article_id",)
    id_fields = ("article",)
    ordering = ("-id",)
    fields = ("created", "article", "lease", "lease_until")
