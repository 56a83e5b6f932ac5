"""Creating, changing and deleting listings."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Literal
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from backoffice.core.bulk import update_rows
from backoffice.core.errors import Invalid, NotFound, Problem, StateConflict, VersionConflict
from backoffice.core.events import publish
from inventory.events import ListingDeleting, ListingsChanged
from inventory.models import Facility, Listing, ListingContextRule
from inventory.services import levels
from inventory.services.articles import ensure_articles
from inventory.services.listing_change import ListingChange, ListingChanges, ListingDraft
from inventory.services.out_of_stock import RuleDraft, fit, fit_rules

BATCH = 500

Outcome = Literal["CREATED", "UPDATED"]


@transaction.atomic
def put_listings(*, facility: Facility, drafts: Sequence[ListingDraft]) -> list[tuple[Listing, Outcome]]:
    """Creates or replaces listings of one facility, all or none of them, in a constant number of statements.

    A draft that names the same article as one before it replaces that one, too. Versions, where given, are compared
    with what was there before the call.

    :raises NotFound: the facility is gone.
    :raises Invalid: with the problems of every draft; fields start with ``listings[<position>].``
    :raises VersionConflict: of the first draft whose version is stale.
    """
    fitted = _fit(drafts)
    # Listings are created under this lock only, so that none can appear between looking for one and creating it.
    if not Facility.objects.select_for_update(no_key=True).filter(pk=facility.pk).exists():
        raise NotFound.of(Facility, facility.pk)
    titles: dict[str, str] = {}
    for draft in fitted:
        titles[draft.tenant_article_id] = draft.title or titles.get(draft.tenant_article_id, "")
    articles = ensure_articles(titles)
    changes = {
        listing.article_id: ListingChange(
            listing, [RuleDraft.of(rule) for rule in listing.context_rules.all()]
        )
        for listing in _locked(Listing.objects.filter(facility=facility, article__in=articles.values()))
    }
    outcomes: list[tuple[Listing, Outcome]] = []
    for draft in fitted:
        article = articles[draft.tenant_article_id]
        change = changes.get(article.pk)
        outcomes.append(
            (change.listing, "UPDATED")
            if change
            else (Listing(facility=facility, article=article, version=1), "CREATED")
        )
        if change is None:
            change = changes[article.pk] = ListingChange(outcomes[-1][0], None)
        elif draft.version is not None and not change.created and draft.version != change.listing.version:
            raise VersionConflict(change.listing.version, draft.version)
        change.replace(draft)
    _write(list(changes.values()))
    return outcomes


@transaction.atomic
def modify_listing(*, listing: Listing, version: int, changes: ListingChanges) -> Listing:
    """Changes what is given.

    :raises NotFound, VersionConflict:
    :raises Invalid: the behaviour, its configuration or the context rules do not fit together.
    """
    locked = Listing.objects.lock_version(listing.pk, version)
    change = ListingChange(locked, [RuleDraft.of(rule) for rule in locked.context_rules.all()])
    problems = change.merge(changes)
    if problems:
        raise Invalid.many(problems)
    _write([change])
    return locked


@transaction.atomic
def delete_listings(*, listing_ids: Collection[UUID]) -> int:
    """Deletes listings; their stock stays, and does not count (B3). Returns how many there were.

    :raises StateConflict: live records refer to one of them (O3); nothing is deleted.
    """
    found = _locked(Listing.objects.filter(pk__in=listing_ids))
    publish(
        [
            ListingDeleting(
                listing_id=listing.pk, facility_id=listing.facility_id, article_id=listing.article_id
            )
            for listing in found
        ]
    )
    held = levels.lock_levels_of({(listing.facility_id, listing.article_id) for listing in found})
    reserved = sum(level.reserved for level in held.values())
    if reserved:
        raise StateConflict(
            f"Orders hold {reserved} units of what would be deleted: cancel or reroute them first, "
            "or set the listing to INACTIVE."
        )
    Listing.objects.filter(pk__in=[listing.pk for listing in found]).delete()
    publish(
        [
            ListingsChanged(
                listing_id=listing.pk,
                facility_id=listing.facility_id,
                article_id=listing.article_id,
                may_release=False,
                deleted=True,
                facts={"deleted": True},
            )
            for listing in found
        ]
    )
    return len(found)


def delete_listing(*, listing_id: UUID) -> None:
    """:raises NotFound:
    :raises StateConflict: live records refer to it (O3).
    """
    if not delete_listings(listing_ids=[listing_id]):
        raise NotFound.of(Listing, listing_id)


def _fit(drafts: Sequence[ListingDraft]) -> list[ListingDraft]:
    """The drafts without configuration that their behaviour does not use.

    :raises Invalid: with the problems of every draft.
    """
    problems: list[Problem] = []
    fitted = []
    for index, draft in enumerate(drafts):
        path = f"listings[{index}]."
        own, wrong = fit(draft.own, path=path)
        rules, wrong_rules = fit_rules(draft.rules, path=path)
        problems += wrong + wrong_rules
        fitted.append(replace(draft, own=own, rules=rules))
    if problems:
        raise Invalid.many(problems)
    return fitted


def _locked(queryset: QuerySet[Listing]) -> list[Listing]:
    """Locks the listings by ascending id, then reads them with their rules."""
    ids = list(queryset.select_for_update(no_key=True).order_by("id").values_list("id", flat=True))
    return list(Listing.objects.filter(id__in=ids).prefetch_related("context_rules").order_by("id"))


def _write(changes: Sequence[ListingChange]) -> None:
    """Writes new and changed listings and their rules, and tells about it."""
    new = [change for change in changes if change.created]
    old = [change for change in changes if not change.created]
    Listing.objects.bulk_create([change.listing for change in new], batch_size=BATCH)
    _update(old)
    with_new_rules = [change for change in old if "rules" in change.changed]
    ListingContextRule.objects.filter(listing__in=[change.listing for change in with_new_rules]).delete()
    ListingContextRule.objects.bulk_create(
        [
            ListingContextRule(
                listing=change.listing,
                priority=rule.priority,
                conditions=rule.conditions,
                out_of_stock_behaviour=rule.effective.behaviour.value,
                preorder_start=rule.effective.preorder_start,
                restockable_in_days=rule.effective.restockable_in_days,
            )
            for change in new + with_new_rules
            for rule in change.rules
        ],
        batch_size=BATCH,
    )
    publish([change.event() for change in changes])


def _update(changes: Sequence[ListingChange]) -> None:
    """Every listing gets its next version, also where nothing is different; the rest is written where it is."""
    now = timezone.now()
    columns = sorted(set().union(*(change.changed for change in changes)) - {"rules"})
    for change in changes:
        change.listing.version += 1
        change.listing.last_modified = now
    update_rows([change.listing for change in changes], [*columns, "version", "last_modified"])
