# ruff: noqa: N815 - fields are named as in JSON
"""What clients say about a pick job: the actions, and the PATCH that does the same with statuses (spec 5)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, TypedDict
from uuid import UUID

from drf_spectacular.utils import PolymorphicProxySerializer, extend_schema_field
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ValidationError

from backoffice.core.api.serializers import (
    LenientSerializer,
    LocalizedField,
    QuantityField,
    RefField,
    StrictSerializer,
    VersionField,
)
from backoffice.core.errors import Invalid, NotFound, Problem
from backoffice.core.ids import as_uuid
from orders.api.shapes import ObjectField, many
from orders.models import PickJob, PickJobStatus, PickLineStatus
from orders.pickactions import LineReport, PickAction, Step

UNSUPPORTED_ACTIONS = (
    "REPLACE_ASSIGNED_USERS",
    "SPLIT_LINE_ITEMS",
    "MERGE_LINE_ITEMS",
    "UPDATE_RECORDABLE_ATTRIBUTES",
    "ADD_TARGET_TIME",
)


class Change(TypedDict, total=False):
    """What :func:`orders.services.picking.change_pick_job` is told beside the job."""

    version: int
    steps: Sequence[Step]
    custom_attributes: Mapping[str, Any]


class StockLocationSerializer(LenientSerializer):
    picked = QuantityField(min_value=0)
    stockEmptied = serializers.BooleanField(required=False)


class ShortPickReasonSerializer(LenientSerializer):
    reasonLocalized = LocalizedField(required=False)


class _LineSerializer(StrictSerializer):
    """What was scanned, and when, is for the picker's device: it is accepted and not kept."""

    ignored_keys: ClassVar[frozenset[str]] = frozenset(
        {"customAttributes", "pickedAt", "scannedCodes", "secondaryPicked", "stickers"}
    )

    id = RefField()
    picked = QuantityField(min_value=0, required=False)
    stockEmptied = serializers.BooleanField(required=False)
    partialStockLocations = many(StockLocationSerializer(), max_length=50)


class PickedLineSerializer(_LineSerializer):
    shortPickReason = ShortPickReasonSerializer(required=False)


class ChangedLineSerializer(PickedLineSerializer):
    status = serializers.ChoiceField(PickLineStatus.values, required=False)


class _ActionSerializer(StrictSerializer):
    version = VersionField()


def _plain_shape(action: PickAction) -> type[_ActionSerializer]:
    fields = {"name": serializers.ChoiceField((action.value,)), "__doc__": "An action that says no more."}
    return type(f"{action.value.capitalize()}PickJobSerializer", (_ActionSerializer,), fields)


class PickPickJobSerializer(_ActionSerializer):
    """Reports lines that are done."""

    name = serializers.ChoiceField(("PICK",))
    lineItems = many(PickedLineSerializer(), required=True, min_length=1, max_length=100)


class ModifyPickLinesSerializer(_ActionSerializer):
    """Reports that may be about lines that are not done yet."""

    name = serializers.ChoiceField(("MODIFY_PICK_JOB_LINE_ITEMS",))
    pickJobLineItemUpdates = many(ChangedLineSerializer(), required=True, min_length=1)


ACTION_SHAPES: Mapping[str, type[_ActionSerializer]] = {
    **{
        action.value: _plain_shape(action)
        for action in (
            PickAction.START,
            PickAction.PAUSE,
            PickAction.RESTART,
            PickAction.RESET,
            PickAction.CLOSE,
            PickAction.ABORT,
            PickAction.CANCEL,
            PickAction.OBSOLETE,
        )
    },
    "PICK": PickPickJobSerializer,
    "MODIFY_PICK_JOB_LINE_ITEMS": ModifyPickLinesSerializer,
}


class ModifyPickLineItemSerializer(_LineSerializer):
    action = serializers.ChoiceField(("ModifyPickLineItem",))
    status = serializers.ChoiceField(PickLineStatus.values, required=False)
    shortPickReasonLocalized = LocalizedField(required=False)


class ModifyPickJobSerializer(StrictSerializer):
    action = serializers.ChoiceField(("ModifyPickJob",))
    status = serializers.ChoiceField(PickJobStatus.values, required=False)
    customAttributes = ObjectField(required=False)

    def validate_status(self, status: str) -> str:
        if status not in BY_STATUS:
            raise ValidationError(
                f"A pick job is not made {status} by changing its status: use one of {', '.join(BY_STATUS)}."
            )
        return status


class PlainPickJobPatchSerializer(StrictSerializer):
    """``ModifyPickJobLastEditor`` changes nothing: who did what is in the timeline anyway."""

    action = serializers.ChoiceField(
        ("RestartPickJob", "ResetPickJob", "AbortPickJob", "ModifyPickJobLastEditor")
    )


BY_STATUS: Mapping[str, tuple[PickAction, ...]] = {
    PickJobStatus.OPEN: (PickAction.RESET,),
    PickJobStatus.IN_PROGRESS: (PickAction.START, PickAction.RESTART),
    PickJobStatus.PAUSED: (PickAction.PAUSE,),
    PickJobStatus.PICKED: (PickAction.PICK,),
    PickJobStatus.CLOSED: (PickAction.CLOSE,),
    PickJobStatus.REJECTED: (PickAction.REJECT,),
    PickJobStatus.EXPIRED: (PickAction.EXPIRE,),
    PickJobStatus.RESTOWED: (PickAction.RESTOW,),
}
"""What a status that a client sets means (spec 5)."""

_PLAIN_PATCHES = {
    "RestartPickJob": PickAction.RESTART,
    "ResetPickJob": PickAction.RESET,
    "AbortPickJob": PickAction.ABORT,
}
PATCH_SHAPES: Mapping[str, type[StrictSerializer]] = {
    "ModifyPickLineItem": ModifyPickLineItemSerializer,
    "ModifyPickJob": ModifyPickJobSerializer,
    **dict.fromkeys((*_PLAIN_PATCHES, "ModifyPickJobLastEditor"), PlainPickJobPatchSerializer),
}


@extend_schema_field(
    PolymorphicProxySerializer(
        component_name="PickJobPatchAction", serializers=dict(PATCH_SHAPES), resource_type_field_name="action"
    )
)
class PatchActionField(serializers.DictField):
    """One action of a PATCH; its ``action`` decides which shape it has."""

    def to_internal_value(self, data: Any) -> Any:
        name = data.get("action") if isinstance(data, Mapping) else None
        shape = PATCH_SHAPES.get(name) if isinstance(name, str) else None
        if shape is None:
            known = ", ".join(PATCH_SHAPES)
            raise ValidationError({"action": [ErrorDetail(f"Use one of {known}.", code="action_unknown")]})
        return shape().run_validation(data)


class PickJobPatchSerializer(LenientSerializer):
    """Actions that are done in their order, all or none."""

    version = VersionField()
    actions = serializers.ListField(child=PatchActionField(), min_length=1, max_length=500)


def shape_of(body: Any) -> type[_ActionSerializer]:
    """:raises Invalid: the body names no action, or one that there is not here."""
    name = body.get("name") if isinstance(body, Mapping) else None
    shape = ACTION_SHAPES.get(name) if isinstance(name, str) else None
    if shape is not None:
        return shape
    known = ", ".join(ACTION_SHAPES)
    if name is None:
        problem = Problem("name", f"The name of the action is missing: give one of {known}.", "REQUIRED")
    elif name in UNSUPPORTED_ACTIONS:
        problem = Problem("name", f"{name} is not supported: give one of {known}.", "NOT_SUPPORTED")
    else:
        message = f"There is no action {name} for pick jobs: give one of {known}."
        problem = Problem("name", message, "ACTION_UNKNOWN")
    raise Invalid.many([problem])


def pick_job_id(text: str) -> UUID:
    """:raises NotFound: it is no id at all."""
    found = as_uuid(text)
    if found is None:
        raise NotFound.of(PickJob, text)
    return found


def read_action(given: Mapping[str, Any]) -> Change:
    """The change that a validated action asks for."""
    if given["name"] == "MODIFY_PICK_JOB_LINE_ITEMS":
        updates = given["pickJobLineItemUpdates"]
        reports = [
            _update(line, f"pickJobLineItemUpdates[{number}]", line.get("shortPickReason"))
            for number, line in enumerate(updates)
        ]
        return Change(version=given["version"], steps=[Step((PickAction.PICK,), tuple(reports))])
    reports = [
        _report(line, f"lineItems[{number}]", line.get("shortPickReason"), done=True)
        for number, line in enumerate(given.get("lineItems", ()))
    ]
    return Change(version=given["version"], steps=[Step((PickAction(given["name"]),), tuple(reports))])


def read_patch(given: Mapping[str, Any]) -> Change:
    """The change that a validated PATCH asks for."""
    change = Change(version=given["version"], steps=[])
    steps: list[Step] = []
    for number, action in enumerate(given["actions"]):
        name = action["action"]
        if name == "ModifyPickLineItem":
            told = action.get("shortPickReasonLocalized")
            why = {"reasonLocalized": told} if told else None
            steps.append(Step((PickAction.PICK,), (_update(action, f"actions[{number}]", why),)))
        elif name == "ModifyPickJob":
            if "customAttributes" in action:
                change["custom_attributes"] = action["customAttributes"]
            if "status" in action:
                steps.append(Step(BY_STATUS[action["status"]], finishes=action["status"] == "PICKED"))
        elif name in _PLAIN_PATCHES:
            steps.append(Step((_PLAIN_PATCHES[name],)))
    change["steps"] = steps
    return change


def _update(line: Mapping[str, Any], path: str, why: Mapping[str, Any] | None) -> LineReport:
    return _report(line, path, why, done=line.get("status") == PickLineStatus.CLOSED)


def _report(line: Mapping[str, Any], path: str, why: Mapping[str, Any] | None, *, done: bool) -> LineReport:
    """A line's own number of picked units counts; without one, those of the places that it was picked from."""
    places = line.get("partialStockLocations") or ()
    picked = line.get("picked")
    if picked is None and places:
        picked = sum(place["picked"] for place in places)
    emptied = line.get("stockEmptied")
    if emptied is None and any(place.get("stockEmptied") for place in places):
        emptied = True
    return LineReport(
        line_id=line["id"],
        path=path,
        picked=picked,
        done=done,
        stock_emptied=emptied,
        short_pick_reason=why,
    )
