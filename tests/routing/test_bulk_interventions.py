"""M5: the same intervention in many plans, over HTTP: rehearsed, done in the background, told per plan."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone

from backoffice.core.models import BackgroundJob, DomainEvent, JobItem
from backoffice.core.services import jobs
from inventory.models import Reservation
from orders.models import PickJob, PickJobStatus
from routing.models import RoutingPlan
from tests.routing.api_calls import refused, stored
from tests.scenarios.fixtures import books_agree
from tests.scenarios.shop import JSON, Order, Shop

__all__ = ["books_agree"]

pytestmark = pytest.mark.django_db

BACKORDER = "BACKORDER"


@pytest.fixture
def orders(shop: Shop) -> list[Order]:
    """Three wait for SKU, one of them for MUG, too; 3 SKU lie at F, which fails a fence."""
    shop.strategy(country_active=True)
    shop.facility("F", country="FR")
    shop.listing("A", "SKU", behaviour=BACKORDER)
    shop.listing("A", "MUG", behaviour=BACKORDER)
    shop.stock("F", "SKU", 3)
    return [
        shop.order({"SKU": 1}, date="2026-05-01"),
        shop.order({"SKU": 1, "MUG": 1}, date="2026-05-02"),
        shop.order({"SKU": 1}, date="2026-05-03"),
    ]


def start(shop: Shop, name: str, **body: Any) -> JSON:
    """The job, when the workers have done it."""
    answer = shop.call("post", "waitingroom/actions", {"name": name, **body}, expect=202)
    job: JSON = shop.get(f"jobs/{answer['id']}")
    return job


def ids(orders: list[Order]) -> list[str]:
    return [order.plans[0]["id"] for order in orders]


def statuses(job: JSON) -> list[str]:
    return [result["status"] for result in job["results"]]


class TestRehearsal:
    def test_nothing_is_written_and_every_plan_says_what_would_happen(
        self, shop: Shop, orders: list[Order]
    ) -> None:
        before = stored()
        job = start(shop, "ASSIGN", facilityRef=shop.id_of("F"), ids=ids(orders), dryRun=True)

        assert stored() == before
        assert (job["status"], job["total"], job["done"], job["succeeded"], job["failed"]) == (
            "DONE",
            3,
            3,
            3,
            0,
        )
        assert job["arguments"]["dryRun"] is True
        assert [result["resourceRef"] for result in job["results"]] == ids(orders)
        unbacked = [result["outcome"]["unbacked"] for result in job["results"]]
        assert unbacked == [0, 1, 0]
        assert {result["outcome"]["facilityRef"] for result in job["results"]} == {shop.id_of("F")}

    def test_a_reroute_tells_what_would_be_decided(self, shop: Shop, orders: list[Order]) -> None:
        """M2: by R1-R7 and today's strategy, also of what waits."""
        shop.strategy(stock_mode="static")
        job = start(shop, "REROUTE", query={}, dryRun=True)
        assert [result["outcome"] for result in job["results"]] == [{"status": "NOT_ROUTABLE"}] * 3
        assert [order.status for order in orders] == ["WAITING"] * 3

    def test_a_refusal_is_rehearsed_too(self, shop: Shop, orders: list[Order]) -> None:
        job = start(shop, "UNPIN", ids=ids(orders)[:1], dryRun=True)
        (result,) = job["results"]
        assert result["status"] == "FAILED"
        assert result["errors"] == [
            {
                "summary": "Not possible in the current state",
                "description": "The plan is not pinned.",
                "code": "NOT_PINNED",
                "field": "status",
            }
        ]


class TestDoing:
    def test_one_that_is_refused_leaves_the_others_done(self, shop: Shop, orders: list[Order]) -> None:
        orders[1].cancel()
        unknown = "01a1fb8a-0000-7000-8000-000000000000"
        job = start(
            shop, "ASSIGN", facilityRef=shop.id_of("F"), ids=[*ids(orders), unknown], reason="clear out"
        )

        assert statuses(job) == ["SUCCEEDED", "FAILED", "SUCCEEDED", "FAILED"]
        assert (job["done"], job["succeeded"], job["failed"]) == (4, 2, 2)
        assert [result["errors"][0]["code"] for result in job["results"] if "errors" in result] == [
            "STATE_CONFLICT",
            "NOT_FOUND",
        ]
        assert [order.status for order in orders] == ["ROUTED", "CANCELED", "ROUTED"]
        told = DomainEvent.objects.filter(name="ROUTING_PLAN_ROUTED")
        assert set(told.values_list("actor", "reason")) == {(shop.client.user.email, "clear out")}
        failed = shop.get(f"jobs/{job['id']}", status="FAILED", size=1)
        assert [result["resourceRef"] for result in failed["results"]] == [ids(orders)[1]]

    def test_a_query_takes_what_matches_in_release_order(self, shop: Shop, orders: list[Order]) -> None:
        job = start(shop, "PIN", query={"article": "SKU"})
        assert [result["resourceRef"] for result in job["results"]] == ids(orders)
        job = start(
            shop, "HOLD", query={"article": ["MUG"], "mayNoLongerWait": False}, until="2036-01-01T00:00:00Z"
        )
        assert [result["resourceRef"] for result in job["results"]] == ids(orders)[1:2]
        assert [bool(plan.held_until) for plan in RoutingPlan.objects.order_by("id")] == [False, True, False]
        assert start(shop, "UNHOLD", query={"article": "MUG"})["succeeded"] == 1
        assert RoutingPlan.objects.filter(held_until__isnull=False).count() == 0

    def test_a_query_may_name_another_status(self, shop: Shop, orders: list[Order]) -> None:
        shop.strategy(stock_mode="static")
        start(shop, "REROUTE", query={})
        assert {order.status for order in orders} == {"NOT_ROUTABLE"}
        shop.strategy(stock_mode="reactive")
        before = stored()
        problem = refused(
            shop.client.post("/api/waitingroom/actions", {"name": "REROUTE", "query": {}}, format="json"),
            400,
            "NOTHING_SELECTED",
        )
        assert problem["field"] == "ids"
        assert stored() == before
        assert start(shop, "REROUTE", query={"status": ["NOT_ROUTABLE", "RETRYABLE"]})["succeeded"] == 3
        assert {order.status for order in orders} == {"WAITING"}

    def test_articles_choose_a_part_of_each_plan(self, shop: Shop, orders: list[Order]) -> None:
        """M4: what a plan has nothing of is refused; so is what would leave nothing."""
        job = start(shop, "SPLIT", tenantArticleIds=["MUG"], ids=ids(orders))
        assert [(r["status"], r.get("errors", [{}])[0].get("code")) for r in job["results"]] == [
            ("FAILED", "STATE_CONFLICT"),
            ("SUCCEEDED", None),
            ("FAILED", "STATE_CONFLICT"),
        ]
        assert [part[2] for part in orders[1].parts] == [{"SKU": 1}, {"MUG": 1}]
        assert start(shop, "JOIN", ids=ids(orders)[1:2])["succeeded"] == 1
        assert [part[2] for part in orders[1].parts] == [{"SKU": 1, "MUG": 1}]

        start(shop, "CANCEL", tenantArticleIds=["SKU"], query={})
        assert [order.parts[0][::2] for order in orders] == [
            ("CANCELED", {"SKU": 1}),
            ("WAITING", {"MUG": 1}),
            ("CANCELED", {"SKU": 1}),
        ]

    def test_assignments_are_taken_back(self, shop: Shop, orders: list[Order]) -> None:
        job = start(shop, "ASSIGN", facilityRef=shop.id_of("F"), query={})
        standing = [result["outcome"]["routingPlanRef"] for result in job["results"]]
        assert start(shop, "UNASSIGN", ids=standing)["succeeded"] == 3
        assert {order.status for order in orders} == {"WAITING"}
        assert not Reservation.objects.exists()


class TestTheJob:
    """W11: work is found in the database, and done once."""

    @pytest.fixture
    def unworked(self, shop: Shop, orders: list[Order]) -> BackgroundJob:
        body = {"name": "CANCEL", "ids": ids(orders)}
        answer = shop.call("post", "waitingroom/actions", body, expect=202, drain=False)
        assert (answer["status"], answer["done"], answer["actor"]) == ("PENDING", 0, shop.client.user.email)
        return BackgroundJob.objects.get(pk=answer["id"])

    def test_a_killed_workers_job_is_resumed(
        self, unworked: BackgroundJob, work: Callable[..., None], monkeypatch: Any
    ) -> None:
        monkeypatch.setattr(jobs, "SLICE", 1)
        jobs.work_off()
        BackgroundJob.objects.update(lease=unworked.pk, lease_until=timezone.now() + jobs.LEASE)
        work("core.jobs")
        assert BackgroundJob.objects.get().done == 1  # another worker has it
        BackgroundJob.objects.update(lease_until=timezone.now())
        work("core.jobs")

        job = BackgroundJob.objects.get()
        assert (job.status, job.done, job.failed, job.lease) == ("DONE", 3, 0, None)
        assert DomainEvent.objects.filter(name="ROUTING_PLAN_CANCELLED").count() == 3

    def test_who_lost_the_lease_writes_nothing(self, unworked: BackgroundJob, monkeypatch: Any) -> None:
        claimed = jobs._claim()
        assert claimed is not None
        BackgroundJob.objects.update(lease=unworked.pk)
        before = stored()
        with pytest.raises(jobs.LeaseLost):
            jobs._work_on(claimed)
        assert stored() == before
        assert set(JobItem.objects.values_list("status", flat=True)) == {"PENDING"}

    def test_what_crashes_is_told_and_leaves_the_others_done(
        self, unworked: BackgroundJob, work: Callable[..., None], monkeypatch: Any
    ) -> None:
        def crash(**_: Any) -> None:
            raise RuntimeError("secret")

        monkeypatch.setattr("routing.services.cancelling.record_cancelled_units", crash)
        jobs.work_off()
        monkeypatch.undo()
        items = JobItem.objects.all()
        assert {item.result["problems"][0]["code"] for item in items} == {"INTERNAL_ERROR"}
        assert "secret" not in str([item.result for item in items])
        assert {plan.status for plan in RoutingPlan.objects.all()} == {"WAITING"}

    def test_stopping_leaves_the_rest_undone(self, shop: Shop, unworked: BackgroundJob, work: Any) -> None:
        path = f"jobs/{unworked.pk}"
        stop = {"name": "STOP", "version": unworked.version}
        shop.call("post", f"{path}/actions", {**stop, "version": 7}, expect=409, drain=False)
        assert shop.call("post", f"{path}/actions", stop)["status"] == "STOPPED"
        work("core.jobs")
        assert (shop.get(path)["done"], shop.get(path)["results"][0]["status"]) == (0, "PENDING")
        assert {plan.status for plan in RoutingPlan.objects.all()} == {"WAITING"}
        shop.call("post", f"{path}/actions", {**stop, "version": shop.get(path)["version"]}, expect=409)

    def test_old_ones_are_forgotten(self, shop: Shop, unworked: BackgroundJob, work: Any) -> None:
        work("core.jobs")
        BackgroundJob.objects.update(finished=timezone.now() - jobs.KEPT)
        work("core.housekeeping")
        assert not JobItem.objects.exists()

    def test_jobs_are_listed(self, shop: Shop, unworked: BackgroundJob) -> None:
        assert [job["id"] for job in shop.get("jobs")["jobs"]] == [str(unworked.pk)]


def test_what_makes_no_sense_is_refused(shop: Shop, orders: list[Order]) -> None:
    plan = ids(orders)[0]
    shop.facility("Closed", status="OFFLINE")
    before = stored()
    for body, status, fields in (
        ({}, 400, {"name"}),
        ({"name": "PIN"}, 400, {"ids"}),
        ({"name": "PIN", "ids": [plan], "query": {}}, 400, {"ids"}),
        ({"name": "PIN", "ids": []}, 400, {"ids"}),
        ({"name": "PIN", "ids": ["x"]}, 400, {"ids[0]"}),
        ({"name": "PIN", "ids": [plan], "colour": 1}, 400, {"colour"}),
        ({"name": "PIN", "query": {"colour": 1, "article": {}}}, 400, {"query.colour", "query.article"}),
        ({"name": "PIN", "query": {"age": "old"}}, 400, {"age"}),
        ({"name": "HOLD", "ids": [plan]}, 400, {"until"}),
        ({"name": "HOLD", "ids": [plan], "until": "2020-01-01T00:00:00Z"}, 400, {"until"}),
        ({"name": "SPLIT", "ids": [plan]}, 400, {"tenantArticleIds"}),
        ({"name": "ASSIGN", "ids": [plan]}, 400, {"facilityRef"}),
        ({"name": "ASSIGN", "ids": [plan], "facilityRef": shop.id_of("Closed")}, 409, {"facilityRef"}),
        ({"name": "ASSIGN", "ids": [plan], "facilityRef": "x"}, 404, {None}),
    ):
        answer = shop.client.post("/api/waitingroom/actions", body, format="json")
        assert answer.status_code == status, answer.content
        assert {problem.get("field") for problem in answer.json()} == fields
    assert stored() == before
    assert not BackgroundJob.objects.exists()


def test_who_may_not_is_refused(shop: Shop, orders: list[Order], api_as: Any, anonymous: Any) -> None:
    body = {"name": "PIN", "ids": ids(orders)}
    before = stored()
    viewer = api_as("VIEWER")
    problem = refused(viewer.post("/api/waitingroom/actions", body, format="json"), 403, "PERMISSION_MISSING")
    assert "routing.intervene" in problem["description"]
    assert anonymous.post("/api/waitingroom/actions", body, format="json").status_code == 401
    assert stored() == before
    job = api_as("AGENT").post("/api/waitingroom/actions", body, format="json").json()
    path = f"/api/jobs/{job['id']}"
    assert viewer.get(path).status_code == viewer.get("/api/jobs").status_code == 200
    for refusal in (anonymous.get(path), anonymous.get("/api/jobs"), anonymous.post(f"{path}/actions")):
        assert refusal.status_code == 401
    stop = viewer.post(f"{path}/actions", {"name": "STOP", "version": 1}, format="json")
    assert "routing.intervene" in refused(stop, 403, "PERMISSION_MISSING")["description"]
    assert shop.client.get("/api/jobs/01a1fb8a-0000-7000-8000-000000000000").status_code == 404


def test_picking_that_begins_meanwhile_spares_the_plan(shop: Shop, orders: list[Order]) -> None:
    shop.stock("A", "SKU", 1)
    assert orders[0].status == "ROUTED"
    PickJob.objects.filter(order=orders[0].id).update(status=PickJobStatus.IN_PROGRESS)
    job = start(shop, "CANCEL", ids=ids(orders))
    assert statuses(job) == ["FAILED", "SUCCEEDED", "SUCCEEDED"]
    PickJob.objects.filter(order=orders[0].id).update(status=PickJobStatus.OPEN)
