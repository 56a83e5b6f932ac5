"""Orders and pick jobs as rows, for tests that do not care how they came about."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import factory
from factory.django import DjangoModelFactory

from backoffice.core.models import uuid7
from orders.models import DeliveryType, Order, OrderLine, PickJob, PickJobStatus, PickLine
from tests.factories.inventory import ArticleFactory, FacilityFactory

ORDERED = datetime(2026, 5, 1, 8, 30, tzinfo=UTC)


class OrderFactory(DjangoModelFactory[Order]):
    """An order without lines, shipped to Germany; ``OrderFactory(lines=2)`` has two, of 3 units each."""

    class Meta:
        model = Order
        skip_postgeneration_save = True

    tenant_order_id = factory.Sequence(lambda n: f"R-{n}")
    order_date = ORDERED
    country = "DE"

    @factory.post_generation
    def lines(self: Any, create: bool, number: int | None, **fields: Any) -> None:
        for position in range(number or 0):
            OrderLineFactory(order=self, position=position, **fields)


class OrderLineFactory(DjangoModelFactory[OrderLine]):
    class Meta:
        model = OrderLine

    order = factory.SubFactory(OrderFactory)
    position = 0
    article = factory.SubFactory(ArticleFactory)
    title = factory.SelfAttribute("article.title")
    quantity = 3


class PickJobFactory(DjangoModelFactory[PickJob]):
    """A job for all lines of its order; ``PickJobFactory(lines__unbacked=2)`` lacks stock for two units of each."""

    class Meta:
        model = PickJob
        skip_postgeneration_save = True

    order = factory.SubFactory(OrderFactory, lines=1)
    facility = factory.SubFactory(FacilityFactory)
    reference = factory.LazyFunction(uuid7)
    status = PickJobStatus.OPEN
    short_id = factory.Sequence(lambda n: f"{n:04X}")
    channel = DeliveryType.SHIPPING
    order_date = factory.SelfAttribute("order.order_date")
    tenant_order_id = factory.SelfAttribute("order.tenant_order_id")

    @factory.post_generation
    def lines(self: Any, create: bool, _given: Any, **fields: Any) -> None:
        for line in self.order.lines.all():
            PickLineFactory(pick_job=self, order_line=line, **fields)


class PickLineFactory(DjangoModelFactory[PickLine]):
    class Meta:
        model = PickLine

    pick_job = factory.SubFactory(PickJobFactory)
    order_line = factory.SubFactory(OrderLineFactory)
    article = factory.SelfAttribute("order_line.article")
    reference = factory.LazyFunction(uuid7)
    quantity = factory.SelfAttribute("order_line.quantity")
