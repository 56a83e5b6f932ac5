"""The waiting-room settings as they are written and read (spec 2 "Site settings")."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from backoffice.core.texts import text
from routing.documents.drafts import read
from routing.documents.records import ListOf, Nullable, Record, optional
from routing.documents.shape import Reading, joined
from routing.documents.values import Choice, Flag, Number, Text

DATE_LIMIT_UNITS = ("DAYS", "WEEKS", "MONTHS")
PARTIAL_RELEASES = ("NONE", "LINE_ITEM", "QUANTITY")
OVERTAKINGS = ("ALLOW", "STRICT")
PRIORITIZATION_KEYS = (
    "PRIORITY",
    "ORDER_DATE",
    "TARGET_TIME",
    "ORDER_VALUE",
    "TAG",
    "DELIVERY_SERVICE",
    "WAITING_SINCE",
)
DIRECTIONS = ("ASC", "DESC")
MOST_KEYS = 10

_DAYS = Number(at_least=0, at_most=3650, whole=True)


def _check_key(key: Mapping[str, Any], path: str, reading: Reading) -> None:
    """TAG says which tag goes first, by its id or as ``id:value`` (B2); the other keys have nothing to say."""
    if key["by"] == "TAG" and "value" not in key:
        message = text("A tag is needed: its id, or id:value.")
        reading.add(joined(path, "value"), message, "REQUIRED")
    elif key["by"] != "TAG" and "value" in key:
        reading.add(joined(path, "value"), text("Only TAG takes a value."))


_PRIORITIZATION = ListOf(
    Record(
        "WaitingRoomPrioritization",
        {
            "by": Choice("WaitingRoomPrioritizationKey", PRIORITIZATION_KEYS, "key"),
            "direction": optional(Choice("WaitingRoomPrioritizationDirection", DIRECTIONS, "direction")),
            "value": optional(Text(at_least=1, at_most=511)),
        },
        check=_check_key,
    ),
    at_most=MOST_KEYS,
    unique=("by", "value"),
)

_DATE_LIMIT = Record(
    "WaitingRoomFutureDateLimit",
    {
        "quantity": Number(at_least=1, at_most=1000, whole=True),
        "unit": Choice("WaitingRoomDateLimitUnit", DATE_LIMIT_UNITS, "unit"),
    },
)

SETTINGS = Record(
    "WaitingRoomSettingsForModification",
    {
        "version": Number(at_least=0, whole=True),
        "futureInventoryEnabled": optional(Flag()),
        "futureDateLimit": optional(_DATE_LIMIT),
        "paymentVoidAndReauth": optional(Flag()),
        "defaultBackorderDays": optional(_DAYS),
        "partialRelease": optional(Choice("WaitingRoomPartialRelease", PARTIAL_RELEASES, "partial release")),
        "prioritization": optional(_PRIORITIZATION),
        "overtaking": optional(Choice("WaitingRoomOvertaking", OVERTAKINGS, "overtaking")),
        "maxWaitDays": optional(Nullable(Number(at_least=1, at_most=3650, whole=True))),
        "autoCancel": optional(Flag()),
    },
    read_only={
        "created": {"type": "string", "format": "date-time"},
        "lastModified": {"type": "string", "format": "date-time"},
    },
)


def read_settings(body: Any) -> dict[str, Any]:
    """:raises Invalid: with every problem at once, each named by its path."""
    return read(body, SETTINGS)
