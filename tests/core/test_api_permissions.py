"""Who may call which endpoint (spec 8, "Security"): nobody who is not signed in, nobody without its permission, and
whoever has it.

Every endpoint stands in ``EXPECTED``, so that a new one cannot be forgotten. All cells are tested with one set of users
and in one test, because there are some six hundred of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.urls import URLPattern, URLResolver

from backoffice import urls
from backoffice.core import access
from backoffice.core.access import Role
from tests.core.screenmatrix import (
    CANCEL,
    FACILITIES,
    INBOUND,
    INTERVENE,
    LISTINGS,
    PAYMENTS,
    PICK,
    PLACE,
    SEE_INVENTORY,
    SEE_ORDERS,
    SEE_ROUTING,
    SEE_WEBHOOKS,
    SETTINGS,
    STOCK,
    STRATEGIES,
    TOKENS,
    WEBHOOKS,
)

ANYBODY, SIGNED_IN = "anybody", "whoever is signed in"
REASONS = "orders.manage_reasons"
EVENTS = "core.view_events"
TAGS = "inventory.manage_tags"
SERVICES = "orders.manage_services"

EXPECTED: dict[str, dict[str, str]] = {
    "articles": {"GET": SEE_INVENTORY},
    "articles/{tenant_article_id}": {"GET": SEE_INVENTORY, "PATCH": LISTINGS},
    "articles/{tenant_article_id}/stockdistribution": {"GET": SEE_INVENTORY},
    "cancelationreasons": {"GET": SEE_ORDERS, "POST": REASONS},
    "cancelationreasons/{id}": {"GET": SEE_ORDERS, "PUT": REASONS, "DELETE": REASONS},
    "carriers": {"GET": SEE_INVENTORY, "POST": FACILITIES},
    "carriers/{carrier_id}": {"GET": SEE_INVENTORY, "PATCH": FACILITIES},
    "configurations/pickingtimes": {"GET": SEE_INVENTORY, "PUT": FACILITIES},
    "configurations/supportedlocales": {"GET": SEE_INVENTORY},
    "configurations/waitingroom": {"GET": SEE_ROUTING, "PUT": SETTINGS},
    "customservices": {"GET": SEE_ORDERS, "POST": SERVICES},
    "customservices/{id}": {"GET": SEE_ORDERS, "PATCH": SERVICES},
    "events": {"GET": EVENTS},
    "facilities": {"GET": SEE_INVENTORY, "POST": FACILITIES},
    "facilities/search": {"POST": SEE_INVENTORY},
    "facilities/{facility_ref}": {
        "GET": SEE_INVENTORY,
        "PUT": FACILITIES,
        "PATCH": FACILITIES,
        "DELETE": FACILITIES,
    },
    "facilities/{facility_ref}/carriers": {"GET": SEE_INVENTORY},
    "facilities/{facility_ref}/carriers/{carrier_ref}": {
        "GET": SEE_INVENTORY,
        "POST": FACILITIES,
        "PUT": FACILITIES,
        "DELETE": FACILITIES,
    },
    "facilities/{facility_ref}/configurations/stock": {"GET": SEE_INVENTORY, "PATCH": FACILITIES},
    "facilities/{facility_ref}/listings": {"GET": SEE_INVENTORY, "PUT": LISTINGS, "DELETE": LISTINGS},
    "facilities/{facility_ref}/listings/{tenant_article_id}": {
        "GET": SEE_INVENTORY,
        "PATCH": LISTINGS,
        "DELETE": LISTINGS,
    },
    "facilities/{facility_ref}/listings/{tenant_article_id}/outofstockbehaviour": {"GET": SEE_INVENTORY},
    "facilitygroups": {"GET": SEE_INVENTORY, "POST": FACILITIES},
    "facilitygroups/search": {"POST": SEE_INVENTORY},
    "facilitygroups/{group_id}": {"GET": SEE_INVENTORY, "PATCH": FACILITIES, "DELETE": FACILITIES},
    "facilitygroups/{group_id}/actions": {"POST": FACILITIES},
    "health": {"GET": SIGNED_IN},
    "inboundprocesses": {"GET": SEE_INVENTORY, "POST": INBOUND},
    "inboundprocesses/{process_id}": {"GET": SEE_INVENTORY, "PATCH": INBOUND, "DELETE": INBOUND},
    "inboundprocesses/{process_id}/purchaseorder": {"PUT": INBOUND},
    "inboundprocesses/{process_id}/receipts": {"POST": INBOUND},
    "jobs": {"GET": SIGNED_IN},
    "jobs/{id}": {"GET": SIGNED_IN},
    "jobs/{id}/actions": {"POST": SIGNED_IN},
    "listings": {"PUT": LISTINGS},
    "listings/search": {"POST": SEE_INVENTORY},
    "orders": {"GET": SEE_ORDERS, "POST": PLACE},
    "orders/actions": {"POST": CANCEL},
    "orders/bulk": {"POST": PLACE},
    "orders/search": {"POST": SEE_ORDERS},
    "orders/{id}": {"GET": SEE_ORDERS, "PATCH": PLACE},
    "orders/{id}/actions": {"POST": SEE_ORDERS},
    "orders/{id}/orderlineitems/{line_id}/actions": {"POST": SEE_ORDERS},
    "orders/{id}/payments": {"GET": SEE_ORDERS, "POST": PAYMENTS},
    "paymentoperations": {"GET": SEE_ORDERS},
    "paymentoperations/{id}": {"GET": SEE_ORDERS},
    "paymentoperations/{id}/actions": {"POST": PAYMENTS},
    "pickjobs": {"GET": SEE_ORDERS},
    "pickjobs/search": {"POST": SEE_ORDERS},
    "pickjobs/{id}": {"GET": SEE_ORDERS, "PATCH": PICK},
    "pickjobs/{id}/actions": {"POST": PICK},
    "process": {"GET": SEE_ROUTING},
    "processes": {"GET": SEE_ROUTING},
    "processes/retrynotroutable": {"POST": INTERVENE},
    "processes/search": {"POST": SEE_ROUTING},
    "processes/{id}": {"GET": SEE_ROUTING},
    "processes/{id}/actions": {"POST": INTERVENE},
    "processes/{id}/historylogs": {"GET": SEE_ROUTING},
    "processes/{id}/reroute": {"POST": INTERVENE},
    "promises/checkoutoptions": {"POST": SEE_ROUTING},
    "promises/checkoutoptions/collect/earliest": {"POST": SEE_ROUTING},
    "promises/checkoutoptions/delivery/earliest": {"POST": SEE_ROUTING},
    "promises/checkoutoptions/delivery/timeperiod": {"POST": SEE_ROUTING},
    "promises/checkoutoptions/delivery/timepoint": {"POST": SEE_ROUTING},
    "promises/deliverypromise": {"POST": PLACE},
    "releaseruns": {"GET": SEE_ROUTING},
    "releaseruns/{id}": {"GET": SEE_ROUTING},
    "reservations": {"GET": SEE_INVENTORY},
    "reservations/actions": {"POST": STOCK},
    "reservations/search": {"POST": SEE_INVENTORY},
    "reservations/{reservation_id}": {"GET": SEE_INVENTORY},
    "routing/commands/reroute": {"POST": INTERVENE},
    "routing/strategies": {"GET": SEE_ROUTING, "POST": STRATEGIES},
    "routing/strategies/{id}": {
        "GET": SEE_ROUTING,
        "PUT": STRATEGIES,
        "PATCH": STRATEGIES,
        "DELETE": STRATEGIES,
    },
    "routing/strategies/{id}/actions": {"POST": STRATEGIES},
    "routing/strategies/{id}/evaluation": {"POST": SEE_ROUTING},
    "routing/strategies/{id}/nodes/{node_id}/evaluation": {"POST": SEE_ROUTING},
    "routing/strategies/{id}/revisions": {"GET": SEE_ROUTING},
    "routing/strategies/{id}/revisions/{revision}": {"GET": SEE_ROUTING},
    "routingplans": {"GET": SEE_ROUTING},
    "routingplans/search": {"POST": SEE_ROUTING},
    "routingplans/{id}": {"GET": SEE_ROUTING, "PATCH": INTERVENE},
    "routingplans/{id}/actions": {"POST": INTERVENE},
    "routingplans/{id}/decisionlogs/dryrun": {"POST": SEE_ROUTING},
    "routingplans/{id}/decisionlogs/{run}": {"GET": SEE_ROUTING},
    "routingplansgraph": {"GET": SEE_ROUTING},
    "safetystocks": {"GET": SEE_INVENTORY, "PUT": STOCK},
    "safetystocks/{safety_stock_id}": {"DELETE": STOCK},
    "status": {"GET": ANYBODY},
    "stocks": {"GET": SEE_INVENTORY, "POST": STOCK, "PUT": STOCK},
    "stocks/actions": {"POST": STOCK},
    "stocks/search": {"POST": SEE_INVENTORY},
    "stocks/summaries": {"GET": SEE_INVENTORY},
    "stocks/{stock_id}": {"GET": SEE_INVENTORY, "PUT": STOCK, "DELETE": STOCK},
    "subscriptions": {"GET": WEBHOOKS, "POST": WEBHOOKS},
    "subscriptions/{id}": {"DELETE": WEBHOOKS},
    "subscriptions/{id}/actions": {"POST": WEBHOOKS},
    "supportedevents": {"GET": SEE_WEBHOOKS},
    "tags": {"GET": SEE_INVENTORY, "POST": TAGS},
    "tags/{tag_ref}": {"GET": SEE_INVENTORY, "PATCH": TAGS},
    "tokens": {"GET": SIGNED_IN, "POST": TOKENS},
    "tokens/{id}": {"DELETE": SIGNED_IN},
    "tags/search": {"POST": SEE_INVENTORY},
    "waitingroom": {"GET": SEE_ROUTING},
    "waitingroom/actions": {"POST": INTERVENE},
    "waitingroom/demand": {"GET": SEE_ROUTING},
    "waitingroom/simulations": {"POST": SEE_ROUTING},
    "webhookdeliveries": {"GET": SEE_WEBHOOKS},
    "webhookdeliveries/{id}/actions": {"POST": WEBHOOKS},
}

ACTIONS = (
    ("orders/{id}/actions", "CANCEL", CANCEL),
    ("orders/{id}/actions", "FORCE_CANCEL", CANCEL),
    ("orders/{id}/actions", "UNLOCK", PLACE),
    ("orders/{id}/orderlineitems/{line_id}/actions", "CANCEL", CANCEL),
    ("orders/{id}/orderlineitems/{line_id}/actions", "UPDATE_CUSTOM_ATTRIBUTES", PLACE),
)
"""Endpoints that ask for more, depending on what is to be done."""

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
NOBODYS_ID = "01a1fb8a-0000-7000-8000-000000000000"


def endpoints(patterns: Any, prefix: str = "") -> Iterator[tuple[str, str]]:
    """Paths with the methods that their views have."""
    for pattern in patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from endpoints(pattern.url_patterns, route)
        elif isinstance(pattern, URLPattern):
            view = pattern.callback.view_class
            template = re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", route)
            yield from ((template, method) for method in METHODS if hasattr(view, method.lower()))


def test_every_endpoint_has_its_line() -> None:
    known = {(path, method) for path, methods in EXPECTED.items() for method in methods}
    assert set(endpoints(urls.api)) == known


@pytest.fixture
def clients(api_as: Any) -> dict[str, Any]:
    return {role: api_as(role) for role in Role}


def ask(client: Any, method: str, path: str, body: Any = None) -> Any:
    url = "/api/" + re.sub(r"{\w+}", NOBODYS_ID, path)
    return getattr(client, method.lower())(url, body if method != "GET" else None)


def allowed(role: str, needed: str) -> bool:
    if needed in (ANYBODY, SIGNED_IN):
        return True
    (permission,) = (one for one in access.declared() if one.codename == needed)
    return permission.granted_to(role)


def test_each_role_may_do_what_its_permissions_say(clients: dict[str, Any], anonymous: Any) -> None:
    for path, methods in EXPECTED.items():
        for method, needed in methods.items():
            cell = f"{method} {path}"
            assert ask(anonymous, method, path).status_code == (200 if needed == ANYBODY else 401), cell
            for role, client in clients.items():
                response = ask(client, method, path, {})
                assert response.status_code != 401, (cell, role)
                if allowed(role, needed):
                    assert response.status_code != 403, (cell, role, response.content)
                    assert response.status_code < 500, (cell, role)
                else:
                    assert response.status_code == 403, (cell, role)
                    assert response.json()[0]["description"] == f"The permission {needed} is needed."


def test_some_actions_need_more(clients: dict[str, Any]) -> None:
    for path, name, needed in ACTIONS:
        for role, client in clients.items():
            response = ask(client, "POST", path, {"name": name, "version": 1, "customAttributes": {}})
            refused = response.status_code == 403
            assert refused != allowed(role, needed), (path, name, role, response.content)
