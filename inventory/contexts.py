"""What decides the effective behaviour of listings, read for :mod:`inventory.behaviour` (B1, B2)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from uuid import UUID

from inventory.behaviour import Condition, Rule
from inventory.models import FacilityGroupMembership, ListingContextRule
from inventory.services.out_of_stock import effective_of


def group_names(facility_ids: Iterable[UUID]) -> dict[UUID, frozenset[str]]:
    """The ids and tenant ids of the groups of each facility: context rules may name either (B2)."""
    groups: dict[UUID, set[str]] = defaultdict(set)
    memberships = FacilityGroupMembership.objects.filter(facility_id__in=set(facility_ids))
    for facility, group, tenant_id in memberships.values_list(
        "facility_id", "group_id", "group__tenant_facility_group_id"
    ):
        groups[facility] |= {str(group), tenant_id}
    return {facility: frozenset(names) for facility, names in groups.items()}


def context_rules(listing_ids: Collection[UUID]) -> dict[UUID, list[tuple[Rule, ListingContextRule]]]:
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
