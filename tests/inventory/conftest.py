from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from backoffice.core import events
from inventory.models import Stock, StockLevel
from tests.factories.inventory import FacilityFactory, booked


@pytest.fixture(autouse=True)
def published(monkeypatch: pytest.MonkeyPatch) -> list[events.Event]:
    """What was published, in order. The floors above do not hear of it: these tests are about inventory alone."""
    heard: list[events.Event] = []
    monkeypatch.setattr(events, "_subscriptions", [(events.Event, heard.extend)])
    return heard


@pytest.fixture(autouse=True)
def ledger_agrees(db: None) -> Iterator[None]:
    """After every test: a level is the sum of its movements, and what it has on hand that of its records (spec 8)."""
    yield
    for level in StockLevel.objects.prefetch_related("stocks", "movements", "reservations"):
        assert booked(level) == (level.on_hand, level.reserved)
        assert level.on_hand == sum(stock.value for stock in level.stocks.all())
        assert level.reserved == sum(held.quantity for held in level.reservations.all())
    assert not Stock.objects.filter(value__lt=0).exists()


@pytest.fixture
def facility(db: None) -> Any:
    return FacilityFactory(name="Köln", tenant_facility_id="K-1")


@pytest.fixture
def known_api(api: Any) -> Any:
    """The API, with a token whose use was noted lately: only what a request itself needs is asked of the database."""
    api.get("/api/tokens")
    return api


@pytest.fixture
def call(api: Any) -> Callable[..., Any]:
    """``call("put", "stocks", body, expect=200)``: the body of the answer, whose status is as expected."""

    def send(method: str, path: str, body: Any = None, *, expect: int = 200, client: Any = api) -> Any:
        response = getattr(client, method)(f"/api/{path}", body, format="json")
        assert response.status_code == expect, response.content.decode()
        return response.json() if response.content else None

    return send


@pytest.fixture
def refuse(call: Callable[..., Any]) -> Callable[..., dict[str, str]]:
    """``refuse(…, expect=400)``: what is wrong, as ``{field: code}``."""

    def send(*args: Any, expect: int = 400, **options: Any) -> dict[str, str]:
        answer = call(*args, expect=expect, **options)
        assert all(error["description"] for error in answer)
        return {error.get("field", ""): error["code"] for error in answer}

    return send
