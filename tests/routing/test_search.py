"""``POST …/search`` of plans and processes; what holds for all searches is in ``tests/orders/test_search.py``."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from orders.models import Order
from routing.api.processsorts import PROCESS_SORTS
from tests.routing.api_calls import queries_of
from tests.scenarios.shop import Shop

pytestmark = pytest.mark.django_db

URN = "urn:fft:facility:tenantFacilityId:"


def search(shop: Shop, at: str, **body: Any) -> Any:
    response = shop.client.post(f"/api/{at}/search", {"query": {}, **body})
    assert response.status_code == 200, response.content
    return response.json()


@pytest.fixture
def world(shop: Shop) -> dict[str, Any]:
    """W waits for 2 SKU; R is routed to B; C, collected at A, is cancelled."""
    shop.listing("A", "SKU", behaviour="BACKORDER")
    shop.stock("B", "X", 5)
    shop.stock("A", "X", 1)
    shipping = {"serviceLevel": "DELIVERY", "preferredCarriers": ["DHL"]}
    waiting = shop.order({"SKU": 2}, tenant_order_id="W-1", deliveryPreferences={"shipping": shipping})
    tags = [{"id": "brand", "value": "premium"}]
    routed = shop.order({"X": 2}, tenant_order_id="R-1", date="2026-05-02", tags=tags)
    collected = shop.order({"X": 1}, collect="A", tenant_order_id="C-1", date="2026-05-03")
    order = shop.get(f"orders/{collected.id}")
    shop.call("post", f"orders/{collected.id}/actions", {"name": "CANCEL", "version": order["version"]})
    plans = {
        name: shop.get("routingplans", orderRef=one.id)["routingPlans"][0]
        for name, one in (("W", waiting), ("R", routed), ("C", collected))
    }
    return {"orders": {"W": waiting.id, "R": routed.id, "C": collected.id}, "plans": plans}


def test_routing_plans(shop: Shop, world: dict[str, Any]) -> None:
    plans, orders = world["plans"], world["orders"]
    job = plans["R"]["pickJobRef"]
    cases = [
        ({}, "WRC"),
        ({"status": {"eq": "WAITING"}}, "W"),
        ({"status": {"in": ["ROUTED", "LOCKED", "PROPOSED"]}}, "R"),
        ({"consolidatedStatus": {"eq": "WAITING"}}, "W"),
        ({"orderRef": {"eq": orders["R"]}}, "R"),
        ({"processId": {"notIn": [orders["R"]]}}, "WC"),
        ({"pickJobRef": {"eq": job}}, "R"),
        ({"facilityRef": {"eq": f"{URN}B"}}, "R"),
        ({"tenantOrderId": {"eq": "W-1"}}, "W"),
        ({"orderDate": {"lt": "2026-05-02T00:00:00Z"}}, "W"),
        ({"waitingSince": {"after": "-PT1H"}}, "W"),
        ({"priority": {"eq": 0}, "splitCount": {"lt": 1}}, "WRC"),
        ({"orderLineItems": {"contains": {"article": {"tenantArticleId": {"eq": "SKU"}}}}}, "W"),
        ({"orderLineItems": {"contains": {"id": {"eq": plans["R"]["orderLineItems"][0]["id"]}}}}, "R"),
        ({"deliveryPreferences": {"collect": {"contains": {"facilityRef": {"eq": f"{URN}A"}}}}}, "C"),
        ({"deliveryPreferences": {"shipping": {"preferredCarriers": {"contains": {"eq": "DHL"}}}}}, "W"),
        ({"targetAddress": {"country": {"eq": "DE"}}}, "WRC"),
        ({"anonymized": {"eq": True}}, ""),
        ({"anonymized": {"notEq": True}}, "WRC"),
        ({"history": {"contains": {"status": {"eq": "ROUTED"}}}}, ""),
        ({"earliestPickingStart": {"carrierRef": {"eq": "x"}}}, ""),
    ]
    for query, expected in cases:
        found = {plan["id"] for plan in search(shop, "routingplans", query=query)["routingPlans"]}
        assert found == {plans[name]["id"] for name in expected}, query
    newest = search(shop, "routingplans", sort=[{"orderDate": "DESC"}])["routingPlans"]
    assert newest == [plans["C"], plans["R"], plans["W"]]
    by_order = search(shop, "routingplans", sort=[{"orderRef": "DESC"}], size=2)
    rest = search(shop, "routingplans", sort=[{"orderRef": "DESC"}], after=by_order["pageInfo"]["endCursor"])
    assert [*by_order["routingPlans"], *rest["routingPlans"]] == newest


def test_processes(shop: Shop, world: dict[str, Any]) -> None:
    orders, plans = world["orders"], world["plans"]
    short_id = shop.get(f"pickjobs/{plans['R']['pickJobRef']}")["shortId"]
    referenced: list[tuple[dict[str, Any], str]] = [
        ({"order": {"tenantOrderId": {"like": "^r-"}}}, "R"),
        ({"order": {"status": {"contains": {"eq": "CANCELLED"}}}}, "C"),
        ({"order": {"status": {"contains": {"notEq": "CANCELLED"}}}}, "WR"),
        ({"order": {"orderedAmount": {"gte": 2}}}, "WR"),
        ({"order": {"orderDate": {"gte": "2026-05-03"}}}, "C"),
        ({"facility": {"name": {"eq": "B"}}}, "R"),
        ({"facility": {}}, "WRC"),
        ({"pickJob": {"shortId": {"eq": short_id}}}, "R"),
        ({"pickJob": {"status": {"contains": {"in": ["CANCELED"]}}}}, "C"),
        ({"tenantArticleId": {"like": "sk"}}, "W"),
        ({"serviceType": {"eq": "COLLECT"}}, "C"),
        ({"serviceLevel": {"contains": {"eq": "DELIVERY"}}}, "WRC"),
        ({"consumerAddress": {"country": {"eq": "DE"}}}, "WRC"),
        ({"parcel": {"status": {"contains": {"eq": "OPEN"}}}}, ""),
        ({"carrier": {"name": {"like": "dhl"}}}, ""),
    ]
    cases: list[tuple[dict[str, Any], str]] = [
        *(({"referenced": one}, expected) for one, expected in referenced),
        ({"processId": {"eq": orders["W"]}}, "W"),
        ({"processId": {"like": orders["W"]}}, "W"),
        ({"orderRef": {"in": [orders["W"], orders["R"]]}}, "WR"),
        ({"domsStatus": {"eq": "IN_PROGRESS"}}, "W"),
        ({"domsStatus": {"in": ["FINISHED", "CANCELED"]}}, "RC"),
        ({"domsStatus": {"notEq": "CANCELED"}}, "WR"),
        ({"operativeStatus": {"eq": "NOT_AVAILABLE"}}, "W"),
        ({"status": {"eq": "CANCELED"}}, "C"),
        ({"status": {"notEq": "CANCELED"}}, "WR"),
        ({"domainStatuses": {"routing": {"contains": {"eq": "FINISHED"}}}}, "R"),
        ({"domainStatuses": {"order": {"contains": {"eq": "CANCELED"}}}}, "C"),
        ({"domainStatuses": {"picking": {"contains": {"notEq": "PENDING"}}}}, "RC"),
        ({"domainStatuses": {"packing": {"contains": {"eq": "PENDING"}}}}, ""),
        ({"facilityRefs": {"contains": {"eq": f"{URN}B"}}}, "R"),
        ({"facilityRefs": {"contains": {"notEq": f"{URN}B"}}}, "WC"),
        ({"facilityRefsWithActiveOperations": {"in": [f"{URN}A", f"{URN}B"]}}, "R"),
        ({"routingPlanRefs": {"contains": {"eq": plans["W"]["id"]}}}, "W"),
        ({"pickJobRefs": {"contains": {"eq": plans["R"]["pickJobRef"]}}}, "R"),
        ({"flatRefs": {"contains": {"eq": plans["W"]["id"]}}}, "W"),
        ({"searchTerm": {"like": "sku"}}, "W"),
        ({"searchTerm": {"like": "-1"}}, "WRC"),
        ({"tags": {"contains": {"value": {"eq": "premium"}}}}, "R"),
        ({"packJobRefs": {"contains": {"eq": "x"}}}, ""),
        ({"returnStatus": {"eq": "CREATED"}}, ""),
    ]
    for query, expected in cases:
        found = {one["id"] for one in search(shop, "processes", query=query)["processes"]}
        assert found == {orders[name] for name in expected}, query
    assert search(shop, "processes", query={"orderRef": {"eq": orders["R"]}})["processes"] == [
        shop.get(f"processes/{orders['R']}")
    ]


def sorted_by(path: str, direction: str) -> list[Any]:
    wanted: Any = direction
    for key in reversed(path.split(".")):
        wanted = {key: wanted}
    return [wanted]


def walk(shop: Shop, sort: list[Any], *, backward: bool = False, kind: str = "processes") -> list[str]:
    """The ids of all of a kind, page by page of one."""
    found: list[str] = []
    page: dict[str, Any] = {"last" if backward else "size": 1}
    name = {"routingplans": "routingPlans"}.get(kind, kind)
    while rows := (answer := search(shop, kind, sort=sort, **page))[name]:
        found.append(rows[0]["id"])
        cursor = answer["pageInfo"]["startCursor" if backward else "endCursor"]
        page["before" if backward else "after"] = cursor
    return found


def test_processes_in_the_order_of_any_key_go_both_ways(shop: Shop, world: dict[str, Any]) -> None:
    names = {id: name for name, id in world["orders"].items()}
    for key in PROCESS_SORTS:
        for direction in ("ASC", "DESC"):
            sort = sorted_by(key, direction)
            forward, backward = walk(shop, sort), walk(shop, sort, backward=True)
            assert sorted(forward) == sorted(names), (key, direction)
            assert backward == forward[::-1], (key, direction)


def test_plans_in_the_order_of_a_flag_go_both_ways(shop: Shop, world: dict[str, Any]) -> None:
    plans = {name: world["plans"][name]["id"] for name in "WRC"}
    Order.objects.filter(pk=world["orders"]["R"]).update(anonymised=True)
    others = sorted((plans["W"], plans["C"]))
    for direction, expected in (
        ("ASC", [*others, plans["R"]]),
        ("DESC", [plans["R"], *others[::-1]]),
    ):
        sort = sorted_by("anonymized", direction)
        assert walk(shop, sort, kind="routingplans") == expected
        assert walk(shop, sort, kind="routingplans", backward=True) == expected[::-1]
        assert search(shop, "routingplans", sort=sort, after=plans["W"])["routingPlans"] is not None


@pytest.mark.parametrize("value", ["null", "2", '"x"', '["x"]'])
def test_a_cursor_with_a_value_that_nothing_has_is_refused(
    shop: Shop, world: dict[str, Any], value: str
) -> None:
    id = world["plans"]["W"]["id"]
    forged = base64.urlsafe_b64encode(f'["anonymized ASC",{value},"{id}"]'.encode()).decode()
    body = {"query": {}, "sort": [{"anonymized": "ASC"}], "after": forged}
    (problem,) = shop.call("post", "routingplans/search", body, expect=400)
    assert problem["field"] == "after"


@pytest.mark.parametrize(
    ("key", "ascending", "descending"),
    [
        ("referenced.order.orderDate", "WRC", "CRW"),
        ("referenced.order.tenantOrderId", "CRW", "WRC"),
        ("referenced.order.orderedAmount", "CWR", "RWC"),
        ("referenced.facility.name", "CRW", "RCW"),
        ("activeFacilityName", "RWC", "RCW"),
        ("status", "CWR", "RWC"),
        ("inventoryStatus", "WRC", "CRW"),
    ],
)
def test_processes_are_sorted(
    shop: Shop, world: dict[str, Any], key: str, ascending: str, descending: str
) -> None:
    """What has no value comes last, whichever way."""
    names = {id: name for name, id in world["orders"].items()}
    for direction, expected in (("ASC", ascending), ("DESC", descending)):
        found = search(shop, "processes", sort=sorted_by(key, direction))["processes"]
        assert "".join(names[one["id"]] for one in found) == expected, [one["status"] for one in found]


def test_reservations_are_found_by_what_they_are_for(shop: Shop, world: dict[str, Any]) -> None:
    plan, order = world["plans"]["R"], world["orders"]["R"]
    refs = {
        "orderRefs": order,
        "processRefs": order,
        "routingPlanRefs": plan["id"],
        "pickJobRefs": plan["pickJobRef"],
    }
    for kind, ref in refs.items():
        found = search(shop, "reservations", query={"relatedRefs": {kind: {"contains": {"eq": ref}}}})
        assert [(one["facilityRef"], one["quantity"]) for one in found["reservations"]] == [
            (shop.id_of("B"), 2)
        ]
        without = search(shop, "reservations", query={"relatedRefs": {kind: {"contains": {"notEq": ref}}}})
        assert without["reservations"] == []


def test_a_page_costs_the_same_whatever_its_length(shop: Shop, world: dict[str, Any]) -> None:
    for at, queries in (("routingplans", 7), ("processes", 4)):
        for size in (1, 3):
            body = {"query": {}, "size": size}
            assert queries_of(lambda at=at, body=body: shop.client.post(f"/api/{at}/search", body)) == queries
