"""``POST /api/routingplans/{id}/decisionlogs/dryrun``: deciding a plan again, to see (spec 1, "True dry run")."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from orders.models import PickJob, PickJobStatus
from routing.models import DecisionSnapshot, RoutingPlan, StrategyRevision
from tests.routing.api_calls import NOT_IDS, refused, stored
from tests.scenarios.shop import JSON, STATIC, Order, Shop
from tests.scenarios.supply import configure_waiting_room
from tests.scenarios.test_fences_and_ratings import all_week, change, with_units

pytestmark = pytest.mark.django_db


@pytest.fixture
def again(shop: Shop) -> Callable[..., JSON]:
    """``again(order)`` decides its plan again; whatever comes of it, nothing was written."""

    def decide(order: Order, *, expect: int = 200) -> JSON:
        before, counts = stored(), _counts()
        with CaptureQueriesContext(connection) as queries:
            answer = shop.call(
                "post", f"routingplans/{order.plan['id']}/decisionlogs/dryrun", expect=expect, drain=False
            )
        assert stored() == before
        assert _counts() == counts
        assert not [query for query in queries if "FOR UPDATE" in query["sql"]]
        return answer  # type: ignore[no-any-return]

    return decide


def _counts() -> tuple[int, int]:
    return DecisionSnapshot.objects.count(), StrategyRevision.objects.count()


def test_nothing_has_changed(shop: Shop, again: Callable[..., JSON]) -> None:
    shop.listing("A", "SKU", behaviour="BACKORDER")
    order = shop.order({"SKU": 2})

    answer = again(order)

    assert (answer["changed"], answer["mayNoLongerWait"]) == (False, False)
    assert answer["fresh"]["sentence"] == answer["stored"]["sentence"] == "A lacks 2 of SKU."
    assert answer["fresh"]["facilityDecisions"] == answer["stored"]["facilityDecisions"]
    assert (answer["fresh"]["runType"], answer["fresh"]["routingRun"]) == ("REACTIVATION", 2)
    assert answer["stored"]["routingRun"] == 1
    assert {"id", "version"}.isdisjoint(answer["fresh"])


def test_a_waiting_plan_is_tried_as_the_waiting_room_would(shop: Shop, again: Callable[..., JSON]) -> None:
    """W2: it would be released by stock that came; not parked or found unroutable, were it not allowed to wait."""
    shop.listing("A", "SKU", behaviour="BACKORDER")
    order = shop.order({"SKU": 2})
    shop.change_listing("A", "SKU", outOfStockBehaviour="NONE")
    shop.strategy(stock_mode=STATIC)
    kept = again(order)
    assert (kept["fresh"]["results"]["routingPlanStatus"], kept["mayNoLongerWait"]) == ("WAITING", True)

    shop.stock("A", "SKU", 2, drain=False)
    released = again(order)
    assert released["changed"]
    assert released["fresh"]["results"]["assignedFacility"]["name"] == "A"
    assert order.status == "WAITING"


def test_a_routed_plan_may_keep_what_it_holds(shop: Shop, again: Callable[..., JSON]) -> None:
    """Its own reservation counts as there; so would it be routed to the same place (R2)."""
    shop.stock("A", "SKU", 2)
    order = shop.order({"SKU": 2})
    assert shop.available("A", "SKU") == 0

    same = again(order)
    assert (same["changed"], same["fresh"]["runType"]) == (False, "REROUTE")
    assert same["fresh"]["facilityDecisions"][0]["availabilities"][0]["available"] == 2

    shop.set_status("A", "SUSPENDED")
    shop.stock("B", "SKU", 2)
    moved = again(order)
    assert moved["changed"]
    assert moved["fresh"]["results"]["assignedFacility"]["name"] == "B"


def test_its_own_pick_job_takes_no_room_from_it(shop: Shop, again: Callable[..., JSON]) -> None:
    """F4: A has room for two jobs and has two; who is in may stay, and who is not finds it full."""
    with_units(shop, "FACILITY-PICKING-TIME-CAPACITY")
    shop.stock("A", "SKU", 9)
    times = all_week("00:00", "23:59", capacity=1)
    change(shop, "A", pickingTimes=times, capacityEnabled=True, capacityPlanningTimeframe=1)
    first, second, third = (shop.order({"SKU": 1}) for _ in range(3))
    assert (first.status, second.status, third.status) == ("ROUTED", "ROUTED", "NOT_ROUTABLE")

    assert not again(first)["changed"]
    assert again(third)["fresh"]["reason"]["code"] == "FENCED_OUT"


def test_what_others_hold_does_not_count(shop: Shop, again: Callable[..., JSON]) -> None:
    shop.stock("A", "SKU", 2)
    shop.order({"SKU": 2})
    order = shop.order({"SKU": 1})
    assert order.status == "NOT_ROUTABLE"
    assert again(order)["fresh"]["sentence"] == order.plan["sentence"]
    shop.stock("A", "SKU", 3)
    assert again(order)["fresh"]["results"]["routingPlanStatus"] == "ROUTED"


def test_the_strategy_of_today_decides(shop: Shop, again: Callable[..., JSON]) -> None:
    """R1-R5: a plan that could not be routed is tried with rules that changed since."""
    shop.strategy(country_active=True)
    shop.stock("A", "SKU", 1)
    order = shop.order({"SKU": 1}, country="FR")
    shop.strategy(country_active=False)
    answer = again(order)
    assert answer["changed"]
    revisions = [answer[name]["routingStrategyRevision"] for name in ("stored", "fresh")]
    assert revisions[0] < revisions[1]


def test_under_strict_nobody_passes_who_stands_in_front(shop: Shop, again: Callable[..., JSON]) -> None:
    """W12: the first needs 5, the second 2; 3 are there, and under ALLOW the second would go."""
    shop.listing("A", "SKU", behaviour="BACKORDER")
    configure_waiting_room(shop, overtaking="STRICT")
    shop.order({"SKU": 5}, date="2026-05-01")
    second = shop.order({"SKU": 2}, date="2026-05-02")
    shop.stock("A", "SKU", 3)

    answer = again(second)
    assert answer["fresh"]["reason"]["code"] == "BEHIND_OTHERS"

    RoutingPlan.objects.exclude(order=second.id).update(held_until="2036-01-01T00:00:00Z")
    assert again(second)["fresh"]["results"]["routingPlanStatus"] == "ROUTED"


def test_there_is_nothing_to_decide_about_what_is_over(shop: Shop, again: Callable[..., JSON]) -> None:
    shop.stock("A", "SKU", 2)
    picked, cancelled = shop.order({"SKU": 1}), shop.order({"SKU": 1})
    job = PickJob.objects.get(order=picked.id)
    PickJob.objects.filter(id=job.id).update(status=PickJobStatus.PICKED)
    again(picked, expect=409)
    PickJob.objects.filter(id=job.id).update(status=PickJobStatus.OPEN)
    cancelled.cancel()
    again(cancelled, expect=409)


@pytest.mark.parametrize("id", NOT_IDS)
def test_there_is_no_dry_run_of_no_plan(shop: Shop, id: str) -> None:
    assert shop.client.post(f"/api/routingplans/{id}/decisionlogs/dryrun").status_code in (400, 404)


def test_who_may_look_may_try(shop: Shop, api_as: Any, anonymous: Any) -> None:
    order = shop.order({"SKU": 1})
    path = f"/api/routingplans/{order.plan['id']}/decisionlogs/dryrun"
    assert api_as("VIEWER").post(path).status_code == 200
    refused(anonymous.post(path), 401)
