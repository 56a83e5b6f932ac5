"""Bodies that the OpenAPI document shows; see :mod:`inventory.api.examples`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

ORDER: Mapping[str, Any] = {
    "tenantOrderId": "R-1001",
    "orderDate": "2026-05-01T08:30:00.000Z",
    "consumer": {
        "addresses": [
            {
                "firstName": "Ada",
                "lastName": "Lovelace",
                "street": "Hauptstr.",
                "houseNumber": "42",
                "postalCode": "50667",
                "city": "Köln",
                "country": "DE",
            }
        ]
    },
    "orderLineItems": [{"article": {"tenantArticleId": "4711", "title": "Eau de Cologne"}, "quantity": 2}],
    "deliveryPreferences": {"shipping": {"serviceLevel": "DELIVERY"}},
}

EXAMPLES: Mapping[tuple[str, str], Any] = {
    ("POST", "orders"): ORDER,
    ("POST", "orders/bulk"): {
        "orders": [{**ORDER, "tenantOrderId": f"R-{number}"} for number in (1002, 1003)]
    },
    ("PATCH", "orders/{id}"): {"version": 1, "customAttributes": {"source": "web"}},
    ("POST", "orders/search"): {
        "query": {
            "status": {"eq": "OPEN"},
            "or": [
                {"orderDate": {"gte": "2026-05-01T00:00:00Z"}},
                {"orderLineItems": {"contains": {"article": {"tenantArticleId": {"eq": "4711"}}}}},
            ],
        },
        "sort": [{"orderDate": "DESC"}],
        "size": 20,
        "options": {"withTotal": True},
    },
    ("POST", "orders/{id}/payments"): {"amount": 49.9, "currency": "EUR", "gatewayReference": "auth-1"},
}

LATER: Mapping[tuple[str, str], Any] = {
    ("POST", "pickjobs/search"): {
        "query": {"status": {"in": ["OPEN", "IN_PROGRESS"]}},
        "sort": [{"targetTime": "ASC"}],
    },
    ("POST", "pickjobs/{id}/actions"): {"name": "START", "version": 1},
    ("POST", "orders/{id}/actions"): {"name": "FORCE_CANCEL", "version": 2},
}
"""What is done once orders are routed."""
