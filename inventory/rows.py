"""Rows with what lists show beside their columns: one correlated subquery each, never a query per row."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import (
    BigIntegerField,
    Count,
    DateField,
    Exists,
    F,
    IntegerField,
    Min,
    OuterRef,
    QuerySet,
    Subquery,
    Sum,
    Value,
)
from django.db.models.functions import Coalesce

from inventory.models import (
    ExpectedStock,
    ExpectedStockStatus,
    Facility,
    FacilityGroup,
    FacilityGroupMembership,
    InboundProcess,
    Listing,
    ListingContextRule,
    ListingStatus,
    StockLevel,
)
from inventory.models.inbound import OUTSTANDING


def facility_rows() -> QuerySet[Facility]:
    """Facilities with ``listing_count``."""
    return Facility.objects.annotate(listing_count=_count(Listing.objects.all(), "facility"))


def group_rows() -> QuerySet[FacilityGroup]:
    """Groups with ``member_count``."""
    members = FacilityGroupMembership.objects.filter(facility__retired_at__isnull=True)
    return FacilityGroup.objects.annotate(member_count=_count(members, "group"))


def listing_rows() -> QuerySet[Listing]:
    """Listings with ``rule_count``, and of their level ``level_id``, ``on_hand`` and ``available`` (units, or None)."""
    levels: Any = StockLevel.objects.filter(
        facility=OuterRef("facility"), article=OuterRef("article")
    ).with_available()
    return Listing.objects.select_related("article", "facility").annotate(
        rule_count=_count(ListingContextRule.objects.order_by(), "listing"),
        level_id=Subquery(levels.values("pk")),
        on_hand=Subquery(levels.values("on_hand")),
        available=Subquery(levels.values("free")),
    )


def level_rows() -> QuerySet[StockLevel]:
    """Levels with ``free`` and ``incoming`` units, the day of the ``next_delivery``, and whether the level ``counts``.

    Stock counts only where the article's listing is active (B3).
    """
    outstanding = (
        ExpectedStock.objects.outstanding()
        .filter(facility=OuterRef("facility"), article=OuterRef("article"))
        .order_by()
        .values("facility")
    )
    active = Listing.objects.filter(
        facility=OuterRef("facility"), article=OuterRef("article"), status=ListingStatus.ACTIVE
    )
    units = outstanding.annotate(total=Sum("units")).values("total")
    first = outstanding.annotate(first=Min("delivery_date")).values("first")
    return (
        StockLevel.objects.with_available()
        .of_open_facilities()
        .select_related("article", "facility")
        .annotate(
            incoming=Coalesce(Subquery(units, output_field=BigIntegerField()), 0),
            next_delivery=Subquery(first, output_field=DateField()),
            counts=Exists(active),
        )
    )


def inbound_rows() -> QuerySet[InboundProcess]:
    """Inbound processes with their units ``requested`` and ``received``, ``outstanding``, and ``promised`` of those.

    ``next_day`` is the first on which something should come, None if nobody knows; ``due`` sorts by it.
    """
    items = ExpectedStock.objects.filter(inbound_process=OuterRef("pk")).order_by().values("inbound_process")
    standing = items.exclude(status=ExpectedStockStatus.CANCELLED)
    outstanding = items.filter(OUTSTANDING)
    return InboundProcess.objects.select_related("facility", "purchase_order").annotate(
        requested=_units(standing, Sum("quantity")),
        received=_units(standing, Sum("received")),
        outstanding=_units(outstanding, Sum(F("quantity") - F("received"))),
        promised=_units(outstanding, Sum("reserved")),
        next_day=Subquery(outstanding.annotate(first=Min("delivery_date")).values("first")),
        due=Coalesce("next_day", Value(date.max), output_field=DateField()),
    )


def _units(rows: QuerySet[Any], sum_of: Any) -> Coalesce:
    return Coalesce(
        Subquery(rows.annotate(sum_of=sum_of).values("sum_of"), output_field=BigIntegerField()), 0
    )


def _count(rows: QuerySet[Any], owner: str) -> Coalesce:
    """How many of ``rows`` belong to the outer row by their foreign key ``owner``."""
    counts = rows.filter(**{owner: OuterRef("pk")}).order_by().values(owner).annotate(count=Count("pk"))
    return Coalesce(Subquery(counts.values("count"), output_field=IntegerField()), 0)
