"""Bodies that the OpenAPI document shows; see :mod:`inventory.api.examples`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

EXAMPLES: Mapping[tuple[str, str], Any] = {
    ("PUT", "configurations/waitingroom"): {"version": 1, "defaultBackorderDays": 10},
    ("POST", "routingplans/search"): {
        "query": {"status": {"eq": "WAITING"}, "waitingSince": {"before": "-P7D"}},
        "sort": [{"waitingSince": "ASC"}],
    },
    ("POST", "processes/search"): {
        "query": {
            "domsStatus": {"eq": "IN_PROGRESS"},
            "referenced": {"order": {"tenantOrderId": {"like": "R-"}}},
        },
        "sort": [{"referenced": {"order": {"orderDate": "ASC"}}}],
    },
    ("POST", "routing/commands/reroute"): {
        "tenantOrderIds": ["R-1002"],
        "reason": "The strategy was corrected.",
    },
}
