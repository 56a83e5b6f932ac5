"""What names a facility group, and would look at nobody if it were gone (B2)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet, TextField
from django.db.models.functions import Cast

from backoffice.core.models import Subscription
from inventory.models import FacilityGroup, ListingContextRule


@dataclass(frozen=True, slots=True)
class GroupUses:
    """``rules`` context rules of ``listings`` listings name the group, and these ``subscriptions`` to events."""

    rules: int
    listings: int
    subscriptions: Sequence[Subscription]

    @property
    def any(self) -> bool:
        return bool(self.rules or self.subscriptions)


def names_of_group(group: FacilityGroup) -> frozenset[str]:
    """By which a group is named: its id or its number."""
    return frozenset({str(group.pk), group.tenant_facility_group_id})


def rules_about(group: FacilityGroup) -> QuerySet[ListingContextRule]:
    """Context rules with a condition about the group.

    Looks for the quoted name in the conditions' text, because not every database can look into JSON lists; a tag of the
    same name, which only the type tells apart, is left out by the second look.
    """
    text: Any = Cast("conditions", TextField())
    mentioned = Q(pk__in=())
    for name in names_of_group(group):
        for shown in {json.dumps(name), json.dumps(name, ensure_ascii=False)}:
            mentioned |= Q(conditions_text__contains=shown)
    rows = ListingContextRule.objects.annotate(conditions_text=text).filter(
        mentioned, conditions_text__contains='"FACILITY_GROUP"'
    )
    names = names_of_group(group)
    ids = [pk for pk, conditions in rows.values_list("pk", "conditions") if _names(conditions, names)]
    return ListingContextRule.objects.filter(pk__in=ids)


def uses_of(group: FacilityGroup) -> GroupUses:
    """Three queries. What floors above know of the group they say themselves."""
    names = names_of_group(group)
    owners = list(rules_about(group).values_list("listing_id", flat=True))
    return GroupUses(
        rules=len(owners),
        listings=len(set(owners)),
        subscriptions=[
            one for one in Subscription.objects.order_by("name", "id") if _names(one.contexts or (), names)
        ],
    )


def _names(conditions: Sequence[Any], names: frozenset[str]) -> bool:
    return any(
        one.get("type") == "FACILITY_GROUP" and not names.isdisjoint(one.get("values", ()))
        for one in conditions
    )
