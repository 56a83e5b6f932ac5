"""``PATCH /api/routingplans/{id}`` and ``GET /api/routingplansgraph``, in the contract's shapes."""

from __future__ import annotations

from typing import Any

import pytest

from routing.models import RoutingPlan
from tests.routing.api_calls import NOT_IDS, queries_of, refused, stored
from tests.scenarios.shop import JSON, Order, Shop

pytestmark = pytest.mark.django_db


def patch(shop: Shop, plan: JSON, *, version: int | None = None, client: Any = None, **action: Any) -> Any:
    body = {
        "version": plan["version"] if version is None else version,
        "actions": [{"action": "ModifyRoutingPlan", **action}],
    }
    answer = (client or shop.client).patch(f"/api/routingplans/{plan['id']}", body, format="json")
    shop.work()
    return answer


@pytest.fixture
def waiting(shop: Shop) -> Order:
    shop.listing("A", "SKU", behaviour="BACKORDER")
    return shop.order({"SKU": 1})


def test_a_facility_ref_assigns(shop: Shop, waiting: Order) -> None:
    """M1."""
    answer = patch(shop, waiting.plan, facilityRef=shop.id_of("B"), status="ROUTED")
    assert answer.status_code == 200
    assert (answer.json()["status"], answer.json()["facilityRef"]) == ("ROUTED", shop.id_of("B"))
    urn = "urn:fft:facility:tenantFacilityId:A"
    assert patch(shop, waiting.plan, facilityRef=urn).json()["facilityRef"] == shop.id_of("A")
    assert [plan["status"] for plan in waiting.plans] == ["OBSOLETE", "ROUTED"]


def test_initial_reroutes_and_canceled_cancels(shop: Shop, waiting: Order) -> None:
    """M2, M3."""
    shop.change_listing("A", "SKU", outOfStockBehaviour="NONE")
    assert patch(shop, waiting.plan, status="INITIAL").status_code == 200
    assert waiting.plan["consolidatedStatus"] == "WAITING_THEN_NOT_ROUTABLE"
    assert patch(shop, waiting.plan, status="CANCELED").json()["status"] == "CANCELED"
    assert waiting.document["status"] == "CANCELLED"
    refused(patch(shop, waiting.plan, status="INITIAL"), 409, "STATE_CONFLICT")


def test_a_stale_version_is_a_conflict(shop: Shop, waiting: Order) -> None:
    before = stored()
    problem = refused(patch(shop, waiting.plan, version=99, status="INITIAL"), 409, "VERSION_CONFLICT")
    assert problem["requestVersion"] == 99
    assert stored() == before


@pytest.mark.parametrize(
    ("action", "field"),
    [
        ({}, "actions[0].facilityRef"),
        ({"status": "ROUTED"}, "actions[0].status"),
        ({"status": "WAITING"}, "actions[0].status"),
        ({"facilityRef": "x", "status": "INITIAL"}, "actions[0].status"),
        ({"action": "ModifyFence", "status": "INITIAL"}, "actions[0].action"),
        ({"status": "INITIAL", "reason": "x"}, "actions[0].reason"),
    ],
)
def test_what_makes_no_sense_is_refused(shop: Shop, waiting: Order, action: JSON, field: str) -> None:
    before = stored()
    assert refused(patch(shop, waiting.plan, **action), 400)["field"] == field
    assert stored() == before


def test_there_is_one_action_at_a_time(shop: Shop, waiting: Order) -> None:
    one = {"action": "ModifyRoutingPlan", "status": "INITIAL"}
    for actions in ([], [one, one]):
        body = {"version": waiting.plan["version"], "actions": actions}
        shop.call("patch", f"routingplans/{waiting.plan['id']}", body, expect=400)


def test_who_may_not_intervene_patches_nothing(shop: Shop, waiting: Order, api_as: Any) -> None:
    before = stored()
    assert patch(shop, waiting.plan, client=api_as("VIEWER"), status="INITIAL").status_code == 403
    assert stored() == before


def test_a_graph_leads_from_split_to_part_and_from_plan_to_successor(shop: Shop, waiting: Order) -> None:
    patch(shop, waiting.plan, facilityRef=shop.id_of("B"))
    first = waiting.plan["id"]
    patch(shop, waiting.plan, facilityRef=shop.id_of("A"))
    second = waiting.plan["id"]
    part = RoutingPlan.objects.create(
        order_id=waiting.id,
        parent_id=second,
        queued_run="INTAKE",
        queued_at=RoutingPlan.objects.last().created,
    )

    graph = shop.get("routingplansgraph", processRef=waiting.id)

    assert graph == {
        "nodes": [{"routingPlanRef": id} for id in (first, second, str(part.id))],
        "edges": [
            {"from": first, "to": second, "reason": "REROUTE"},
            {"from": second, "to": str(part.id), "reason": "SPLIT"},
        ],
    }
    path = f"/api/routingplansgraph?processRef={waiting.id}"
    assert queries_of(lambda: shop.client.get(path)) <= 4


@pytest.mark.parametrize("ref", NOT_IDS)
def test_there_is_no_graph_of_what_is_no_process(shop: Shop, ref: str) -> None:
    assert shop.client.get(f"/api/routingplansgraph?processRef={ref}").status_code in (400, 404)


def test_a_graph_needs_its_process_and_a_permission(shop: Shop, anonymous: Any) -> None:
    assert refused(shop.client.get("/api/routingplansgraph"), 400, "REQUIRED")["field"] == "processRef"
    assert anonymous.get("/api/routingplansgraph").status_code == 401
