from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from backoffice.core.errors import Invalid
from backoffice.core.importing.columns import Amount, Column, Moment, Units, Word, labelled
from backoffice.core.importing.resources import Record, Resource, Verdict, changes_between
from inventory.behaviour import Behaviour
from inventory.imports.naming import FACILITY, article_column, facilities_named, unknown_facility
from inventory.models import Article, Facility, Listing, ListingStatus, OutOfStockBehaviour
from inventory.services.listing_change import ListingChange, ListingChanges, ListingDraft
from inventory.services.listings import Placed, upsert_listings
from inventory.services.out_of_stock import LONGEST_RESTOCK_DAYS, RuleDraft, effective_of

COLUMNS = {
    "status": "status",
    "behaviour": "out_of_stock_behaviour",
    "preorder_start": "preorder_start",
    "restockable_in_days": "restockable_in_days",
    "price": "price",
    "currency": "currency",
}
"""Columns of the file with those of a listing."""


class Listings(Resource):
    """What facilities sell, and what happens without stock. Context rules stay as they are."""

    name = "listings"
    title = _("Listings")
    lead = _(
        "What facilities sell, and what happens to an order that finds no stock. Context rules stay as they are."
    )
    permission = "inventory.manage_listings"
    list_name = "listings"
    key = ("article", "facility")
    fields = {
        "outOfStockConfig.preorder.availabilityTimeframe.start": "preorder_start",
        "outOfStockConfig.restock.restockableInDays": "restockable_in_days",
        "outOfStockConfig": "behaviour",
        "tenantArticleId": "article",
    }
    columns = (
        FACILITY,
        article_column(),
        Column(
            name="title",
            label=_("Title"),
            explanation=_("What a new article is called; one that has a title keeps it."),
            field=forms.CharField(max_length=1024),
            example="Tent for two",
        ),
        Column(
            name="status",
            label=_("Status"),
            explanation=_("ACTIVE or INACTIVE; a new listing is active."),
            field=Word({status.value: status.label for status in ListingStatus}),
            example="ACTIVE",
        ),
        Column(
            name="behaviour",
            label=_("Without stock"),
            explanation=_(
                "NONE, BACKORDER, PREORDER, RESTOCK or PREORDER_AND_RESTOCK; a new listing cannot wait."
            ),
            field=Word(labelled(OutOfStockBehaviour.choices)),
            example="PREORDER",
        ),
        Column(
            name="preorder_start",
            label=_("Preorder start"),
            explanation=_("When picking of preorders can begin; a time without an offset is UTC."),
            field=Moment(),
            example="2026-12-01T08:00:00Z",
        ),
        Column(
            name="restockable_in_days",
            label=_("Restockable in days"),
            explanation=_("Within how many days it can be got again; 0 is at once, and without limit."),
            field=Units(most=LONGEST_RESTOCK_DAYS),
            example="",
        ),
        Column(
            name="price",
            label=_("Price"),
            explanation=_("Of one unit."),
            field=Amount(min_value=0, max_digits=14, decimal_places=2),
            example="199.90",
        ),
        Column(
            name="currency",
            label=_("Currency"),
            explanation=_("Three capital letters."),
            field=forms.RegexField(r"^[A-Z]{3}\Z"),
            example="EUR",
        ),
    )

    def judge(self, records: Sequence[Record]) -> list[Verdict]:
        facilities = facilities_named({record.values["facility"] for record in records})
        articles = Article.objects.filter(tenant_article_id__in={one.values["article"] for one in records})
        by_number = {article.tenant_article_id: article for article in articles}
        listings = {
            (listing.facility_id, listing.article_id): listing
            for listing in Listing.objects.filter(
                facility__in=[facility.pk for facility in facilities.values()],
                article__in=[article.pk for article in by_number.values()],
            ).prefetch_related("context_rules")
        }
        return [self._judge(record, facilities, by_number, listings) for record in records]

    def _judge(
        self,
        record: Record,
        facilities: dict[str, Facility],
        articles: dict[str, Article],
        listings: dict[tuple[UUID, UUID], Listing],
    ) -> Verdict:
        given = record.values
        title = f"{given['article']} · {given['facility']}"
        facility = facilities.get(given["facility"])
        if facility is None:
            return unknown_facility(record, title)
        article = articles.get(given["article"]) or Article(tenant_article_id=given["article"])
        listing = listings.get((facility.pk, article.pk))
        before = _said(listing) if listing else {}
        version = listing.version if listing else None
        change = _change(facility, article, listing)
        problems = change.merge(_changes(given))
        if problems:
            return Verdict(
                record,
                "REFUSED",
                title,
                problems=self.refused(record, Invalid.many(problems)),
            )
        after = _said(change.listing)
        if listing is None:
            after = {name: value for name, value in after.items() if value not in (None, "")}
        changes = changes_between(tuple(COLUMNS), before, after)
        return Verdict(
            record,
            "NEW" if listing is None else "CHANGED" if changes else "UNCHANGED",
            title,
            changes=changes,
            seen=[version] if version else [],
            draft=Placed(facility.pk, _draft(change, given, version), ""),
        )

    def write(self, verdicts: Sequence[Verdict], *, reason: str) -> None:
        upsert_listings(placed=[verdict.draft for verdict in verdicts])


def _change(facility: Facility, article: Article, listing: Listing | None) -> ListingChange:
    if listing is None:
        return ListingChange.new(facility.pk, article)
    return ListingChange(listing, [RuleDraft.of(rule) for rule in listing.context_rules.all()])


def _changes(given: dict[str, Any]) -> ListingChanges:
    changes: dict[str, Any] = {
        name: given[name]
        for name in ("status", "preorder_start", "restockable_in_days", "price", "currency")
        if name in given
    }
    if "behaviour" in given:
        changes["behaviour"] = Behaviour(given["behaviour"])
    return ListingChanges(**changes)  # type: ignore[typeddict-item]  # the names above are its keys


def _said(listing: Listing) -> dict[str, Any]:
    return {name: getattr(listing, column) for name, column in COLUMNS.items()}


def _draft(change: ListingChange, given: dict[str, Any], version: int | None) -> ListingDraft:
    """The whole listing as it would be; what the file does not speak of is what it was."""
    listing = change.listing
    title = given.get("title", "")
    return ListingDraft(
        tenant_article_id=given["article"],
        title=title,
        version=version,
        status=listing.status,
        own=effective_of(listing),
        rules=change.rules,
        price=listing.price,
        currency=listing.currency,
        tags=listing.tags,
        details={"title": title, **listing.details} if title else listing.details,
        custom_attributes=listing.custom_attributes,
    )
