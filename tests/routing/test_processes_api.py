"""Processes over HTTP: an order with all that became of it, and what is done to all its plans (spec 5, M1, M2)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext

from backoffice.core.models import DomainEvent
from orders.models import Order as OrderRow
from orders.models import PickJob, PickJobStatus
from routing.models import RoutingPlan
from routing.processes import DomainStatus, ProcessStatus, operative_status, process_status
from routing.services import rerouting
from tests.routing.api_calls import NOT_IDS, queries_of, refused, stored
from tests.scenarios.fixtures import books_agree
from tests.scenarios.shop import JSON, Order, Shop

__all__ = ["books_agree"]

pytestmark = pytest.mark.django_db


@pytest.fixture
def waiting(shop: Shop) -> Order:
    shop.listing("A", "SKU", behaviour="BACKORDER")
    return shop.order({"SKU": 2}, tenant_order_id="R-1")


@pytest.fixture
def routed(shop: Shop) -> Order:
    shop.stock("B", "X", 2)
    return shop.order({"X": 2}, tenant_order_id="R-2")


def process(order: Order) -> JSON:
    found: JSON = order.shop.get(f"processes/{order.id}")
    return found


def statuses(order: Order) -> tuple[str, ...]:
    """Process, order, routing, picking."""
    found = process(order)
    domains = found["domainStatuses"]
    return found["status"], domains["ORDER"], domains["ROUTING_PLAN"], domains["PICKJOB"]


def ids(shop: Shop, **query: Any) -> list[str]:
    answer = shop.get("processes", **query)
    assert answer["total"] == len(answer["processes"])
    return [one["id"] for one in answer["processes"]]


def post(client: Any, path: str, body: Any = None) -> Any:
    return client.post(f"/api/{path}", body, format="json")


# Reading


def test_a_process_refers_to_all_that_became_of_its_order(shop: Shop, routed: Order) -> None:
    """Spec 2 "Order", spec 5: its id and version are the order's."""
    routed.assign("A")

    found = process(routed)

    document = routed.document
    created = datetime.fromisoformat(document["created"])
    cleanup = datetime.fromisoformat(found.pop("gdprCleanupDate"))
    assert cleanup - created == timedelta(days=settings.ANTEROOM_RETENTION_DAYS)
    plans = [plan["id"] for plan in routed.plans]
    jobs = sorted(job["id"] for job in routed.pick_jobs)
    assert found == {
        "id": routed.id,
        "version": document["version"],
        "created": document["created"],
        "lastModified": document["lastModified"],
        "orderRef": routed.id,
        "tenantOrderId": "R-2",
        "facilityRefs": [shop.id_of("B"), shop.id_of("A")],
        "routingPlanRefs": plans,
        "pickJobRefs": jobs,
        "flatRefs": [routed.id, *plans, *jobs],
        "domainStatuses": {"ORDER": "CREATED", "ROUTING_PLAN": "FINISHED", "PICKJOB": "CREATED"},
        "status": "IN_PROGRESS",
        "domsStatus": "FINISHED",
        "operativeStatus": "CREATED",
        "statuses": {"status": "IN_PROGRESS"},
        "domsStatuses": {"status": "FINISHED"},
        "operativeStatuses": {"status": "CREATED"},
        "isAnonymized": False,
    }


def test_a_process_stands_where_its_order_plans_and_pick_jobs_stand(
    shop: Shop, waiting: Order, routed: Order
) -> None:
    new = shop.order({"SKU": 1}, drain=False)
    assert statuses(new) == ("CREATED", "CREATED", "CREATED", "PENDING")
    shop.work()
    stuck = shop.order({"UNLISTED": 1}, status="LOCKED")
    assert statuses(stuck) == ("ERROR", "PENDING", "STUCK", "PENDING")
    assert statuses(waiting) == ("IN_PROGRESS", "CREATED", "IN_PROGRESS", "PENDING")
    assert statuses(routed) == ("IN_PROGRESS", "CREATED", "FINISHED", "CREATED")
    for job_status, expected in (
        (PickJobStatus.IN_PROGRESS, ("IN_PROGRESS", "CREATED", "FINISHED", "IN_PROGRESS")),
        (PickJobStatus.CLOSED, ("FINISHED", "CREATED", "FINISHED", "FINISHED")),
        (PickJobStatus.OPEN, ("IN_PROGRESS", "CREATED", "FINISHED", "CREATED")),
    ):
        PickJob.objects.update(status=job_status)
        assert statuses(routed) == expected
    routed.cancel()
    assert statuses(routed) == ("CANCELED", "CANCELED", "CANCELED", "CANCELED")


def test_a_process_is_found_by_order_number_or_pick_job(shop: Shop, waiting: Order, routed: Order) -> None:
    job = routed.pick_job["id"]
    assert shop.get("process", orderRef=waiting.id) == process(waiting)
    assert shop.get("process", pickJobRef=job) == process(routed)
    assert shop.get("process", tenantOrderId="R-2", pickJobRef=job)["id"] == routed.id
    refused(shop.client.get("/api/process", {"tenantOrderId": "R-1", "pickJobRef": job}), 404)


def test_of_several_orders_with_one_number_the_live_one_is_meant_else_the_newest(shop: Shop) -> None:
    """Spec 5 "Lists"."""
    orders = []
    for _ in range(3):
        orders.append(shop.order({"SKU": 1}, tenant_order_id="R-9"))
        if len(orders) < 3:
            orders[-1].cancel()
    first, second, third = orders
    OrderRow.objects.filter(id=third.id).update(status="CANCELLED")
    OrderRow.objects.filter(id=first.id).update(status="OPEN")

    assert shop.get("process", tenantOrderId="R-9")["id"] == first.id
    assert ids(shop, tenantOrderId="R-9") == [first.id, third.id, second.id]
    page = shop.get("processes", tenantOrderId="R-9", size=1, startAfterId=first.id)
    assert [one["id"] for one in page["processes"]] == [third.id]

    OrderRow.objects.filter(id=first.id).update(status="CANCELLED")
    assert shop.get("process", tenantOrderId="R-9")["id"] == third.id
    OrderRow.objects.filter(id=third.id).update(status="OPEN")


def test_a_process_that_is_not_named_or_not_there_is_refused(api: Any) -> None:
    assert refused(api.get("/api/process"), 400, "REQUIRED")["field"] == "orderRef"
    for query in ({"orderRef": "x"}, {"tenantOrderId": "x"}, {"pickJobRef": "x"}, {"shipmentRef": "x"}):
        refused(api.get("/api/process", query), 404, "NOT_FOUND")


@pytest.mark.parametrize("id", NOT_IDS)
def test_what_is_not_a_process_is_not_found(api: Any, shop: Shop, id: str) -> None:
    status = 400 if id == "%00" else 404
    assert api.get(f"/api/processes/{id}").status_code == status
    assert post(api, f"processes/{id}/reroute?version=1").status_code == status
    body = {"name": "ASSIGN_FACILITY_TO_PROCESS", "version": 1, "facilityRef": shop.id_of("A")}
    assert post(api, f"processes/{id}/actions", body).status_code == status


def test_processes_are_filtered_by_what_they_stand_at(shop: Shop, waiting: Order, routed: Order) -> None:
    stuck = shop.order({"UNLISTED": 1}, country="FR", status="LOCKED")
    collected = shop.order({"X": 1}, collect="B")
    everything = [waiting.id, routed.id, stuck.id, collected.id]

    for query, expected in (
        ({}, everything),
        ({"status": "ERROR"}, [stuck.id, collected.id]),
        ({"status": ["ERROR", "FINISHED"]}, [stuck.id, collected.id]),
        ({"routingDomainStatus": "IN_PROGRESS,FINISHED"}, [waiting.id, routed.id]),
        ({"routingDomainStatus": "DANCING"}, []),
        ({"pickingDomainStatus": "CREATED"}, [routed.id]),
        ({"operativeStatus": "NOT_AVAILABLE"}, [waiting.id, stuck.id, collected.id]),
        ({"orderDomainStatus": "PENDING"}, [stuck.id]),
        ({"orderStatus": "LOCKED"}, [stuck.id]),
        ({"locked": "true"}, [stuck.id]),
        ({"locked": "false"}, [waiting.id, routed.id, collected.id]),
        ({"countries": "FR"}, [stuck.id]),
        ({"serviceTypes": "COLLECT"}, [collected.id]),
        ({"serviceLevels": "DELIVERY"}, [waiting.id, routed.id, stuck.id]),
        ({"facilityRefs": shop.id_of("B")}, [routed.id]),
        ({"facilityRefs": "nonsense"}, []),
        ({"startDate": "2026-01-01T00:00:00Z", "endDate": "2126-01-01T00:00:00Z"}, everything),
        ({"endDate": "2020-01-01T00:00:00Z"}, []),
        ({"packingDomainStatus": "CREATED"}, []),
        ({"tenantOrderId": "R-1"}, [waiting.id]),
    ):
        assert ids(shop, **query) == expected, query


def test_processes_are_found_by_whatever_they_show(shop: Shop, waiting: Order, routed: Order) -> None:
    """Filters and answers follow the same tables, whatever order, plans and pick jobs stand at together."""
    orders = [waiting, routed, shop.order({"SKU": 1}, status="LOCKED"), shop.order({"UNLISTED": 1})]
    orders += [shop.order({"X": 1}, drain=False), shop.order({"SKU": 1})]
    orders[-1].cancel()
    job_statuses = (PickJobStatus.PAUSED, PickJobStatus.PICKED, PickJobStatus.ABORTED)
    for job_status in job_statuses:
        PickJob.objects.update(status=job_status)
        rendered = {order.id: process(order) for order in orders}
        for field, statuses in (("status", ProcessStatus), ("operativeStatus", ProcessStatus)):
            for status in statuses:
                expected = [id for id, one in rendered.items() if one[field] == status]
                assert ids(shop, **{field: status}) == expected, (job_status, field, status)
        for domain, field in (
            ("ORDER", "orderDomainStatus"),
            ("ROUTING_PLAN", "routingDomainStatus"),
            ("PICKJOB", "pickingDomainStatus"),
        ):
            for status in DomainStatus:
                expected = [id for id, one in rendered.items() if one["domainStatuses"][domain] == status]
                assert ids(shop, **{field: status}) == expected, (job_status, field, status)
    PickJob.objects.update(status=PickJobStatus.OPEN)


def test_every_combination_of_domains_has_a_status() -> None:
    for ordered in DomainStatus:
        for routing in DomainStatus:
            for picking in (one for one in DomainStatus if one not in ("STUCK", "OBSOLETE")):
                assert process_status(ordered, routing, picking) in ProcessStatus
                assert operative_status(picking) in ProcessStatus


def test_parameters_that_would_change_the_answer_are_not_passed_over(api: Any) -> None:
    answer = api.get("/api/processes", {"searchTerm": "x", "sortBy": "NAME"})
    assert answer.status_code == 400
    assert {problem["field"] for problem in answer.json()} == {"searchTerm", "sortBy"}
    answer = api.get("/api/processes", {"startDate": "yesterday", "size": 0})
    assert answer.status_code == 400


def test_a_page_of_twenty_processes_costs_no_more_queries_than_one_of_two(shop: Shop) -> None:
    shop.stock("A", "SKU", 50)
    for _ in range(20):
        shop.order({"SKU": 1}, drain=False)
    shop.work()

    def read(size: int) -> int:
        return queries_of(lambda: shop.client.get("/api/processes", {"size": size}))

    read(2)
    assert read(2) == read(20) <= 7


# Assigning, rerouting, retrying


def test_all_plans_of_a_process_are_assigned(shop: Shop, waiting: Order) -> None:
    body = {
        "name": "ASSIGN_FACILITY_TO_PROCESS",
        "version": process(waiting)["version"],
        "facilityRef": "urn:fft:facility:tenantFacilityId:B",
        "rerouteDescriptionId": "whatever",
        "reason": "B is nearer",
    }
    answer = post(shop.client, f"processes/{waiting.id}/actions", body)

    assert answer.status_code == 200
    assert answer.json() == process(waiting)
    assert (answer.json()["version"], answer.json()["facilityRefs"]) == (1, [shop.id_of("B")])
    assert waiting.plan["consolidatedStatus"] == "FACILITY_MANUALLY_ASSIGNED_TO_PROCESS_THEN_ROUTED"
    assert DomainEvent.objects.get(name="ROUTING_PLAN_ROUTED").reason == "B is nearer"


def test_an_assignment_is_refused_where_it_makes_no_sense(shop: Shop, waiting: Order) -> None:
    shop.set_status("B", "OFFLINE")
    before = stored()
    path = f"processes/{waiting.id}/actions"
    good = {"name": "ASSIGN_FACILITY_TO_PROCESS", "version": 1, "facilityRef": shop.id_of("A")}

    problem = refused(post(shop.client, path, {**good, "version": 7}), 409, "VERSION_CONFLICT")
    assert (problem["version"], problem["requestVersion"]) == (1, 7)
    refused(post(shop.client, path, {**good, "facilityRef": shop.id_of("B")}), 409, "STATE_CONFLICT")
    refused(post(shop.client, path, {**good, "facilityRef": "nonsense"}), 404, "NOT_FOUND")
    refused(post(shop.client, path, {**good, "name": "ADD_TAGS_TO_PROCESS"}), 400, "ACTION_UNKNOWN")
    refused(post(shop.client, path, {"name": "ASSIGN_FACILITY_TO_PROCESS", "version": 1}), 400, "REQUIRED")
    refused(post(shop.client, path, {}), 400, "REQUIRED")
    assert stored() == before


def test_a_process_is_rerouted_from_the_version_that_was_seen(shop: Shop, routed: Order) -> None:
    answer = post(shop.client, f"processes/{routed.id}/reroute?version=1&reason=closed+early")

    assert answer.status_code == 200
    assert answer.json()["version"] == 1
    assert len(answer.json()["routingPlanRefs"]) == 2
    shop.work()
    assert routed.plan["consolidatedStatus"] == "PROCESS_MANUAL_REROUTED_THEN_ROUTED"
    assert DomainEvent.objects.get(name="ROUTING_PLAN_REROUTEPLAN_CREATED").reason == "closed early"


def test_a_reroute_is_refused_without_its_version(shop: Shop, waiting: Order) -> None:
    before = stored()
    for query, status, code in (
        ("", 400, "REQUIRED"),
        ("?version=", 400, "REQUIRED"),
        ("?version=x", 400, "INVALID"),
        ("?version=-1", 400, "INVALID"),
        ("?version=99999999999999999999", 400, "INVALID"),
        ("?version=9", 409, "VERSION_CONFLICT"),
    ):
        problem = refused(post(shop.client, f"processes/{waiting.id}/reroute{query}"), status, code)
        assert problem["field"] == "version"
    assert stored() == before


def test_a_process_that_has_ended_or_is_being_picked_is_left_alone(
    shop: Shop, waiting: Order, routed: Order
) -> None:
    waiting.cancel()
    PickJob.objects.filter(order=routed.id).update(status=PickJobStatus.IN_PROGRESS)
    before = stored()
    for order in (waiting, routed):
        version = process(order)["version"]
        refused(post(shop.client, f"processes/{order.id}/reroute?version={version}"), 409, "STATE_CONFLICT")
        body = {"name": "ASSIGN_FACILITY_TO_PROCESS", "version": version, "facilityRef": shop.id_of("A")}
        refused(post(shop.client, f"processes/{order.id}/actions", body), 409, "STATE_CONFLICT")
    assert stored() == before
    PickJob.objects.filter(order=routed.id).update(status=PickJobStatus.OPEN)


def test_a_retry_tries_what_could_not_be_routed(shop: Shop) -> None:
    """E3, R5"""
    order = shop.order({"SKU": 1})
    assert order.status == "NOT_ROUTABLE"
    shop.stock("A", "SKU", 1)

    answer = post(shop.client, "processes/retrynotroutable")

    assert (answer.status_code, answer.content) == (204, b"")
    shop.work()
    assert (order.status, order.plan["consolidatedStatus"]) == ("ROUTED", "ROUTED")


# The command


def test_everything_that_could_not_be_routed_is_rerouted_at_once(shop: Shop, waiting: Order) -> None:
    """I2: and nothing that waits or is routed."""
    stuck = [shop.order({"Y": 1}) for _ in range(2)]
    shop.stock("A", "Y", 1)

    answer = post(shop.client, "routing/commands/reroute", {"allReroutable": True, "reason": "fixed"})

    assert (answer.status_code, answer.json()) == (200, {})
    shop.work()
    assert [order.plan["consolidatedStatus"] for order in stuck] == [
        "MANUALLY_REROUTED",
        "NOT_ROUTABLE_WAS_MANUALLY_REROUTED",
    ]
    assert (waiting.status, waiting.plan["routingRun"]) == ("WAITING", 1)
    asked = DomainEvent.objects.filter(name="ROUTING_PLAN_REROUTE_REQUESTED")
    assert set(asked.values_list("actor", "reason")) == {(shop.client.user.email, "fixed")}
    assert asked.count() == 2


def test_a_mass_reroute_takes_the_same_queries_for_many_plans(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    def reroute() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert post(shop.client, "routing/commands/reroute", {"allReroutable": True}).status_code == 200
        return len(queries)

    shop.order({"Y": 1})
    one = reroute()
    shop.work()
    for _ in range(5):
        shop.order({"Y": 1}, drain=False)
    shop.work()
    assert reroute() == one
    assert RoutingPlan.objects.filter(queued_run="PLAN_REROUTE").count() == 6
    assert post(shop.client, "routing/commands/reroute", {"allReroutable": True}).status_code == 200
    assert DomainEvent.objects.filter(name="ROUTING_PLAN_REROUTE_REQUESTED").count() == 7

    shop.work()
    monkeypatch.setattr(rerouting, "BATCH", 2)
    assert rerouting.queue_reroutes() == 6
    shop.work()


def test_a_reroute_names_plans_orders_or_numbers(shop: Shop, waiting: Order, routed: Order) -> None:
    """M5: what is unknown or cannot be rerouted is passed over."""
    third = shop.order({"SKU": 1})
    gone = shop.order({"SKU": 1}, tenant_order_id="gone")
    gone.cancel()

    body = {
        "orderRefs": [routed.id, "nonsense"],
        "routingPlanIds": [third.plan["id"], gone.plan["id"]],
        "tenantOrderIds": ["R-1", "gone", "unknown"],
    }
    answer = post(shop.client, "routing/commands/reroute", body)

    assert (answer.status_code, answer.json()) == (200, {})
    shop.work()
    assert [order.plan["consolidatedStatus"] for order in (waiting, routed, third, gone)] == [
        "WAITING_WAS_MANUALLY_REROUTED",
        "MANUALLY_REROUTED",
        "WAITING_WAS_MANUALLY_REROUTED",
        "CANCELED",
    ]


def test_a_reroute_of_nothing_or_too_much_is_refused(shop: Shop, waiting: Order) -> None:
    before = stored()
    for body in (
        {},
        {"allReroutable": False},
        {"orderRefs": []},
        {"orderRefs": ["x"] * 11},
        {"orderRefs": "x"},
        {"allReroutable": "perhaps"},
        [],
    ):
        assert post(shop.client, "routing/commands/reroute", body).status_code == 400, body
    assert stored() == before


# Permissions


def test_viewers_read_processes_and_do_not_intervene(
    shop: Shop, waiting: Order, api_as: Any, anonymous: Any
) -> None:
    reads = ("processes", f"processes/{waiting.id}", f"process?orderRef={waiting.id}")
    writes = (
        f"processes/{waiting.id}/actions",
        f"processes/{waiting.id}/reroute?version=1",
        "processes/retrynotroutable",
        "routing/commands/reroute",
    )
    viewer, agent = api_as("VIEWER"), api_as("AGENT")
    for path in reads:
        assert viewer.get(f"/api/{path}").status_code == 200
        assert anonymous.get(f"/api/{path}").status_code == 401
    before = stored()
    for path in writes:
        assert "routing.intervene" in refused(post(viewer, path), 403, "PERMISSION_MISSING")["description"]
        assert post(anonymous, path).status_code == 401
    assert stored() == before
    assert post(agent, "processes/retrynotroutable").status_code == 204
    assert post(agent, f"processes/{waiting.id}/reroute?version=1").status_code == 200
