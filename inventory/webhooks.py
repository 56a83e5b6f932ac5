"""What subscribers are told of stock, listings and reservations, and how contexts name facilities (spec 5, 7)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from backoffice.core.webhooks import Rendered, WebhookEvent, register, register_facility_names
from inventory.api.listing_rendering import render_listings
from inventory.api.reservations import render_reservation, reservations_to_render
from inventory.api.shapes import present
from inventory.holders import related_refs
from inventory.models import Facility, FacilityGroup, FacilityGroupMembership, StockLevel
from inventory.references import URN, facilities_by_ref

STOCK_CONFIGURATION = frozenset({"out_of_stock_behaviour", "preorder_start", "restockable_in_days", "rules"})
"""Fields of a listing that say what becomes of orders when there is no stock."""


def register_all() -> None:
    register_facility_names(FacilitiesByName())
    register(
        WebhookEvent(
            name="INVENTORY_FACILITY_STOCK_CHANGED",
            description=_("What a facility has of an article, or keeps back of it, has changed."),
            load=load_levels,
        ),
        WebhookEvent(
            name="LISTINGS_STOCK_CONFIGURATIONS_CHANGED",
            description=_("What becomes of orders when a listing has no stock has changed."),
            source="LISTING_CHANGED",
            concerns=changes_stock_configuration,
            load=load_listings,
        ),
        WebhookEvent(
            name="INVENTORY_RESERVATIONS_CREATED",
            description=_("Units of an article were reserved."),
            load=load_reservations,
        ),
    )


def changes_stock_configuration(facts: Mapping[str, Any]) -> bool:
    return not STOCK_CONFIGURATION.isdisjoint(facts.get("fields", ()))


def load_levels(ids: Collection[str]) -> dict[str, Rendered]:
    levels = StockLevel.objects.filter(pk__in=ids).select_related("article", "facility")
    return {str(level.pk): Rendered(render_level(level), frozenset({level.facility_id})) for level in levels}


def render_level(level: StockLevel) -> dict[str, Any]:
    """What a facility has of one article, in units; named as in stocks and their summaries."""
    return {
        "tenantArticleId": level.article.tenant_article_id,
        "facilityRef": str(level.facility_id),
        **present({"tenantFacilityId": level.facility.tenant_facility_id}),
        "stockOnHand": level.on_hand,
        "reserved": level.reserved,
        "safetyStock": level.safety_stock,
        "available": level.available,
    }


def load_listings(ids: Collection[str]) -> dict[str, Rendered]:
    return {
        str(id): Rendered(listing, frozenset({UUID(listing["facilityId"])}))
        for id, listing in render_listings(UUID(id) for id in ids).items()
    }


def load_reservations(ids: Collection[str]) -> dict[str, Rendered]:
    found = list(reservations_to_render().filter(pk__in=ids))
    related = related_refs({row.holder for row in found})
    rendered = {}
    for row in found:
        payload = render_reservation(row, related)
        rendered[str(row.pk)] = Rendered(payload, frozenset({UUID(payload["facilityRef"])}))
    return rendered


class FacilitiesByName:
    """A facility answers to its id and to its URN; its groups to their id, their tenant's id, and every name."""

    def unknown(self, values: Mapping[str, Collection[str]]) -> dict[str, set[str]]:
        groups: set[str] = set(values.get("FACILITY_GROUP", ()))
        facilities: set[str] = set(values.get("FACILITY", ()))
        if groups:
            groups -= {name for group in FacilityGroup.objects.all() for name in _names(group)}
        return {"FACILITY": facilities - set(facilities_by_ref(facilities)), "FACILITY_GROUP": groups}

    def of(self, facilities: Collection[UUID]) -> dict[UUID, dict[str, set[str]]]:
        names: dict[UUID, dict[str, set[str]]] = {
            id: {"FACILITY": {str(id), f"{URN}{tenant_id}"}, "FACILITY_GROUP": set()}
            for id, tenant_id in Facility.objects.filter(pk__in=facilities).values_list(
                "pk", "tenant_facility_id"
            )
        }
        memberships = FacilityGroupMembership.objects.filter(facility__in=names).select_related("group")
        for membership in memberships:
            names[membership.facility_id]["FACILITY_GROUP"] |= _names(membership.group)
        return names


def _names(group: FacilityGroup) -> set[str]:
    return {str(group.pk), group.tenant_facility_group_id, *(group.name_localized or {}).values()}
