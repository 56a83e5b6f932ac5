"""Orders, facilities and listings as JSON, as clients read them, for rules that people write (F4)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any
from uuid import UUID

from inventory.api.facility_rendering import render_facility
from inventory.api.listing_rendering import render_listings
from inventory.models import Facility, FacilityGroupMembership
from orders.models import Order
from orders.rendering import render_order
from routing.engine.facts import Documents

if TYPE_CHECKING:
    from routing.passes.loading import ActiveListing, Row

JSON = dict[str, Any]


def load_documents(
    rows: Sequence[Row], facility_ids: Sequence[UUID], listings: Sequence[ActiveListing]
) -> Documents:
    """A handful of queries, however many rows; the facilities are the world's, in its order."""
    found = Facility.with_retired.in_bulk(facility_ids)
    facilities = [found[id] for id in facility_ids]
    ordering = {store for row in rows if (store := row.plan.order.ordering_facility_id) is not None}
    orders = orders_as_json(row.plan.order for row in rows)
    stores = {
        facility.pk: render_facility(facility) for facility in Facility.with_retired.filter(id__in=ordering)
    }
    groups = _groups(stores)
    plans: dict[UUID, Mapping[str, Sequence[JSON]]] = {}
    lines: dict[UUID, JSON] = {}
    for row in rows:
        order = orders[row.plan.order_id]
        store = row.plan.order.ordering_facility_id
        about: dict[str, Sequence[JSON]] = {"ORDER": (order,)}
        if store is not None:
            about |= {"ORDERING_FACILITY": (stores[store],), "ORDERING_FACILITY_GROUPS": groups[store]}
        plans[row.plan.id] = about
        by_id = {line["id"]: line for line in order["orderLineItems"]}
        for line in row.lines:
            lines[line.id] = {**order, "orderLineItems": [by_id[str(line.order_line_id)]]}
    index = {facility.pk: number for number, facility in enumerate(facilities)}
    return Documents(
        plans=plans,
        lines=lines,
        facilities={number: render_facility(facility) for number, facility in enumerate(facilities)},
        carriers={
            number: tuple({"key": carrier} for carrier in facility.carriers)
            for number, facility in enumerate(facilities)
        },
        listings=_listings(listings, index),
    )


def orders_as_json(orders: Iterable[Order]) -> dict[UUID, JSON]:
    """The orders by id, in two queries for all. One that is only tried, and not in the database, has its lines."""
    by_id = {order.pk: order for order in orders}
    written = [id for id, order in by_id.items() if not order._state.adding]
    if written:
        by_id |= Order.objects.with_line_items().in_bulk(written)
    return {id: render_order(order) for id, order in by_id.items()}


def _groups(facility_ids: Collection[UUID]) -> dict[UUID, list[JSON]]:
    groups: dict[UUID, list[JSON]] = {facility: [] for facility in facility_ids}
    if groups:
        memberships = FacilityGroupMembership.objects.filter(facility_id__in=facility_ids)
        for one in memberships.select_related("group").order_by("group_id"):
            groups[one.facility_id].append(
                {
                    "id": str(one.group_id),
                    "tenantFacilityGroupId": one.group.tenant_facility_group_id,
                    "nameLocalized": one.group.name_localized,
                    "customAttributes": one.group.custom_attributes,
                }
            )
    return groups


def _listings(listings: Sequence[ActiveListing], index: Mapping[UUID, int]) -> dict[UUID, dict[int, JSON]]:
    here = [listing for listing in listings if listing.facility_id in index]
    shown = render_listings(listing.id for listing in here)
    found: dict[UUID, dict[int, JSON]] = {}
    for listing in here:
        found.setdefault(listing.article_id, {})[index[listing.facility_id]] = shown[listing.id]
    return found
