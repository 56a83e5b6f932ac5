"""From what a shop asks to the orders that are tried for it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from django.utils import timezone

from backoffice.core.errors import Invalid
from backoffice.core.texts import text
from inventory.models import Facility, FacilityService
from orders.api.drafting import draft_of
from orders.drafts import FacilityReference, OrderDraft
from orders.models import DeliveryType
from routing.engine.ratings.geo_distance import distance

Values = Mapping[str, Any]

MOST = 10_000
"""Lines of tried orders in all: a shop waits for the answer."""


def drafted(
    lines: Iterable[Values], *, address: Values | None = None, preferences: Values | None = None, **more: Any
) -> OrderDraft:
    """An order as of now, of which no more is known than a checkout knows."""
    return draft_of(
        {
            "orderDate": timezone.now(),
            "consumer": {"addresses": [address]} if address else {},
            "orderLineItems": list(lines),
            "deliveryPreferences": preferences or {},
            **more,
        }
    )


def line_of(tenant_article_id: str, quantity: int = 1) -> Values:
    return {"article": {"tenantArticleId": tenant_article_id, "title": ""}, "quantity": quantity}


def collected(draft: OrderDraft, facilities: Sequence[Facility]) -> list[OrderDraft]:
    """The same order, collected at each of the facilities.

    :raises Invalid: that would be too many to try while somebody waits.
    """
    refuse_too_many(len(facilities) * len(draft.lines))
    return [
        replace(
            draft,
            delivery_type=DeliveryType.COLLECT,
            collect_facility=FacilityReference(id=facility.pk, field="deliveryPreferences.collect[0]"),
        )
        for facility in facilities
    ]


def refuse_too_many(lines: int) -> None:
    """:raises Invalid: there are more lines to try than somebody would wait for."""
    if lines > MOST:
        raise Invalid(
            text(
                "These are %(lines)s combinations of articles and facilities, and %(most)s is "
                "the most: ask for fewer articles, name the facilities, or narrow them down.",
                lines=lines,
                most=MOST,
            ),
            code="TOO_MANY",
        )


def collect_points(tenant_article_ids: Collection[str]) -> list[Facility]:
    """Facilities that hand over orders and list any of the articles, by rank; one query."""
    listing = Facility.objects.online().filter(
        listings__article__tenant_article_id__in=tenant_article_ids, listings__status="ACTIVE"
    )
    return [
        facility
        for facility in listing.distinct().order_by("rank", "id")
        if FacilityService.PICKUP in facility.services
    ]


def left_out(
    *, tags: Sequence[Values] = (), attributes: Values | None = None, fence: Values | None = None
) -> frozenset[UUID]:
    """The facilities that do not have all of the tags and attributes, or lie outside the fence; one query if any."""
    if not (tags or attributes or fence):
        return frozenset()
    columns = ("id", "tags", "custom_attributes", "latitude", "longitude")
    return frozenset(
        facility.pk
        for facility in Facility.objects.only(*columns)
        if not _fits(facility, tags, attributes or {}) or (fence and not _within(facility, fence))
    )


def _fits(facility: Facility, tags: Sequence[Values], attributes: Values) -> bool:
    own = {(tag.get("id"), tag.get("value")) for tag in facility.tags}
    return all((tag["id"], tag["value"]) in own for tag in tags) and all(
        facility.custom_attributes.get(key) == value for key, value in attributes.items()
    )


def _within(facility: Facility, fence: Values) -> bool:
    """A facility without coordinates lies nowhere."""
    if facility.latitude is None or facility.longitude is None:
        return False
    away = distance(fence["lat"], fence["lon"], facility.latitude, facility.longitude)
    return bool(away <= fence["radius"])
