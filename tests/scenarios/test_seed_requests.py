"""Every request that the sources print (D0, D1, D3), with its ids and versions adapted, does what its page says.

They are written as printed; comments in them are taken out, as a client would. Kibo's page (D4) prints none.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.scenarios.shop import COMPLETE_STOCK, JSON, Order, Shop, Verdict, address

NOW = datetime(2025, 11, 21, 9, 30, tzinfo=UTC)
START = datetime(2025, 12, 1, 8, 45, 50, 525_000, tzinfo=UTC)
"""When the pages' preorder starts."""

WRITTEN = pytest.mark.parametrize("way", ["patch", "put"])
"""D3: "send a PATCH or PUT request"."""


@pytest.fixture(autouse=True)
def clock(time_machine: Any) -> Any:
    """The pages' preorder has not started."""
    time_machine.move_to(NOW, tick=False)
    return time_machine


def printed(text: str) -> JSON:
    """A body as it stands on the page, whose comments are no JSON."""
    body: JSON = json.loads(re.sub(r"//.*", "", text))
    return body


@pytest.fixture
def write(shop: Shop) -> Callable[..., Any]:
    """``write(request, "patch")``: the listing of SKU at A is at the version that the request names, and gets it.

    ``"put"`` writes what the request's action says as a listing.
    """

    def send(request: JSON, way: str = "patch", *, expect: int = 200) -> Any:
        shop.listing("A", "SKU")
        for version in range(1, request["version"]):
            shop.change_listing("A", "SKU", title=f"Version {version + 1}")
        path = f"facilities/{shop.id_of('A')}/listings"
        if way == "patch":
            return shop.call("patch", f"{path}/SKU", request, expect=expect)
        (action,) = request["actions"]
        fields = {name: value for name, value in action.items() if name != "action"}
        listing = {"tenantArticleId": "SKU", "title": "SKU", "version": request["version"], **fields}
        (result,) = shop.call("put", path, {"listings": [listing]}, expect=expect)
        assert result["status"] == "UPDATED"
        return result["listing"]

    return send


def group(shop: Shop, number: str, *facilities: str) -> str:
    body = {
        "tenantFacilityGroupId": number,
        "nameLocalized": {"en_US": number},
        "facilityRefs": [shop.id_of(facility) for facility in facilities],
    }
    return str(shop.call("post", "facilitygroups", body, expect=201)["id"])


def with_ids(request: JSON, ids: dict[str, str]) -> JSON:
    """The request with our ids of the groups that the page names by its own."""
    text = json.dumps(request)
    for theirs, ours in ids.items():
        text = text.replace(f'"{theirs}"', f'"{ours}"')
    adapted: JSON = json.loads(text)
    return adapted


def picking_begins(order: Order) -> datetime | None:
    begins = order.pick_job.get("notBefore")
    return datetime.fromisoformat(begins) if begins else None


def complete_stock(shop: Shop) -> tuple[JSON, JSON]:
    """The strategy in use, and its fence for complete stock."""
    strategies = shop.get("routing/strategies")["routingStrategies"]
    strategy = next(strategy for strategy in strategies if strategy["inUse"])
    fences = strategy["rootNode"]["config"]["fences"]
    return strategy, next(fence for fence in fences if fence.get("implementation") == COMPLETE_STOCK)


class TestBackorder:
    """D0, D3: the item may be ordered though there is none; the order waits, and goes when stock arrives."""

    REQUEST = """{
        "actions": [
            {
                "action": "ModifyListing",
                "outOfStockBehaviour": "BACKORDER"
            }
        ],
        "version": 2
    }"""

    @WRITTEN
    def test_an_order_waits_and_is_assigned_when_stock_arrives(
        self, shop: Shop, write: Any, way: str
    ) -> None:
        assert write(printed(self.REQUEST), way)["outOfStockBehaviour"] == "BACKORDER"
        order = shop.order({"SKU": 2})
        assert order.status == "WAITING"
        assert order.pick_jobs == []

        shop.stock("A", "SKU", 5)
        assert (order.status, order.facility) == ("ROUTED", "A")

    def test_those_for_whom_there_is_not_enough_stay(self, shop: Shop, write: Any) -> None:
        """D0: "those orders become unroutable again", and the waiting room is that place (W2)."""
        write(printed(self.REQUEST))
        first, second = shop.order({"SKU": 2}), shop.order({"SKU": 2}, date="2026-05-02")
        shop.stock("A", "SKU", 2)
        assert (first.status, second.status) == ("ROUTED", "WAITING")

    def test_the_older_page_prints_it_with_another_version(self, shop: Shop, write: Any) -> None:
        """D1."""
        request = """{
            "actions": [
                {
                    "action": "ModifyListing",
                    "outOfStockBehaviour": "BACKORDER"
                }
            ],
            "version": 1
        }"""
        write(printed(request))
        assert shop.order({"SKU": 1}).status == "WAITING"


class TestPreorder:
    """D0: "the time that the item will be available from"; D3: "when picking can begin"."""

    REQUEST = """{
        "version": 2,
        "actions": [
            {
                "action": "ModifyListing",
                "outOfStockBehaviour": "PREORDER",
                "outOfStockConfig": {
                    "preorder": {
                        "availabilityTimeframe": {
                            "start": "2025-12-01T08:45:50.525Z"
                        }
                    }
                }
            }
        ]
    }"""

    @WRITTEN
    def test_picking_begins_at_the_start(self, shop: Shop, write: Any, clock: Any, way: str) -> None:
        config = write(printed(self.REQUEST), way)["outOfStockConfig"]
        assert config == {"preorder": {"availabilityTimeframe": {"start": "2025-12-01T08:45:50.525Z"}}}
        shop.stock("A", "SKU", 5)
        order = shop.order({"SKU": 1})
        assert (order.status, picking_begins(order)) == ("ROUTED", START)

        clock.move_to(START - timedelta(milliseconds=1), tick=False)
        order.act("START", expect=409)
        clock.move_to(START, tick=False)
        assert order.act("START")["status"] == "IN_PROGRESS"

    def test_an_order_waits_while_there_is_none(self, shop: Shop, write: Any) -> None:
        write(printed(self.REQUEST))
        order = shop.order({"SKU": 1})
        assert order.verdicts("A")[COMPLETE_STOCK] == {
            Verdict("REACTIVE_PASSING_POSSIBLE", "PREORDER_LISTING")
        }
        assert order.status == "WAITING"

    def test_a_start_that_has_passed_holds_nothing_back(self, shop: Shop, write: Any, clock: Any) -> None:
        """B4, and the page's date today."""
        clock.move_to(START + timedelta(days=1), tick=False)
        write(printed(self.REQUEST))
        shop.stock("A", "SKU", 1)
        assert shop.order({"SKU": 1}).act("START")["status"] == "IN_PROGRESS"

    def test_one_without_its_start_is_refused(self, shop: Shop, write: Any) -> None:
        """D0: the config "is needed to set the time that the item will be available from"."""
        request = printed(self.REQUEST)
        del request["actions"][0]["outOfStockConfig"]
        write(request, expect=400)
        assert shop.read_listing("A", "SKU")["outOfStockBehaviour"] == "NONE"


class TestRestock:
    """D3: "the number of days until the listing can be replenished"; 0 is "infinitely restockable"."""

    REQUEST = """{
        "version": 2,
        "actions": [
            {
                "action": "ModifyListing",
                "outOfStockBehaviour": "RESTOCK",
                "outOfStockConfig": {
                    "restock": {
                        "restockableInDays": 5
                    }
                }
            }
        ]
    }"""

    @WRITTEN
    @pytest.mark.parametrize(("days", "begins"), [(5, NOW + timedelta(days=5)), (0, None)])
    def test_it_is_routed_and_picked_when_it_is_replenished(
        self, shop: Shop, write: Any, way: str, days: int, begins: datetime | None
    ) -> None:
        request = printed(self.REQUEST)
        request["actions"][0]["outOfStockConfig"]["restock"]["restockableInDays"] = days
        write(request, way)
        order = shop.order({"SKU": 500})
        assert (order.status, order.facility, picking_begins(order)) == ("ROUTED", "A", begins)


class TestPreorderAndRestockByContext:
    """D3: only where the facility is in group 12345 *and* the order is not tagged click-and-collect."""

    REQUEST = """{
        "actions": [
            {
                "action": "ModifyListing",
                "outOfStockBehaviourByContexts": [
                    {
                        "priority": 1,
                        "context": [
                            {
                                "type": "FACILITY_GROUP",
                                "values": [
                                    "12345" // ID of facility group.
                                ]
                            },
                            {
                                "type": "TAG_REFERENCE",
                                "operator": "NOT",
                                "values": [
                                    "click-and-collect"
                                ]
                            }
                        ],
                        "outOfStockBehaviour": "PREORDER_AND_RESTOCK",
                        "outOfStockConfig": {
                            "preorder": {
                                "availabilityTimeframe": {
                                    "start": "2025-12-01T08:45:50.525Z"
                                }
                            },
                            "restock": {
                                "restockableInDays": 5
                            }
                        }
                    }
                ]
            }
        ],
        "version": 2
    }"""

    @WRITTEN
    def test_the_group_may_order_without_the_tag(self, shop: Shop, write: Any, way: str) -> None:
        write(with_ids(printed(self.REQUEST), {"12345": group(shop, "12345", "A")}), way)
        plain = shop.order({"SKU": 1})
        tagged = shop.order({"SKU": 1}, tags=[{"id": "click-and-collect", "value": "yes"}])
        assert (plain.status, picking_begins(plain)) == ("ROUTED", max(START, NOW + timedelta(days=5)))
        assert tagged.status == "NOT_ROUTABLE"

    def test_others_may_not(self, shop: Shop, write: Any) -> None:
        write(with_ids(printed(self.REQUEST), {"12345": group(shop, "12345", "B")}))
        assert shop.order({"SKU": 1}).status == "NOT_ROUTABLE"


class TestExceptions:
    """D3: restockable in 5 days; in 4 if the ordering facility is in group 12345, not at all if it is in 6789."""

    REQUEST = """{
        "actions": [
            {
                "action": "ModifyListing",
                "outOfStockBehaviour": "RESTOCK",
                "outOfStockConfig": {
                    "restock": {
                        "restockableInDays": 5
                    }
                },
                "outOfStockBehaviourByContexts": [
                    {
                        "priority": 1,
                        "context": [
                            {
                                "type": "FACILITY_GROUP",
                                "values": [
                                    "12345" // ID of facility group.
                                ]
                            }
                        ],
                        "outOfStockBehaviour": "RESTOCK",
                        "outOfStockConfig": {
                            "restock": {
                                "restockableInDays": 4
                            }
                        }
                    },
                    {
                        "priority": 2,
                        "context": [
                            {
                                "type": "FACILITY_GROUP",
                                "values": [
                                    "6789"
                                ]
                            }
                        ],
                        "outOfStockBehaviour": "NONE"
                    }
                ]
            }
        ],
        "version": 2
    }"""

    @pytest.fixture
    def request_body(self, shop: Shop) -> JSON:
        for store in ("FAST", "NEVER", "OTHER"):
            shop.facility(store)
        ids = {"12345": group(shop, "12345", "FAST"), "6789": group(shop, "6789", "NEVER")}
        return with_ids(printed(self.REQUEST), ids)

    @WRITTEN
    def test_the_ordering_facility_decides(
        self, shop: Shop, write: Any, request_body: JSON, way: str
    ) -> None:
        def ordered_by(store: str) -> Order:
            addresses = [{**address("DE"), "firstName": "Ada", "lastName": "Lovelace"}]
            consumer = {"facilityRef": shop.id_of(store), "addresses": addresses}
            return shop.order({"SKU": 1}, consumer=consumer)

        write(request_body, way)
        assert picking_begins(ordered_by("OTHER")) == NOW + timedelta(days=5)
        assert picking_begins(ordered_by("FAST")) == NOW + timedelta(days=4)
        assert ordered_by("NEVER").status == "NOT_ROUTABLE"

    def test_an_exception_has_no_config(self, shop: Shop, write: Any, request_body: JSON) -> None:
        """D3: "In that case a outOfStockConfig must NOT be defined"."""
        exception = request_body["actions"][0]["outOfStockBehaviourByContexts"][1]
        exception["outOfStockConfig"] = {"restock": {"restockableInDays": 4}}
        write(request_body, expect=400)
        assert "outOfStockBehaviourByContexts" not in shop.read_listing("A", "SKU")


class TestCompleteStock:
    """D0, D1: the fence must be active and reactive, so that orders wait, and go by themselves."""

    FENCES = """{
        "fences": [
            {
                "active": true,
                "activeMode": "reactive",
                "implementation": "STOCK-AVAILABILITY",
                "type": "StandardFence"
            }
        ]
    }"""
    ACTIONS = """{
        "version": 33,
        "actions": [
            {
                "id": "4711",
                "activeMode": "reactive"
            }
        ]
    }"""

    @pytest.fixture(autouse=True)
    def backorder(self, shop: Shop) -> None:
        shop.listing("A", "SKU", behaviour="BACKORDER")

    def waits_and_goes(self, shop: Shop) -> bool:
        order = shop.order({"SKU": 1})
        before = order.status
        shop.stock("A", "SKU", 1)
        return (before, order.status) == ("WAITING", "ROUTED")

    def test_the_strategy_is_written_with_the_fence(self, shop: Shop) -> None:
        """D0. The page's "…" stand for the rest of the document."""
        shop.strategy(stock_active=False, stock_mode="static")
        strategy, _fence = complete_stock(shop)
        strategy["rootNode"]["config"] |= printed(self.FENCES)
        shop.call("put", f"routing/strategies/{strategy['id']}", strategy)

        assert self.waits_and_goes(shop)
        _strategy, fence = complete_stock(shop)
        assert (fence["active"], fence["activeMode"]) == (True, "reactive")

    def test_the_fence_alone_is_made_reactive(self, shop: Shop) -> None:
        """D1: a static fence has no event trigger; a reactive one has."""
        shop.strategy(stock_mode="static")
        stays = shop.order({"SKU": 1})
        shop.stock("A", "SKU", 1)
        assert stays.status == "NOT_ROUTABLE"
        shop.stock("A", "SKU", 0)

        strategy, fence = complete_stock(shop)
        request = printed(self.ACTIONS)
        request["version"], request["actions"][0]["id"] = strategy["version"], fence["id"]
        shop.call("patch", f"routing/strategies/{strategy['id']}", request)
        assert self.waits_and_goes(shop)

    @pytest.mark.parametrize(("waits", "status"), [(True, "WAITING"), (False, "ROUTED")])
    def test_items_wait_without_it_only_if_the_split_says_so(
        self, shop: Shop, waits: bool, status: str
    ) -> None:
        """D0's hint about ``shouldUseWaitingRoomForPreBackOrderItems``."""
        shop.strategy(stock_active=False, active=True, shouldUseWaitingRoomForPreBackOrderItems=waits)
        assert shop.order({"SKU": 1}).status == status
