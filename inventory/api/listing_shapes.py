# ruff: noqa: N815 - fields are named as in JSON
"""What clients write about a listing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rest_framework import serializers

from backoffice.core.api.fields import NumberField
from backoffice.core.api.serializers import (
    LenientSerializer,
    LocalizedField,
    StrictSerializer,
    UtcDateTimeField,
    VersionField,
)
from inventory.api.shapes import (
    MOST_ITEMS,
    CountField,
    KeyField,
    ObjectField,
    ObjectsField,
    PriceField,
    TagReferencesField,
    TextField,
    list_of,
)
from inventory.behaviour import Behaviour, Effective
from inventory.models import ListingStatus, OutOfStockBehaviour
from inventory.services.listing_change import ListingChanges, ListingDraft
from inventory.services.out_of_stock import CONDITION_TYPES, LONGEST_RESTOCK_DAYS, RuleDraft

DETAILS = (
    "title",
    "subtitle",
    "titleLocalized",
    "attributes",
    "availabilityTimeframe",
    "categoryRefs",
    "imageUrl",
    "legal",
    "measurementUnitKey",
    "recordableAttributes",
    "scannableCodes",
    "scanningRule",
    "stockAvailableUntil",
    "stockProperties",
    "weight",
)
"""What a listing carries and nothing here reads."""

_PLAIN = {"status": "status", "price": "price", "currency": "currency", "tags": "tags"}

LARGEST = 2**31 - 1


class AvailabilityTimeframeSerializer(LenientSerializer):
    start = UtcDateTimeField(required=False, help_text="when picking can begin")


class PreorderConfigSerializer(LenientSerializer):
    availabilityTimeframe = AvailabilityTimeframeSerializer()


class RestockConfigSerializer(LenientSerializer):
    says = {"restockableInDays": {"minimum": 0, "maximum": LONGEST_RESTOCK_DAYS}}

    restockableInDays = CountField(
        min_value=-LARGEST, help_text="0 is at once, and without limit of quantity"
    )


class OutOfStockConfigSerializer(StrictSerializer):
    """``preorder`` is needed by PREORDER and PREORDER_AND_RESTOCK, ``restock`` by RESTOCK and PREORDER_AND_RESTOCK."""

    preorder = PreorderConfigSerializer(required=False, allow_null=True)
    restock = RestockConfigSerializer(required=False, allow_null=True)


class OutOfStockContextSerializer(StrictSerializer):
    says = {"values": {"minItems": 1}}

    type = serializers.ChoiceField(CONDITION_TYPES)
    operator = serializers.ChoiceField(["NOT"], required=False)
    values = serializers.ListField(
        child=serializers.CharField(max_length=512), max_length=100, help_text="any of them suffices"
    )


class OutOfStockBehaviourByContextSerializer(StrictSerializer):
    """A rule for some orders; the first whose conditions all hold decides."""

    says = {"priority": {"minimum": 1, "maximum": 1_000}, "context": {"minItems": 1, "maxItems": 5}}

    priority = CountField(min_value=-LARGEST, help_text="1 to 1000, the lowest is looked at first")
    context = OutOfStockContextSerializer(  # type: ignore[assignment]  # fields are not attributes of the class
        many=True, help_text="1 to 5 conditions, all of which must hold"
    )
    outOfStockBehaviour = serializers.ChoiceField(OutOfStockBehaviour.choices)
    outOfStockConfig = OutOfStockConfigSerializer(required=False, allow_null=True)


class LegalSerializer(StrictSerializer):
    hsCode = TextField(max_length=50)


class RecordableAttributeSerializer(StrictSerializer):
    """``key`` is what a client read; it follows from the localized one."""

    ignored_keys = frozenset({"key"})

    keyLocalized = LocalizedField()
    recordingRule = serializers.ChoiceField(("OPTIONAL", "MANDATORY"))
    value = serializers.CharField(max_length=1024, required=False, allow_null=True)


def _listing_fields() -> dict[str, Any]:
    """The fields that both ways of writing a listing share, all of them optional."""
    return {
        "status": serializers.ChoiceField(ListingStatus.choices, required=False),
        "outOfStockBehaviour": serializers.ChoiceField(OutOfStockBehaviour.choices, required=False),
        "outOfStockConfig": OutOfStockConfigSerializer(required=False, allow_null=True),
        "outOfStockBehaviourByContexts": OutOfStockBehaviourByContextSerializer(
            many=True, required=False, help_text="at most 10 rules"
        ),
        "title": TextField(max_length=1024),
        "subtitle": TextField(max_length=1024),
        "titleLocalized": LocalizedField(required=False),
        "price": PriceField(required=False, allow_null=True, min_value=0),
        "currency": serializers.RegexField(
            r"^[A-Z]{3}\Z",
            required=False,
            error_messages={"invalid": "A currency is a code of three capital letters, such as EUR."},
        ),
        "tags": TagReferencesField(),
        "attributes": ObjectsField(max_length=40),
        "availabilityTimeframe": ObjectField(),
        "categoryRefs": serializers.ListField(child=KeyField(), required=False, max_length=10),
        "imageUrl": TextField(max_length=2048),
        "legal": LegalSerializer(required=False, allow_null=True),
        "measurementUnitKey": TextField(),
        "recordableAttributes": list_of(RecordableAttributeSerializer, most=40, required=False),
        "scannableCodes": serializers.ListField(child=KeyField(), required=False, max_length=MOST_ITEMS),
        "scanningRule": ObjectField(),
        "stockAvailableUntil": ObjectField(),
        "stockProperties": ObjectField(),
        "weight": NumberField(required=False, min_value=0),
        "customAttributes": ObjectField(),
    }


class ListingForReplacementSerializer(LenientSerializer):
    """Without a ``status`` a new listing is ACTIVE, and an old one keeps its own. Stock is not written here."""

    says = {"outOfStockBehaviourByContexts": {"maxItems": 10}}

    def get_fields(self) -> dict[str, Any]:
        return {
            "tenantArticleId": KeyField(),
            "version": VersionField(required=False),
            **_listing_fields(),
        }


class ListingsForReplacementSerializer(LenientSerializer):
    listings = list_of(ListingForReplacementSerializer, most=MOST_ITEMS, allow_empty=False)


class ModifyListingSerializer(StrictSerializer):
    """The stock of a listing is written as stock: ``stockinformation`` is taken and ignored."""

    says = {"outOfStockBehaviourByContexts": {"maxItems": 10}}

    def get_fields(self) -> dict[str, Any]:
        return {
            "action": serializers.ChoiceField(["ModifyListing"]),
            "stockinformation": ObjectField(),
            **_listing_fields(),
        }


class ListingPatchActionsSerializer(LenientSerializer):
    version = VersionField()
    actions = list_of(ModifyListingSerializer, most=20, allow_empty=False)


def listing_draft(body: Mapping[str, Any]) -> ListingDraft:
    """One listing of a bulk, in the words of the service."""
    return ListingDraft(
        tenant_article_id=body["tenantArticleId"],
        title=body.get("title", ""),
        version=body.get("version"),
        status=body.get("status"),
        own=_effective(body),
        rules=_rules(body.get("outOfStockBehaviourByContexts", ())),
        price=body.get("price"),
        currency=body.get("currency", ""),
        tags=body.get("tags", []),
        details={name: body[name] for name in DETAILS if body.get(name) is not None},
        custom_attributes=body.get("customAttributes") or {},
    )


def listing_changes(actions: Sequence[Mapping[str, Any]]) -> ListingChanges:
    """``ModifyListing`` actions in the words of the service; later ones win."""
    body: dict[str, Any] = {}
    for action in actions:
        body |= action
    changes: dict[str, Any] = {ours: body[name] for name, ours in _PLAIN.items() if name in body}
    if "outOfStockBehaviour" in body:
        changes["behaviour"] = Behaviour(body["outOfStockBehaviour"])
    if "outOfStockConfig" in body:
        config = body["outOfStockConfig"] or {"preorder": None, "restock": None}
        if "preorder" in config:
            changes["preorder_start"] = _start(config)
        if "restock" in config:
            changes["restockable_in_days"] = _days(config)
    if "outOfStockBehaviourByContexts" in body:
        changes["rules"] = _rules(body["outOfStockBehaviourByContexts"])
    if "customAttributes" in body:
        changes["custom_attributes"] = body["customAttributes"] or {}
    if details := {name: body[name] for name in DETAILS if name in body}:
        changes["details"] = details
    return ListingChanges(**changes)  # type: ignore[typeddict-item]  # the names above are its keys


def _effective(body: Mapping[str, Any]) -> Effective:
    config = body.get("outOfStockConfig") or {}
    behaviour = Behaviour(body.get("outOfStockBehaviour", Behaviour.NONE))
    return Effective(behaviour, _start(config), _days(config))


def _start(config: Mapping[str, Any]) -> Any:
    return ((config.get("preorder") or {}).get("availabilityTimeframe") or {}).get("start")


def _days(config: Mapping[str, Any]) -> int | None:
    return (config.get("restock") or {}).get("restockableInDays")


def _rules(rules: Sequence[Mapping[str, Any]]) -> list[RuleDraft]:
    return [
        RuleDraft(
            priority=rule["priority"],
            conditions=[dict(condition) for condition in rule["context"]],
            effective=_effective(rule),
        )
        for rule in rules
    ]
