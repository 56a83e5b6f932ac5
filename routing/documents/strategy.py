"""What a strategy document may contain: the contract's schema, declared once (spec 5)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from backoffice.core.texts import text
from routing.documents import vocabulary as words
from routing.documents.records import Again, ListOf, Part, Record, optional
from routing.documents.shape import Components, Reading, Shape, joined
from routing.documents.times import Duration, Moment, check_time_frame
from routing.documents.toolkit import LABELS, REFERENCE, predicate, predicates
from routing.documents.units import DESCRIBED, FENCES, ID, PRIORITY_RATINGS, RATINGS
from routing.documents.values import Choice, Flag, Localized, Number, Text

_UUID = re.compile(r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")

_ORDER_SPLIT = Record(
    "RoutingStrategyOrderSplitConfig",
    {
        "active": Flag(),
        "activeForSameday": Flag(),
        "maxSplitCount": Number(at_least=0, at_most=100, whole=True),
        "shouldUseWaitingRoomForPreBackOrderItems": Flag(),
    },
)

_JOB_REROUTE = Record(
    "RoutingStrategyFacilityRerouteConfig",
    {
        "active": optional(Flag()),
        "rerouteType": Choice("RoutingStrategyRerouteType", words.REROUTE_TYPES, "reroute type"),
    },
)

_REROUTE = Record(
    "RoutingStrategyRerouteConfig",
    {
        "clickAndCollect": optional(_JOB_REROUTE),
        "shipFromStore": optional(_JOB_REROUTE),
        "manualReroute": optional(Flag()),
        "rerouteZeroPicksOnly": optional(Flag(), default=False),
    },
)

_FALLBACK_FACILITY = Record(
    "RoutingStrategyFallbackFacilityConfig",
    {
        "active": optional(Flag(), default=False),
        "facilityRefs": ListOf(REFERENCE, at_least=1, at_most=1),
        "fallbackAfterTime": optional(Duration(), default="PT0H"),
    },
    strict=False,
)

CONFIG = Record(
    "RoutingStrategyNodeConfig",
    {
        "fences": FENCES,
        "ratings": RATINGS,
        "priorityRatings": optional(PRIORITY_RATINGS),
        "orderSplit": optional(_ORDER_SPLIT),
        "reroute": optional(_REROUTE),
        "fallbackFacility": optional(_FALLBACK_FACILITY),
    },
)

_TIME_FRAMES = ListOf(
    Record(
        "ActivationTimeFrame",
        {
            "activeFrom": optional(Moment()),
            "activeUntil": optional(Moment()),
            "recurrence": Choice("ActivationTimeFrameRecurrenceType", words.RECURRENCES, "recurrence"),
        },
        check=check_time_frame,
    ),
    at_most=1,
)

_NEXT_CONDITION = optional(Again(lambda: CONDITION))

_NODE: Mapping[str, Part | Shape] = {
    **LABELS,
    "active": Flag(),
    "activationTimeFrames": optional(_TIME_FRAMES),
    "categoryRef": optional(REFERENCE),
    "config": CONFIG,
}

NODE = Record(
    "RoutingStrategyNode", {"id": ID, **_NODE, "nextCondition": _NEXT_CONDITION}, read_only=DESCRIBED
)

NODE_FOR_REPLACE = Record("RoutingStrategyNodeForReplace", {"id": ID, **_NODE}, read_only=DESCRIBED)
"""A node without what follows it, which stays."""

_CONDITION: Mapping[str, Part | Shape] = {
    **LABELS,
    "active": Flag(),
    "activationTimeFrames": optional(_TIME_FRAMES),
    "rule": Record(
        "RoutingStrategyConditionRule", predicates(predicate("RoutingStrategyConditionPredicate", {}))
    ),
}

CONDITION: Record = Record(
    "RoutingStrategyCondition",
    {"id": ID, **_CONDITION, "nextNode": NODE, "nextCondition": _NEXT_CONDITION},
    read_only=DESCRIBED,
)

CONDITION_FOR_REPLACE = Record(
    "RoutingStrategyConditionForReplace", {"id": ID, **_CONDITION}, read_only=DESCRIBED
)


@dataclass(frozen=True)
class Root(Shape):
    """The root node: it decides whatever no other node does, so that it is always active (R1)."""

    def read(self, value: Any, path: str, reading: Reading) -> Any:
        check_root(value, path, reading)
        return NODE.read(value, path, reading)

    def schema(self, components: Components) -> dict[str, Any]:
        return NODE.schema(components)


def check_root(value: Any, path: str, reading: Reading) -> None:
    if not isinstance(value, Mapping):
        return
    if value.get("active") is False:
        reading.add(joined(path, "active"), text("The root node is always active."), "ROOT_ALWAYS_ACTIVE")
    if value.get("activationTimeFrames"):
        message = text("The root node is always active: it has no time frames.")
        reading.add(joined(path, "activationTimeFrames"), message, "ROOT_ALWAYS_ACTIVE")


ROOT = Root()

_STARTED_JOBS = Record(
    "RerouteStartedJobsConfiguration",
    {
        "active": optional(Flag(), default=False),
        "minimumStartedTimeInMinutes": optional(Number(at_least=60)),
    },
    strict=False,
)

_REROUTE_AFTER = Record(
    "RerouteConfiguration",
    {
        "active": Flag(),
        "rerouteAfterMinutes": optional(Number(at_least=5), default=1440),
        "rerouteTargetTimeHours": optional(Number(at_least=1), default=48),
        "leadTimeBeforeTimeTriggeredReroute": optional(Number(at_least=1)),
        "rerouteStartedJobs": optional(_STARTED_JOBS),
    },
    strict=False,
)

_TIME_TRIGGERED = Record(
    "RoutingStrategyRerouteTimeTriggeredConfig",
    {
        "clickAndCollectReroute": _REROUTE_AFTER,
        "shipFromStoreDeliveryReroute": _REROUTE_AFTER,
        "shipFromStoreSamedayReroute": _REROUTE_AFTER,
    },
)

_TIME_TRIGGERED_IN_CONTEXT = Record(
    "TimeTriggeredConfigurationContext",
    {
        "priority": Number(at_least=0),
        "type": Choice("TimeTriggeredConfigContextType", words.CONTEXT_TYPES, "type"),
        "values": ListOf(Text(pattern=_UUID, hint=text("A UUID is expected.")), at_most=500),
        "timeTriggered": _TIME_TRIGGERED,
    },
)

GLOBAL_CONFIGURATION = Record(
    "RoutingStrategyGlobalConfiguration",
    {
        "defaultPrice": optional(Number(), default=10),
        "blacklistAssignedFacilities": optional(Flag()),
        "stopRoutingAttemptsAfterTime": optional(Duration()),
        "restowAfterMinutes": optional(Number(at_least=0)),
        "timeTriggered": optional(_TIME_TRIGGERED),
        "timeTriggeredByContext": optional(ListOf(_TIME_TRIGGERED_IN_CONTEXT, at_most=500)),
    },
)

_RESOURCE = {
    "id": {"type": "string"},
    "inUse": {"type": "boolean"},
    "revision": {"type": "integer"},
    "created": {"type": "string", "format": "date-time"},
    "lastModified": {"type": "string", "format": "date-time"},
    **DESCRIBED,
}

STRATEGY = Record(
    "RoutingStrategy",
    {"nameLocalized": Localized(), "globalConfiguration": GLOBAL_CONFIGURATION, "rootNode": ROOT},
    read_only={**_RESOURCE, "version": {"type": "integer"}},
)
"""What clients read."""

DOCUMENT = Record(
    "RoutingStrategyDocument",
    {"globalConfiguration": optional(GLOBAL_CONFIGURATION), "rootNode": optional(ROOT)},
)

FOR_MODIFICATION = Record(
    "RoutingStrategyForModification",
    {
        "nameLocalized": Localized(),
        "globalConfiguration": optional(GLOBAL_CONFIGURATION),
        "rootNode": ROOT,
        "version": Number(at_least=0, whole=True),
    },
    read_only=_RESOURCE,
)

FOR_CREATION = Record(
    "RoutingStrategyForCreation",
    {
        "nameLocalized": Localized(),
        "globalConfiguration": optional(GLOBAL_CONFIGURATION),
        "rootNode": optional(ROOT),
    },
    read_only={**_RESOURCE, "version": {"type": "integer"}},
)

FOR_SIMULATION = Record(
    "RoutingStrategyForSimulation",
    {
        "nameLocalized": optional(Localized()),
        "globalConfiguration": optional(GLOBAL_CONFIGURATION),
        "rootNode": ROOT,
    },
    read_only={**_RESOURCE, "version": {"type": "integer"}},
)

EVALUATION_RESULT = Record(
    "RoutingStrategyEvaluationResult",
    {
        "evaluatedConfig": CONFIG,
        "evaluatedPath": ListOf(
            Record(
                "RoutingStrategyPathElement",
                {
                    "ref": REFERENCE,
                    "type": Choice("RoutingStrategyPathElementType", ("CONDITION", "NODE"), "type"),
                    "nameLocalized": Localized(),
                    "evaluationResult": Choice(
                        "RoutingStrategyEvaluationResultType", words.EVALUATION_RESULTS, "result"
                    ),
                },
            )
        ),
    },
)
"""The way of an order through the strategy, and what is configured where it ends."""
