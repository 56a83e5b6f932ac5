"""O3 and R9 (spec 3): what happens to plans whose facility goes OFFLINE, and where a rerouted plan may go."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from backoffice.core.models import DomainEvent
from orders.models import PickJob, PickJobStatus
from routing.models import ConsolidatedStatus, PlanStatus, RoutingPlan
from tests.scenarios.shop import Order, Shop
from tests.scenarios.test_retry_and_fallback import configure, falls_back_to


def start(order: Order) -> None:
    """Somebody begins to pick."""
    PickJob.objects.filter(order_id=order.id).update(status=PickJobStatus.IN_PROGRESS)


class TestOffline:
    """O3."""

    def test_unstarted_plans_are_routed_elsewhere(self, shop: Shop) -> None:
        shop.stock("A", "SKU", 2)
        order = shop.order({"SKU": 2})
        assert order.facility == "A"
        shop.stock("B", "SKU", 5)

        shop.set_status("A", "OFFLINE")

        before, after = order.plans
        assert (before["status"], before["consolidatedStatus"]) == ("OBSOLETE", "OBSOLETE_WAS_ROUTED")
        assert (after["status"], after["consolidatedStatus"]) == ("ROUTED", "ROUTED_THEN_REROUTED")
        assert after["runType"] == "REROUTE"
        assert (order.facility, after["reRoutedRoutingPlanRef"]) == ("B", before["id"])
        jobs = {job["facilityRef"]: (job["status"], job.get("subStatus")) for job in order.pick_jobs}
        assert jobs[shop.id_of("A")] == ("REROUTED", "RECALCULATION")
        assert jobs[shop.id_of("B")][0] == "OPEN"
        assert shop.available("B", "SKU") == 3
        replaced = DomainEvent.objects.get(name="ROUTING_PLAN_REROUTEPLAN_CREATED")
        assert (replaced.actor, replaced.reason) == ("system", "Its facility went OFFLINE")

    def test_a_plan_waits_if_it_may_or_is_not_routable(self, shop: Shop) -> None:
        shop.listing("B", "LATER", behaviour="BACKORDER")
        for article in ("LATER", "NEVER"):
            shop.stock("A", article, 1)
        waits, stuck = shop.order({"LATER": 1}), shop.order({"NEVER": 1})

        shop.set_status("A", "OFFLINE")

        assert (waits.status, waits.plan["consolidatedStatus"]) == ("WAITING", "WAITING")
        assert (stuck.status, stuck.plan["consolidatedStatus"]) == ("NOT_ROUTABLE", "NOT_ROUTABLE")

    def test_planned_plans_go_as_well(self, shop: Shop) -> None:
        shop.stock("A", "SKU", 1)
        shop.listing("B", "SKU", behaviour="BACKORDER")
        order = shop.order({"SKU": 1}, status="LOCKED")
        RoutingPlan.objects.filter(order_id=order.id).update(
            status=PlanStatus.PLANNED,
            consolidated_status=ConsolidatedStatus.ROUTING_PLAN_CREATED_THEN_PLANNED,
            planned_for="2026-05-01",
        )

        shop.set_status("A", "OFFLINE")

        before, after = order.plans
        assert (before["status"], before["consolidatedStatus"]) == ("OBSOLETE", "OBSOLETE")
        assert after["status"] == "WAITING"

    def test_started_picks_stay(self, shop: Shop) -> None:
        shop.stock("A", "SKU", 2)
        started, unstarted = shop.order({"SKU": 1}), shop.order({"SKU": 1})
        start(started)
        before = started.plan
        shop.stock("B", "SKU", 5)

        shop.set_status("A", "OFFLINE")

        assert started.plans == [before]
        assert (unstarted.status, unstarted.facility) == ("ROUTED", "B")

    def test_suspended_facilities_finish_what_they_have(self, shop: Shop) -> None:
        shop.stock("A", "SKU", 2)
        order = shop.order({"SKU": 1})
        before = order.plan
        shop.stock("B", "SKU", 5)

        shop.set_status("A", "SUSPENDED")
        shop.work("routing.sweep")

        assert order.plans == [before]
        assert shop.order({"SKU": 1}).facility == "B"

    def test_a_locked_order_is_routed_elsewhere_and_still_gets_no_pick_job(self, shop: Shop) -> None:
        """O3, R8."""
        shop.stock("A", "SKU", 1)
        order = shop.order({"SKU": 1}, status="LOCKED")
        shop.stock("B", "SKU", 1)

        shop.set_status("A", "OFFLINE")

        assert (order.status, order.facility, order.plan["consolidatedStatus"]) == ("ROUTED", "B", "LOCKED")
        assert order.pick_jobs == []
        assert shop.available("B", "SKU") == 0

    def test_the_sweep_finds_what_was_routed_there_meanwhile(self, shop: Shop) -> None:
        """A lost message, or a plan that was being routed as the facility went OFFLINE."""
        shop.stock("A", "SKU", 1)
        order = shop.order({"SKU": 1})
        shop.stock("B", "SKU", 1)
        path = f"facilities/{shop.id_of('A')}"
        change = {"type": "MANAGED_FACILITY", "version": shop.get(path)["version"], "status": "OFFLINE"}
        shop.call("patch", path, change, drain=False)
        from backoffice.core import nudges

        assert "routing.vacate" in nudges.take()
        assert order.facility == "A"

        shop.work("routing.sweep")

        assert order.facility == "B"

    def test_collected_orders_do_not_go_elsewhere(self, shop: Shop) -> None:
        shop.stock("A", "SKU", 1)
        shop.stock("B", "SKU", 1)
        order = shop.order({"SKU": 1}, collect="A")

        shop.set_status("A", "OFFLINE")

        assert order.status == "NOT_ROUTABLE"

    def test_many_take_as_many_statements_as_few(self, shop: Shop) -> None:
        def statements(orders: int) -> int:
            shop.set_status("A", "ONLINE")
            shop.stock("A", "SKU", orders)
            placed = [shop.order({"SKU": 1}) for _ in range(orders)]
            assert {order.facility for order in placed} == {"A"}
            RoutingPlan.objects.exclude(order_id__in=[order.id for order in placed]).delete()
            path = f"facilities/{shop.id_of('A')}"
            change = {"type": "MANAGED_FACILITY", "version": shop.get(path)["version"], "status": "OFFLINE"}
            shop.call("patch", path, change, drain=False)
            from routing.services.vacating import vacate_offline_facilities

            with CaptureQueriesContext(connection) as queries:
                assert vacate_offline_facilities() == orders
            for order in placed:
                order.cancel()
            return len(queries)

        shop.listing("A", "SKU")
        assert statements(2) == statements(7)


class TestBlacklists:
    """R9."""

    @pytest.fixture
    def order(self, shop: Shop) -> Order:
        """Routed to A, which stands first; B has stock as well."""
        configure(shop, blacklistAssignedFacilities=True)
        shop.stock("A", "SKU", 1)
        order = shop.order({"SKU": 1})
        assert order.facility == "A"
        shop.stock("B", "SKU", 1)
        return order

    def test_a_rerouted_plan_does_not_go_back(self, shop: Shop, order: Order) -> None:
        order.reroute()

        assert (order.status, order.facility) == ("ROUTED", "B")
        assert order.plan["facilityBlackList"] == [shop.id_of("A")]
        assert "facilityBlackList" not in order.plans[0]

        order.reroute()

        assert order.status == "NOT_ROUTABLE"
        assert order.plan["facilityBlackList"] == [shop.id_of("A"), shop.id_of("B")]
        assert (shop.available("A", "SKU"), shop.available("B", "SKU")) == (1, 1)

    def test_the_reroute_command_keeps_to_it(self, shop: Shop, order: Order) -> None:
        shop.call("post", "routing/commands/reroute", {"orderRefs": [order.id]})

        assert (order.facility, order.plan["facilityBlackList"]) == ("B", [shop.id_of("A")])

    def test_without_the_setting_a_plan_may_go_back(self, shop: Shop, order: Order) -> None:
        configure(shop, blacklistAssignedFacilities=False)

        order.reroute()

        assert order.facility == "A"
        assert "facilityBlackList" not in order.plan

    def test_whoever_assigns_by_hand_is_not_bound(self, shop: Shop, order: Order) -> None:
        """M1: neither does an assignment add to the list, nor does the list bind it."""
        order.reroute()
        order.assign("A")
        assert order.facility == "A"
        assert order.plan["facilityBlackList"] == [shop.id_of("A")]

        order.assign("B")
        assert order.facility == "B"
        assert order.plan["facilityBlackList"] == [shop.id_of("A")]

    def test_the_fallback_keeps_to_it(self, shop: Shop, order: Order) -> None:
        """R6, R9: the fallback facility had it already."""
        falls_back_to(shop, "A")
        shop.set_status("B", "SUSPENDED")
        order.reroute()
        assert order.status == "NOT_ROUTABLE"

        shop.work("routing.sweep")

        assert order.status == "NOT_ROUTABLE"

    def test_going_offline_counts_as_a_reroute(self, shop: Shop, order: Order) -> None:
        """O3, R9: once it is back, the facility is not asked again for a plan that it gave up."""
        shop.set_status("A", "OFFLINE")
        assert order.facility == "B"
        assert order.plan["facilityBlackList"] == [shop.id_of("A")]


def refused(shop: Shop, path: str) -> dict[str, Any]:
    (problem,) = shop.call("delete", path, expect=409)
    problem_: dict[str, Any] = problem
    return problem_


class TestDeleting:
    """O3: what live records refer to stays, and the refusal says which they are."""

    def test_a_facility_that_a_plan_is_routed_to(self, shop: Shop) -> None:
        shop.stock("A", "SKU", 1)
        order = shop.order({"SKU": 1}, status="LOCKED")
        path = f"facilities/{shop.id_of('A')}"

        problem = refused(shop, f"{path}?forceDeletion=true")

        assert problem["code"] == "STILL_REFERRED_TO"
        assert order.plan["id"] in problem["description"]
        assert shop.get(path)["name"] == "A"

    def test_a_facility_that_picks(self, shop: Shop) -> None:
        shop.stock("A", "SKU", 1)
        order = shop.order({"SKU": 1})

        problem = refused(shop, f"facilities/{shop.id_of('A')}?forceDeletion=true")

        assert order.pick_job["id"] in problem["description"]

    def test_a_facility_where_an_order_is_collected(self, shop: Shop) -> None:
        shop.listing("A", "SKU", behaviour="BACKORDER")
        order = shop.order({"SKU": 1}, collect="A")

        problem = refused(shop, f"facilities/{shop.id_of('A')}?forceDeletion=true")

        assert order.id in problem["description"]

    def test_a_facility_that_a_strategy_falls_back_to(self, shop: Shop) -> None:
        shop.facility("F")
        falls_back_to(shop, "F", active=False)

        problem = refused(shop, f"facilities/{shop.id_of('F')}?forceDeletion=true")

        assert problem["code"] == "STILL_REFERRED_TO"
        assert "fallback" in problem["description"]
        configure(shop, fallback={"active": False, "facilityRefs": [shop.id_of("A")]})
        shop.call("delete", f"facilities/{shop.id_of('F')}", expect=200)

    def test_a_listing_from_which_a_plan_is_fulfilled(self, shop: Shop) -> None:
        shop.stock("A", "SKU", 1)
        order = shop.order({"SKU": 1})
        path = f"facilities/{shop.id_of('A')}/listings/SKU"

        problem = refused(shop, path)

        assert problem["code"] == "STILL_REFERRED_TO"
        assert order.plan["id"] in problem["description"]
        order.cancel()
        shop.call("delete", path, expect=200)

    def test_the_strategy_in_use(self, shop: Shop) -> None:
        used = next(one for one in shop.get("routing/strategies")["routingStrategies"] if one["inUse"])

        problem = refused(shop, f"routing/strategies/{used['id']}")

        assert problem["code"] == "STILL_REFERRED_TO"
        assert "in use" in problem["description"]

    def test_a_strategy_that_decided_about_live_plans(self, shop: Shop) -> None:
        shop.stock("A", "SKU", 1)
        order = shop.order({"SKU": 1})
        used = next(one for one in shop.get("routing/strategies")["routingStrategies"] if one["inUse"])
        other = shop.call("post", "routing/strategies", {"nameLocalized": {"en_US": "Other"}}, expect=201)
        activate = {"name": "ACTIVATE", "version": other["version"]}
        shop.call("post", f"routing/strategies/{other['id']}/actions", activate)

        problem = refused(shop, f"routing/strategies/{used['id']}")

        assert order.plan["id"] in problem["description"]
        assert shop.get(f"routing/strategies/{used['id']}")["inUse"] is False

    def test_a_strategy_that_nobody_needs_goes(self, shop: Shop) -> None:
        other = shop.call("post", "routing/strategies", {"nameLocalized": {"en_US": "Other"}}, expect=201)

        shop.call("delete", f"routing/strategies/{other['id']}", expect=204)

        shop.call("delete", f"routing/strategies/{other['id']}", expect=404)
        assert other["id"] not in {one["id"] for one in shop.get("routing/strategies")["routingStrategies"]}
