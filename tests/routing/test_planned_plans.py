"""Plans that are planned: what people do to them frees what they hold (M1-M3, O1-O3), and who pays for them (W9)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from inventory.models import Reservation
from routing.models import PlannedReview, RoutingPlan
from routing.passes.release import serve_waiting_room
from routing.reconcile import find_discrepancies
from routing.services.cancelling import cancel_plan
from routing.services.planned import review_planned_plans
from routing.services.redeciding import decide_again
from routing.services.rerouting import reroute_plan
from tests.routing.test_changing_orders import set_quantities
from tests.scenarios.shop import JSON, Order, Shop
from tests.scenarios.supply import (
    at_noon,
    cancel_expected,
    configure_waiting_room,
    expect,
    expect_instead,
    free_units,
    live_parts,
    receive,
)
from tests.scenarios.test_payments import EUR, lines, pay, sums, turn_on

pytestmark = pytest.mark.django_db

FIRST, TENTH = "2026-05-01", "2026-05-10"


@pytest.fixture(autouse=True)
def spring() -> Iterator[None]:
    """And, whatever a test does, the books agree when it ends."""
    with at_noon("2026-04-20"):
        yield
        assert find_discrepancies() == []


@pytest.fixture
def shop(spring: None, shop: Shop) -> Shop:
    """SKU may wait at A and B; what is expected within four weeks may be promised; nothing is split."""
    for facility in ("A", "B"):
        shop.listing(facility, "SKU", behaviour="BACKORDER")
    configure_waiting_room(shop, futureInventoryEnabled=True)
    return shop


@pytest.fixture
def process(shop: Shop) -> str:
    """5 are expected at A on 1 May."""
    return expect(shop, "A", {"SKU": 5}, FIRST)


def planned(shop: Shop, units: int = 4, **fields: Any) -> Order:
    order = shop.order({"SKU": units}, **fields)
    assert live_parts(order) == [("FUTURE", "A", FIRST, {"SKU": units})]
    return order


def reserved(process: str) -> int:
    held = Reservation.objects.filter(expected_stock__inbound_process=process)
    return sum(held.values_list("quantity", flat=True))


def plan_of(order: Order) -> RoutingPlan:
    plan: RoutingPlan = RoutingPlan.objects.get(order=order.id, status="PLANNED")
    return plan


class TestInterventions:
    """One order holds 4 of 5 units, another waits for 3: whatever frees them lets it be planned."""

    @pytest.fixture
    def orders(self, shop: Shop, process: str) -> tuple[Order, Order]:
        first, second = planned(shop), shop.order({"SKU": 3}, date="2026-05-02")
        assert second.status == "WAITING"
        return first, second

    def test_m3_cancelling_the_plan(self, shop: Shop, process: str, orders: tuple[Order, Order]) -> None:
        first, second = orders
        cancel_plan(plan_id=plan_of(first).pk)
        shop.work()
        assert (first.status, first.document["status"]) == ("CANCELED", "CANCELLED")
        assert "plannedFor" not in first.plan
        assert live_parts(second) == [("FUTURE", "A", FIRST, {"SKU": 3})]
        assert reserved(process) == 3

    def test_o2_cancelling_the_order(self, process: str, orders: tuple[Order, Order]) -> None:
        first, second = orders
        first.cancel()
        assert (first.status, live_parts(second)[0][0]) == ("CANCELED", "FUTURE")
        assert reserved(process) == 3

    def test_m2_rerouting_the_plan(self, shop: Shop, process: str, orders: tuple[Order, Order]) -> None:
        """Those who wait come first; the rerouted one goes to B, where stock has come meanwhile."""
        first, second = orders
        configure_waiting_room(shop, futureInventoryEnabled=False)
        shop.stock("B", "SKU", 3)
        assert live_parts(second) == [("READY", "B", None, {"SKU": 3})]
        shop.stock("B", "SKU", 8)
        reroute_plan(plan_id=plan_of(first).pk)
        shop.work()
        before = first.plans[-2]
        assert (before["status"], before["consolidatedStatus"]) == (
            "OBSOLETE",
            "OBSOLETE_WAS_MANUALLY_REROUTED",
        )
        assert live_parts(first) == [("READY", "B", None, {"SKU": 4})]
        assert reserved(process) == 0

    def test_m1_assigning_the_order(self, process: str, orders: tuple[Order, Order]) -> None:
        first, second = orders
        first.assign("B")
        assert live_parts(first) == [("READY", "B", None, {"SKU": 4})]
        assert first.pick_job["pickLineItems"][0]["quantity"] == 4
        assert (live_parts(second)[0][0], reserved(process)) == ("FUTURE", 3)

    def test_o1_lowering_the_order(self, process: str, orders: tuple[Order, Order]) -> None:
        first, second = orders
        assert set_quantities(first, {"SKU": 2}).status_code == 200
        assert live_parts(first) == [("FUTURE", "A", FIRST, {"SKU": 2})]
        assert (live_parts(second)[0][0], reserved(process)) == ("FUTURE", 5)

    def test_o3_the_facility_goes_offline(
        self, shop: Shop, process: str, orders: tuple[Order, Order]
    ) -> None:
        first, second = orders
        shop.set_status("A", "OFFLINE")
        assert (first.status, second.status, reserved(process)) == ("WAITING", "WAITING", 0)

    def test_a_suspended_facility_still_gets_what_it_was_promised(
        self, shop: Shop, process: str, orders: tuple[Order, Order]
    ) -> None:
        first, second = orders
        shop.set_status("A", "SUSPENDED")
        receive(shop, process, {"SKU": 5})
        assert (live_parts(first), second.status) == ([("READY", "A", None, {"SKU": 4})], "WAITING")


def test_strict_nobody_behind_is_promised_what_the_plan_in_front_waits_for(shop: Shop) -> None:
    """W12"""
    configure_waiting_room(shop, overtaking="STRICT")
    in_front, behind = shop.order({"SKU": 5}, date="2026-04-01"), shop.order({"SKU": 2}, date="2026-04-02")
    process = expect(shop, "A", {"SKU": 4}, FIRST)
    assert (in_front.status, behind.status) == ("WAITING", "WAITING")

    expect_instead(shop, process, {"SKU": 7}, FIRST)

    assert [live_parts(one)[0][0] for one in (in_front, behind)] == ["FUTURE", "FUTURE"]


def test_a_dry_run_says_that_it_would_be_planned_and_writes_nothing(shop: Shop) -> None:
    configure_waiting_room(shop, futureInventoryEnabled=False)
    order = shop.order({"SKU": 2})
    process = expect(shop, "A", {"SKU": 2}, FIRST)
    plan = RoutingPlan.objects.get(order=order.id)
    assert decide_again(plan_id=plan.pk).fresh.status == "WAITING"
    configure_waiting_room(shop, futureInventoryEnabled=True)
    assert order.plan["shipmentStatus"] == "FUTURE"
    order.cancel()

    expect_instead(shop, process, {"SKU": 1}, FIRST)
    waits = shop.order({"SKU": 2})
    shop.call("patch", f"inboundprocesses/{process}", on_hold(shop, process, True))
    expect_instead(shop, process, {"SKU": 2}, FIRST)
    assert waits.status == "WAITING"
    shop.call("patch", f"inboundprocesses/{process}", on_hold(shop, process, False), drain=False)

    found = decide_again(plan_id=RoutingPlan.objects.get(order=waits.id).pk)

    assert (found.fresh.status, found.changed, found.may_no_longer_wait) == ("OBSOLETE", True, False)
    assert (waits.status, free_units(shop, process)) == ("WAITING", {"SKU": 2})
    shop.work()
    assert waits.plan["shipmentStatus"] == "FUTURE"


def on_hold(shop: Shop, process: str, held: bool) -> JSON:
    return {"version": shop.get(f"inboundprocesses/{process}")["version"], "onHold": held}


class TestReviews:
    def test_a_lost_message_is_made_good_by_the_sweep(self, shop: Shop, process: str) -> None:
        """W8, W11: the receipt's transaction leaves behind what the sweep finds."""
        order = planned(shop)
        work, shop.work = shop.work, lambda *names: None
        receive(shop, process, {"SKU": 5})
        shop.work = work
        from backoffice.core import nudges

        assert "routing.planned" in nudges.take()
        assert (live_parts(order)[0][0], PlannedReview.objects.count()) == ("FUTURE", 1)

        shop.work("routing.sweep")

        assert (live_parts(order)[0][0], PlannedReview.objects.count()) == ("READY", 0)
        assert review_planned_plans() == 0

    def test_a_plan_that_left_meanwhile_is_left_alone(self, shop: Shop, process: str) -> None:
        order = planned(shop)
        work, shop.work = shop.work, lambda *names: None
        receive(shop, process, {"SKU": 5})
        order.cancel()
        shop.work = work
        shop.work("routing.sweep")
        assert (order.status, order.pick_jobs, PlannedReview.objects.count()) == ("CANCELED", [], 0)
        assert shop.available("A", "SKU") == 5

    def test_many_plans_take_as_many_statements_as_few(self, shop: Shop) -> None:
        def statements(count: int) -> tuple[int, int]:
            process = expect(shop, "A", {"SKU": count}, FIRST, drain=False)
            for _ in range(count):
                shop.order({"SKU": 1}, drain=False)
            shop.work("routing.route")
            work, shop.work = shop.work, lambda *names: None
            with CaptureQueriesContext(connection) as receipt:
                receive(shop, process, {"SKU": count})
            with CaptureQueriesContext(connection) as moves:
                assert review_planned_plans() == count
            shop.work = work
            shop.work()
            return len(receipt), len(moves)

        shop.stock("A", "SKU", 0)
        few = statements(2)
        assert statements(8) == few

    def test_a_pass_takes_as_many_statements_for_many_plans_as_for_few(self, shop: Shop) -> None:
        def statements(count: int) -> int:
            for _ in range(count):
                shop.order({"SKU": 1}, drain=False)
            shop.work("routing.route")
            expect(shop, "A", {"SKU": count}, FIRST, drain=False)
            with CaptureQueriesContext(connection) as captured:
                assert serve_waiting_room() == count
            shop.work()
            return len(captured)

        few = statements(2)
        assert statements(8) == few


class TestPayments:
    """W9: 5 SKU at 20.00 each, paid with 100.00."""

    @pytest.fixture
    def order(self, shop: Shop) -> Order:
        turn_on(shop)
        order = shop.order({}, orderLineItems=lines(SKU=(5, 20)), **EUR)
        pay(order, 100)
        return order

    def test_a_planned_plan_counts_as_released(self, shop: Shop, order: Order) -> None:
        """Its money is authorised when it is planned; its pick job is open when what it waits for comes."""
        process = expect(shop, "A", {"SKU": 5}, FIRST)
        assert sums(order) == [("VOIDED", 100), ("AUTHORISED", 100)]
        assert order.pick_jobs == []

        receive(shop, process, {"SKU": 5})

        assert sums(order) == [("VOIDED", 100), ("AUTHORISED", 100)]
        assert order.pick_job["status"] == "OPEN"

    def test_one_authorisation_per_part(self, shop: Shop, order: Order) -> None:
        shop.strategy(active=True)
        shop.stock("A", "SKU", 2)
        expect(shop, "A", {"SKU": 3}, FIRST)
        assert [part[0] for part in live_parts(order)] == ["READY", "FUTURE"]
        assert sorted(sums(order)) == [("AUTHORISED", 40), ("AUTHORISED", 60), ("VOIDED", 100)]

    def test_a_plan_that_went_back_and_goes_again_divides_what_it_had(self, shop: Shop, order: Order) -> None:
        process = expect(shop, "A", {"SKU": 5}, FIRST)
        cancel_expected(shop, process)
        assert order.status == "WAITING"
        shop.strategy(active=True)

        shop.stock("A", "SKU", 2)
        expect(shop, "A", {"SKU": 3}, TENTH)

        assert [part[0] for part in live_parts(order)] == ["READY", "FUTURE"]
        live = sorted(one for one in sums(order) if one[0] == "AUTHORISED")
        assert live == [("AUTHORISED", 40), ("AUTHORISED", 60)]

    def test_a_partial_release_and_its_remainder_leave_the_payment_alone(
        self, shop: Shop, order: Order
    ) -> None:
        """W7"""
        shop.strategy(active=True)
        configure_waiting_room(shop, partialRelease="QUANTITY")
        shop.stock("A", "SKU", 2)
        assert [part[0] for part in live_parts(order)] == ["BACKORDER", "READY"]
        assert {job["status"] for job in order.pick_jobs} == {"OPEN"}
        shop.stock("A", "SKU", 5)

        assert [part[0] for part in live_parts(order)] == ["READY", "READY"]
        assert sums(order) == [("AUTHORISED", 100)]
