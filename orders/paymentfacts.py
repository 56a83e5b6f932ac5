"""What events tell of a payment."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from orders.models import PaymentAuthorisation
from orders.money import smallest


def sum_of(amount: Decimal, currency: str) -> str:
    """``12.50``: with the decimals of its currency, and more only if it has them."""
    coins = smallest(currency)
    return f"{amount.quantize(coins) if amount == amount.quantize(coins) else amount.normalize():f}"


def facts_of(payment: PaymentAuthorisation, amount: Decimal | None = None, **more: str) -> dict[str, Any]:
    """Plain values, for the timeline and for webhooks; ``amount`` where it is not the authorisation's own."""
    return {
        "amount": sum_of(payment.amount if amount is None else amount, payment.currency),
        "currency": payment.currency,
        **({"reference": str(payment.reference)} if payment.reference else {}),
        **({"gatewayReference": payment.gateway_reference} if payment.gateway_reference else {}),
        **more,
    }
