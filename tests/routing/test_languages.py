"""Reasons and refusals about plans: kept in no language, English in the API, the reader's on screens."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from backoffice.core.models import DomainEvent, JobItem
from tests.scenarios.shop import Order, Shop

GERMAN = {"HTTP_ACCEPT_LANGUAGE": "de"}


@pytest.fixture
def waiting(shop: Shop) -> Order:
    shop.listing("A", "SKU", behaviour="BACKORDER")
    return shop.order({"SKU": 2})


def test_reasons_are_english_in_the_api_and_german_on_screens(
    shop: Shop, api: Any, waiting: Order, screens_as: Callable[[str], Any]
) -> None:
    (found,) = api.get("/api/waitingroom", **GERMAN).json()["waitingPlans"]
    assert found["sentence"] == "A lacks 2 of SKU."
    page = screens_as("VIEWER").get(f"/plans/{waiting.plan['id']}/", **GERMAN).content.decode()
    assert "Bei A fehlt: 2\N{NO-BREAK SPACE}×\N{NO-BREAK SPACE}SKU." in page
    assert "lacks" not in page


def test_what_is_refused_in_the_background_is_read_in_the_language_of_whoever_looks(
    shop: Shop, api: Any, waiting: Order, screens_as: Callable[[str], Any]
) -> None:
    body = {"name": "UNPIN", "ids": [waiting.plan["id"]]}
    job = shop.call("post", "waitingroom/actions", body, expect=202)
    item = JobItem.objects.get()
    assert item.result["problems"][0]["message"] == "The plan is not pinned."
    answer = api.get(f"/api/jobs/{job['id']}", **GERMAN).content.decode()
    assert "The plan is not pinned." in answer
    assert "pattern" not in answer
    agent = screens_as("AGENT")
    assert "Der Plan ist nicht angepinnt." in agent.get(f"/jobs/{job['id']}/", **GERMAN).content.decode()
    assert "The plan is not pinned." in agent.get(f"/jobs/{job['id']}/").content.decode()


def test_what_is_refused_at_once_is_said_in_the_readers_language(
    waiting: Order, screens_as: Callable[[str], Any]
) -> None:
    plan = waiting.plan
    refused = screens_as("AGENT").post(
        f"/plans/{plan['id']}/unpin/", {"version": plan["version"]}, HTTP_HX_REQUEST="true", **GERMAN
    )
    assert "Der Plan ist nicht angepinnt." in refused.content.decode()
    assert not DomainEvent.objects.filter(name="ROUTING_PLAN_UNPINNED").exists()


def test_reasons_that_anteroom_gives_are_read_in_the_language_of_whoever_looks(
    shop: Shop, api: Any, screens_as: Callable[[str], Any]
) -> None:
    shop.stock("A", "SKU", 2)
    order = shop.order({"SKU": 2})
    shop.stock("B", "SKU", 5)
    shop.set_status("A", "OFFLINE")

    german, english = "Sein Standort ging OFFLINE", "Its facility went OFFLINE"
    agent = screens_as("AGENT")
    for address in (f"/orders/{order.id}/", "/events/"):
        page = agent.get(address, **GERMAN).content.decode()
        assert german in page, address
        assert english not in page, address
        assert english in agent.get(address).content.decode(), address
