"""Answers are shaped as the contract says, as far as it goes (spec 5)."""

from __future__ import annotations

from typing import Any

import pytest
from drf_spectacular.generators import SchemaGenerator

from tests.core import contract
from tests.scenarios.fixtures import shop, work
from tests.scenarios.shop import Order, Shop, address

__all__ = ["shop", "work"]

FACILITY = "/api/facilities/{facilityId}"
LISTING = f"{FACILITY}/listings/{{tenantArticleId}}"


class Reader:
    """Calls the API by the contract's names, and notes what of each answer is not as the contract says."""

    def __init__(self, shop: Shop, contract: contract.Contract) -> None:
        self.shop = shop
        self.contract = contract
        self.problems: list[str] = []

    def __call__(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        expect: int = 200,
        each: bool = False,
        query: str = "",
        **names: Any,
    ) -> Any:
        """``each``: we answer with a list of what the contract says, for a reason that spec 5 gives."""
        url = path.removeprefix("/api/").format(**names) + query
        answer = self.shop.call(method, url, body, expect=expect)
        schema = self.contract.answer(method, path, expect)
        if schema is not None:
            for one in answer if each else [answer]:
                found = self.contract.problems(schema, one)
                self.problems += [f"{method} {path}: {problem}" for problem in found]
        return answer


@pytest.fixture(scope="session")
def known() -> contract.Contract:
    return contract.load()


@pytest.fixture
def read(known: contract.Contract, shop: Shop) -> Reader:
    return Reader(shop, known)


@pytest.fixture
def order(shop: Shop) -> Order:
    shop.stock("A", "SKU", 5)
    return shop.order({"SKU": 2}, tags=[{"id": "vip", "value": "gold"}])


def test_the_network(read: Reader, shop: Shop) -> None:
    place = {"companyName": "x", "resolvedCoordinates": {"lat": 1.5, "lon": 2}, **address("DE")}
    new = {"name": "C", "tenantFacilityId": "C", "address": place, "tags": [{"id": "vip", "value": "gold"}]}
    made = read("post", "/api/facilities", {**new, "services": [{"type": "PICKUP"}]}, expect=201)
    here = {"facilityId": made["id"]}
    read("get", "/api/facilities", query="?orderBy=NAME&status=ONLINE")
    read("get", FACILITY, **here)
    change = {"type": "MANAGED_FACILITY", "version": 1, "name": "D"}
    read("patch", FACILITY, change, **here)
    action = {"action": "ModifyFacility", "status": "SUSPENDED"}
    read("patch", FACILITY, {"version": 2, "actions": [action]}, **here)
    whole = {**new, "version": 3, "status": "ONLINE", "locationType": "STORE", "type": "MANAGED_FACILITY"}
    read("put", FACILITY, whole, **here)
    read("get", f"{FACILITY}/configurations/stock", **here)
    switch = {"version": 4, "shortpick": {"active": False}}
    read("patch", f"{FACILITY}/configurations/stock", switch, **here)

    group = {"tenantFacilityGroupId": "g", "nameLocalized": {"en_US": "g"}, "facilityRefs": [made["id"]]}
    grouped = read("post", "/api/facilitygroups", group, expect=201)
    read("get", "/api/facilitygroups")
    one = {"facilityGroupId": grouped["id"]}
    read("get", "/api/facilitygroups/{facilityGroupId}", **one)
    read("patch", "/api/facilitygroups/{facilityGroupId}", {**group, "version": 1}, **one)
    act = {"name": "VERSIONLESS_REMOVE_FACILITIES_FROM_GROUP", "facilitiesToRemove": [made["id"]]}
    read("post", "/api/facilitygroups/{facilityGroupId}/actions", act, **one)
    read("delete", "/api/facilitygroups/{facilityGroupId}", **one)

    read("post", "/api/tags", {"id": "vip", "allowedValues": ["gold"]}, expect=201)
    read("get", "/api/tags")
    read("get", "/api/tags/{tagRef}", tagRef="vip")
    adding = {"action": "AddAllowedValueToTag", "allowedValue": "silver"}
    read("patch", "/api/tags/{tagRef}", {"version": 1, "actions": [adding]}, tagRef="vip")
    read("delete", FACILITY, **here)
    assert read.problems == []


def test_listings(read: Reader, shop: Shop) -> None:
    here = {"facilityId": shop.id_of("A")}
    rule = {
        "priority": 1,
        "context": [{"type": "TAG_REFERENCE", "operator": "NOT", "values": ["vip"]}],
        "outOfStockBehaviour": "RESTOCK",
        "outOfStockConfig": {"restock": {"restockableInDays": 3}},
    }
    listing = {
        "tenantArticleId": "a/b",
        "title": "Lamp",
        "price": 2.5,
        "currency": "EUR",
        "tags": [{"id": "vip", "value": "gold"}],
        "outOfStockBehaviour": "PREORDER",
        "outOfStockConfig": {"preorder": {"availabilityTimeframe": {"start": "2026-12-01T08:00:00Z"}}},
        "outOfStockBehaviourByContexts": [rule],
    }
    read("put", f"{FACILITY}/listings", {"listings": [listing]}, **here)
    read("get", f"{FACILITY}/listings", **here)
    named = {**here, "tenantArticleId": "a%2Fb"}
    read("get", LISTING, **named)
    changes = {
        "action": "ModifyListing",
        "outOfStockBehaviour": "NONE",
        "outOfStockBehaviourByContexts": [rule],
    }
    changed = shop.call(
        "patch", LISTING.removeprefix("/api/").format(**named), {"version": 1, "actions": [changes]}
    )
    schema = read.contract.answer("patch", LISTING, 200)
    assert schema is not None
    assert read.contract.problems(schema["items"], changed) == []  # spec 5: the one listing, and no list
    bulk = [
        {**listing, "targetingStrategy": "SINGLE_FACILITY", "facility": {"tenantFacilityId": "B"}},
        {
            **listing,
            "targetingStrategy": "MULTI_SELECTOR",
            "selector": [{"facility": {"facilityRef": shop.id_of("A")}, "version": 2}],
        },
    ]
    read("put", "/api/listings", {"listings": bulk})
    read("delete", LISTING, **named)
    read("delete", f"{FACILITY}/listings", facilityId=shop.id_of("B"))
    assert read.problems == []


def test_stock(read: Reader, shop: Shop, order: Order) -> None:
    new = {"facility": {"tenantFacilityId": "A"}, "tenantArticleId": "SKU", "value": 4}
    more = {
        "tenantStockId": "S",
        "locationRef": "l",
        "properties": {"expiry": "2027"},
        "conditions": ["DEFECTIVE"],
    }
    made = read("post", "/api/stocks", {**new, **more}, expect=201)
    one = {"stockId": made["id"]}
    read("get", "/api/stocks", query="?size=1")
    read("get", "/api/stocks/{stockId}", **one)
    read("put", "/api/stocks/{stockId}", {"version": 1, "value": 5}, **one)
    read("put", "/api/stocks", {"stocks": [new, {"id": made["id"], "version": 2, "value": 6}]})
    moving = {"name": "MOVE_TO_LOCATION", "fromStockId": made["id"], "toLocationRef": "m", "amount": 2}
    moved = read("post", "/api/stocks/actions", {"action": moving})
    read("get", "/api/stocks/summaries")
    ids = [moved["result"]["toStock"]["id"]]
    read("post", "/api/stocks/actions", {"action": {"name": "DELETE_BY_IDS", "ids": ids}})
    read("delete", "/api/stocks/{stockId}", **one)
    keeping = {"operations": [{"facilityRef": shop.id_of("A"), "tenantArticleId": "SKU", "value": 1}]}
    read("put", "/api/safetystocks", keeping, expect=207, each=True)
    kept = read("get", "/api/safetystocks")["safetyStocks"][0]["id"]
    read("delete", "/api/safetystocks/{safetyStockId}", safetyStockId=kept)

    held = read("get", "/api/reservations")["reservations"][0]["id"]
    read("get", "/api/reservations/{reservationId}", reservationId=held)
    selector = {"name": "REMOVE_RESERVATIONS_REDUCE_STOCKS", "reservationSelector": {"orderRefs": [order.id]}}
    read("post", "/api/reservations/actions", selector)
    assert read.problems == []


def test_what_is_on_its_way(read: Reader, shop: Shop) -> None:
    ordered = {
        "orderDate": "2026-05-01T00:00:00Z",
        "requestedDate": {"type": "TIME_POINT", "value": "2026-06-01T00:00:00Z"},
        "requestedItems": [{"tenantArticleId": "SKU", "quantity": {"value": 5}}],
        "supplier": {"name": "x"},
    }
    new = {"facilityRef": shop.id_of("A"), "purchaseOrder": ordered}
    one = {"inboundProcessId": read("post", "/api/inboundprocesses", new)["id"]}
    path = "/api/inboundprocesses/{inboundProcessId}"
    read("get", "/api/inboundprocesses")
    read("get", path, **one)
    read("put", f"{path}/purchaseorder", {**ordered, "version": 1}, **one)
    assert read.problems == []


def test_orders(read: Reader, shop: Shop, order: Order) -> None:
    read("get", "/api/orders", query="?size=1")
    read("get", "/api/orders/{orderId}", orderId=order.id)
    read("get", "/api/pickjobs")
    job = order.open_job["id"]
    read("get", "/api/pickjobs/{pickJobId}", pickJobId=job)
    reason = read("post", "/api/cancelationreasons", {"reason": "x", "reasonLocalized": {}}, expect=201)
    read("get", "/api/cancelationreasons")
    read("get", "/api/cancelationreasons/{cancelationReasonId}", cancelationReasonId=reason["id"])
    service = {
        "status": "ACTIVE",
        "nameLocalized": {"en_US": "Gift wrapping"},
        "itemsRequired": "NONE",
        "additionalInformation": [{"nameLocalized": {"en_US": "Text"}, "valueType": "STRING"}],
    }
    read("post", "/api/customservices", service, expect=201)
    read("get", "/api/customservices")
    cancel = {"name": "CANCEL", "version": order.document["version"], "cancelationReasonId": reason["id"]}
    read("post", "/api/orders/{orderId}/actions", cancel, orderId=order.id)
    assert read.problems == []


def test_every_search_has_the_fields_and_sorts_of_the_contract(known: contract.Contract) -> None:
    """Spec 5."""
    ours = contract.Contract(SchemaGenerator().get_schema(request=None, public=True))
    found = {name.removesuffix("Request"): body for name, body in ours.searches().items()}
    assert len(known.searches()) >= 9
    for name, body in known.searches().items():
        theirs, here = body["properties"], found[name]["properties"]
        assert theirs.keys() <= here.keys(), name
        assert known.leaves(theirs["sort"]["items"]) <= ours.leaves(here["sort"]["items"]), name
        assert known.keys(theirs["query"]) <= ours.keys(here["query"]), name
