# ruff: noqa: N815 - fields are named as in JSON
"""How inbound processes look in answers."""

from __future__ import annotations

from typing import Any

from django.db.models import Prefetch, QuerySet
from rest_framework import serializers

from backoffice.core.api.values import instant
from inventory.api.inbound_shapes import ASAP, TIME_POINT
from inventory.api.shapes import ResourceSerializer, present
from inventory.models import (
    ExpectedStock,
    ExpectedStockStatus,
    InboundProcess,
    InboundStatus,
    PurchaseOrder,
    Receipt,
    ReceiptLine,
    ReceiptStatus,
)
from inventory.services.purchase_orders import has_own_date, start_of


class UnitsAnswerSerializer(serializers.Serializer[Any]):
    value = serializers.IntegerField()
    unit = serializers.CharField(required=False)


class RequestedDateAnswerSerializer(serializers.Serializer[Any]):
    type = serializers.ChoiceField([ASAP, TIME_POINT])
    value = serializers.CharField(required=False, help_text="absent for ASAP")


class RequestedItemAnswerSerializer(serializers.Serializer[Any]):
    id = serializers.CharField()
    tenantArticleId = serializers.CharField()
    quantity = UnitsAnswerSerializer()
    status = serializers.ChoiceField(ExpectedStockStatus.values)
    receivedQuantity = UnitsAnswerSerializer()
    reservedQuantity = UnitsAnswerSerializer()
    requestedDate = RequestedDateAnswerSerializer(
        required=False, help_text="where it is another day than the purchase order's"
    )
    facilityRef = serializers.CharField(required=False, help_text="where it is not the process's")
    stockProperties = serializers.DictField(required=False)
    customAttributes = serializers.DictField(required=False)


class SupplierAnswerSerializer(serializers.Serializer[Any]):
    name = serializers.CharField(required=False)


class PurchaseOrderAnswerSerializer(serializers.Serializer[Any]):
    id = serializers.CharField()
    created = serializers.CharField()
    lastModified = serializers.CharField()
    orderDate = serializers.CharField()
    requestedDate = RequestedDateAnswerSerializer()
    requestedItems = RequestedItemAnswerSerializer(many=True)
    status = serializers.ChoiceField(["OPEN", "CANCELED"])
    cancelled = serializers.BooleanField()
    supplier = SupplierAnswerSerializer(required=False)
    customAttributes = serializers.DictField(required=False)

    class Meta:
        ref_name = "InboundProcessPurchaseOrder"


class ReceiptCommentSerializer(serializers.Serializer[Any]):
    id = serializers.CharField()
    content = serializers.CharField()
    userRef = serializers.CharField(required=False)


class ReceivedItemAnswerSerializer(serializers.Serializer[Any]):
    id = serializers.CharField()
    tenantArticleId = serializers.CharField()
    acceptedQuantity = UnitsAnswerSerializer()
    rejectedQuantity = UnitsAnswerSerializer()
    comments = ReceiptCommentSerializer(many=True)
    stockProperties = serializers.DictField(required=False)
    storageLocationRef = serializers.CharField(required=False)
    customAttributes = serializers.DictField(required=False)


class ReceiptAnswerSerializer(serializers.Serializer[Any]):
    id = serializers.CharField()
    receivedDate = serializers.CharField()
    receivedItems = ReceivedItemAnswerSerializer(many=True)
    comments = ReceiptCommentSerializer(many=True)
    status = serializers.ChoiceField(ReceiptStatus.values)
    facilityRef = serializers.CharField(help_text="where it came")
    asnRef = serializers.CharField(required=False)
    customAttributes = serializers.DictField(required=False)

    class Meta:
        ref_name = "InboundReceipt"


class OriginSerializer(serializers.Serializer[Any]):
    name = serializers.CharField()


class InboundProcessSerializer(ResourceSerializer):
    facilityRef = serializers.CharField()
    tenantInboundProcessId = serializers.CharField(required=False)
    status = serializers.ChoiceField(InboundStatus.values)
    onHold = serializers.BooleanField()
    inboundDate = serializers.ListField(child=serializers.CharField())
    origin = OriginSerializer(many=True)
    purchaseOrder = PurchaseOrderAnswerSerializer(required=False)
    receipts = ReceiptAnswerSerializer(many=True)
    scannableCodes = serializers.ListField(child=serializers.CharField())
    anonymized = serializers.BooleanField()
    customAttributes = serializers.DictField(required=False)


def processes_to_render() -> QuerySet[InboundProcess]:
    """Processes with what their answers need: a constant number of queries for any number of rows."""
    items = ExpectedStock.objects.select_related("article", "facility").order_by("id")
    lines = ReceiptLine.objects.select_related("article").order_by("id")
    receipts = Receipt.objects.order_by("id").prefetch_related(Prefetch("lines", queryset=lines))
    return InboundProcess.objects.select_related("purchase_order").prefetch_related(
        Prefetch("items", queryset=items), Prefetch("receipts", queryset=receipts)
    )


def render_process(process: InboundProcess) -> dict[str, Any]:
    order: PurchaseOrder | None = getattr(process, "purchase_order", None)
    return {
        "id": str(process.pk),
        "version": process.version,
        "created": instant(process.created),
        "lastModified": instant(process.last_modified),
        "facilityRef": str(process.facility_id),
        "status": process.status,
        "onHold": process.on_hold,
        "inboundDate": [instant(order.requested_at)] if order and order.requested_at else [],
        "origin": [{"name": order.supplier}] if order and order.supplier else [],
        "receipts": [render_receipt(receipt) for receipt in process.receipts.all()],
        "scannableCodes": [],
        "anonymized": False,
        **present(
            {
                "tenantInboundProcessId": process.tenant_inbound_process_id,
                "customAttributes": process.custom_attributes,
                "purchaseOrder": render_order(process, order) if order else None,
            }
        ),
    }


def render_order(process: InboundProcess, order: PurchaseOrder) -> dict[str, Any]:
    """Items that were cancelled one by one are left out, as they were when the order was written."""
    shown = [
        item
        for item in process.items.all()
        if order.cancelled or item.status != ExpectedStockStatus.CANCELLED
    ]
    return {
        "id": str(order.pk),
        "created": instant(order.created),
        "lastModified": instant(order.last_modified),
        "orderDate": instant(order.order_date),
        "requestedDate": _requested(instant(order.requested_at)),
        "requestedItems": [_item(process, order, item) for item in shown],
        "status": "CANCELED" if order.cancelled else "OPEN",
        "cancelled": order.cancelled,
        **present(
            {"supplier": present({"name": order.supplier}), "customAttributes": order.custom_attributes}
        ),
    }


def render_receipt(receipt: Receipt) -> dict[str, Any]:
    return {
        "id": str(receipt.pk),
        "receivedDate": instant(receipt.received_at),
        "receivedItems": [_line(line) for line in receipt.lines.all()],
        "comments": receipt.comments,
        "status": receipt.status,
        "facilityRef": str(receipt.facility_id),
        **present({**receipt.details, "customAttributes": receipt.custom_attributes}),
    }


def _item(process: InboundProcess, order: PurchaseOrder, item: ExpectedStock) -> dict[str, Any]:
    own_date = _requested(instant(start_of(item.delivery_date, item.facility)))
    elsewhere = item.facility_id != process.facility_id
    kept = {name: value for name, value in item.details.items() if name != "unit"}
    return {
        "id": str(item.pk),
        "tenantArticleId": item.article.tenant_article_id,
        "quantity": _units(item.quantity, item.details),
        "status": item.status,
        "receivedQuantity": _units(item.received, item.details),
        "reservedQuantity": _units(item.reserved, item.details),
        **({"requestedDate": own_date} if has_own_date(item, order) else {}),
        **({"facilityRef": str(item.facility_id)} if elsewhere else {}),
        **kept,
    }


def _line(line: ReceiptLine) -> dict[str, Any]:
    kept = {name: value for name, value in line.details.items() if name != "unit"}
    return {
        "id": str(line.pk),
        "tenantArticleId": line.article.tenant_article_id,
        "acceptedQuantity": _units(line.accepted_quantity, line.details),
        "rejectedQuantity": _units(line.rejected_quantity, line.details),
        "comments": [],
        **kept,
    }


def _units(value: int, details: dict[str, Any]) -> dict[str, Any]:
    return {"value": value, **present({"unit": details.get("unit")})}


def _requested(value: str | None) -> dict[str, Any]:
    return {"type": TIME_POINT, "value": value} if value else {"type": ASAP}
