from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, TypedDict
from uuid import UUID

from backoffice.core.errors import Problem
from inventory.behaviour import Behaviour, Effective
from inventory.events import ListingsChanged
from inventory.models import Article, Listing, ListingStatus
from inventory.services.out_of_stock import RuleDraft, effective_of, fit, fit_rules

CANNOT_WAIT = Effective(Behaviour.NONE)


@dataclass(frozen=True, slots=True, kw_only=True)
class ListingDraft:
    """A whole listing as asked for. Without a ``status`` a new one is ACTIVE, and an old one keeps its own."""

    tenant_article_id: str
    title: str = ""
    version: int | None = None
    status: str | None = None
    own: Effective = CANNOT_WAIT
    rules: Sequence[RuleDraft] = ()
    price: Decimal | None = None
    currency: str = ""
    tags: list[dict[str, str]] = field(default_factory=list)
    details: dict[str, Any] = field(default_factory=dict)
    custom_attributes: dict[str, Any] = field(default_factory=dict)


class ListingChanges(TypedDict, total=False):
    """What to change. ``details`` is merged key by key, and None takes a key away; ``rules`` replaces all rules.

    Configuration is kept where the new behaviour uses it, and dropped where it does not (spec 5).
    """

    status: str
    behaviour: Behaviour
    preorder_start: datetime | None
    restockable_in_days: int | None
    rules: Sequence[RuleDraft]
    price: Decimal | None
    currency: str
    tags: list[dict[str, str]]
    details: dict[str, Any]
    custom_attributes: dict[str, Any]


COLUMNS = (
    "status",
    "out_of_stock_behaviour",
    "preorder_start",
    "restockable_in_days",
    "price",
    "currency",
    "tags",
    "details",
    "custom_attributes",
)
"""The columns of a listing that a change may write; a change of its rules is named ``rules``."""

_OUT_OF_STOCK = frozenset({"out_of_stock_behaviour", "preorder_start", "restockable_in_days", "rules"})


class ListingChange:
    """A listing on its way from what it was to what it will be, in memory. ``rules`` None: it is a new one."""

    def __init__(self, listing: Listing, rules: Sequence[RuleDraft] | None) -> None:
        self.listing = listing
        self.rules = list(rules or ())
        self.created = rules is None
        self._before = self._state()

    @classmethod
    def new(cls, facility_id: UUID, article: Article) -> ListingChange:
        return cls(Listing(facility_id=facility_id, article=article, version=1), None)

    def replace(self, draft: ListingDraft) -> None:
        """Makes it what ``draft`` says; the draft's configurations are known to fit."""
        listing = self.listing
        listing.status = draft.status or listing.status
        listing.price = draft.price
        listing.currency = draft.currency
        listing.tags = draft.tags
        listing.details = draft.details
        listing.custom_attributes = draft.custom_attributes
        self._set_own(draft.own)
        self.rules = list(draft.rules)

    def merge(self, changes: ListingChanges) -> list[Problem]:
        """Applies what is given; returns what is wrong with it."""
        listing = self.listing
        for name in ("status", "price", "currency", "tags", "custom_attributes"):
            if name in changes:
                setattr(listing, name, changes[name])
        if "details" in changes:
            merged = {**listing.details, **changes["details"]}
            listing.details = {key: value for key, value in merged.items() if value is not None}
        problems = self._merge_own(changes)
        if "rules" in changes:
            self.rules, wrong = fit_rules(changes["rules"])
            problems += wrong
        return problems

    @property
    def changed(self) -> frozenset[str]:
        """The names of what is different from before."""
        after = self._state()
        return frozenset(name for name, value in self._before.items() if after[name] != value)

    def event(self) -> ListingsChanged:
        """What happened; it may release when the listing is active and was not, or behaves differently (W4)."""
        changed = self.changed
        news = self.created or "status" in changed or not changed.isdisjoint(_OUT_OF_STOCK)
        return ListingsChanged(
            listing_id=self.listing.pk,
            facility_id=self.listing.facility_id,
            article_id=self.listing.article_id,
            may_release=self.listing.status == ListingStatus.ACTIVE and news,
            fields=frozenset() if self.created else changed,
            facts={"created": True} if self.created else {"fields": sorted(changed)},
        )

    def _merge_own(self, changes: ListingChanges) -> list[Problem]:
        current = effective_of(self.listing)
        behaviour = changes.get("behaviour", current.behaviour)
        # What the request brings is judged by itself; what the listing has fills in only where it is used.
        kept, _ = fit(Effective(behaviour, current.preorder_start, current.restockable_in_days))
        asked = Effective(
            behaviour,
            changes.get("preorder_start", kept.preorder_start),
            changes.get("restockable_in_days", kept.restockable_in_days),
        )
        own, problems = fit(asked, drop="behaviour" in changes)
        self._set_own(own)
        return problems

    def _set_own(self, own: Effective) -> None:
        self.listing.out_of_stock_behaviour = own.behaviour.value
        self.listing.preorder_start = own.preorder_start
        self.listing.restockable_in_days = own.restockable_in_days

    def _state(self) -> dict[str, Any]:
        return {**{name: getattr(self.listing, name) for name in COLUMNS}, "rules": tuple(self.rules)}
