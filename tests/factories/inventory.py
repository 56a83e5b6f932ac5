"""Facilities, articles, listings and stock as rows. Stock is made by its service, so that the ledger agrees."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import factory
from django.db import transaction
from factory.django import DjangoModelFactory

from backoffice.core.models import uuid7
from inventory.models import (
    Article,
    Facility,
    FacilityGroup,
    FacilityGroupMembership,
    Listing,
    ListingContextRule,
    MovementCause,
    OutOfStockBehaviour,
    Stock,
    StockLevel,
)
from inventory.services import levels, reservations, stock
from inventory.services.safety_stock import set_safety_stocks
from inventory.services.stock_writing import StockDraft, StockValues


class FacilityFactory(DjangoModelFactory[Facility]):
    """An ONLINE store in Germany that ships and hands over."""

    class Meta:
        model = Facility

    tenant_facility_id = factory.Sequence(lambda n: f"facility-{n}")
    name = factory.SelfAttribute("tenant_facility_id")
    services = factory.LazyFunction(lambda: ["SHIP_FROM_STORE", "PICKUP"])
    company_name = "Ship & Co"
    street = "Hauptstr."
    house_number = "1"
    postal_code = "50667"
    city = "Köln"
    country = "DE"
    time_zone = "Europe/Berlin"


class FacilityGroupFactory(DjangoModelFactory[FacilityGroup]):
    """``FacilityGroupFactory(members=[facility])``"""

    class Meta:
        model = FacilityGroup
        skip_postgeneration_save = True

    tenant_facility_group_id = factory.Sequence(lambda n: f"group-{n}")
    name_localized = factory.LazyAttribute(lambda group: {"en_US": group.tenant_facility_group_id})

    @factory.post_generation
    def members(self: Any, create: bool, facilities: list[Facility] | None, **_: Any) -> None:
        for facility in facilities or ():
            FacilityGroupMembership.objects.create(group=self, facility=facility)


class ArticleFactory(DjangoModelFactory[Article]):
    class Meta:
        model = Article

    tenant_article_id = factory.Sequence(lambda n: f"article-{n}")
    title = factory.SelfAttribute("tenant_article_id")


class ListingFactory(DjangoModelFactory[Listing]):
    """An ACTIVE listing whose article cannot wait; ``ListingFactory(backorder=True)`` can."""

    class Meta:
        model = Listing

    class Params:
        backorder = factory.Trait(out_of_stock_behaviour=OutOfStockBehaviour.BACKORDER)

    facility = factory.SubFactory(FacilityFactory)
    article = factory.SubFactory(ArticleFactory)


class ContextRuleFactory(DjangoModelFactory[ListingContextRule]):
    class Meta:
        model = ListingContextRule

    listing = factory.SubFactory(ListingFactory)
    priority = 1
    conditions = factory.LazyFunction(lambda: [{"type": "TAG_REFERENCE", "values": ["vip"]}])
    out_of_stock_behaviour = OutOfStockBehaviour.BACKORDER


class StockFactory(factory.Factory[Stock]):
    """A record of ``value`` units; ``tenant_stock_id`` and ``location_ref`` where they matter."""

    class Meta:
        model = Stock

    facility = factory.SubFactory(FacilityFactory)
    article = factory.SubFactory(ArticleFactory)
    value = 5

    @classmethod
    def _create(
        cls,
        model_class: type[Stock],
        *args: Any,
        facility: Facility,
        article: Article,
        value: int,
        **values: Any,
    ) -> Stock:
        return stock.create_stock(
            draft=StockDraft(
                facility_id=facility.pk,
                tenant_article_id=article.tenant_article_id,
                value=value,
                values=StockValues(**values),  # type: ignore[typeddict-item]  # the names of its keys
            )
        )


class StockLevelFactory(factory.Factory[StockLevel]):
    """A level of one record, if anything is on hand; ``holder`` holds what is reserved."""

    class Meta:
        model = StockLevel

    facility = factory.SubFactory(FacilityFactory)
    article = factory.SubFactory(ArticleFactory)
    on_hand = 0
    reserved = 0
    safety_stock = 0
    holder = factory.LazyFunction(uuid7)

    @classmethod
    def _create(
        cls,
        model_class: type[StockLevel],
        *args: Any,
        facility: Facility,
        article: Article,
        on_hand: int,
        reserved: int,
        safety_stock: int,
        holder: UUID,
        **_: Any,
    ) -> StockLevel:
        key = (facility.pk, article.pk)
        levels.ensure_levels([key])
        if on_hand:
            StockFactory(facility=facility, article=article, value=on_hand)
        if safety_stock:
            set_safety_stocks(targets={key: safety_stock})
        with transaction.atomic():
            level = levels.lock_levels_of([key])[key]
            if reserved:
                reservations.reserve(
                    claims=[reservations.Claim(level_id=level.pk, holder=holder, quantity=reserved)]
                )
        level.refresh_from_db()
        return level


def booked(level: StockLevel) -> tuple[int, int]:
    """What the ledger says that the level has on hand and reserved."""
    movements = level.movements.values_list("on_hand_delta", "reserved_delta", "cause")
    assert all(cause in MovementCause.values for _, _, cause in movements)
    return sum(on_hand for on_hand, _, _ in movements), sum(reserved for _, reserved, _ in movements)
