"""M4: pinned and held plans, and what that means for those behind (W4, W12)."""

from __future__ import annotations

from typing import Any

import pytest

from backoffice.core.models import DomainEvent
from routing.models import ReleaseTrigger, RoutingPlan, TriggerCause, WaitingArticle
from tests.routing.api_calls import stored
from tests.scenarios.fixtures import books_agree
from tests.scenarios.shop import Order, Shop
from tests.scenarios.supply import configure_waiting_room

__all__ = ["books_agree"]

pytestmark = pytest.mark.django_db

BACKORDER = "BACKORDER"
FAR = "2036-01-01T00:00:00Z"


@pytest.fixture
def room(shop: Shop) -> list[Order]:
    """The first needs 5, the second 2; 3 are there. Nobody may overtake."""
    configure_waiting_room(shop, overtaking="STRICT")
    shop.listing("A", "SKU", behaviour=BACKORDER)
    orders = [shop.order({"SKU": 5}, date="2026-05-01"), shop.order({"SKU": 2}, date="2026-05-02")]
    shop.stock("A", "SKU", 3)
    assert [order.status for order in orders] == ["WAITING", "WAITING"]
    return orders


def triggers() -> set[tuple[str, bool]]:
    """Causes, and whether they are about an article."""
    return {(row.cause, row.article_id is not None) for row in ReleaseTrigger.objects.all()}


def test_a_pinned_plan_passes_who_blocked_it(room: list[Order]) -> None:
    """W4, W12: under STRICT the plan in front is another one now."""
    room[1].intervene("PIN", reason="asked twice", drain=False)
    assert triggers() == {(TriggerCause.PLAN_IN_FRONT, True)}
    ranks = dict(RoutingPlan.objects.values_list("id", "rank"))
    assert all(bytes(row.rank) == bytes(ranks[row.plan_id]) for row in WaitingArticle.objects.all())
    room[0].shop.work()
    assert [order.status for order in room] == ["WAITING", "ROUTED"]
    event = DomainEvent.objects.get(name="ROUTING_PLAN_PINNED")
    assert (event.actor, event.reason) == (room[0].shop.client.user.email, "asked twice")


def test_of_pinned_plans_the_first_pinned_goes_first_and_may_be_unpinned(shop: Shop) -> None:
    shop.listing("A", "SKU", behaviour=BACKORDER)
    orders = [shop.order({"SKU": 1}, date=f"2026-05-0{day}") for day in (1, 2, 3)]
    orders[2].intervene("PIN")
    orders[1].intervene("PIN")
    assert [entry["orderRef"] for entry in shop.waiting_room()] == [orders[n].id for n in (2, 1, 0)]
    orders[2].intervene("UNPIN")
    assert [entry["orderRef"] for entry in shop.waiting_room()] == [orders[n].id for n in (1, 0, 2)]
    assert triggers() == set()  # under ALLOW nobody stands in anybody's way


def test_a_held_plan_blocks_nobody_and_is_looked_at_when_it_is_released(room: list[Order]) -> None:
    """W12: by an earlier, unheld plan."""
    room[0].intervene("HOLD", until=FAR, drain=False)
    assert triggers() == {(TriggerCause.PLAN_IN_FRONT, True)}
    room[0].shop.work()
    assert [order.status for order in room] == ["WAITING", "ROUTED"]
    room[0].shop.stock("A", "SKU", 9)
    assert room[0].status == "WAITING"

    room[0].intervene("UNHOLD", drain=False)
    assert triggers() == {(TriggerCause.HOLD_EXPIRED, False)}
    room[0].shop.work()
    assert room[0].status == "ROUTED"


def test_a_newcomer_does_not_queue_behind_who_is_held(room: list[Order]) -> None:
    """R10, W12: under STRICT a new plan queues behind those who wait, unless they are held."""
    shop = room[0].shop
    room[0].intervene("HOLD", until=FAR)
    assert shop.available("A", "SKU") == 1
    shop.listing("A", "SKU")
    assert shop.order({"SKU": 1}).status == "ROUTED"


def test_what_is_not_so_cannot_be_undone_nor_done_twice(shop: Shop) -> None:
    shop.listing("A", "SKU", behaviour=BACKORDER)
    order = shop.order({"SKU": 1})
    cases: tuple[tuple[str, int, str, dict[str, Any]], ...] = (
        ("UNPIN", 409, "NOT_PINNED", {}),
        ("UNHOLD", 409, "NOT_HELD", {}),
        ("HOLD", 400, "IN_THE_PAST", {"until": "2020-01-01T00:00:00Z"}),
        ("HOLD", 400, "REQUIRED", {}),
    )
    before = stored()
    for name, status, code, body in cases:
        assert order.intervene(name, expect=status, drain=False, **body)[0]["code"] == code
    assert stored() == before
    order.intervene("PIN")
    assert order.intervene("PIN", expect=409, drain=False)[0]["code"] == "ALREADY_PINNED"
    order.intervene("HOLD", until=FAR)
    order.intervene("HOLD", until="2036-02-01T00:00:00Z")
    assert order.place_in_waiting_room["heldUntil"] == "2036-02-01T00:00:00.000Z"


def test_only_plans_that_wait_have_a_turn(shop: Shop) -> None:
    """M4: pin and hold on WAITING only; a routed plan has neither."""
    shop.listing("A", "SKU", behaviour=BACKORDER)
    order = shop.order({"SKU": 1})
    order.intervene("PIN")
    order.intervene("HOLD", until=FAR)
    order.intervene("ASSIGN", to="A")
    plan = RoutingPlan.objects.get()
    assert (plan.status, plan.pinned_at, plan.held_until) == ("ROUTED", None, None)
    before = stored()
    for name in ("PIN", "UNPIN", "HOLD", "UNHOLD"):
        body = {"until": FAR} if name == "HOLD" else {}
        assert order.intervene(name, expect=409, drain=False, **body)[0]["code"] == "STATE_CONFLICT"
    assert stored() == before
