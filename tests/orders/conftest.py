from __future__ import annotations

from typing import Any

import pytest

from backoffice.core import events
from orders.drafts import LineDraft, OrderDraft
from tests.factories.orders import ORDERED


@pytest.fixture(autouse=True)
def published(monkeypatch: pytest.MonkeyPatch) -> list[events.Event]:
    """What was published, in order. The floors above do not hear of it: these tests are about orders alone."""
    heard: list[events.Event] = []
    ours = [
        (event, hears) for event, hears in events._subscriptions if hears.__module__.startswith("orders.")
    ]
    monkeypatch.setattr(events, "_subscriptions", [*ours, (events.Event, heard.extend)])
    return heard


@pytest.fixture
def document() -> dict[str, Any]:
    """The body of an order of two lines, to be shipped to Cologne."""
    return {
        "tenantOrderId": "R456728546",
        "orderDate": "2026-05-01T10:30:00+02:00",
        "consumer": {
            "consumerId": "c-1",
            "addresses": [
                {
                    "street": "Hauptstr.",
                    "houseNumber": "42a",
                    "postalCode": "40764",
                    "city": "Langenfeld",
                    "country": "DE",
                    "coordinates": {"lat": 51.1, "lon": 6.9},
                    "firstName": "Maxine",
                    "lastName": "Müller",
                }
            ],
        },
        "orderLineItems": [line("4711", 2, shopPrice=12.5), line("4712", 1, shopPrice=5)],
    }


def line(article: str, quantity: int, **fields: Any) -> dict[str, Any]:
    return {
        "article": {"tenantArticleId": article, "title": f"Article {article}"},
        "quantity": quantity,
        **fields,
    }


@pytest.fixture
def place(api: Any, document: dict[str, Any]) -> Any:
    """``place(tags=[…])`` places the document with these changes, and returns the order that was answered."""

    def post(*, expect: int = 201, **changes: Any) -> Any:
        response = api.post("/api/orders", {**document, **changes})
        assert response.status_code == expect, response.content
        return response.json()

    return post


@pytest.fixture
def known_api(api: Any) -> Any:
    """The API, with a token whose use was noted lately: only what a request itself needs is asked of the database."""
    api.get("/api/tokens")
    return api


@pytest.fixture
def bundle() -> Any:
    """``bundle({"4711": 2, "4712": 1})``: a custom service that bundles these units."""

    def service(items: dict[str, int], *nested: Any, bundled: bool = True) -> dict[str, Any]:
        return {
            "customServiceDefinition": {"isBundled": bundled, "tenantCustomServiceId": "gift"},
            "articleItems": [
                {"tenantArticleRef": article, "quantity": quantity} for article, quantity in items.items()
            ],
            "customServiceItems": list(nested),
        }

    return service


def draft(**fields: Any) -> OrderDraft:
    """An order of one unit, with these fields."""
    lines = (LineDraft(tenant_article_id="4711", title="Cologne", quantity=1),)
    return OrderDraft(**{"order_date": ORDERED, "lines": lines, **fields})
