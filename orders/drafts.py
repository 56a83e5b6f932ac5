"""What is to become an order, before anything is written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from orders.models import DeliveryType, OrderStatus, ServiceLevel

Document = Mapping[str, Any]
"""A JSON object as it came in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FacilityReference:
    """A facility by its id, by its ``tenantFacilityId``, or by both. ``field`` is the path of what names it."""

    id: UUID | None = None
    tenant_facility_id: str | None = None
    field: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LineDraft:
    """``shop_price`` is the price of one unit, in the order's currency."""

    tenant_article_id: str
    title: str
    quantity: int
    shop_price: Decimal | None = None
    tags: tuple[Document, ...] = ()
    details: Document = field(default_factory=dict)
    custom_attributes: Document = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class BundleItemDraft:
    tenant_article_id: str
    quantity: int
    field: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BundleDraft:
    """Units of the order's articles that are routed as one (S2). ``service`` is the definition that bundles them."""

    id: UUID
    items: tuple[BundleItemDraft, ...]
    service: Document = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsumerDraft:
    """Who an order is for, and where it goes: see :class:`orders.models.Order`."""

    consumer: Document = field(default_factory=dict)
    consumer_id: str = ""
    ordering_facility: FacilityReference | None = None
    country: str = ""
    latitude: float | None = None
    longitude: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LineUpdate:
    """What a line of an order is to become: one that it has, by ``id``, or else a new one.

    What is None stays as it is. ``described`` is what the article says of itself beyond id and title; ``field`` is the
    path of what asks for it.
    """

    id: UUID | None = None
    quantity: int | None = None
    tenant_article_id: str | None = None
    title: str | None = None
    described: Document | None = None
    field: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderUpdate:
    """What is to change of an order; what is None stays as it is. ``lines`` are all that the order is to have."""

    lines: tuple[LineUpdate, ...] | None = None
    consumer: ConsumerDraft | None = None
    target_time: datetime | None = None
    pricing: Document | None = None
    custom_attributes: Document | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderDraft:
    """An order as it is asked for: see :class:`orders.models.Order` for the meaning of each part.

    One that is PROMISED has a ``valid_until``.
    """

    order_date: datetime
    lines: tuple[LineDraft, ...]
    bundles: tuple[BundleDraft, ...] = ()
    tenant_order_id: str | None = None
    status: OrderStatus = OrderStatus.OPEN
    priority: int = 0
    target_time: datetime | None = None
    valid_until: datetime | None = None

    consumer: Document = field(default_factory=dict)
    consumer_id: str = ""
    ordering_facility: FacilityReference | None = None
    country: str = ""
    latitude: float | None = None
    longitude: float | None = None

    delivery_type: DeliveryType = DeliveryType.SHIPPING
    service_level: ServiceLevel = ServiceLevel.DELIVERY
    collect_facility: FacilityReference | None = None
    preselected_facilities: tuple[FacilityReference, ...] = ()
    preferred_carriers: tuple[str, ...] = ()
    delivery_preferences: Document = field(default_factory=dict)

    tags: tuple[Document, ...] = ()
    custom_services: tuple[Document, ...] = ()
    payment_info: Document = field(default_factory=dict)
    currency: str = ""
    details: Document = field(default_factory=dict)
    custom_attributes: Document = field(default_factory=dict)

    @property
    def value(self) -> Decimal:
        """The sum of the lines' prices, in the order's currency."""
        return sum((line.quantity * (line.shop_price or Decimal()) for line in self.lines), Decimal())

    @property
    def facility_references(self) -> tuple[FacilityReference, ...]:
        named = (self.collect_facility, self.ordering_facility, *self.preselected_facilities)
        return tuple(reference for reference in named if reference is not None)
