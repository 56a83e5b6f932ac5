"""Creating, changing and deleting listings."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from backoffice.core.bulk import update_rows
from backoffice.core.errors import Invalid, NotFound, Problem, StateConflict, VersionConflict
from backoffice.core.events import publish
from backoffice.core.texts import text
from inventory.events import ListingDeleting, ListingsChanged
from inventory.models import Article, Facility, Listing, ListingContextRule
from inventory.services import levels
from inventory.services.articles import ensure_articles
from inventory.services.listing_change import ListingChange, ListingChanges, ListingDraft
from inventory.services.out_of_stock import RuleDraft, fit, fit_rules

BATCH = 500

Outcome = Literal["CREATED", "UPDATED", "UNCHANGED"]


@dataclass(frozen=True, slots=True)
class Placed:
    """A listing as asked for, at a facility. ``path`` stands before the fields that problems name."""

    facility_id: UUID
    draft: ListingDraft
    path: str


def put_listings(*, facility: Facility, drafts: Sequence[ListingDraft]) -> list[tuple[Listing, Outcome]]:
    """Creates or replaces listings of one facility, all or none of them, in a constant number of statements.

    A draft that names the same article as one before it replaces that one, too. Versions, where given, are compared
    with what was there before the call. A replaced listing gets its next version, even if nothing is different.

    :raises NotFound: the facility is gone.
    :raises Invalid: with the problems of every draft; fields start with ``listings[<position>].``
    :raises VersionConflict: of the first draft whose version is stale.
    """
    placed = [Placed(facility.pk, draft, f"listings[{index}].") for index, draft in enumerate(drafts)]
    return _put(placed, spare_unchanged=False)


@transaction.atomic
def create_listing(*, facility: Facility, draft: ListingDraft) -> Listing:
    """Lists an article at a facility that does not list it yet; a new article gets the draft's title.

    :raises NotFound: the facility is gone.
    :raises Invalid: the behaviour and its configuration do not fit together.
    :raises StateConflict: the article is listed there already, and stays as it is.
    """
    _lock_facilities({facility.pk})
    if Listing.objects.filter(facility=facility, article__tenant_article_id=draft.tenant_article_id).exists():
        raise StateConflict(
            text(
                "%(facility)s lists %(article)s already: open that listing to change it.",
                facility=facility,
                article=draft.tenant_article_id,
            ),
            field="tenantArticleId",
        )
    [(listing, _outcome)] = _put([Placed(facility.pk, draft, "")], spare_unchanged=False)
    return listing


def upsert_listings(*, placed: Sequence[Placed]) -> list[tuple[Listing, Outcome]]:
    """The same for listings of several facilities; those that are as they should be keep their version.

    :raises NotFound, Invalid, VersionConflict:
    """
    return _put(placed, spare_unchanged=True)


@transaction.atomic
def _put(placed: Sequence[Placed], *, spare_unchanged: bool) -> list[tuple[Listing, Outcome]]:
    fitted = _fit(placed)
    _lock_facilities({one.facility_id for one in fitted})
    titles: dict[str, str] = {}
    for draft in (one.draft for one in fitted):
        titles[draft.tenant_article_id] = draft.title or titles.get(draft.tenant_article_id, "")
    articles = ensure_articles(titles)
    changes = _known(fitted, articles)
    outcomes: list[tuple[ListingChange, bool]] = []
    for one in fitted:
        article, draft = articles[one.draft.tenant_article_id], one.draft
        change = changes.get((one.facility_id, article.pk))
        outcomes.append((change, False) if change else (ListingChange.new(one.facility_id, article), True))
        if change is None:
            change = changes[one.facility_id, article.pk] = outcomes[-1][0]
        elif draft.version is not None and not change.created and draft.version != change.listing.version:
            raise VersionConflict(change.listing.version, draft.version)
        change.replace(draft)
    same = {id(change) for change in changes.values() if not change.created and not change.changed}
    told = [
        (change.listing, _outcome(is_new, spare_unchanged and id(change) in same))
        for change, is_new in outcomes
    ]
    _write([change for change in changes.values() if not (spare_unchanged and id(change) in same)])
    return told


def _outcome(is_new: bool, is_same: bool) -> Outcome:
    return "CREATED" if is_new else "UNCHANGED" if is_same else "UPDATED"


def _lock_facilities(facility_ids: Collection[UUID]) -> None:
    """Listings are created under this lock only, so that none can appear between looking for one and creating it.

    :raises NotFound: a facility is gone.
    """
    rows = Facility.objects.select_for_update(no_key=True).filter(pk__in=facility_ids).order_by("pk")
    missing = set(facility_ids) - set(rows.values_list("pk", flat=True))
    if missing:
        raise NotFound.of(Facility, min(missing))


def _known(placed: Sequence[Placed], articles: Mapping[str, Article]) -> dict[levels.LevelKey, ListingChange]:
    """The listings that there are already, locked, by facility and article."""
    wanted = {(one.facility_id, articles[one.draft.tenant_article_id].pk) for one in placed}
    rows = Listing.objects.filter(
        facility__in={facility for facility, _ in wanted}, article__in={article for _, article in wanted}
    )
    return {
        (listing.facility_id, listing.article_id): ListingChange(
            listing, [RuleDraft.of(rule) for rule in listing.context_rules.all()]
        )
        for listing in _locked(rows)
        if (listing.facility_id, listing.article_id) in wanted
    }


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
            text(
                "Orders hold %(reserved)s units of what would be deleted: cancel or reroute "
                "them first, or set the listing to INACTIVE.",
                reserved=reserved,
            )
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


def _fit(placed: Sequence[Placed]) -> list[Placed]:
    """The drafts without configuration that their behaviour does not use.

    :raises Invalid: with the problems of every draft.
    """
    problems: dict[Problem, None] = {}
    fitted = []
    for one in placed:
        own, wrong = fit(one.draft.own, path=one.path)
        rules, wrong_rules = fit_rules(one.draft.rules, path=one.path)
        problems |= dict.fromkeys(wrong + wrong_rules)
        fitted.append(replace(one, draft=replace(one.draft, own=own, rules=rules)))
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
