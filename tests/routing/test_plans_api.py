"""Routing plans over HTTP: reading them, and assigning, rerouting and cancelling whole ones (spec 5, M1-M3)."""

from __future__ import annotations

from typing import Any

import pytest

from backoffice.core.models import DomainEvent
from orders.models import PickJob, PickJobStatus
from routing.models import RoutingPlan
from tests.routing.api_calls import NOT_IDS, queries_of, refused, stored
from tests.scenarios.fixtures import books_agree
from tests.scenarios.shop import Order, Shop

__all__ = ["books_agree"]

pytestmark = pytest.mark.django_db


EXPECTED = {"expectedDate": "2026-05-15", "expectedDateSource": "DEFAULT"}


@pytest.fixture
def waiting(shop: Shop) -> Order:
    """An order of 2 SKU and 1 X that waits for SKU at A."""
    shop.listing("A", "SKU", behaviour="BACKORDER")
    shop.stock("A", "X", 1)
    return shop.order({"SKU": 2, "X": 1}, tenant_order_id="R-1")


@pytest.fixture
def routed(shop: Shop) -> Order:
    shop.stock("A", "SKU", 2)
    return shop.order({"SKU": 2})


def act(client: Any, order: Order, name: str, **body: Any) -> Any:
    """Does it to the order's plan, as it is now."""
    plan = order.plan
    body = {"name": name, "version": plan["version"], **body}
    return client.post(f"/api/routingplans/{plan['id']}/actions", body, format="json")


# Reading


def test_a_waiting_plan_has_every_required_field_with_an_honest_value(shop: Shop, waiting: Order) -> None:
    """Spec 5 "Required fields that need an honest value"."""
    plan = waiting.plan

    assert {key: plan[key] for key in plan if key not in ("created", "lastModified", "targetAddress")} == {
        "id": plan["id"],
        "version": 2,
        "orderRef": waiting.id,
        "processId": waiting.id,
        "tenantOrderId": "R-1",
        "orderDate": "2026-05-01T00:00:00.000Z",
        "priority": 0,
        "status": "WAITING",
        "consolidatedStatus": "WAITING",
        "shipmentStatus": "BACKORDER",
        "runType": "DEFAULT",
        "routingRun": 1,
        "finalizeRun": 0,
        "firstRoutingAttempt": plan["firstRoutingAttempt"],
        "decisionLogs": [
            {"routingRun": 1, "finalizeRun": 0, "url": f"/api/routingplans/{plan['id']}/decisionlogs/1"}
        ],
        "splitCount": 0,
        "orderLineItems": [
            {**line, "article": line["article"], "quantity": quantity, **date}
            for line, quantity, date in zip(
                waiting.document["orderLineItems"], (2, 1), (EXPECTED, {}), strict=True
            )
        ],
        **EXPECTED,
        "deliveryPreferences": {"shipping": {"serviceLevel": "DELIVERY"}},
        "predecessorRerouteRoutingPlanRefs": [],
        "successorRerouteRoutingPlanRefs": [],
        "waitingSince": plan["waitingSince"],
        "reason": {
            "code": "LACKS_STOCK",
            "facilityRef": shop.id_of("A"),
            "missing": [{"tenantArticleId": "SKU", "title": "SKU", "quantity": 2}],
        },
        "sentence": "A lacks 2 of SKU.",
        "anonymized": False,
        "workflowInformation": {"isAvailable": False},
    }
    assert plan["targetAddress"]["city"] == "Berlin"
    alone = shop.get(f"routingplans/{plan['id']}")
    assert alone.pop("activeConfig").keys() == {"fences", "ratings", "orderSplit"}
    assert alone == plan


def test_a_routed_plan_names_its_facility_and_pick_job(shop: Shop, routed: Order) -> None:
    plan = routed.plan

    assert plan["facilityRef"] == shop.id_of("A")
    assert plan["pickJobRef"] == routed.pick_job["id"]
    assert plan["shipmentStatus"] == "READY"
    assert plan["sentence"] == "Routed to A: everything is in stock."
    assert "waitingSince" not in plan


def test_a_plan_is_fulfilled_once_its_pick_job_is_closed(shop: Shop, routed: Order) -> None:
    """Spec 2 "Plan status"."""
    job = PickJob.objects.get()
    for status, expected in ((PickJobStatus.IN_PROGRESS, "READY"), (PickJobStatus.PICKED, "FULFILLED")):
        PickJob.objects.filter(id=job.id).update(status=status)
        assert routed.plan["shipmentStatus"] == expected
    PickJob.objects.filter(id=job.id).update(status=PickJobStatus.OPEN)


def test_a_plan_that_was_never_decided_has_no_shipment_status(shop: Shop) -> None:
    plan = shop.order({"SKU": 1}, drain=False).plan

    assert (plan["status"], plan["routingRun"], plan["decisionLogs"]) == ("INITIAL", 0, [])
    assert not {"shipmentStatus", "runType", "firstRoutingAttempt", "reason"} & set(plan)
    assert plan["sentence"] == "It awaits its first routing decision."


def test_a_plan_refers_to_its_first_decision_and_the_last_twenty(waiting: Order) -> None:
    RoutingPlan.objects.update(routing_run=30)
    assert [log["routingRun"] for log in waiting.plan["decisionLogs"]] == [1, *range(11, 31)]
    RoutingPlan.objects.update(routing_run=20)
    assert [log["routingRun"] for log in waiting.plan["decisionLogs"]] == list(range(1, 21))


def test_picking_of_a_restocked_plan_begins_when_it_is_there(shop: Shop) -> None:
    """B3: the plan and its pick job tell the same earliest moment."""
    shop.listing("A", "SKU", behaviour="RESTOCK", config={"restock": {"restockableInDays": 5}})
    order = shop.order({"SKU": 500})

    assert order.plan["notBefore"] == order.pick_job["notBefore"]
    assert order.plan["sentence"] == "Routed to A, where 500 of SKU are to be restocked."


def test_all_plans_of_an_order_are_listed_in_the_order_of_their_making(shop: Shop, routed: Order) -> None:
    shop.order({"SKU": 1})
    first = routed.plan
    routed.reroute()
    before, after = routed.plans

    assert shop.get("routingplans", orderRef=routed.id)["total"] == 2
    assert before["id"] == first["id"]
    assert before["successorRerouteRoutingPlanRefs"] == [after["id"]]
    assert before["consolidatedStatus"] == "OBSOLETE_WAS_MANUALLY_REROUTED"
    assert before["shipmentStatus"] == "REASSIGNED"
    assert before["sentence"] == "Another plan has taken its place."
    assert after["predecessorRerouteRoutingPlanRefs"] == [before["id"]]
    assert after["reRoutedRoutingPlanRef"] == before["id"]
    assert after["reRoutedFacilityRef"] == shop.id_of("A")
    assert after["reRoutedPickJobRef"] == before["pickJobRef"]


def test_plans_are_listed_by_pages(shop: Shop) -> None:
    for _ in range(3):
        shop.order({"SKU": 1}, drain=False)
    ids = [plan["id"] for plan in shop.get("routingplans")["routingPlans"]]

    assert ids == sorted(ids)
    page = shop.get("routingplans", size=1, startAfterId=ids[0])
    assert ([plan["id"] for plan in page["routingPlans"]], page["total"]) == (ids[1:2], 3)


@pytest.mark.parametrize("ref", ["nonsense", "01a1fb8a-0000-7000-8000-000000000000"])
def test_plans_of_an_order_that_there_is_not_are_none(shop: Shop, waiting: Order, ref: str) -> None:
    assert shop.get("routingplans", orderRef=ref) == {"routingPlans": [], "total": 0}


@pytest.mark.parametrize("id", NOT_IDS)
def test_what_is_not_a_plan_is_not_found(api: Any, id: str) -> None:
    status = 400 if id == "%00" else 404
    assert api.get(f"/api/routingplans/{id}").status_code == status
    body = {"name": "REROUTE", "version": 1}
    assert api.post(f"/api/routingplans/{id}/actions", body, format="json").status_code == status


def test_a_page_of_twenty_plans_costs_no_more_queries_than_one_of_two(shop: Shop) -> None:
    shop.listing("A", "SKU", behaviour="BACKORDER")
    for number in range(20):
        shop.order({"SKU": 1, f"SKU-{number}": 1, "X": 2}, drain=False)
    shop.work()

    def read(size: int) -> int:
        return queries_of(lambda: shop.client.get("/api/routingplans", {"size": size}))

    read(2)
    assert read(2) == read(20) <= 11


# Assigning


def test_a_waiting_plan_is_assigned_whatever_the_fences_say(shop: Shop, waiting: Order) -> None:
    """M1: what is there is reserved, the rest is unbacked; the timeline keeps actor and reason."""
    shop.stock("B", "X", 1)
    before = waiting.plan

    answer = act(shop.client, waiting, "ASSIGN", facilityRef=shop.id_of("B"), reason="the customer is angry")

    assert answer.status_code == 200
    assert answer.json() == waiting.plan
    plan = waiting.plan
    assert (plan["id"], plan["status"], waiting.facility) == (before["id"], "ROUTED", "B")
    assert plan["consolidatedStatus"] == "FACILITY_MANUALLY_ASSIGNED_TO_PICKJOB_THEN_ROUTED"
    assert plan["runType"] == "MANUAL_ASSIGNMENT"
    assert plan["sentence"] == "Routed to B by hand; 2 of SKU are not covered by stock."
    assert [line["unbacked"] for line in waiting.pick_job["pickLineItems"]] == [2, 0]
    event = DomainEvent.objects.get(name="ROUTING_PLAN_ROUTED")
    assert (event.actor, event.reason) == (shop.client.user.email, "the customer is angry")


def test_an_assignment_may_change_the_delivery_service(shop: Shop) -> None:
    """M1, I4: a same-day order is assigned as standard delivery."""
    shop.listing("A", "SKU", behaviour="BACKORDER")
    delivery = {"shipping": {"serviceLevel": "SAMEDAY", "preferredCarriers": ["DHL"]}}
    order = shop.order({"SKU": 1}, deliveryPreferences=delivery)
    assert order.plan["deliveryPreferences"]["shipping"]["serviceLevel"] == "SAMEDAY"

    urn = "urn:fft:facility:tenantFacilityId:A"
    answer = act(shop.client, order, "ASSIGN", facilityRef=urn, serviceLevel="DELIVERY")

    assert answer.status_code == 200
    shipping = order.plan["deliveryPreferences"]["shipping"]
    assert (order.status, shipping["serviceLevel"]) == ("ROUTED", "DELIVERY")
    assert order.document["deliveryPreferences"]["shipping"]["serviceLevel"] == "SAMEDAY"


def test_assigning_a_routed_plan_answers_with_its_successor(shop: Shop, routed: Order) -> None:
    """M1: the plan that held stock is OBSOLETE, and its units are free again."""
    before = routed.plan
    shop.stock("B", "SKU", 2)

    answer = act(shop.client, routed, "ASSIGN", facilityRef=shop.id_of("B"))

    old, new = routed.plans
    assert answer.json() == new
    assert (old["id"], old["consolidatedStatus"]) == (before["id"], "OBSOLETE_WAS_MANUALLY_ASSIGNED")
    assert (new["status"], routed.facility) == ("ROUTED", "B")
    assert (shop.available("A", "SKU"), shop.available("B", "SKU")) == (2, 0)


def test_a_facility_that_takes_no_orders_is_refused(shop: Shop, waiting: Order) -> None:
    shop.set_status("B", "OFFLINE")
    before = stored()
    refused(act(shop.client, waiting, "ASSIGN", facilityRef=shop.id_of("B")), 409, "STATE_CONFLICT")
    assert stored() == before


@pytest.mark.parametrize("ref", ["nonsense", "urn:fft:facility:tenantFacilityId:Z"])
def test_a_facility_that_there_is_not_is_refused(shop: Shop, waiting: Order, ref: str) -> None:
    before = stored()
    assert ref in refused(act(shop.client, waiting, "ASSIGN", facilityRef=ref), 404)["description"]
    assert stored() == before


# Rerouting


def test_a_waiting_plan_is_decided_again_by_todays_strategy(shop: Shop, waiting: Order) -> None:
    shop.change_listing("A", "SKU", outOfStockBehaviour="NONE")
    before = waiting.plan

    answer = act(shop.client, waiting, "REROUTE", reason="the listing was wrong")
    assert answer.json()["id"] == before["id"]
    shop.work()

    plan = waiting.plan
    assert (plan["status"], plan["consolidatedStatus"]) == ("NOT_ROUTABLE", "WAITING_THEN_NOT_ROUTABLE")
    assert DomainEvent.objects.get(name="ROUTING_PLAN_REROUTE_REQUESTED").reason == "the listing was wrong"


def test_rerouting_a_routed_plan_answers_with_the_successor_that_awaits_its_decision(
    shop: Shop, routed: Order
) -> None:
    answer = act(shop.client, routed, "REROUTE")

    assert answer.json()["status"] == "INITIAL"
    shop.work()
    assert routed.plan["id"] == answer.json()["id"]
    assert routed.plan["consolidatedStatus"] == "MANUALLY_REROUTED"


# Cancelling


def test_a_cancelled_plan_frees_what_it_held_and_takes_its_order_with_it(shop: Shop, routed: Order) -> None:
    answer = act(shop.client, routed, "CANCEL", reason="fraud")

    assert answer.json()["status"] == "CANCELED"
    assert answer.json()["consolidatedStatus"] == "ROUTED_THEN_CANCELED"
    assert answer.json()["sentence"] == "It was cancelled."
    assert routed.document["status"] == "CANCELLED"
    assert routed.pick_job["status"] == "CANCELED"
    assert shop.available("A", "SKU") == 2
    assert DomainEvent.objects.get(name="ROUTING_PLAN_CANCELLED").reason == "fraud"


# Refusals

NAMES = ("ASSIGN", "REROUTE", "CANCEL")


def try_all(shop: Shop, order: Order, status: int, code: str, **body: Any) -> list[Any]:
    """Every action is refused in the same way, and nothing is written; the problems."""
    before = stored()
    problems = []
    for name in NAMES:
        more = {"facilityRef": shop.id_of("B")} if name == "ASSIGN" else {}
        problems.append(refused(act(shop.client, order, name, **more, **body), status, code))
    assert stored() == before
    return problems


def test_a_stale_version_is_refused_with_both_versions(shop: Shop, waiting: Order) -> None:
    for problem in try_all(shop, waiting, 409, "VERSION_CONFLICT", version=1):
        assert (problem["version"], problem["requestVersion"]) == (2, 1)


def test_a_plan_whose_picking_has_started_is_left_alone(shop: Shop, routed: Order) -> None:
    PickJob.objects.update(status=PickJobStatus.IN_PROGRESS)
    try_all(shop, routed, 409, "PICKING_STARTED")
    PickJob.objects.update(status=PickJobStatus.OPEN)


def test_a_plan_that_is_just_being_routed_is_left_alone(shop: Shop) -> None:
    try_all(shop, shop.order({"SKU": 1}, drain=False), 409, "STATE_CONFLICT")


def test_a_cancelled_plan_is_final(shop: Shop, waiting: Order) -> None:
    waiting.cancel()
    try_all(shop, waiting, 409, "STATE_CONFLICT")


def test_a_malformed_action_is_refused_with_every_problem(shop: Shop, waiting: Order) -> None:
    before = stored()
    for body, fields in (
        ({}, {"name"}),
        ({"name": "EXPLODE", "version": 1}, {"name"}),
        ({"name": ["ASSIGN"], "version": 1}, {"name"}),
        ({"name": "REROUTE"}, {"version"}),
        ({"name": "REROUTE", "version": "x", "colour": 1}, {"version", "colour"}),
        ({"name": "REROUTE", "version": 2, "reason": "x" * 1025}, {"reason"}),
        ({"name": "ASSIGN", "version": 2}, {"facilityRef"}),
        ({"name": "ASSIGN", "version": 2, "facilityRef": "A", "serviceLevel": "DRONE"}, {"serviceLevel"}),
    ):
        answer = shop.client.post(f"/api/routingplans/{waiting.plan['id']}/actions", body, format="json")
        assert answer.status_code == 400
        assert {problem["field"] for problem in answer.json()} == fields
    assert stored() == before


def test_a_body_that_is_no_object_is_refused(shop: Shop, waiting: Order) -> None:
    path = f"/api/routingplans/{waiting.plan['id']}/actions"
    for body in ([], "text", None, 5):
        assert shop.client.post(path, body, format="json").status_code == 400


def test_viewers_read_and_do_not_intervene(shop: Shop, waiting: Order, api_as: Any, anonymous: Any) -> None:
    path = f"/api/routingplans/{waiting.plan['id']}"
    viewer = api_as("VIEWER")
    assert viewer.get("/api/routingplans").status_code == viewer.get(path).status_code == 200
    before = stored()
    problem = refused(act(viewer, waiting, "REROUTE"), 403, "PERMISSION_MISSING")
    assert "routing.intervene" in problem["description"]
    for answer in (
        anonymous.get("/api/routingplans"),
        anonymous.get(path),
        anonymous.post(f"{path}/actions"),
    ):
        assert answer.status_code == 401
    assert stored() == before
    assert act(api_as("AGENT"), waiting, "REROUTE").status_code == 200
