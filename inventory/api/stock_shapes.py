# ruff: noqa: N815 - fields are named as in JSON
"""What clients write about stock."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from drf_spectacular.utils import PolymorphicProxySerializer, extend_schema_field
from rest_framework import serializers

from backoffice.core.api.serializers import (
    LenientSerializer,
    QuantityField,
    RefField,
    UtcDateTimeField,
    VersionField,
)
from backoffice.core.errors import Invalid, Problem
from inventory.api.shapes import MOST_ITEMS, KeyField, ObjectField, TextField, list_of
from inventory.models import Facility
from inventory.references import URN, facilities_by_ref
from inventory.services.stock_writing import StockDraft, StockItem, StockUpdate, StockValues


class FacilitySelectorSerializer(LenientSerializer):
    """A facility, by its id (or URN) or by the client's id."""

    facilityRef = serializers.CharField(max_length=400, required=False)
    tenantFacilityId = KeyField(required=False)


class TraitConfigSerializer(LenientSerializer):
    trait = KeyField()
    enabled = serializers.BooleanField()


def _record_fields() -> dict[str, Any]:
    """What both ways of writing a record share."""
    return {
        "value": QuantityField(min_value=0, help_text="units on hand"),
        "tenantStockId": KeyField(required=False, allow_null=True, allow_blank=True),
        "locationRef": TextField(allow_null=True),
        "conditions": serializers.ListField(
            child=serializers.ChoiceField(["DEFECTIVE"]), required=False, max_length=10
        ),
        "traitConfig": list_of(TraitConfigSerializer, most=20, required=False),
        "customAttributes": ObjectField(),
    }


class StockForCreationSerializer(FacilitySelectorSerializer):
    """The facility is named by ``facility``, or as older clients do beside the rest."""

    def get_fields(self) -> dict[str, Any]:
        return {
            "tenantArticleId": KeyField(),
            "facility": FacilitySelectorSerializer(required=False),
            **super().get_fields(),
            **_record_fields(),
            "availableUntil": UtcDateTimeField(required=False, allow_null=True),
            "receiptDate": UtcDateTimeField(required=False, allow_null=True),
            "properties": serializers.DictField(
                child=serializers.CharField(max_length=1024, allow_blank=True),
                required=False,
                allow_null=True,
            ),
        }

    def validate(self, attrs: Any) -> Any:
        if not facility_name(attrs):
            message = "Name the facility: {facilityRef: …} or {tenantFacilityId: …}."
            raise serializers.ValidationError({"facility": [message]}, code="required")
        return attrs


class StockForUpdateSerializer(LenientSerializer):
    """Without a ``version`` it applies to whatever is there."""

    def get_fields(self) -> dict[str, Any]:
        return {"version": VersionField(required=False), **_record_fields()}


class StockForUpsertUpdateSerializer(StockForUpdateSerializer):
    def get_fields(self) -> dict[str, Any]:
        return {"id": RefField(), **super().get_fields()}


@extend_schema_field(
    PolymorphicProxySerializer(
        component_name="StockForUpsert",
        serializers=[StockForCreationSerializer, StockForUpsertUpdateSerializer],
        resource_type_field_name=None,
    )
)
class StockForUpsertField(serializers.Field[Any, Any, Any, Any]):
    """With an ``id`` an update, without one a creation."""

    def to_internal_value(self, data: Any) -> Any:
        updating = isinstance(data, Mapping) and "id" in data
        shape = StockForUpsertUpdateSerializer if updating else StockForCreationSerializer
        return shape().run_validation(data)


class StocksForUpsertSerializer(LenientSerializer):
    stocks = serializers.ListField(child=StockForUpsertField(), allow_empty=False, max_length=MOST_ITEMS)


def facility_name(body: Mapping[str, Any]) -> str:
    """How a body names the facility, as one text that :func:`facilities_by_ref` takes; empty if it does not."""
    for part in (body.get("facility") or {}, body):
        if part.get("facilityRef"):
            return str(part["facilityRef"])
        if part.get("tenantFacilityId"):
            return f"{URN}{part['tenantFacilityId']}"
    return ""


def stock_items(bodies: Sequence[Mapping[str, Any]], *, path: str = "") -> list[StockItem]:
    """Validated bodies in the words of the service; facilities are looked up in one query.

    :raises Invalid: with every facility that does not exist; ``path`` stands before the field, ``{}`` in it is the
        position of the body.
    """
    names = [facility_name(body) for body in bodies]
    facilities = facilities_by_ref([name for name in names if name])
    problems = [
        Problem(
            f"{path.format(index)}facility", f"There is no facility {name.removeprefix(URN)}.", "NOT_FOUND"
        )
        for index, (name, body) in enumerate(zip(names, bodies, strict=True))
        if "id" not in body and name not in facilities
    ]
    if problems:
        raise Invalid.many(problems)
    return [
        stock_update(body["id"], body) if "id" in body else _draft(body, facilities[name])
        for name, body in zip(names, bodies, strict=True)
    ]


def stock_update(stock_id: Any, body: Mapping[str, Any]) -> StockUpdate:
    return StockUpdate(
        stock_id=stock_id, value=body["value"], version=body.get("version"), values=_values(body)
    )


def _draft(body: Mapping[str, Any], facility: Facility) -> StockDraft:
    return StockDraft(
        facility_id=facility.pk,
        tenant_article_id=body["tenantArticleId"],
        value=body["value"],
        values=_values(body),
    )


def _values(body: Mapping[str, Any]) -> StockValues:
    values = StockValues()
    if "tenantStockId" in body:
        values["tenant_stock_id"] = body["tenantStockId"] or None
    if "locationRef" in body:
        values["location_ref"] = body["locationRef"] or ""
    if "conditions" in body:
        values["conditions"] = body["conditions"]
    if "traitConfig" in body:
        values["trait_config"] = [dict(trait) for trait in body["traitConfig"]]
    if "customAttributes" in body:
        values["custom_attributes"] = body["customAttributes"] or {}
    if "availableUntil" in body:
        values["available_until"] = body["availableUntil"]
    if "receiptDate" in body:
        values["receipt_date"] = body["receiptDate"]
    if "properties" in body:
        values["properties"] = body["properties"] or {}
    return values
