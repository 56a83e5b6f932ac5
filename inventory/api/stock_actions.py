# ruff: noqa: N815 - fields are named as in JSON
"""``/api/stocks/actions``: what is done to several records, or moves units between them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.db import transaction
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from backoffice.core.api.schema import operation
from backoffice.core.api.serializers import LenientSerializer, QuantityField
from backoffice.core.api.views import ApiView
from backoffice.core.errors import Invalid, NotFound, fields_under
from backoffice.core.ids import as_uuid
from inventory.api.shapes import MOST_ITEMS, KeyField
from inventory.api.stock_rendering import StockResultSerializer, StockSerializer, render_stocks
from inventory.api.stock_shapes import (
    StockForCreationSerializer,
    StockForUpsertUpdateSerializer,
    stock_items,
)
from inventory.models import Stock
from inventory.references import facilities_by_ref
from inventory.services.relocating import relocate_stock
from inventory.services.stock import delete_stocks, upsert_stocks

MOST_WRITTEN = 25
"""Records that one UPDATE_VERSIONLESS may write."""

Result = dict[str, Any]


def _names(**options: Any) -> serializers.ListField:
    return serializers.ListField(child=KeyField(), max_length=MOST_ITEMS, **options)


class DeleteByIdsSerializer(LenientSerializer):
    ids = _names()


class DeleteByLocationsSerializer(LenientSerializer):
    locationRefs = _names()


class DeleteByProductsSerializer(LenientSerializer):
    facilityRef = serializers.CharField(max_length=400)
    tenantArticleIds = _names()


class MoveOptionsSerializer(LenientSerializer):
    deleteFromStockIfZero = serializers.BooleanField(required=False)


class MoveToLocationSerializer(LenientSerializer):
    fromStockId = serializers.CharField(max_length=255)
    toLocationRef = KeyField()
    amount = QuantityField()
    options = MoveOptionsSerializer(required=False)


class VersionlessStockField(serializers.Field[Any, Any, Any, Any]):
    """One record that is created or updated, as its ``operationType`` says, whatever version it has."""

    shapes: Mapping[str, type[LenientSerializer]] = {
        "CREATE": StockForCreationSerializer,
        "UPDATE": StockForUpsertUpdateSerializer,
    }

    def to_internal_value(self, data: Any) -> Any:
        kind = data.get("operationType") if isinstance(data, Mapping) else None
        shape = self.shapes.get(kind) if isinstance(kind, str) else None
        if shape is None:
            raise ValidationError({"operationType": ["Use CREATE or UPDATE."]})
        dropped = ("version", *(("id",) if kind == "CREATE" else ()))
        return shape().run_validation({key: value for key, value in data.items() if key not in dropped})


class UpdateVersionlessSerializer(LenientSerializer):
    stocks = serializers.ListField(child=VersionlessStockField(), allow_empty=False, max_length=MOST_WRITTEN)

    def validate_stocks(self, stocks: list[Any]) -> list[Any]:
        ids = [stock["id"] for stock in stocks if "id" in stock]
        if len(set(ids)) < len(ids):
            raise ValidationError("Name each stock once.")
        return stocks


def _delete_by_ids(action: Mapping[str, Any]) -> Result:
    return _deleted([key for text in action["ids"] if (key := as_uuid(text)) is not None])


def _delete_by_locations(action: Mapping[str, Any]) -> Result:
    """Nothing lies at the location without a name, which is that of records without a location."""
    refs = [ref for ref in action["locationRefs"] if ref]
    return _deleted(Stock.objects.filter(location_ref__in=refs).values_list("pk", flat=True))


def _delete_by_products(action: Mapping[str, Any]) -> Result:
    ref = action["facilityRef"]
    facility = facilities_by_ref([ref]).get(ref)
    if facility is None:
        raise Invalid(f"There is no facility {ref}.", code="NOT_FOUND", field="facilityRef")
    found = Stock.objects.filter(
        level__facility=facility, level__article__tenant_article_id__in=action["tenantArticleIds"]
    )
    return _deleted(found.values_list("pk", flat=True))


def _deleted(stock_ids: Any) -> Result:
    return {"ids": [str(id) for id in delete_stocks(stock_ids=list(stock_ids))]}


def _move_to_location(action: Mapping[str, Any]) -> Result:
    stock_id = as_uuid(action["fromStockId"])
    if stock_id is None:
        raise NotFound.of(Stock, action["fromStockId"])
    source, target = relocate_stock(
        stock_id=stock_id,
        location_ref=action["toLocationRef"],
        units=action["amount"],
        delete_if_empty=action.get("options", {}).get("deleteFromStockIfZero", False),
    )
    records = {"fromStock": source, "toStock": target}
    rendered = render_stocks(record.pk for record in records.values() if record is not None)
    return {name: rendered[record.pk] for name, record in records.items() if record is not None}


def _update_versionless(action: Mapping[str, Any]) -> Result:
    outcomes = upsert_stocks(items=stock_items(action["stocks"], path="stocks[{}]."))
    rendered = render_stocks(record.pk for record, _ in outcomes)
    return {
        "operationResults": [
            {"stock": rendered[record.pk], "status": outcome}
            for record, outcome in outcomes
            if record.pk in rendered
        ]
    }


DELETING: Mapping[str, tuple[type[LenientSerializer], Callable[[Mapping[str, Any]], Result]]] = {
    "DELETE_BY_IDS": (DeleteByIdsSerializer, _delete_by_ids),
    "DELETE_BY_LOCATIONS": (DeleteByLocationsSerializer, _delete_by_locations),
    "DELETE_BY_PRODUCTS": (DeleteByProductsSerializer, _delete_by_products),
}
ACTIONS = {
    **DELETING,
    "MOVE_TO_LOCATION": (MoveToLocationSerializer, _move_to_location),
    "UPDATE_VERSIONLESS": (UpdateVersionlessSerializer, _update_versionless),
}


class ActionField(serializers.DictField):
    """What is to be done, by its ``name``, with what that action needs."""

    def __init__(self, names: Mapping[str, Any], **options: Any) -> None:
        super().__init__(**options)
        self.names = names

    def to_internal_value(self, data: Any) -> Any:
        values = super().to_internal_value(data)
        name = values.get("name")
        if not isinstance(name, str) or name not in self.names:
            known = f"Give one of {', '.join(self.names)}."
            code = "required" if name is None else "action_unknown"
            raise ValidationError({"name": [ErrorDetail(known, code=code)]})
        shape = self.names[name][0]
        return {**shape().run_validation(values), "name": name}


class StockActionSerializer(LenientSerializer):
    """``action``, or as older clients do a list of ``actions`` that delete, all of one name."""

    action = ActionField(ACTIONS, required=False)
    actions = serializers.ListField(
        child=ActionField(DELETING), required=False, allow_empty=False, max_length=10
    )

    def validate(self, attrs: Any) -> Any:
        if ("action" in attrs) == ("actions" in attrs):
            raise ValidationError({"action": ["Give an action, or a list of actions."]}, code="required")
        if len({action["name"] for action in attrs.get("actions", ())}) > 1:
            raise ValidationError({"actions": ["Give actions of one name: there is one answer for all."]})
        return attrs


class StockActionOutcomeSerializer(serializers.Serializer[Any]):
    ids = serializers.ListField(child=serializers.CharField(), required=False, help_text="what was deleted")
    fromStock = StockSerializer(required=False)
    toStock = StockSerializer(required=False)
    operationResults = StockResultSerializer(many=True, required=False)


class StockActionResultSerializer(serializers.Serializer[Any]):
    name = serializers.ChoiceField(list(ACTIONS))
    result = StockActionOutcomeSerializer()


class StockActionsView(ApiView):
    permissions = {"POST": "inventory.manage_stock"}

    @operation(
        "Delete stocks, move units between locations, or write stocks of any version; all or none",
        request=StockActionSerializer,
        answer=StockActionResultSerializer,
        errors=(400, 401, 403, 404, 409),
        tag="Stocks",
    )
    @transaction.atomic
    def post(self, request: Request) -> Response:
        body = self.body(StockActionSerializer)
        if "action" in body:
            with fields_under("action"):
                return Response(_perform(body["action"]))
        ids: list[str] = []
        for index, action in enumerate(body["actions"]):
            with fields_under(f"actions[{index}]"):
                ids += _perform(action)["result"]["ids"]
        return Response({"name": body["actions"][0]["name"], "result": {"ids": ids}})


def _perform(action: Mapping[str, Any]) -> Result:
    _shape, perform = ACTIONS[action["name"]]
    return {"name": action["name"], "result": perform(action)}
