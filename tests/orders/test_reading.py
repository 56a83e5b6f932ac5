"""Lists and single records of orders and pick jobs, and who may see and change them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from orders.models import DeliveryType, Order, PickJob, PickJobStatus
from tests.factories.inventory import FacilityFactory
from tests.factories.orders import ORDERED, OrderFactory, PickJobFactory

pytestmark = pytest.mark.django_db


def listed(api: Any, path: str, **query: Any) -> list[str]:
    response = api.get(f"/api/{path}", query)
    assert response.status_code == 200, response.content
    body = response.json()
    (plural,) = set(body) - {"total"}
    assert body["total"] >= len(body[plural])
    return [one["id"] for one in body[plural]]


def ids(*rows: Any) -> list[str]:
    return [str(row.id) for row in rows]


# Orders


def test_a_list_of_orders_shows_little_of_each(api: Any) -> None:
    order = OrderFactory(lines=2, details={"stickers": [{"key": "vip"}], "source": {"sourceRef": "s"}})
    assert api.get("/api/orders").json() == {
        "orders": [
            {
                "id": str(order.id),
                "version": 1,
                "created": order.created.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
                "lastModified": order.last_modified.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
                "processRef": str(order.id),
                "status": "OPEN",
                "orderDate": "2026-05-01T08:30:00.000Z",
                "orderLineItems": [
                    {"quantity": 3, "title": line.title} for line in order.lines.order_by("position")
                ],
                "stickers": [{"key": "vip"}],
            }
        ],
        "total": 1,
    }


def test_orders_are_paged_by_id(api: Any) -> None:
    orders = [OrderFactory() for _ in range(5)]
    assert listed(api, "orders") == ids(*orders)
    assert listed(api, "orders", size=2) == ids(*orders[:2])
    assert listed(api, "orders", size=2, startAfterId=orders[1].id) == ids(*orders[2:4])


def test_orders_are_filtered_by_consumer(api: Any) -> None:
    OrderFactory()
    mine = OrderFactory(consumer_id="c-1")
    assert listed(api, "orders", consumerId="c-1") == ids(mine)
    assert listed(api, "orders", consumerId="nobody") == []


def test_of_the_orders_with_one_tenant_order_id_the_live_one_comes_first_then_the_newest(api: Any) -> None:
    """Spec 5, lists; also from page to page, and when the last one seen is gone."""
    OrderFactory()
    first = OrderFactory(tenant_order_id="R", status="CANCELLED")
    second = OrderFactory(tenant_order_id="R", status="OBSOLETE")
    live = OrderFactory(tenant_order_id="R")
    newest = OrderFactory(tenant_order_id="R", status="CANCELLED")
    expected = ids(live, newest, second, first)

    assert listed(api, "orders", tenantOrderId="R") == expected
    seen: list[str] = []
    while page := listed(
        api, "orders", tenantOrderId="R", size=1, **({"startAfterId": seen[-1]} if seen else {})
    ):
        seen += page
    assert seen == expected

    gone = second.id
    second.delete()
    assert listed(api, "orders", tenantOrderId="R", startAfterId=gone) == ids(first)


@pytest.mark.parametrize("path", ["orders", "pickjobs"])
def test_pages_have_a_size_and_a_cursor_that_make_sense(api: Any, path: str) -> None:
    for query in ({}, {"tenantOrderId": "R"}):
        response = api.get(f"/api/{path}", {**query, "size": 501, "startAfterId": "R-1"})
        assert response.status_code == 400
        assert sorted(error["field"] for error in response.json()) == ["size", "startAfterId"]


def test_a_list_takes_as_many_statements_for_many_orders_as_for_one(
    known_api: Any, django_assert_num_queries: Any
) -> None:
    for number in (1, 20):
        for _ in range(number):
            OrderFactory(lines=2)
        with django_assert_num_queries(4):  # token, orders, lines, total
            known_api.get("/api/orders")


def test_an_order_is_read_with_its_lines_in_two_statements(
    known_api: Any, django_assert_num_queries: Any
) -> None:
    order = OrderFactory(lines=5)
    with django_assert_num_queries(3):  # token, order, lines
        assert len(known_api.get(f"/api/orders/{order.id}").json()["orderLineItems"]) == 5


@pytest.mark.parametrize("path", ["orders", "pickjobs"])
@pytest.mark.parametrize("id", ["01890000-0000-7000-8000-000000000000", "R-1", "🛒"])
def test_what_does_not_exist_is_not_found(api: Any, path: str, id: str) -> None:
    response = api.get(f"/api/{path}/{id}")
    assert response.status_code == 404
    assert response.json()[0]["code"] == "NOT_FOUND"


# Pick jobs


def test_a_pick_job_is_read_with_what_is_to_be_picked(known_api: Any, django_assert_num_queries: Any) -> None:
    address = {"street": "Hauptstr.", "city": "Köln", "postalCode": "50667", "country": "DE"}
    job = PickJobFactory(
        order__consumer={"addresses": [address]},
        order__tags=[{"id": "vip", "value": "yes"}],
        order__lines=2,
        order__lines__details={"article": {"weight": 5}, "scannableCodes": ["0123"]},
        service_level="SAMEDAY",
        target_time=ORDERED,
        not_before=ORDERED,
        sub_status="WAITING_FOR_RELEASE_TIME",
        lines__unbacked=1,
    )
    with django_assert_num_queries(3):  # token, the job with its order, the lines
        answer = known_api.get(f"/api/pickjobs/{job.id}").json()

    first, second = job.line_items
    assert answer.pop("created")
    assert answer.pop("lastModified")
    assert answer == {
        "id": str(job.id),
        "version": 1,
        "status": "OPEN",
        "subStatus": "WAITING_FOR_RELEASE_TIME",
        "shortId": job.short_id,
        "facilityRef": str(job.facility_id),
        "orderRef": str(job.order_id),
        "processId": str(job.order_id),
        "routingPlanRef": str(job.reference),
        "tenantOrderId": job.tenant_order_id,
        "orderDate": "2026-05-01T08:30:00.000Z",
        "notBefore": "2026-05-01T08:30:00.000Z",
        "deliveryinformation": {
            "channel": "SHIPPING",
            "details": {
                "shipping": {"serviceLevel": "SAMEDAY", "recipientaddress": address, "postalAddress": address}
            },
            "targetTime": "2026-05-01T08:30:00.000Z",
        },
        "pickLineItems": [
            {
                "id": str(line.id),
                "globalLineItemId": str(line.order_line_id),
                "article": {
                    "tenantArticleId": line.article.tenant_article_id,
                    "title": line.order_line.title,
                    "weight": 5,
                },
                "quantity": 3,
                "picked": 0,
                "unbacked": 1,
                "status": "OPEN",
                "stockEmptied": False,
                "scannableCodes": ["0123"],
            }
            for line in (first, second)
        ],
        "tags": [{"id": "vip", "value": "yes"}],
        "documentsRef": str(job.id),
        "anonymized": False,
        "workflowInformation": {"isAvailable": False},
    }


def test_a_pick_job_for_a_collector_says_whether_it_is_paid(api: Any) -> None:
    facility = FacilityFactory()
    job = PickJobFactory(
        order__delivery_type=DeliveryType.COLLECT,
        order__collect_facility=facility,
        order__delivery_preferences={"collect": [{"paid": True}]},
        channel=DeliveryType.COLLECT,
    )
    assert api.get(f"/api/pickjobs/{job.id}").json()["deliveryinformation"] == {
        "channel": "COLLECT",
        "details": {"collect": {"paid": True}},
    }


def test_a_list_of_pick_jobs_shows_little_of_each(api: Any) -> None:
    job = PickJobFactory(target_time=ORDERED)
    (shown,) = api.get("/api/pickjobs").json()["pickjobs"]
    assert set(shown) == {
        "id",
        "version",
        "created",
        "lastModified",
        "status",
        "facilityRef",
        "orderRef",
        "targetTime",
    }
    assert shown["facilityRef"] == str(job.facility_id)


def test_pick_jobs_are_filtered(api: Any) -> None:
    day = timedelta(days=1)
    first = PickJobFactory(
        short_id="ABCD", order__lines__title="Red shoes", order__order_date=ORDERED - day, target_time=ORDERED
    )
    second = PickJobFactory(
        status=PickJobStatus.PAUSED, channel=DeliveryType.COLLECT, target_time=ORDERED + day
    )
    third = PickJobFactory(order=second.order, status=PickJobStatus.CLOSED)

    for query, expected in (
        ({"orderRef": second.order_id}, (second, third)),
        ({"facilityRef": first.facility_id}, (first,)),
        ({"facilityRef": f"{first.facility_id},{third.facility_id}"}, (first, third)),
        ({"orderRef": "R-1"}, ()),
        ({"status": "OPEN"}, (first,)),
        ({"status": ["OPEN", "CLOSED"]}, (first, third)),
        ({"status": "OPEN,PAUSED"}, (first, second)),
        ({"status": "LOST"}, ()),
        ({"channel": "COLLECT"}, (second,)),
        ({"shortId": "abcd"}, (first,)),
        ({"tenantOrderId": first.tenant_order_id}, (first,)),
        ({"tenantOrderId": second.tenant_order_id}, (third, second)),
        ({"startOrderDate": "2026-05-01T08:30:00Z"}, (second, third)),
        ({"endOrderDate": "2026-05-01T08:29:59Z"}, (first,)),
        ({"startTargetTime": "2026-05-01T10:30:00 02:00", "endTargetTime": "2026-05-01T08:30:00Z"}, (first,)),
        ({"pickJobRefs": f"{first.id},{third.id},x"}, (first, third)),
        ({"articleTitle": "red sh"}, (first,)),
        ({"searchTerm": "shoes"}, (first,)),
        ({"searchTerm": "abcd"}, (first,)),
        ({"searchTerm": second.tenant_order_id}, (second, third)),
        ({"anonymized": "true"}, ()),
        ({"anonymized": "false", "status": "OPEN"}, (first,)),
        ({"assignedUser": "ada"}, ()),
        ({"zoneRefs": "z"}, ()),
        ({"carrierKeys": "DHL"}, ()),
        ({"modifiedByUsername": "ada"}, ()),
    ):
        assert listed(api, "pickjobs", **query) == ids(*expected), query


def test_the_standing_job_of_a_tenant_order_id_comes_first(api: Any) -> None:
    order = OrderFactory()
    ended = PickJobFactory(order=order, status=PickJobStatus.REROUTED)
    standing = PickJobFactory(order=order)
    newest = PickJobFactory(order=order, status=PickJobStatus.CANCELED)
    assert listed(api, "pickjobs", tenantOrderId=order.tenant_order_id) == ids(standing, newest, ended)


def test_filters_that_make_no_sense_or_are_not_supported_are_refused(api: Any) -> None:
    PickJobFactory()
    response = api.get("/api/pickjobs", {"startOrderDate": "yesterday", "endOrderDate": "2026-13-01"})
    assert response.status_code == 400
    assert sorted(error["field"] for error in response.json()) == ["endOrderDate", "startOrderDate"]

    response = api.get("/api/pickjobs", {"consumerName": "Ada"})
    assert response.status_code == 400
    assert {error["code"] for error in response.json()} == {"NOT_SUPPORTED"}
    response = api.get("/api/pickjobs", {"orderBy": "STATUS"})
    assert [(error["field"], error["code"]) for error in response.json()] == [("orderBy", "INVALID")]


def test_pick_jobs_have_other_orders_and_pages_in_them_and_those_without_a_time_are_last(api: Any) -> None:
    moment = timezone.now()
    days = {"first": 1, "timeless": None, "second": 3, "tie": 3, "third": 9, "also timeless": None}
    names = {
        str(PickJobFactory(target_time=None if day is None else moment + timedelta(days=day)).id): name
        for name, day in days.items()
    }

    def in_order(name: str) -> list[str]:
        found: list[str] = []
        query = {"orderBy": name, "size": 1}
        while page := api.get("/api/pickjobs", query).json()["pickjobs"]:
            found.append(names[page[0]["id"]])
            query["startAfterId"] = page[0]["id"]
        return found

    assert in_order("TARGET_TIME_ASC") == ["first", "second", "tie", "third", "timeless", "also timeless"]
    assert in_order("TARGET_TIME_DESC") == ["third", "tie", "second", "first", "also timeless", "timeless"]


def test_pick_jobs_are_listed_with_as_many_statements_as_one(
    known_api: Any, django_assert_num_queries: Any
) -> None:
    for number in (1, 20):
        for _ in range(number):
            PickJobFactory()
        with django_assert_num_queries(3):  # token, jobs, total
            known_api.get("/api/pickjobs")


# Who may

READS = ("orders", "orders/{order}", "pickjobs", "pickjobs/{job}")
WRITES: tuple[tuple[str, str], ...] = (
    ("orders", ""),
    ("orders/{order}/actions", "CANCEL"),
    ("orders/{order}/actions", "UNLOCK"),
)


def test_viewers_read_and_change_nothing(api_as: Any, document: dict[str, Any]) -> None:
    job = PickJobFactory(order__status="LOCKED")
    names = {"order": job.order_id, "job": job.id}
    viewer = api_as("VIEWER")
    for path in READS:
        assert viewer.get("/api/" + path.format(**names)).status_code == 200
    for path, action in WRITES:
        body = {"name": action, "version": 1} if action else document
        response = viewer.post("/api/" + path.format(**names), body)
        assert response.status_code == 403
        permission = {"": "orders.place", "CANCEL": "orders.cancel", "UNLOCK": "orders.place"}[action]
        assert permission in response.json()[0]["description"]
    assert Order.objects.get().status == "LOCKED"
    assert PickJob.objects.get().status == "OPEN"


@pytest.mark.parametrize("role", ["AGENT", "PLANNER", "NETWORK_MANAGER", "ADMINISTRATOR"])
def test_everyone_else_places_unlocks_and_cancels(api_as: Any, document: dict[str, Any], role: str) -> None:
    client = api_as(role)
    placed = client.post("/api/orders", {**document, "status": "LOCKED"}).json()
    path = f"/api/orders/{placed['id']}/actions"
    assert client.post(path, {"name": "UNLOCK", "version": 1}).status_code == 200
    assert client.post(path, {"name": "CANCEL", "version": 2}).status_code == 200


def test_nobody_sees_nothing(client: Client) -> None:
    job = PickJobFactory()
    names = {"order": job.order_id, "job": job.id}
    for path in READS:
        assert client.get("/api/" + path.format(**names)).status_code == 401
    for path, _ in WRITES:
        response = client.post("/api/" + path.format(**names), {}, content_type="application/json")
        assert response.status_code == 401


def test_the_schema_tells_of_orders_and_pick_jobs(client: Client) -> None:
    document = client.get("/api/schema", {"format": "json"}).json()
    paths = document["paths"]
    assert set(paths["/api/orders"]) == {"get", "post"}
    assert {"/api/orders/{id}", "/api/orders/{id}/actions", "/api/pickjobs", "/api/pickjobs/{id}"} <= set(
        paths
    )
    body = paths["/api/orders/{id}/actions"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    assert document["components"]["schemas"]["OrderActionRequest"]["discriminator"]["propertyName"] == "name"
    assert body == {"$ref": "#/components/schemas/OrderActionRequest"}


def test_times_are_answered_in_utc(api: Any) -> None:
    order = OrderFactory(order_date=datetime(2026, 5, 1, tzinfo=UTC))
    assert api.get(f"/api/orders/{order.id}").json()["orderDate"] == "2026-05-01T00:00:00.000Z"
