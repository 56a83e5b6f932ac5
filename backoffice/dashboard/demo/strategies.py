"""The demo's strategy for the peak season: a tree, two revisions old, that nobody has activated yet."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from routing.models import RoutingStrategy
from routing.services.strategies import create_strategy, replace_strategy

NAME = {"en_US": "Peak season", "de_DE": "Hauptsaison"}


def create_peak_season() -> RoutingStrategy:
    """Same-day orders go to whoever is fastest, large ones to warehouses, in parts if need be."""
    strategy = create_strategy(name_localized=NAME, document={"rootNode": _tree()})
    root = deepcopy(strategy.document["rootNode"])
    large = root["nextCondition"]["nextCondition"]["nextNode"]
    large["config"]["orderSplit"] = {
        "active": True,
        "activeForSameday": False,
        "maxSplitCount": 3,
        "shouldUseWaitingRoomForPreBackOrderItems": False,
    }
    strategy = _revised(strategy, root, "Large orders wait too long for one warehouse to have it all")
    root = deepcopy(strategy.document["rootNode"])
    root["config"]["ratings"].append(_rating("WORKLOAD-BALANCING", 75))
    next(one for one in root["config"]["fences"] if one["implementation"] == "FACILITY-COUNTRY")["active"] = (
        True
    )
    return _revised(strategy, root, "Customs are slow in December")


def _revised(strategy: RoutingStrategy, root: dict[str, Any], reason: str) -> RoutingStrategy:
    return replace_strategy(
        strategy_id=strategy.pk,
        version=strategy.version,
        name_localized=strategy.name_localized,
        document={"rootNode": root},
        reason=reason,
    )


def _tree() -> dict[str, Any]:
    same_day = {
        "nameLocalized": {"en_US": "Same day", "de_DE": "Am selben Tag"},
        "active": True,
        "config": {
            "fences": [_fence("SAMEDAY-POSSIBLE")],
            "ratings": [_rating("DELIVERY-TIME", 300), _rating("STOCK-BALANCING", 0, active=False)],
        },
    }
    large = {
        "nameLocalized": {"en_US": "Large orders", "de_DE": "Große Bestellungen"},
        "active": True,
        "config": {"fences": [], "ratings": [_rating("PREFER-WAREHOUSE", 200)]},
    }
    return {
        "nameLocalized": {"en_US": "Standard", "de_DE": "Standard"},
        "active": True,
        "config": {
            "fences": [
                _fence("FACILITY-BUSINESSTYPE"),
                {**_fence("FACILITY-COUNTRY"), "active": False},
                {**_fence("STOCK-AVAILABILITY"), "activeMode": "reactive"},
            ],
            "ratings": [_rating("GEO-DISTANCE", 100), _rating("STOCK-BALANCING", 50)],
        },
        "nextCondition": {
            "nameLocalized": {"en_US": "Same day is wanted", "de_DE": "Am selben Tag gewünscht"},
            "active": True,
            "rule": _rule("$.deliveryPreferences.shipping.serviceLevel", "VALUE_EQUALS", "SAMEDAY"),
            "nextNode": same_day,
            "nextCondition": {
                "nameLocalized": {"en_US": "Five units or more", "de_DE": "Ab fünf Stück"},
                "active": True,
                "activationTimeFrames": [
                    {
                        "activeFrom": "2025-11-01T00:00:00.000Z",
                        "activeUntil": "2025-12-23T23:59:00.000Z",
                        "recurrence": "YEARLY",
                    }
                ],
                "rule": _rule("$.orderLineItems[*].quantity", "GREATER_EQUALS", 5, transformation="SUM"),
                "nextNode": large,
            },
        },
    }


def _fence(implementation: str) -> dict[str, Any]:
    return {
        "type": "StandardFence",
        "implementation": implementation,
        "active": True,
        "activeMode": "static",
    }


def _rating(implementation: str, most: int, *, active: bool = True) -> dict[str, Any]:
    return {
        "type": "StandardRating",
        "implementation": implementation,
        "active": active,
        "maxPenalty": most,
    }


def _rule(path: str, operator: str, value: Any, **more: Any) -> dict[str, Any]:
    predicate = {"propertyPath": path, "entityOperator": operator, "expectedValue": value, **more}
    return {"predicateConnector": "AND", "predicates": [predicate]}
