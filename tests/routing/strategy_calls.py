"""Reading and changing strategies over HTTP, for tests."""

from __future__ import annotations

from typing import Any

from backoffice.core.models import DomainEvent
from routing.models import RoutingStrategy, StrategyRevision

URL = "/api/routing/strategies"

JSON = dict[str, Any]


def in_use(api: Any) -> JSON:
    found = api.get(URL)
    assert found.status_code == 200, found.content
    return next(s for s in found.json()["routingStrategies"] if s["inUse"])


def put(api: Any, strategy: JSON, status: int = 200) -> Any:
    answer = api.put(f"{URL}/{strategy['id']}", strategy)
    assert answer.status_code == status, answer.content
    return answer.json()


def patch(api: Any, strategy: JSON, *actions: JSON, status: int = 200) -> Any:
    body = {"version": strategy["version"], "actions": list(actions)}
    answer = api.patch(f"{URL}/{strategy['id']}", body)
    assert answer.status_code == status, answer.content
    return answer.json()


def activate(api: Any, strategy: JSON, status: int = 200) -> Any:
    body = {"name": "ACTIVATE", "version": strategy["version"]}
    answer = api.post(f"{URL}/{strategy['id']}/actions", body)
    assert answer.status_code == status, answer.content
    return answer.json()


def fence(strategy: JSON, implementation: str) -> JSON:
    fences = strategy["rootNode"]["config"]["fences"]
    return next(fence for fence in fences if fence["implementation"] == implementation)


def condition(node: JSON, **fields: Any) -> JSON:
    return {
        "nameLocalized": {"en_US": "Express"},
        "active": True,
        "rule": {
            "predicateConnector": "AND",
            "predicates": [
                {
                    "propertyPath": "$.tags[*].id",
                    "entityOperator": "ANY_VALUE_EQUALS",
                    "expectedValue": "express",
                }
            ],
        },
        "nextNode": node,
        **fields,
    }


def node(*fences: str, **fields: Any) -> JSON:
    return {
        "nameLocalized": {"en_US": "Node"},
        "active": True,
        "config": {
            "fences": [{"type": "StandardFence", "implementation": f, "active": False} for f in fences],
            "ratings": [],
        },
        **fields,
    }


def fields_of(errors: Any) -> set[str]:
    return {error["field"] for error in errors}


def written() -> tuple[Any, ...]:
    """Everything that a change would write."""
    return (
        list(RoutingStrategy.objects.order_by("id").values()),
        StrategyRevision.objects.count(),
        DomainEvent.objects.count(),
    )
