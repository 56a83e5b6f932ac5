"""Doing what was planned: asking the gateway, one operation at a time, outside of any transaction (W9).

An operation is leased for the time of the call. Whoever dies between the call and writing how it went leaves it to the
next worker, who asks again with the same idempotency key.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from uuid import UUID, uuid4

import structlog
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from backoffice.core.errors import NotFound, StateConflict
from backoffice.core.events import Event, publish
from backoffice.core.models import uuid7
from backoffice.core.nudges import nudge
from backoffice.core.texts import text
from orders.events import PaymentAuthorised, PaymentFailed, PaymentReduced, PaymentRequested, PaymentVoided
from orders.gateways import Declined, Gateway, GatewayFailure, Request, Result, gateway_in_use
from orders.models import (
    OPERATION_LIFECYCLE,
    OperationKind,
    OperationStatus,
    PaymentAuthorisation,
    PaymentOperation,
    PaymentStatus,
)
from orders.models.payment import LONGEST_ERROR
from orders.money import rounded
from orders.paymentfacts import facts_of
from orders.services.paymentplanning import open_paid_pick_jobs
from orders.services.payments import PAYMENTS_TASK, lock_order_of_payments
from orders.services.pickjobs import flag_held_pick_jobs

log = structlog.get_logger(__name__)

FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=30), timedelta(hours=1)
"""Between attempts while the gateway cannot be reached, or answers nonsense: twice as long each time."""

FIRST_WAIT_DECLINED, LONGEST_WAIT_DECLINED = timedelta(hours=1), timedelta(hours=24)
"""After a definite no: somebody has to do something about it first."""

_ASK: Mapping[str, Callable[[Gateway, Request], Result]] = MappingProxyType(
    {
        OperationKind.AUTHORISE: lambda gateway, request: gateway.authorise(request),
        OperationKind.REDUCE: lambda gateway, request: gateway.reduce(request),
        OperationKind.VOID: lambda gateway, request: gateway.void(request),
    }
)


def perform_all() -> int:
    """Performs what is ready until nothing is, or only what other workers do; returns the number of calls."""
    gateway = gateway_in_use()
    calls = 0
    while (operation := claim(gateway.name)) is not None:
        perform(operation, gateway)
        calls += 1
    return calls


def claim(gateway_name: str) -> PaymentOperation | None:
    """Leases the operation that has been ready for longest, for one call; ``None`` if nothing is ready."""
    now = timezone.now()
    with transaction.atomic():
        ready = PaymentOperation.objects.ready(now).order_by("next_attempt", "id")
        operation = ready.select_for_update(skip_locked=True, no_key=True, of=("self",)).first()
        if operation is None:
            return None
        operation.touch(
            lease=uuid4(),
            lease_until=now + lease_time(),
            attempts=operation.attempts + 1,
            gateway=gateway_name,
        )
    return operation


def lease_time() -> timedelta:
    """Longer than a call can take, by far."""
    return timedelta(seconds=30 + 2 * settings.PAYMENT_GATEWAY_TIMEOUT)


def perform(operation: PaymentOperation, gateway: Gateway) -> None:
    """Asks the gateway, and writes how it went. What an adapter raises unexpectedly counts as a failure that passes."""
    request = _request(operation)
    try:
        result = _ASK[operation.kind](gateway, request)
    except GatewayFailure as failure:
        fail(operation, failure.message, declined=isinstance(failure, Declined))
    except Exception:
        log.exception("payment_gateway_broke", operation=str(operation.id))
        fail(operation, text("The gateway's adapter broke down: the log says how."), declined=False)
    else:
        succeed(operation, result)


def succeed(operation: PaymentOperation, result: Result) -> None:
    """Writes a yes, unless the lease has passed to somebody else, who will write their own."""
    with transaction.atomic():
        lock_order_of_payments(operation.order_id)
        current = _still_leased(operation)
        if current is not None:
            _write_success(current, result)


def fail(operation: PaymentOperation, error: str, *, declined: bool) -> None:
    """Writes a no: the operation is tried again later, and what waits for it stays held and says why (W9)."""
    with transaction.atomic():
        lock_order_of_payments(operation.order_id)
        current = _still_leased(operation)
        if current is not None:
            _write_failure(current, error, declined=declined)


def report(
    *,
    operation_id: UUID,
    version: int,
    succeeded: bool,
    gateway_reference: str = "",
    expires_at: datetime | None = None,
    error: str = "",
) -> PaymentOperation:
    """Writes how an operation went that was handed over to another system.

    A success may also be reported of one that failed: somebody has done by hand what the gateway could not, or would
    not, such as void what had ended by itself.

    :raises NotFound: there is no such operation.
    :raises VersionConflict: it changed since ``version``.
    :raises StateConflict: nobody waits for a report about it.
    """
    with transaction.atomic():
        operation = _locked(operation_id, version)
        _refuse_unless_reportable(operation, succeeded=succeeded)
        if succeeded:
            reference = gateway_reference or operation.authorisation.gateway_reference
            _write_success(operation, Result(gateway_reference=reference, expires_at=expires_at))
        else:
            _write_failure(operation, error or text("The payment system reported a failure."), declined=True)
        nudge(PAYMENTS_TASK)
    return operation


def _refuse_unless_reportable(operation: PaymentOperation, *, succeeded: bool) -> None:
    if operation.lease_until is not None and operation.lease_until >= timezone.now():
        raise StateConflict(text("The gateway is being asked at this moment: read it again."), field="status")
    failed = operation.status == OperationStatus.PENDING and operation.last_error
    if operation.status != OperationStatus.AWAITING and not (succeeded and failed):
        raise StateConflict(
            text(
                "The operation is %(status)s: only what was handed over (AWAITING) can be "
                "reported on, and the success of what has failed before.",
                status=operation.status,
            ),
            field="status",
        )


def retry_now(*, operation_id: UUID, version: int | None = None) -> PaymentOperation:
    """Lets an operation be tried again without waiting for its time.

    :raises NotFound: there is no such operation.
    :raises VersionConflict: it changed since ``version``.
    :raises StateConflict: there is nothing to be tried.
    """
    with transaction.atomic():
        operation = _locked(operation_id, version)
        if operation.status != OperationStatus.PENDING:
            raise StateConflict(
                text(
                    "The operation is %(status)s: only one that is still to do (PENDING) can be tried.",
                    status=operation.status,
                ),
                field="status",
            )
        operation.touch(next_attempt=timezone.now())
        nudge(PAYMENTS_TASK)
    return operation


def _locked(operation_id: UUID, version: int | None) -> PaymentOperation:
    """The operation, after its order was locked; everybody who changes operations does it in this order."""
    order_id = PaymentOperation.objects.filter(pk=operation_id).values_list("order_id", flat=True).first()
    if order_id is None:
        raise NotFound.of(PaymentOperation, operation_id)
    lock_order_of_payments(order_id)
    operation: PaymentOperation = (
        PaymentOperation.objects.select_for_update(no_key=True, of=("self",))
        .select_related("authorisation", "order")
        .get(pk=operation_id)
    )
    if version is not None:
        operation.claim(version)
    return operation


def _request(operation: PaymentOperation) -> Request:
    payment = PaymentAuthorisation.objects.select_related("order").get(pk=operation.authorisation_id)
    return Request(
        key=operation.key,
        operation=operation.id,
        authorisation=payment.id,
        order=payment.order_id,
        tenant_order_id=payment.order.tenant_order_id or "",
        amount=rounded(operation.amount, payment.currency),
        currency=payment.currency,
        gateway_reference=payment.gateway_reference,
        original_reference=payment.original_reference,
    )


def _still_leased(operation: PaymentOperation) -> PaymentOperation | None:
    found: PaymentOperation | None = (
        PaymentOperation.objects.select_for_update(no_key=True, of=("self",))
        .filter(pk=operation.pk, lease=operation.lease)
        .select_related("authorisation")
        .first()
    )
    return found


def _write_success(operation: PaymentOperation, result: Result) -> None:
    payment = operation.authorisation
    dropped = operation.status == OperationStatus.DROPPED
    status = OperationStatus.DONE if result.final else OperationStatus.AWAITING
    _settle(operation, operation.status if dropped else status, last_error="", declined=False)
    if dropped:
        # Nobody wants it any more; the void that follows needs to know what to void.
        payment.touch(gateway_reference=result.gateway_reference or payment.gateway_reference)
        return
    if result.final:
        publish([_apply(operation, payment, result)])
        open_paid_pick_jobs(order_id=operation.order_id)
    else:
        facts = facts_of(payment, operation.amount, kind=operation.kind)
        publish([PaymentRequested(payment_id=payment.id, order_id=payment.order_id, facts=facts)])


def _apply(operation: PaymentOperation, payment: PaymentAuthorisation, result: Result) -> Event:
    ids = {"payment_id": payment.id, "order_id": payment.order_id}
    if operation.kind == OperationKind.VOID:
        payment.become(PaymentStatus.VOIDED, last_error="")
        return PaymentVoided(**ids, facts=facts_of(payment))
    reference = result.gateway_reference or payment.gateway_reference
    if operation.kind == OperationKind.REDUCE:
        payment.become(
            PaymentStatus.AUTHORISED, amount=operation.amount, gateway_reference=reference, last_error=""
        )
        return PaymentReduced(**ids, facts=facts_of(payment))
    payment.become(
        PaymentStatus.AUTHORISED,
        amount=operation.amount,
        gateway_reference=reference,
        expires_at=result.expires_at,
        last_error="",
    )
    return PaymentAuthorised(**ids, facts=facts_of(payment))


def _write_failure(operation: PaymentOperation, error: str, *, declined: bool) -> None:
    if operation.status == OperationStatus.DROPPED:
        _settle(operation, OperationStatus.DROPPED)
        return
    payment = operation.authorisation
    if operation.kind == OperationKind.VOID and declined and payment.expiry_notice == "EXPIRED":
        # Gateways refuse to void what has ended by itself, and it holds nothing any more.
        _write_success(operation, Result(gateway_reference=payment.gateway_reference))
        return
    news = error[:LONGEST_ERROR] != operation.last_error[:LONGEST_ERROR]
    _settle(
        operation,
        OperationStatus.PENDING,
        declined=declined,
        last_error=error,
        next_attempt=timezone.now() + _wait(operation.attempts, declined=declined),
        **({"key": uuid7()} if declined else {}),
    )
    refused = operation.kind == OperationKind.AUTHORISE and declined
    payment.become(PaymentStatus.FAILED if refused else PaymentStatus(payment.status), last_error=error)
    if news:
        facts = facts_of(payment, operation.amount, kind=operation.kind, error=error)
        publish([PaymentFailed(payment_id=payment.id, order_id=payment.order_id, facts=facts)], reason=error)
    _flag_jobs(operation, error)


def _flag_jobs(operation: PaymentOperation, error: str) -> None:
    """Whoever waits for this operation says why it takes so long; after a failed void, all that wait for the order."""
    waiting = PaymentAuthorisation.objects.live().filter(order_id=operation.order_id, reference__isnull=False)
    if operation.kind != OperationKind.VOID:
        waiting = waiting.filter(pk=operation.authorisation_id)
    flag_held_pick_jobs(
        references=[payment.reference for payment in waiting if payment.reference], problem=error
    )


def _settle(operation: PaymentOperation, status: OperationStatus | str, **changes: object) -> None:
    """Ends the lease, and moves to ``status``."""
    if status != operation.status:
        OPERATION_LIFECYCLE.check(operation.status, status)
    operation.touch(status=status, lease=None, lease_until=None, **changes)


def _wait(attempts: int, *, declined: bool) -> timedelta:
    first, longest = (FIRST_WAIT_DECLINED, LONGEST_WAIT_DECLINED) if declined else (FIRST_WAIT, LONGEST_WAIT)
    doubled: int = 2 ** min(attempts - 1, 20)
    return min(longest, first * doubled)
