from __future__ import annotations

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from backoffice.core.admin_editing import FactAdmin
from inventory.models import Tag


@admin.register(Tag)
class TagAdmin(FactAdmin):
    list_display = ("id", "values", "last_modified")
    search_fields = ("id",)
    ordering = ("id",)

    @admin.display(description=_("allowed values"))
    def values(self, tag: Tag) -> str:
        return ", ".join(tag.allowed_values)
