"""``GET /api/processes/{id}/historylogs``: the contract's history of a process."""

from __future__ import annotations

from typing import Any

import pytest

from tests.routing.api_calls import NOT_IDS, queries_of, refused
from tests.scenarios.shop import Order, Shop

pytestmark = pytest.mark.django_db


@pytest.fixture
def picked(shop: Shop) -> Order:
    """2 X are picked of 2 at B; the picker paused twice."""
    shop.stock("B", "X", 2)
    order = shop.order({"X": 2}, tenant_order_id="R-1")
    (job,) = shop.get("pickjobs", orderRef=order.id)["pickjobs"]
    for name in ("START", "PAUSE", "RESTART"):
        version = shop.get(f"pickjobs/{job['id']}")["version"]
        shop.call("post", f"pickjobs/{job['id']}/actions", {"name": name, "version": version})
    standing = shop.get(f"pickjobs/{job['id']}")
    lines = [{"id": line["id"], "picked": 1} for line in standing["pickLineItems"]]
    pick = {"name": "PICK", "version": standing["version"], "lineItems": lines}
    shop.call("post", f"pickjobs/{job['id']}/actions", pick)
    return order


def logs(shop: Shop, order: Order, **query: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = shop.get(f"processes/{order.id}/historylogs", **query)["historyLogs"]
    return found


def types(shop: Shop, order: Order, **query: Any) -> list[str]:
    return [log["eventType"] for log in logs(shop, order, **query)]


def test_what_happened_is_told_in_the_contracts_words(shop: Shop, picked: Order) -> None:
    told = logs(shop, picked)
    assert [log["eventType"] for log in told] == [
        "ORDER_CREATED",
        "OPERATIVE_TASK_CREATED",
        "PICKING_IN_PROGRESS",
        "PICKING_PAUSED",
        "PICKING_RESTART",
        "PICKING_DONE_INCOMPLETE",
    ]
    created, task = told[0], told[1]
    assert (created["domain"], created["domainRef"], created["type"]) == ("ORDER", picked.id, "ORDER_CREATED")
    assert created["user"] == {"userRef": str(shop.client.user.pk), "username": shop.client.user.email}
    assert task["user"] == {"userRef": "system", "username": "system"}
    assert (task["domain"], task["status"], task["version"]) == ("PICKJOB", "OPEN", None)
    assert task["payload"]["facility"] == {"facilityRef": shop.id_of("B"), "name": "B"}
    assert all(log["info"].endswith(".") and log["timestamp"].endswith("Z") for log in told)


def test_it_can_be_narrowed_ordered_and_paged(shop: Shop, picked: Order) -> None:
    every = types(shop, picked)
    assert types(shop, picked, orderBy="TIMESTAMP_DESC") == every[::-1]
    assert types(shop, picked, orderBy="TYPE_ASC")[0] == "ORDER_CREATED"
    assert types(shop, picked, type="PICKING_PAUSED,PICK_JOB_CREATED") == [
        "OPERATIVE_TASK_CREATED",
        "PICKING_PAUSED",
    ]
    assert types(shop, picked, username="system") == ["OPERATIVE_TASK_CREATED"]
    assert types(shop, picked, facilityName="B") == every[1:]
    assert types(shop, picked, facilityName="A") == []
    first = shop.get(f"processes/{picked.id}/historylogs", size=2)
    assert (first["total"], len(first["historyLogs"])) == (6, 2)
    assert types(shop, picked, startAfterId=first["historyLogs"][1]["id"]) == every[2:]


def test_repeats_in_a_row_are_told_once_unless_all_are_wanted(shop: Shop, picked: Order) -> None:
    order = shop.get(f"orders/{picked.id}")
    for version, street in ((order["version"], "One"), (order["version"] + 1, "Two")):
        addresses = [{**order["consumer"]["addresses"][0], "street": street}]
        shop.call("patch", f"orders/{picked.id}", {"version": version, "consumer": {"addresses": addresses}})
    assert types(shop, picked)[-2:] == ["PICKING_DONE_INCOMPLETE", "CONSUMER_ADDRESS_CHANGED"]
    twice = types(shop, picked, filterConsecutiveDuplicates="false")
    assert twice[-2:] == ["CONSUMER_ADDRESS_CHANGED"] * 2


def test_bad_requests(shop: Shop, picked: Order, anonymous: Any) -> None:
    path = f"/api/processes/{picked.id}/historylogs"
    answer = shop.client.get(
        path, {"size": "0", "orderBy": "COLOUR_ASC", "filterConsecutiveDuplicates": "maybe"}
    )
    assert answer.status_code == 400
    assert [problem["field"] for problem in answer.json()] == [
        "size",
        "orderBy",
        "filterConsecutiveDuplicates",
    ]
    for id in NOT_IDS:
        assert shop.client.get(f"/api/processes/{id}/historylogs").status_code in (400, 404)
    refused(anonymous.get(path), 401)
    assert queries_of(lambda: shop.client.get(path)) <= 9
