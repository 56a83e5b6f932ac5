"""Orders with prices and payments, for tests of what becomes of the money."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction

from backoffice.core.models import uuid7
from orders.models import Order, OrderLine, PaymentAuthorisation, PaymentOperation
from orders.services.payments import ReleasedPlan, reauthorise, record_payment
from tests.factories.orders import OrderFactory, OrderLineFactory


def priced_order(*lines: tuple[int, str | None], **fields: Any) -> Order:
    """An order of these quantities and prices, in euros."""
    order = OrderFactory(currency="EUR", **fields)
    for position, (quantity, price) in enumerate(lines):
        OrderLineFactory(
            order=order,
            position=position,
            quantity=quantity,
            shop_price=None if price is None else Decimal(price),
        )
    return order


def lines_of(order: Order) -> list[OrderLine]:
    return list(order.lines.order_by("position"))


def paid(order: Order, amount: str, **fields: Any) -> PaymentAuthorisation:
    return record_payment(
        order_id=order.id,
        amount=Decimal(amount),
        currency="EUR",
        **{"gateway_reference": "shop-1", **fields},
    )


def release(order: Order, *quantities: int, reference: UUID | None = None) -> UUID:
    """Releases a plan of that many units of each line; its reference. It may not be planned yet."""
    plan = ReleasedPlan(
        order_id=order.id,
        reference=reference or uuid7(),
        units={
            line.id: quantity for line, quantity in zip(lines_of(order), quantities, strict=False) if quantity
        },
    )
    with transaction.atomic():
        reauthorise(released=[plan])
    return plan.reference


def sums(order: Order) -> list[tuple[str, str]]:
    """Status and amount of the order's authorisations that are not being voided, in the order of their making."""
    return [
        (payment.status, f"{payment.amount:.2f}")
        for payment in PaymentAuthorisation.objects.filter(order=order, voiding=False).order_by("id")
    ]


def to_do(order: Order) -> list[tuple[str, str]]:
    """Open operations with their amounts."""
    return [
        (operation.kind, f"{operation.amount:.2f}")
        for operation in PaymentOperation.objects.open().filter(order=order).order_by("id")
    ]
