"""Small worlds for tests of routing's passes, built through the services of the floors below."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import transaction

from backoffice.core.events import publish
from inventory.events import StockRaised
from inventory.models import Article, Facility, Listing, MovementCause, Stock, StockLevel
from inventory.services.levels import Booking, book, ensure_levels, lock_levels
from orders.drafts import LineDraft, OrderDraft
from orders.services.placing import place_order
from routing.models import RoutingPlan

FIRST_OF_MAY = datetime(2026, 5, 1, tzinfo=UTC)


def facility(name: str = "A", **fields: Any) -> Facility:
    """A facility that ships and hands over."""
    made = {"services": ["SHIP_FROM_STORE", "PICKUP"], "country": "DE", "tenant_facility_id": name, **fields}
    return Facility.objects.create(name=name, **made)


def listing(place: Facility, sku: str = "SKU", behaviour: str = "BACKORDER", **fields: Any) -> Listing:
    article, _ = Article.objects.get_or_create(tenant_article_id=sku, defaults={"title": sku})
    return Listing.objects.create(facility=place, article=article, out_of_stock_behaviour=behaviour, **fields)


def add_stock(place: Facility, sku: str, units: int) -> StockLevel:
    """Books units in, with their ledger and the trigger that comes with them."""
    article = Article.objects.get(tenant_article_id=sku)
    ensure_levels([(place.id, article.id)])
    with transaction.atomic():
        level = StockLevel.objects.get(facility=place, article=article)
        lock_levels([level.id])
        Stock.objects.create(level=level, value=units)
        book([Booking(level.id, MovementCause.STOCK_UPDATE, on_hand=units)])
        raised = StockRaised(
            resource_id=str(level.id), facility_id=place.id, article_id=article.id, cause="STOCK_UP"
        )
        publish([raised])
    return level


def order(needs: Mapping[str, int] | None = None, *, day: int = 0, **fields: Any) -> RoutingPlan:
    """Places an order, dated ``day`` days after the first of May, and returns its INITIAL plan."""
    placed = place_order(
        draft=OrderDraft(
            order_date=FIRST_OF_MAY + timedelta(days=day),
            lines=tuple(
                LineDraft(tenant_article_id=sku, title=sku, quantity=units)
                for sku, units in (needs or {"SKU": 1}).items()
            ),
            **{"country": "DE", **fields},
        )
    )
    return RoutingPlan.objects.get(order=placed)


def statuses(*plans: RoutingPlan) -> list[str]:
    """What the plans' statuses are now, in the given order."""
    found = dict(RoutingPlan.objects.filter(id__in=[plan.id for plan in plans]).values_list("id", "status"))
    return [found[plan.id] for plan in plans]
