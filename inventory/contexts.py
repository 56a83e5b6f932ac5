"""What decides the effective behaviour of listings, read for :mod:`inventory.behaviour` (B1, B2)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q

from backoffice.core.ids import as_uuid
from inventory.behaviour import (
    Condition,
    Context,
    Effective,
    ListingRules,
    Rule,
    effective_behaviour,
    tag_names,
)
from inventory.models import FacilityGroup, FacilityGroupMembership, Listing, ListingContextRule
from inventory.services.out_of_stock import effective_of


def group_names(facility_ids: Iterable[UUID]) -> dict[UUID, frozenset[str]]:
    """The ids and tenant ids of the groups of each facility: context rules may name either (B2)."""
    groups: dict[UUID, set[str]] = defaultdict(set)
    memberships = FacilityGroupMembership.objects.filter(facility_id__among=set(facility_ids))
    for facility, group, tenant_id in memberships.values_list(
        "facility_id", "group_id", "group__tenant_facility_group_id"
    ):
        groups[facility] |= {str(group), tenant_id}
    return {facility: frozenset(names) for facility, names in groups.items()}


def context_rules(listing_ids: Iterable[UUID]) -> dict[UUID, list[tuple[Rule, ListingContextRule]]]:
    """The rules of each listing in the order in which they are looked at, each with its row (B1)."""
    rules: dict[UUID, list[tuple[Rule, ListingContextRule]]] = defaultdict(list)
    for row in ListingContextRule.objects.filter(listing_id__in=listing_ids).order_by("priority", "id"):
        conditions = tuple(
            Condition(
                kind=condition["type"],
                values=frozenset(condition["values"]),
                negated=condition.get("operator") == "NOT",
            )
            for condition in row.conditions
        )
        rules[row.listing_id].append((Rule(row.priority, conditions, effective_of(row)), row))
    return rules


@dataclass(frozen=True, slots=True)
class Decided:
    """What counts for an order, and by which of the ``rules`` (all of the listing, as they are looked at)."""

    effective: Effective
    by: ListingContextRule | None
    rules: tuple[ListingContextRule, ...]


def decide_behaviour(
    listing: Listing, *, tags: Sequence[dict[str, str]], ordering_facility_id: UUID | None = None
) -> Decided:
    """The behaviour of a listing for an order with ``tags``, which a facility may have placed for itself (B1, B2)."""
    facilities = [listing.facility_id, *([ordering_facility_id] if ordering_facility_id else [])]
    context = Context(groups=frozenset().union(*group_names(facilities).values()), tags=tag_names(tags))
    rules = context_rules([listing.pk]).get(listing.pk, [])
    effective, decisive = effective_behaviour(
        ListingRules(effective_of(listing), tuple(rule for rule, _ in rules)), context
    )
    return Decided(
        effective=effective,
        by=next((row for rule, row in rules if rule is decisive), None),
        rules=tuple(row for _, row in rules),
    )


def tags_of(texts: Iterable[str]) -> list[dict[str, str]]:
    """Tags that were written as ``id`` or ``id:value``, several with commas between them."""
    parts = [part.strip().partition(":") for text in texts for part in text.split(",") if part.strip()]
    return [{"id": tag_id, "value": value} for tag_id, _, value in parts]


def group_titles(rules: Iterable[ListingContextRule]) -> dict[str, str]:
    """What the groups are called that the rules name, by their ids and tenant ids alike (B2)."""
    named = {
        value
        for rule in rules
        for condition in rule.conditions
        if condition["type"] == "FACILITY_GROUP"
        for value in condition["values"]
    }
    if not named:
        return {}
    ids = [key for value in named if (key := as_uuid(value)) is not None]
    groups = FacilityGroup.objects.filter(Q(tenant_facility_group_id__in=named) | Q(pk__in=ids))
    return {name: group.name for group in groups for name in (str(group.pk), group.tenant_facility_group_id)}
