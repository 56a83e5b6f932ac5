"""Listings: what happens to an order that finds no stock, where, and for whom."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from backoffice.core import access
from backoffice.core.models import DomainEvent
from backoffice.core.ui.listtools import filters_in
from backoffice.core.ui.offers import Offer
from backoffice.core.ui.screens import ListScreen, Screen
from inventory.behaviour import Behaviour
from inventory.contexts import decide_behaviour, group_titles, tags_of
from inventory.events import ListingsChanged
from inventory.filters import ListingScreenFilter
from inventory.forms import BehaviourTestForm, ListingForm, NewListingForm
from inventory.models import Listing, ListingContextRule, ListingStatus, StockLevel
from inventory.rows import level_rows, listing_rows
from inventory.services.listing_change import ListingDraft
from inventory.services.listings import create_listing, modify_listing
from inventory.services.out_of_stock import MOST_RULES, effective_of
from inventory.tables import ListingTable
from inventory.views.dialogs import NamedDialog
from inventory.wording import behaviour_words, change_words, conditions_words, consequence_words

MANAGE = "inventory.manage_listings"
CHANGES_SHOWN = 5

FORM_FIELDS = {
    "outOfStockConfig.preorder.availabilityTimeframe.start": "preorder_start",
    "outOfStockConfig.restock.restockableInDays": "restockable_in_days",
    "tenantArticleId": "tenant_article_id",
}
"""What services call the fields of the forms."""


class ListingsView(ListScreen):
    permissions: ClassVar[dict[str, str]] = {"*": "inventory.view"}
    template_name = "inventory/listings.html"
    list_template_name = "inventory/partials/listing_list.html"
    filterset_class = ListingScreenFilter
    table_class = ListingTable
    keys = ("article__tenant_article_id", "facility__name", "id")
    extra_context = {
        "empty": {
            "icon": "tags",
            "title": _("No listings yet"),
            "text": _(
                "A listing says that a facility sells an article, and whether orders may wait for it there. Create "
                "the first one here once there is a facility, or let your systems send them to the API."
            ),
            "offers": (
                Offer(_("New listing"), "listing-create", MANAGE, dialog=True),
                Offer(_("Import a file"), "imports", "core.import_files"),
                Offer(_("Look at the API"), "docs", "inventory.view"),
                Offer(_("To the facilities"), "facilities", "inventory.view"),
            ),
        }
    }

    def get_queryset(self) -> QuerySet[Listing]:
        return listing_rows()

    def without(self) -> tuple[str, ...]:
        return () if access.may(self.request.user, MANAGE) else ("chosen",)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(bulk_query=filters_in(self.request.GET), **kwargs)


class CreateListingView(NamedDialog):
    """An article that a facility does not sell yet; ``facility`` in the query is the one that is meant."""

    permissions: ClassVar[dict[str, str]] = {"*": MANAGE}
    template_name = "inventory/partials/listing_dialog.html"
    field_names: ClassVar[dict[str, str]] = FORM_FIELDS

    def get_form(self, data: Any = None, **kwargs: Any) -> NewListingForm:
        initial = {"behaviour": Behaviour.BACKORDER.value, "facility": self.request.GET.get("facility")}
        return NewListingForm(data, initial=initial)

    def get_context(self, **kwargs: Any) -> dict[str, Any]:
        return {"title": say("New listing"), "submit": say("Create the listing"), "wide": True}

    def act(self, form: Any, **kwargs: Any) -> str:
        given = form.cleaned_data
        listing = create_listing(
            facility=given["facility"],
            draft=ListingDraft(
                tenant_article_id=given["tenant_article_id"],
                title=given["title"],
                own=form.effective(),
                details={"title": given["title"]} if given["title"] else {},
            ),
        )
        self.leads_to = reverse("listing", args=(listing.pk,))
        return say("%(facility)s lists %(article)s now. Next, say what is in stock.") % {
            "facility": given["facility"],
            "article": listing.article,
        }


class ListingView(Screen):
    permissions: ClassVar[dict[str, str]] = {"*": "inventory.view"}
    template_name = "inventory/listing.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        listing = get_object_or_404(Listing.objects.select_related("article", "facility"), pk=kwargs["pk"])
        rules = list(listing.context_rules.order_by("priority", "id"))
        own = effective_of(listing)
        return super().get_context_data(
            listing=listing,
            status=ListingStatus(listing.status),
            behaviour=behaviour_words(own),
            consequence=consequence_words(own),
            rules=[{"row": rule, **said} for rule, said in zip(rules, said_rules(rules), strict=True)],
            most_rules=MOST_RULES,
            level=_level_of(listing),
            form=BehaviourTestForm(),
            changes=[
                {"event": event, "words": change_words(event, Listing)}
                for event in DomainEvent.objects.filter(
                    resource_type=ListingsChanged.resource_type, resource_id=str(listing.pk)
                ).order_by("-id")[:CHANGES_SHOWN]
            ],
            **kwargs,
        )


class TryListingView(Screen):
    """The part of the page that answers what would count for some order (B1, B2)."""

    permissions: ClassVar[dict[str, str]] = {"*": "inventory.view"}
    template_name = "inventory/partials/verdict.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        listing = get_object_or_404(Listing, pk=kwargs["pk"])
        form = BehaviourTestForm(self.request.GET)
        if not form.is_valid():
            return super().get_context_data(form=form, **kwargs)
        ordering = form.cleaned_data["ordering_facility"]
        decided = decide_behaviour(
            listing,
            tags=tags_of([form.cleaned_data["tags"]]),
            ordering_facility_id=ordering.pk if ordering else None,
        )
        return super().get_context_data(
            form=form,
            active=listing.status == ListingStatus.ACTIVE,
            behaviour=behaviour_words(decided.effective),
            consequence=consequence_words(decided.effective),
            by=decided.by,
            by_words=said_rules([decided.by])[0]["conditions"] if decided.by else "",
            has_rules=bool(decided.rules),
            **kwargs,
        )


def said_rules(rules: list[ListingContextRule]) -> list[dict[str, str]]:
    """The conditions and the behaviour of each rule in words."""
    groups = group_titles(rules)
    return [
        {
            "conditions": conditions_words(rule.conditions, groups),
            "behaviour": behaviour_words(effective_of(rule)),
        }
        for rule in rules
    ]


def _level_of(listing: Listing) -> StockLevel | None:
    return level_rows().filter(facility=listing.facility_id, article=listing.article_id).first()


class EditListingView(NamedDialog):
    permissions: ClassVar[dict[str, str]] = {"*": MANAGE}
    template_name = "inventory/partials/listing_dialog.html"
    field_names: ClassVar[dict[str, str]] = FORM_FIELDS

    def get_form(self, data: Any = None, **kwargs: Any) -> ListingForm:
        self.listing = get_object_or_404(
            Listing.objects.select_related("article", "facility"), pk=kwargs["pk"]
        )
        own = effective_of(self.listing)
        return ListingForm(
            data,
            initial={
                "version": self.listing.version,
                "status": self.listing.status,
                "behaviour": own.behaviour.value,
                "preorder_start": own.preorder_start,
                "restockable_in_days": own.restockable_in_days,
            },
        )

    def get_context(self, **kwargs: Any) -> dict[str, Any]:
        return {
            "title": say("Edit listing"),
            "listing": self.listing,
            "submit": say("Save"),
        }

    def act(self, form: Any, **kwargs: Any) -> str:
        given = form.cleaned_data
        modify_listing(
            listing=self.listing,
            version=given["version"],
            changes={
                "status": given["status"],
                "behaviour": Behaviour(given["behaviour"]),
                "preorder_start": given["preorder_start"],
                "restockable_in_days": given["restockable_in_days"],
            },
        )
        return say("%(article)s at %(facility)s was saved.") % {
            "article": self.listing.article,
            "facility": self.listing.facility,
        }
