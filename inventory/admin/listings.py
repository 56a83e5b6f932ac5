from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import AutocompleteSelectFilter, ChoicesCheckboxFilter

from backoffice.core.admin_columns import status_column
from backoffice.core.admin_editing import FactAdmin, FactInline, ServiceAdmin, VersionedForm
from inventory.behaviour import Behaviour
from inventory.models import Listing, ListingContextRule, ListingStatus
from inventory.services.listings import delete_listing, modify_listing

_OUT_OF_STOCK = ("out_of_stock_behaviour", "preorder_start", "restockable_in_days")


class ListingForm(VersionedForm):
    class Meta:
        model = Listing
        fields = ("status", *_OUT_OF_STOCK, "price", "currency")

    def _post_clean(self) -> None:
        """The service checks the row; the model's own check would refuse what the service is about to put right."""


def condition_sentence(condition: dict[str, Any]) -> str:
    values = ", ".join(condition.get("values", ()))
    said = say("not %(what)s %(values)s") if condition.get("operator") == "NOT" else "%(what)s %(values)s"
    return said % {"what": condition.get("type"), "values": values}


@admin.display(description=_("conditions"))
def conditions(rule: ListingContextRule) -> str:
    return say(" and ").join(condition_sentence(condition) for condition in rule.conditions)


class ContextRuleInline(FactInline):
    model = ListingContextRule
    verbose_name_plural = _("context rules")
    ordering = ("priority", "pk")
    fields = ("priority", conditions, *_OUT_OF_STOCK)


@admin.register(Listing)
class ListingAdmin(ServiceAdmin):
    form = ListingForm
    manage = "inventory.manage_listings"
    may_delete = True
    list_display = ("sku", "article", "facility", "state", *_OUT_OF_STOCK, "price")
    list_display_links = ("sku", "article")
    list_filter = (
        ("status", ChoicesCheckboxFilter),
        ("out_of_stock_behaviour", ChoicesCheckboxFilter),
        ("facility", AutocompleteSelectFilter),
        ("article", AutocompleteSelectFilter),
    )
    list_filter_submit = True
    list_select_related = ("article", "facility")
    search_fields = ("article__tenant_article_id", "article__title", "facility__name")
    id_fields = ("pk", "article", "facility")
    inlines = (ContextRuleInline,)
    fieldsets = (
        (None, {"fields": ("article", "facility", "status", "price", "currency", "seen_version")}),
        (_("Out of stock"), {"fields": _OUT_OF_STOCK}),
        (
            _("Kept by the API"),
            {"fields": ("tags", "details", "custom_attributes"), "classes": ("collapse",)},
        ),
        (_("History"), {"fields": ("id", "version", "created", "last_modified")}),
    )
    readonly_fields = (
        *("article", "facility", "tags", "details", "custom_attributes"),
        *("id", "version", "created", "last_modified"),
    )

    state = status_column("status", ListingStatus)

    @admin.display(description=_("article"), ordering="article__tenant_article_id")
    def sku(self, listing: Listing) -> str:
        return listing.article.tenant_article_id

    def save_model(self, request: HttpRequest, obj: Listing, form: Any, change: bool) -> None:
        changes = form.given(("status", *_OUT_OF_STOCK, "price", "currency"))
        if behaviour := changes.pop("out_of_stock_behaviour", None):
            changes["behaviour"] = Behaviour(behaviour)
        saved = modify_listing(listing=obj, version=form.version, changes=changes)
        obj.__dict__.update(saved.__dict__)

    def delete_model(self, request: HttpRequest, obj: Listing) -> None:
        delete_listing(listing_id=obj.pk)


@admin.register(ListingContextRule)
class ListingContextRuleAdmin(FactAdmin):
    list_display = ("listing", "priority", conditions, *_OUT_OF_STOCK)
    list_filter = (("out_of_stock_behaviour", ChoicesCheckboxFilter),)
    list_filter_submit = True
    list_select_related = ("listing__article", "listing__facility")
    search_fields = ("listing__article__tenant_article_id", "listing__facility__name")
    id_fields = ("listing",)
