"""Payment gateways: what authorises, reduces and voids (W9). ``PAYMENT_GATEWAY`` names the one in use."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from django.conf import settings

from orders.gateways.base import Declined, Gateway, GatewayFailure, Request, Result, TransientFailure
from orders.gateways.http import HttpGateway
from orders.gateways.ledger import LedgerGateway

GATEWAYS: Mapping[str, Callable[[], Gateway]] = MappingProxyType(
    {"ledger": LedgerGateway, "http": HttpGateway.configured}
)


def gateway_in_use() -> Gateway:
    """The one that ``PAYMENT_GATEWAY`` names."""
    return GATEWAYS[settings.PAYMENT_GATEWAY]()


__all__ = [
    "GATEWAYS",
    "Declined",
    "Gateway",
    "GatewayFailure",
    "Request",
    "Result",
    "TransientFailure",
    "gateway_in_use",
]
