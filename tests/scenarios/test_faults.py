"""Spec 4, "faults": what must not matter."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable
from typing import Any

import pytest
from celery import Celery

from backoffice.core import nudges
from tests.scenarios.shop import Shop


@pytest.fixture
def broker_down(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    """Nudges are sent for real, to a port where nobody listens."""
    with socket.socket() as reserved:
        reserved.bind(("127.0.0.1", 0))
        port = reserved.getsockname()[1]
    app = Celery("unreachable", broker=f"redis://127.0.0.1:{port}/0", set_as_current=False)
    monkeypatch.setattr(nudges, "current_app", app)
    settings.ANTEROOM_NUDGES = "thread"


def test_x3_stock_is_booked_while_the_broker_is_down_and_the_sweep_releases(
    shop: Shop, broker_down: None, work: Callable[..., None]
) -> None:
    """X3 (W4): the request succeeds without waiting for the broker; the sweep, which runs each minute, releases."""
    shop.listing("A", "SKU", behaviour="BACKORDER")
    order = shop.order({"SKU": 2}, drain=False)
    work("routing.sweep")
    assert order.status == "WAITING"

    started = time.monotonic()
    shop.stock("A", "SKU", 2, drain=False)
    assert time.monotonic() - started < 2
    assert order.status == "WAITING"

    work("routing.sweep")
    assert order.status == "ROUTED"


def test_x4_of_two_changes_of_the_same_version_one_is_refused_with_both_versions(shop: Shop) -> None:
    """X4: two clients PATCH a listing that both have seen at version 1: one 200, one 409 that names both versions."""
    shop.listing("A", "SKU")
    seen = shop.read_listing("A", "SKU")["version"]

    shop.change_listing("A", "SKU", version=seen, title="The first one's")
    (problem,) = shop.change_listing("A", "SKU", version=seen, title="The second one's", expect=409)

    assert (problem["requestVersion"], problem["version"]) == (seen, seen + 1)
    assert shop.read_listing("A", "SKU")["title"] == "The first one's"
