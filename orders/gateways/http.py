"""A payment gateway spoken to in JSON over HTTP (docs/payments.md has the protocol).

One POST per operation, signed, with an ``Idempotency-Key``. Whatever is not a clear answer to the question that was
asked counts as no answer: the operation is then tried again with the same key.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django.conf import settings
from django.utils import timezone

from backoffice.core.api.values import parse_instant
from backoffice.core.outgoing import AnswerTooLong, OutgoingFailure, TimeIsUp, post
from backoffice.core.signing import HEADER as SIGNATURE
from backoffice.core.signing import signature
from backoffice.core.texts import text
from orders.gateways.base import Declined, Request, Result, TransientFailure

LARGEST_ANSWER = 64 * 1024
"""Bytes. A gateway has little to say."""

LONGEST_REFERENCE = 255

LONGEST_REASON = 500
"""Characters that are kept of why it said no."""

DECLINING = (402, 422)
"""Statuses that say no to what was asked; all others from 300 on say that something is wrong with the asking."""


@dataclass(frozen=True, slots=True)
class HttpGateway:
    """``timeout`` is in seconds, for the whole call: connecting, sending, and reading to the end."""

    url: str
    secret: str
    timeout: float
    name: str = "http"

    @classmethod
    def configured(cls) -> HttpGateway:
        return cls(
            settings.PAYMENT_GATEWAY_URL, settings.PAYMENT_GATEWAY_SECRET, settings.PAYMENT_GATEWAY_TIMEOUT
        )

    def authorise(self, request: Request) -> Result:
        return self._ask("AUTHORISE", request)

    def void(self, request: Request) -> Result:
        return self._ask("VOID", request)

    def reduce(self, request: Request) -> Result:
        return self._ask("REDUCE", request)

    def _ask(self, operation: str, request: Request) -> Result:
        body = json.dumps(_question(operation, request), separators=(",", ":")).encode()
        status, answer = self._post(
            body,
            {
                "Content-Type": "application/json",
                "Accept": "application/json",
                "Idempotency-Key": str(request.key),
                SIGNATURE: signature([self.secret], int(time.time()), body),
                "User-Agent": "Anteroom",
            },
        )
        return _understood(operation, request, status, answer)

    def _post(self, body: bytes, headers: Mapping[str, str]) -> tuple[int, bytes]:
        try:
            answer = post(self.url, body=body, headers=headers, timeout=self.timeout, most=LARGEST_ANSWER)
        except TimeIsUp:
            raise TransientFailure(
                text("The gateway did not answer within %(timeout)s seconds.", timeout=f"{self.timeout:g}")
            ) from None
        except AnswerTooLong:
            raise TransientFailure(
                text(
                    "The gateway answered more than %(largest_answer)s bytes.", largest_answer=LARGEST_ANSWER
                )
            ) from None
        except OutgoingFailure as failure:
            raise TransientFailure(
                text("The gateway could not be reached (%(kind)s).", kind=failure.kind)
            ) from failure
        return answer.status, answer.body


def _question(operation: str, request: Request) -> dict[str, str]:
    known = {
        "tenantOrderId": request.tenant_order_id,
        "gatewayReference": request.gateway_reference,
        "originalReference": request.original_reference,
    }
    return {
        "operation": operation,
        "operationId": str(request.operation),
        "authorisationId": str(request.authorisation),
        "orderId": str(request.order),
        "amount": f"{request.amount:f}",
        "currency": request.currency,
        **{name: value for name, value in known.items() if value},
    }


def _understood(operation: str, request: Request, status: int, body: bytes) -> Result:
    """:raises Declined: a clear no. :raises TransientFailure: nothing that answers the question."""
    if status not in (200, 201, 202, *DECLINING):
        raise TransientFailure(text("The gateway answered with HTTP status %(status)s.", status=status))
    answer = _document(body)
    if answer.get("operationId") != str(request.operation):
        raise TransientFailure(
            text("The gateway answered to another operation than the one that was asked for.")
        )
    verdict = answer.get("status")
    if verdict == "DECLINED" or status in DECLINING:
        reason = answer.get("reason")
        raise Declined(
            text(
                "The gateway declined: %(reason)s",
                reason=reason[:LONGEST_REASON] if isinstance(reason, str) and reason else text("no reason"),
            )
        )
    if verdict == "ACCEPTED":
        return Result(final=False)
    if verdict == "UNKNOWN" and operation == "VOID":
        return Result(gateway_reference=request.gateway_reference)
    if verdict != "APPROVED":
        raise TransientFailure(text("The gateway's answer has no status that is known."))
    _refuse_other_sums(answer, request)
    return Result(
        gateway_reference=_reference(operation, answer, request), expires_at=_expiry(answer.get("expires"))
    )


def _document(body: bytes) -> dict[str, Any]:
    try:
        answer = json.loads(body, parse_float=Decimal)
    except (ValueError, RecursionError):
        raise TransientFailure(text("The gateway's answer is not JSON.")) from None
    if not isinstance(answer, dict):
        raise TransientFailure(text("The gateway's answer is not a JSON object."))
    return answer


def _refuse_other_sums(answer: Mapping[str, Any], request: Request) -> None:
    """A gateway that says what it held must have held what it was asked to."""
    amount, currency = answer.get("amount"), answer.get("currency", request.currency)
    try:
        same = amount is None or Decimal(str(amount)) == request.amount
    except InvalidOperation:
        same = False
    if not same or currency != request.currency:
        raise TransientFailure(text("The gateway approved another sum than the one that was asked for."))


def _reference(operation: str, answer: Mapping[str, Any], request: Request) -> str:
    reference = answer.get("gatewayReference", request.gateway_reference)
    if not isinstance(reference, str) or len(reference) > LONGEST_REFERENCE or "\0" in reference:
        raise TransientFailure(text("The gateway's reference is not a text of at most 255 characters."))
    if operation == "AUTHORISE" and not reference:
        raise TransientFailure(text("The gateway approved, but gave no gatewayReference."))
    return reference


def _expiry(given: Any) -> datetime | None:
    """A date that cannot be read, or has passed before the authorisation began, is none that one could go by."""
    try:
        moment = parse_instant(given)
    except (AttributeError, TypeError, ValueError):
        return None
    return moment if moment > timezone.now() else None
