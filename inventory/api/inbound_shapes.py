# ruff: noqa: N815 - fields are named as in JSON
"""What clients write about inbound processes, purchase orders and receipts.

Beyond the contract an item may have an ``id``, a ``requestedDate``, a ``facilityRef`` and a ``status`` of its own, and
a receipt a ``facilityRef``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from rest_framework import serializers

from backoffice.core.api.serializers import LenientSerializer, QuantityField, UtcDateTimeField, VersionField
from backoffice.core.errors import Invalid, Problem
from backoffice.core.models import uuid7
from inventory.api.shapes import KeyField, ObjectField, TextField, list_of, present
from inventory.models import ExpectedStockStatus, Facility, ReceiptStatus
from inventory.references import URN, facilities_by_ref
from inventory.services.inbound import InboundValues
from inventory.services.purchase_orders import MOST_ITEMS, ItemDraft, PurchaseOrderDraft
from inventory.services.receiving import ReceiptDraft, ReceivedItem

ASAP, TIME_POINT = "ASAP", "TIME_POINT"


class FacilityRefField(serializers.CharField):
    """A facility, by its id or its URN; whether there is one is looked up for all at once."""

    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=400, **options)


class UnitsSerializer(LenientSerializer):
    value = QuantityField(min_value=0)
    unit = TextField()


class RequestedDateSerializer(LenientSerializer):
    """``ASAP`` has no date: nothing can be promised from it (spec 5)."""

    type = serializers.ChoiceField([ASAP, TIME_POINT])
    value = UtcDateTimeField(required=False, allow_null=True)

    def validate(self, attrs: Any) -> Any:
        if attrs["type"] == TIME_POINT and attrs.get("value") is None:
            message = "Say when, or send the type ASAP."
            raise serializers.ValidationError({"value": [message]}, code="required")
        return attrs


class ItemIdField(serializers.CharField):
    default_error_messages = {"unknown": "There is no such item: leave the id out to expect a new one."}

    def to_internal_value(self, data: Any) -> Any:
        text = super().to_internal_value(data)
        if not (text.isascii() and text.isdigit() and len(text) < 19):
            self.fail("unknown")
        return int(text)


class RequestedItemSerializer(LenientSerializer):
    tenantArticleId = KeyField()
    quantity = UnitsSerializer()
    stockProperties = serializers.DictField(
        child=serializers.CharField(max_length=1024, allow_blank=True), required=False
    )
    customAttributes = ObjectField()
    id = ItemIdField(required=False)
    requestedDate = RequestedDateSerializer(required=False)
    facilityRef = FacilityRefField(required=False)
    status = serializers.ChoiceField(
        [
            ExpectedStockStatus.OPEN.value,
            ExpectedStockStatus.RECEIVED.value,
            ExpectedStockStatus.CLOSED.value,
        ],
        required=False,
    )


class SupplierSerializer(LenientSerializer):
    name = TextField()


class PurchaseOrderForCreationSerializer(LenientSerializer):
    orderDate = UtcDateTimeField()
    requestedDate = RequestedDateSerializer()
    requestedItems = list_of(RequestedItemSerializer, most=MOST_ITEMS)
    supplier = SupplierSerializer(required=False)
    status = serializers.ChoiceField(["OPEN", "CANCELED"], required=False)
    cancelled = serializers.BooleanField(required=False)
    customAttributes = ObjectField()


class PurchaseOrderForUpsertSerializer(PurchaseOrderForCreationSerializer):
    version = VersionField()


class CommentSerializer(LenientSerializer):
    content = TextField(max_length=10_000, required=True)
    userRef = TextField()


class ReceivedItemSerializer(LenientSerializer):
    tenantArticleId = KeyField()
    acceptedQuantity = UnitsSerializer()
    rejectedQuantity = UnitsSerializer(required=False)
    comments = list_of(CommentSerializer, most=20, required=False)
    stockProperties = serializers.DictField(
        child=serializers.CharField(max_length=1024, allow_blank=True), required=False
    )
    storageLocationRef = TextField()
    customAttributes = ObjectField()


class ReceiptForCreationSerializer(LenientSerializer):
    """Without a status it is FINISHED: what came is booked at once, since nothing here finishes it later."""

    receivedDate = UtcDateTimeField()
    receivedItems = list_of(ReceivedItemSerializer, most=MOST_ITEMS)
    comments = list_of(CommentSerializer, most=20, required=False)
    status = serializers.ChoiceField(ReceiptStatus.values, required=False)
    asnRef = TextField()
    customAttributes = ObjectField()
    facilityRef = FacilityRefField(required=False)


class InboundProcessForCreationSerializer(LenientSerializer):
    facilityRef = FacilityRefField()
    tenantInboundProcessId = KeyField(required=False)
    onHold = serializers.BooleanField(required=False)
    purchaseOrder = PurchaseOrderForCreationSerializer(required=False)
    receipts = list_of(ReceiptForCreationSerializer, most=MOST_ITEMS, required=False)
    customAttributes = ObjectField()


class InboundProcessForPatchSerializer(LenientSerializer):
    version = VersionField()
    onHold = serializers.BooleanField(required=False)
    customAttributes = ObjectField()


def process_values(body: Mapping[str, Any]) -> InboundValues:
    values = InboundValues()
    if "onHold" in body:
        values["on_hold"] = body["onHold"]
    if "customAttributes" in body:
        values["custom_attributes"] = body["customAttributes"] or {}
    return values


class Facilities:
    """The facilities that a body names, looked up at once.

    :raises Invalid: with the path of every name of nothing.
    """

    def __init__(self, named: Sequence[tuple[str, str]]) -> None:
        self._found = facilities_by_ref([ref for _, ref in named])
        problems = [
            Problem(path, f"There is no facility {ref.removeprefix(URN)}.", "NOT_FOUND")
            for path, ref in named
            if ref not in self._found
        ]
        if problems:
            raise Invalid.many(problems)

    def __getitem__(self, ref: str) -> Facility:
        return self._found[ref]


def named_in_process(body: Mapping[str, Any]) -> list[tuple[str, str]]:
    """(path, how it is called) of each facility that the body of a process names."""
    named = [("facilityRef", body["facilityRef"])]
    if "purchaseOrder" in body:
        named += named_in_order(body["purchaseOrder"], "purchaseOrder.")
    for index, receipt in enumerate(body.get("receipts", ())):
        named += named_in_receipt(receipt, f"receipts[{index}].")
    return named


def named_in_order(body: Mapping[str, Any], path: str = "") -> list[tuple[str, str]]:
    return [
        (f"{path}requestedItems[{index}].facilityRef", item["facilityRef"])
        for index, item in enumerate(body["requestedItems"])
        if item.get("facilityRef")
    ]


def named_in_receipt(body: Mapping[str, Any], path: str = "") -> list[tuple[str, str]]:
    return [(f"{path}facilityRef", body["facilityRef"])] if body.get("facilityRef") else []


def order_draft(body: Mapping[str, Any], facilities: Facilities) -> PurchaseOrderDraft:
    """The validated body of a purchase order in the words of the service. Of what is 0 nothing is expected."""
    return PurchaseOrderDraft(
        order_date=body["orderDate"],
        requested_at=_moment(body["requestedDate"]),
        supplier=body.get("supplier", {}).get("name", ""),
        cancelled=body.get("status") == "CANCELED" or body.get("cancelled", False),
        custom_attributes=body.get("customAttributes") or {},
        items=[_item(item, facilities) for item in body["requestedItems"] if item["quantity"]["value"]],
    )


def receipt_draft(body: Mapping[str, Any], facilities: Facilities) -> ReceiptDraft:
    """The validated body of a receipt in the words of the service."""
    return ReceiptDraft(
        received_at=body["receivedDate"],
        status=body.get("status", ReceiptStatus.FINISHED),
        facility_id=facilities[body["facilityRef"]].pk if body.get("facilityRef") else None,
        comments=_comments(body),
        details=present({"asnRef": body.get("asnRef")}),
        custom_attributes=body.get("customAttributes") or {},
        items=[_received(item) for item in body["receivedItems"]],
    )


def _item(item: Mapping[str, Any], facilities: Facilities) -> ItemDraft:
    return ItemDraft(
        tenant_article_id=item["tenantArticleId"],
        quantity=item["quantity"]["value"],
        item_id=item.get("id"),
        own_date="requestedDate" in item,
        requested_at=_moment(item["requestedDate"]) if "requestedDate" in item else None,
        facility_id=facilities[item["facilityRef"]].pk if item.get("facilityRef") else None,
        closed=item.get("status") == ExpectedStockStatus.CLOSED,
        reopen=item.get("status") == ExpectedStockStatus.OPEN,
        details=present(
            {
                "unit": item["quantity"].get("unit"),
                "stockProperties": item.get("stockProperties"),
                "customAttributes": item.get("customAttributes"),
            }
        ),
    )


def _received(item: Mapping[str, Any]) -> ReceivedItem:
    return ReceivedItem(
        tenant_article_id=item["tenantArticleId"],
        accepted=item["acceptedQuantity"]["value"],
        rejected=item.get("rejectedQuantity", {}).get("value", 0),
        location_ref=item.get("storageLocationRef", ""),
        properties=item.get("stockProperties", {}),
        details=present(
            {
                "unit": item["acceptedQuantity"].get("unit"),
                "storageLocationRef": item.get("storageLocationRef"),
                "stockProperties": item.get("stockProperties"),
                "customAttributes": item.get("customAttributes"),
                "comments": _comments(item),
            }
        ),
    )


def _comments(body: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [
        {"id": str(uuid7()), **present(comment), "content": comment["content"]}
        for comment in body.get("comments", ())
    ]


def _moment(body: Mapping[str, Any]) -> datetime | None:
    return body.get("value") if body["type"] == TIME_POINT else None
