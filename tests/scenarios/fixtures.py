"""The world in which every worked example begins (spec 4), and the proof that it adds up when it ends."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest

from routing.reconcile import find_discrepancies
from tests.scenarios.shop import REACTIVE, Shop


@pytest.fixture
def work(drain: Callable[[], Any], tasks: Mapping[str, Any]) -> Callable[..., None]:
    """``work("routing.route")`` runs that task first; then the workers do what they were nudged for, until quiet."""

    def run(*first: str) -> None:
        for name in first:
            tasks[name].apply(throw=True)
        drain()

    return run


@pytest.fixture
def shop(api: Any, work: Callable[..., None]) -> Shop:
    """Facilities A and B, online, ship and hand over; complete stock is active and reactive, nothing is split."""
    shop = Shop(api, work)
    shop.facility("A")
    shop.facility("B")
    shop.strategy(
        stock_active=True,
        stock_mode=REACTIVE,
        country_active=False,
        active=False,
        shouldUseWaitingRoomForPreBackOrderItems=False,
    )
    return shop


@pytest.fixture(autouse=True)
def books_agree(db: None) -> Iterator[None]:
    """Whatever happened in a test, nothing was lost and nothing was given away twice (spec 8)."""
    yield
    assert find_discrepancies() == []
