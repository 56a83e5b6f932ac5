"""What every payment gateway can do, and how it may answer (W9).

An adapter is a class with these three methods. It is called outside of any transaction, may be called again with the
same ``key`` when nobody knows how the first call ended, and must then have the same effect once.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Protocol
from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """``authorisation`` is our id of the authorisation, ``gateway_reference`` the gateway's, once it gave one.

    ``original_reference`` is the gateway's reference of the authorisation that a new one takes the place of: it leads
    to the consumer's means of payment. ``amount`` is what is to be held: after a reduction, what is left.
    """

    key: UUID
    operation: UUID
    authorisation: UUID
    order: UUID
    tenant_order_id: str
    amount: Decimal
    currency: str
    gateway_reference: str = ""
    original_reference: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """The gateway said yes. One that is not ``final`` only took note, and will report how it went."""

    gateway_reference: str = ""
    expires_at: datetime | None = None
    final: bool = True


class GatewayFailure(Exception):
    """It was not done. ``message`` is for people."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class TransientFailure(GatewayFailure):
    """Nobody knows, or nobody could tell: the same request is made again, with the same key."""


class Declined(GatewayFailure):
    """The gateway understood, and said no. Another attempt is another request, with a key of its own."""


class Gateway(Protocol):
    """:raises TransientFailure: and :raises Declined: by all three."""

    @property
    def name(self) -> str: ...

    def authorise(self, request: Request) -> Result: ...

    def void(self, request: Request) -> Result:
        """Gives the money free. An authorisation that the gateway does not know holds none: that is a yes."""

    def reduce(self, request: Request) -> Result: ...
