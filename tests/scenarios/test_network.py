"""What integrators do to the network, and what becomes of the orders: over HTTP, with the workers (spec 5)."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from inventory.models import Facility
from tests.scenarios.shop import Order, Shop

CARRIERS = "FACILITY-CARRIERAVAILABILITY"


def keep_back(shop: Shop, facility: str, article: str, value: int) -> None:
    one = {"facilityRef": shop.id_of(facility), "tenantArticleId": article, "value": value}
    [result] = shop.call("put", "safetystocks", {"operations": [one]}, expect=207)
    assert result["status"] != "FAILED"


def test_lowering_the_safety_stock_lets_an_order_go(shop: Shop) -> None:
    """W4: units that are kept back no longer are units that came."""
    shop.listing("A", "SKU", behaviour="BACKORDER")
    shop.stock("A", "SKU", 2)
    keep_back(shop, "A", "SKU", 2)
    order = shop.order({"SKU": 2})
    assert order.status == "WAITING"
    keep_back(shop, "A", "SKU", 1)
    assert order.status == "WAITING"
    keep_back(shop, "A", "SKU", 0)
    assert (order.status, order.facility) == ("ROUTED", "A")


def test_an_order_goes_where_its_carrier_calls(shop: Shop) -> None:
    """F4: until it calls somewhere, no facility may have the order."""
    strategies = shop.get("routing/strategies")["routingStrategies"]
    fences = next(one for one in strategies if one["inUse"])["rootNode"]["config"]["fences"]
    shop.configure(fences=[*fences, {"type": "StandardFence", "implementation": CARRIERS, "active": True}])
    dhl = shop.call("post", "carriers", {"key": "DHL", "name": "DHL"}, expect=201)
    for facility in ("A", "B"):
        shop.stock(facility, "SKU", 5)
    wanted = {"shipping": {"serviceLevel": "DELIVERY", "preferredCarriers": ["DHL"]}}
    order = shop.order({"SKU": 1}, deliveryPreferences=wanted)
    assert order.status == "NOT_ROUTABLE"
    shop.call("post", f"facilities/{shop.id_of('B')}/carriers/{dhl['id']}", {"status": "ACTIVE"}, expect=201)
    shop.retry()
    assert (order.status, order.facility) == ("ROUTED", "B")


class TestRemovingReservations:
    """R2: whose reservation is taken away does without, until stock comes for it."""

    @pytest.fixture
    def order(self, shop: Shop) -> Any:
        shop.stock("A", "SKU", 3)
        return shop.order({"SKU": 2})

    def remove(self, shop: Shop, name: str, *, expect: int = 200, **selector: Any) -> Any:
        body = {"name": f"REMOVE_RESERVATIONS_{name}_STOCKS", "reservationSelector": selector}
        return shop.call("post", "reservations/actions", body, expect=expect)

    def test_with_the_units(self, shop: Shop, order: Order) -> None:
        """Somebody took them: of the three one is left, and it goes to the order that was there first."""
        [held] = shop.get("reservations")["reservations"]
        [result] = self.remove(shop, "REDUCE", orderRefs=[order.id])
        assert (result["status"], result["reservation"]) == ("DELETED", {"id": held["id"]})
        [operation] = result["stockOperations"]
        assert (operation["status"], operation["stock"]["version"]) == ("REDUCED", 2)
        assert (shop.on_hand("A", "SKU"), order.status) == (1, "ROUTED")
        assert [one["quantity"] for one in shop.get("reservations")["reservations"]] == [1]

    def test_without_the_units(self, shop: Shop, order: Order) -> None:
        """They are free again, and the order is first in line for them."""
        [result] = self.remove(shop, "KEEP", tenantOrderIds=[order.tenant_order_id])
        assert result["stockOperations"] == []
        assert (shop.on_hand("A", "SKU"), shop.available("A", "SKU")) == (3, 1)
        [held] = shop.get("reservations")["reservations"]
        assert (held["quantity"], held["relatedRefs"]["orderRefs"]) == (2, [order.id])

    def test_not_once_picking_has_begun(self, shop: Shop, order: Order) -> None:
        order.act("START")
        [held] = shop.get("reservations")["reservations"]
        (refusal,) = self.remove(shop, "KEEP", reservationRefs=[held["id"]], expect=409)
        assert refusal["code"] == "PICKING_STARTED"
        assert shop.get("reservations")["reservations"] == [held]

    def test_what_is_named_narrows(self, shop: Shop, order: Order) -> None:
        other = shop.order({"SKU": 1})
        [mine] = [one for one in shop.get("reservations")["reservations"] if one["quantity"] == 2]
        assert self.remove(shop, "KEEP", reservationRefs=[mine["id"]], orderRefs=[other.id]) == []
        assert self.remove(shop, "KEEP", routingPlanRefs=["nothing"]) == []
        for wrong in ({}, {"reservationPredicate": {}}):
            self.remove(shop, "KEEP", expect=400, **wrong)
        assert shop.get("reservations")["total"] == 2


class TestDeletingFacilities:
    def path(self, shop: Shop, name: str = "A") -> str:
        return f"facilities/{shop.id_of(name)}?forceDeletion=true"

    def test_what_was_fulfilled_there_stays(self, shop: Shop) -> None:
        """O3: an order that is collected and done keeps nobody; its plan and its pick job still say where."""
        shop.stock("A", "SKU", 3)
        order = shop.order({"SKU": 2}, collect="A")
        order.pick(SKU=2)
        before = order.plan
        shop.call("delete", self.path(shop))
        assert shop.client.get(f"/api/facilities/{shop.id_of('A')}").status_code == 404
        assert (order.plan, order.facility) == (before, "A")
        [job] = order.pick_jobs
        assert (job["status"], job["facilityRef"]) == ("PICKED", shop.id_of("A"))
        assert shop.decision_log(order.plan)["facilityDecisions"]
        assert Facility.with_retired.get(pk=shop.id_of("A")).name == "A"
        page = shop.get("events", resourceId=shop.id_of("A"))
        assert any(event.get("facts", {}).get("deleted") for event in page["events"])

    def test_a_plan_that_came_there_meanwhile_moves_on(self, shop: Shop) -> None:
        """O3: a pass may assign it to the facility while that is being retired; the next sweep takes it away."""
        shop.stock("A", "SKU", 2)
        order = shop.order({"SKU": 2})
        shop.stock("B", "SKU", 2)
        retired = {"status": "OFFLINE", "retired_at": timezone.now()}
        Facility.objects.filter(pk=shop.id_of("A")).update(**retired)
        shop.work("routing.vacate")
        assert (order.status, order.facility) == ("ROUTED", "B")

    def test_who_waits_to_collect_there_keeps_it(self, shop: Shop) -> None:
        shop.listing("A", "SKU", behaviour="BACKORDER")
        order = shop.order({"SKU": 2}, collect="A")
        (refusal,) = shop.call("delete", self.path(shop), expect=409)
        assert refusal["code"] == "STILL_REFERRED_TO"
        order.cancel()
        shop.call("delete", self.path(shop))
