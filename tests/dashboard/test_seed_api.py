"""What the demo's data look like through the API: every list and record of it can be read by who only looks."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import TestCase
from rest_framework.test import APIClient

from backoffice.core.access import Role
from backoffice.dashboard.demo.seed import seed
from backoffice.dashboard.demo.users import user_of


@pytest.mark.xdist_group("demo-pages")
class TestReading(TestCase):
    @classmethod
    def setUpTestData(cls) -> None:
        seed()

    def read(self, path: str, **query: Any) -> Any:
        client = APIClient()
        client.force_authenticate(user_of(Role.VIEWER))
        response = client.get(f"/api/{path}", query)
        assert response.status_code == 200, response.content
        return response.json()

    def test_network_is_read(self) -> None:
        facilities = self.read("facilities", size=100)["facilities"]
        assert len(facilities) == 8
        for facility in facilities:
            detail = self.read(f"facilities/{facility['id']}")
            assert detail["address"]["country"] in ("DE", "AT", "NL")
            assert self.read(f"facilities/{facility['id']}/listings", size=500)["total"] > 40
        assert self.read("facilitygroups")["total"] == 4
        assert self.read("articles", size=100)["total"] == 60
        assert self.read("stocks", size=100)["total"] > 100

    def test_orders_and_their_plans_are_read(self) -> None:
        orders = self.read("orders", size=500)["orders"]
        for order in orders[::20]:
            document = self.read(f"orders/{order['id']}")
            assert document["orderLineItems"]
            plans = self.read("routingplans", orderRef=order["id"])["routingPlans"]
            assert plans
            for plan in plans:
                assert self.read(f"routingplans/{plan['id']}/decisionlogs/{plan['routingRun']}")
            assert self.read(f"processes/{order['id']}")
        jobs = self.read("pickjobs", size=500)["pickjobs"]
        assert self.read(f"pickjobs/{jobs[0]['id']}")["pickLineItems"]

    def test_waiting_room_is_read_in_release_order(self) -> None:
        answer = self.read("waitingroom", size=500)
        assert answer["total"] >= 50
        pinned = [plan.get("pinned", False) for plan in answer["waitingPlans"]]
        assert pinned == sorted(pinned, reverse=True)
        since = [plan["waitingSince"] for plan in answer["waitingPlans"] if not plan.get("pinned")]
        assert since == sorted(since)

    def test_timeline_and_strategies_are_read(self) -> None:
        assert self.read("events", size=5)["events"]
        assert sum(s["inUse"] for s in self.read("routing/strategies")["routingStrategies"]) == 1
