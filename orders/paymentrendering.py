"""Payments as JSON, for the API and for webhooks."""

from __future__ import annotations

from typing import Any

from backoffice.core.api.values import instant
from orders.models import PaymentAuthorisation, PaymentOperation


def render_payment(payment: PaymentAuthorisation) -> dict[str, Any]:
    given = {
        "reference": payment.reference and str(payment.reference),
        "gatewayReference": payment.gateway_reference,
        "originalReference": payment.original_reference,
        "replacesRef": payment.replaces_id and str(payment.replaces_id),
        "expires": instant(payment.expires_at),
        "expiryNotice": payment.expiry_notice,
        "error": payment.last_error,
    }
    return {
        "id": str(payment.id),
        **_versioned(payment),
        "orderRef": str(payment.order_id),
        "amount": float(payment.amount),
        "currency": payment.currency,
        "status": payment.status,
        **{key: value for key, value in given.items() if value},
    }


def render_operation(operation: PaymentOperation) -> dict[str, Any]:
    """The operation's ``order`` and ``authorisation`` have been fetched."""
    payment = operation.authorisation
    given = {
        "tenantOrderId": operation.order.tenant_order_id,
        "reference": payment.reference and str(payment.reference),
        "gatewayReference": payment.gateway_reference,
        "originalReference": payment.original_reference,
        "gateway": operation.gateway,
        "error": operation.last_error,
    }
    return {
        "id": str(operation.id),
        **_versioned(operation),
        "orderRef": str(operation.order_id),
        "paymentRef": str(operation.authorisation_id),
        "operation": operation.kind,
        "status": operation.status,
        "amount": float(operation.amount),
        "currency": payment.currency,
        "idempotencyKey": str(operation.key),
        "attempts": operation.attempts,
        "nextAttempt": instant(operation.next_attempt),
        "declined": operation.declined,
        **{key: value for key, value in given.items() if value},
    }


def _versioned(row: PaymentAuthorisation | PaymentOperation) -> dict[str, Any]:
    return {
        "version": row.version,
        "created": instant(row.created),
        "lastModified": instant(row.last_modified),
    }
