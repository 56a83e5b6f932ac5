from __future__ import annotations

from typing import Any

from routing.documents import vocabulary as words


def default_document() -> dict[str, Any]:
    """The document of a new site: facilities must offer the service and have everything, or wait for it (F3).

    Nearby facilities are preferred; among those equally near, the one with most stock.
    """
    return {
        "globalConfiguration": default_configuration(),
        "rootNode": {
            "nameLocalized": {"en_US": "Standard", "de_DE": "Standard"},
            "active": True,
            "config": {
                "fences": [
                    _fence("FACILITY-BUSINESSTYPE", active=True),
                    _fence("FACILITY-COUNTRY", active=False),
                    _fence("STOCK-AVAILABILITY", active=True, mode=words.REACTIVE),
                ],
                "ratings": [_rating("GEO-DISTANCE", 100), _rating("STOCK-BALANCING", 50)],
                "orderSplit": {
                    "active": False,
                    "activeForSameday": False,
                    "maxSplitCount": 2,
                    "shouldUseWaitingRoomForPreBackOrderItems": False,
                },
            },
        },
    }


def default_configuration() -> dict[str, Any]:
    """No ``stopRoutingAttemptsAfterTime``: without it there are no retries (R5)."""
    return {"defaultPrice": 10, "blacklistAssignedFacilities": False}


def _fence(implementation: str, *, active: bool, mode: str = words.STATIC) -> dict[str, Any]:
    return {
        "type": words.STANDARD_FENCE,
        "implementation": implementation,
        "active": active,
        "activeMode": mode,
    }


def _rating(implementation: str, max_penalty: int) -> dict[str, Any]:
    return {
        "type": words.STANDARD_RATING,
        "implementation": implementation,
        "active": True,
        "maxPenalty": max_penalty,
    }
