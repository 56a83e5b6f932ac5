"""Orders and pick jobs as JSON, for the API, for webhooks and for the predicates of strategies (R1)."""

from __future__ import annotations

from typing import Any

from backoffice.core.api.values import instant
from inventory.models import Article
from orders.addresses import delivery_address
from orders.models import CancelationReason, DeliveryType, Order, OrderLine, PickJob, PickLine

NO_WORKFLOW = {"isAvailable": False}


def render_order(order: Order) -> dict[str, Any]:
    """The contract's Order. Parts that were not given when it was placed are left out."""
    given = {
        "tenantOrderId": order.tenant_order_id,
        "deliveryPreferences": order.delivery_preferences,
        "customServices": order.custom_services,
        "tags": order.tags,
        "paymentInfo": order.payment_info,
        "customAttributes": order.custom_attributes,
        "cancelationReason": order.cancelation_reason,
    }
    return {
        "id": str(order.id),
        **_versioned(order),
        "processId": str(order.id),
        "status": order.status,
        "orderDate": instant(order.order_date),
        "consumer": order.consumer,
        "orderLineItems": [render_order_line(line) for line in order.line_items],
        **{key: value for key, value in given.items() if value},
        **order.details,
        **({"promisesOptions": {"validUntil": instant(order.valid_until)}} if order.valid_until else {}),
        "anonymized": order.anonymised,
        "workflowInformation": NO_WORKFLOW,
    }


def render_order_line(line: OrderLine) -> dict[str, Any]:
    return {
        "id": str(line.id),
        "quantity": line.quantity,
        **({} if line.shop_price is None else {"shopPrice": float(line.shop_price)}),
        **_described(line, line.article),
    }


def _described(line: OrderLine, article: Article) -> dict[str, Any]:
    """What an order line says about its ``article``, which the caller has at hand."""
    details = dict(line.details)
    named = {"tenantArticleId": article.tenant_article_id, "title": line.title}
    return {
        "article": {**details.pop("article", {}), **named},
        **({"tags": line.tags} if line.tags else {}),
        **({"customAttributes": line.custom_attributes} if line.custom_attributes else {}),
        **details,
    }


def render_cancelation_reason(reason: CancelationReason) -> dict[str, Any]:
    return {
        "id": str(reason.id),
        **_versioned(reason),
        "action": "CANCELATION",
        "reason": reason.reason,
        "reasonLocalized": reason.reason_localized,
    }


def render_stripped_order(order: Order) -> dict[str, Any]:
    """What a list of orders shows of each."""
    return {
        "id": str(order.id),
        **_versioned(order),
        "processRef": str(order.id),
        "status": order.status,
        "orderDate": instant(order.order_date),
        "orderLineItems": [{"quantity": line.quantity, "title": line.title} for line in order.line_items],
        **{key: value for key, value in order.details.items() if key == "stickers"},
    }


def render_pick_job(job: PickJob) -> dict[str, Any]:
    """The contract's PickJob; ``notBefore`` and a line's ``unbacked`` are ours (B3, B4, R2)."""
    given = {
        "subStatus": job.sub_status,
        "statusReason": job.status_reason,
        "tenantOrderId": job.tenant_order_id,
        "notBefore": instant(job.not_before),
        "tags": job.order.tags,
        "customAttributes": job.custom_attributes,
    }
    return {
        "id": str(job.id),
        **_versioned(job),
        "status": job.status,
        "shortId": job.short_id,
        "facilityRef": str(job.facility_id),
        "orderRef": str(job.order_id),
        "orderDate": instant(job.order_date),
        "processId": str(job.order_id),
        "routingPlanRef": str(job.reference),
        "deliveryinformation": _delivery(job),
        "pickLineItems": [render_pick_line(line) for line in job.line_items],
        **{key: value for key, value in given.items() if value},
        "documentsRef": str(job.id),
        "anonymized": job.order.anonymised,
        "workflowInformation": NO_WORKFLOW,
    }


def render_pick_line(line: PickLine) -> dict[str, Any]:
    return {
        "id": str(line.id),
        "globalLineItemId": str(line.order_line_id),
        "quantity": line.quantity,
        "picked": line.picked,
        "unbacked": line.unbacked,
        "status": line.status,
        "stockEmptied": line.stock_emptied,
        **({"shortPickReason": line.short_pick_reason} if line.short_pick_reason else {}),
        **_described(line.order_line, line.article),
    }


def render_stripped_pick_job(job: PickJob) -> dict[str, Any]:
    """What a list of pick jobs shows of each."""
    return {
        "id": str(job.id),
        **_versioned(job),
        "status": job.status,
        "facilityRef": str(job.facility_id),
        "orderRef": str(job.order_id),
        **({"targetTime": instant(job.target_time)} if job.target_time else {}),
    }


def _delivery(job: PickJob) -> dict[str, Any]:
    preferences = job.order.delivery_preferences
    if job.channel == DeliveryType.COLLECT:
        paid = any(place.get("paid") for place in preferences.get("collect", ()))
        details: dict[str, Any] = {"collect": {"paid": paid}}
    else:
        address = delivery_address(job.order.consumer)
        recipient = {"recipientaddress": address, "postalAddress": address} if address else {}
        details = {"shipping": {"serviceLevel": job.service_level, **recipient}}
    return {
        "channel": job.channel,
        "details": details,
        **({"targetTime": instant(job.target_time)} if job.target_time else {}),
    }


def _versioned(row: Order | PickJob | CancelationReason) -> dict[str, Any]:
    return {
        "version": row.version,
        "created": instant(row.created),
        "lastModified": instant(row.last_modified),
    }
