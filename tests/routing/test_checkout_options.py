"""``POST /api/promises/checkoutoptions`` and what is below it: tried by the engine, nothing written (spec 5)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.routing.api_calls import stored
from tests.scenarios.shop import JSON, STATIC, Shop
from tests.scenarios.supply import configure_waiting_room
from tests.scenarios.test_fences_and_ratings import all_week, change

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 5, 4, 9, tzinfo=UTC)
"""A Monday, at 11 by the facilities' clocks."""

HOURS = timedelta(hours=1)
BUFFER = 4 * HOURS
"""What a facility needs to process an order, unless configured."""

DE = {"country": "DE"}


@pytest.fixture(autouse=True)
def monday(time_machine: Any) -> None:
    time_machine.move_to(NOW, tick=False)


@pytest.fixture
def ask(shop: Shop) -> Callable[..., Any]:
    """``ask("delivery/earliest", tenantArticleIds=[…])``; whatever is answered, nothing was written or locked."""

    def post(path: str = "", *, expect: int = 200, **body: Any) -> Any:
        shop.work()
        before, counts = stored(), rows()
        with CaptureQueriesContext(connection) as queries:
            answer = shop.call(
                "post", f"promises/checkoutoptions{path and '/'}{path}", body, expect=expect, drain=False
            )
        assert (stored(), rows()) == (before, counts)
        assert not [query for query in queries if "FOR UPDATE" in query["sql"]]
        post.queries = len(queries)  # type: ignore[attr-defined]
        return answer

    return post


def rows() -> dict[str, int]:
    """How many rows there are of everything that is ours."""
    ours = ("inventory", "orders", "routing", "core")
    return {
        model.__name__: model.objects.count()
        for app in ours
        for model in apps.get_app_config(app).get_models()
    }


def at(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%S.000Z")


def midnight(day: int) -> datetime:
    """When a day of May begins in Berlin."""
    return datetime(2026, 5, day, tzinfo=UTC) - 2 * HOURS


def lines(**needs: int) -> list[JSON]:
    return [{"article": {"tenantArticleId": article}, "quantity": units} for article, units in needs.items()]


def expect_stock(shop: Shop, facility: str, article: str, units: int, day: str) -> None:
    shop.call(
        "post",
        "inboundprocesses",
        {
            "facilityRef": shop.id_of(facility),
            "purchaseOrder": {
                "orderDate": "2026-05-01T00:00:00Z",
                "requestedDate": {"type": "TIME_POINT", "value": f"{day}T12:00:00Z"},
                "requestedItems": [{"tenantArticleId": article, "quantity": {"value": units}}],
            },
        },
    )


class TestShipping:
    def test_names_who_may_supply_what_and_from_when(self, shop: Shop, ask: Callable[..., Any]) -> None:
        """A would ship it (R2); B has a part, C cannot supply anything, D is kept out by a fence."""
        for name in ("C", "D"):
            shop.facility(name)
        shop.strategy(country_active=True)
        change(
            shop,
            "D",
            address={"companyName": "D", "street": "x", "postalCode": "1", "city": "x", "country": "FR"},
        )
        shop.bulk_stock([("B", "X", 1), ("A", "X", 2), ("A", "Y", 1), ("D", "X", 9), ("D", "Y", 9)])
        shop.listing("C", "X")
        change(shop, "A", pickingTimes=all_week("12:00", "18:00"))

        answer = ask(deliveryPreferences={"shipping": {}}, orderLineItems=lines(X=2, Y=1), consumerAddress=DE)

        assert [facility["name"] for facility in answer["facilities"]] == ["A", "B"]
        opens = at(NOW + HOURS)
        assert answer["facilities"][0] == {
            "facilityRef": shop.id_of("A"),
            "name": "A",
            "availabilities": [
                {
                    "tenantArticleId": "X",
                    "available": 2,
                    "isBackOrderable": False,
                    "latestPickingStart": opens,
                },
                {
                    "tenantArticleId": "Y",
                    "available": 1,
                    "isBackOrderable": False,
                    "latestPickingStart": opens,
                },
            ],
            "deliveryOptions": [],
            "customServices": [],
        }
        assert answer["facilities"][1]["availabilities"] == [
            {"tenantArticleId": "X", "available": 1, "isBackOrderable": False}
        ]

    @pytest.mark.parametrize(
        ("behaviour", "config", "days"),
        [
            ("BACKORDER", None, 14),
            ("RESTOCK", {"restock": {"restockableInDays": 3}}, 3),
            ("PREORDER", {"preorder": {"availabilityTimeframe": {"start": at(NOW + timedelta(days=5))}}}, 5),
        ],
    )
    def test_says_when_what_is_not_there_is_picked(
        self, shop: Shop, ask: Callable[..., Any], behaviour: str, config: JSON | None, days: int
    ) -> None:
        """B3, B4, W10: by default 14 days."""
        shop.listing("A", "X", behaviour=behaviour, config=config)
        answer = ask(deliveryPreferences={"shipping": {}}, orderLineItems=lines(X=1))
        (told,) = answer["facilities"][0]["availabilities"]
        start = at(NOW + timedelta(days=days))
        preorder = {"preOrderReleaseDate": start} if behaviour == "PREORDER" else {}
        assert told == {
            "tenantArticleId": "X",
            "available": 0,
            "isBackOrderable": True,
            "latestPickingStart": start,
            **preorder,
        }

    def test_is_about_facilities_within_the_fence_that_have_the_attributes(
        self, shop: Shop, ask: Callable[..., Any]
    ) -> None:
        shop.bulk_stock([("A", "X", 1), ("B", "X", 1)])
        place = {"companyName": "B", "street": "x", "postalCode": "1", "city": "x", "country": "DE"}
        change(shop, "B", address={**place, "resolvedCoordinates": {"lat": 52.5, "lon": 13.4}})
        change(shop, "A", customAttributes={"organic": True})
        asked = {"deliveryPreferences": {"shipping": {}}, "orderLineItems": lines(X=1)}
        fence = {"lat": 52.4, "lon": 13.4, "radius": 20}
        for wanted, found in (
            ({}, ["A", "B"]),
            ({"geoFence": fence}, ["B"]),
            ({"geoFence": {**fence, "radius": 10}}, []),
            ({"customAttributes": {"organic": True}}, ["A"]),
        ):
            assert [facility["name"] for facility in ask(**asked, **wanted)["facilities"]] == found

    def test_bundles_tags_and_the_target_time_count(self, shop: Shop, ask: Callable[..., Any]) -> None:
        """S2: a bundle is shipped from one place. B2: a tagged order may wait where another may not."""
        vip = {
            "priority": 1,
            "context": [{"type": "TAG_REFERENCE", "values": ["vip"]}],
            "outOfStockBehaviour": "BACKORDER",
        }
        shop.listing("A", "Z", outOfStockBehaviourByContexts=[vip])
        asked = {"deliveryPreferences": {"shipping": {}}, "orderLineItems": lines(Z=1)}
        assert ask(**asked) == {"facilities": []}
        tagged = ask(**asked, tags=[{"id": "vip", "value": "yes"}])
        assert tagged["facilities"][0]["availabilities"][0]["isBackOrderable"]

        shop.stock("A", "X", 1)
        target = {"shipping": {}, "targetTime": at(NOW + 10 * HOURS)}
        service = {
            "id": "s-1",
            "customServiceDefinition": {"isBundled": True},
            "articleItems": [{"tenantArticleRef": "X", "quantity": 1}],
            "customServiceItems": [],
        }
        answer = ask(deliveryPreferences=target, orderLineItems=lines(X=1), customServices=[service])
        (told,) = answer["facilities"][0]["availabilities"]
        assert told["latestPickingStart"] == at(NOW + 10 * HOURS - BUFFER)
        service["articleItems"] = [{"tenantArticleRef": "Q", "quantity": 1}]
        ask(deliveryPreferences=target, orderLineItems=lines(X=1), customServices=[service], expect=400)


class TestCollecting:
    def test_names_every_store_where_all_of_it_can_be_had(self, shop: Shop, ask: Callable[..., Any]) -> None:
        """B is open later; at C a part would have to wait for what is expected, D lacks a line."""
        for name in ("C", "D"):
            shop.facility(name)
        shop.bulk_stock([("A", "X", 2), ("B", "X", 2), ("C", "X", 1), ("D", "X", 1)])
        shop.listing("C", "X", behaviour="BACKORDER")
        change(shop, "B", pickingTimes=all_week("14:00", "18:00"))
        expect_stock(shop, "C", "X", 1, "2026-05-08")

        answer = ask(deliveryPreferences={"collect": []}, orderLineItems=lines(X=2))

        ready = {facility["name"]: facility["targetTime"] for facility in answer["facilities"]}
        assert ready == {
            "A": at(NOW + BUFFER),
            "B": at(NOW + 3 * HOURS + BUFFER),
            "C": at(midnight(8) + BUFFER),
        }
        store = answer["facilities"][2]
        assert store["availabilities"] == [
            {
                "tenantArticleId": "X",
                "available": 1,
                "isBackOrderable": True,
                "latestPickingStart": at(midnight(8)),
            }
        ]
        assert (store["address"]["city"], store["closingDays"], store["customServices"]) == ("Berlin", [], [])

    def test_at_one_store(self, shop: Shop, ask: Callable[..., Any]) -> None:
        shop.bulk_stock([("A", "X", 2), ("B", "X", 2)])
        at_b = {"facilityRef": shop.id_of("B"), "provisioningTime": at(NOW + 24 * HOURS)}
        answer = ask(deliveryPreferences={"collect": [at_b]}, orderLineItems=lines(X=2))
        (store,) = answer["facilities"]
        assert (store["facilityRef"], store["targetTime"]) == (shop.id_of("B"), at(NOW + 24 * HOURS))
        assert ask(deliveryPreferences={"collect": [at_b]}, orderLineItems=lines(X=3)) == {"facilities": []}
        (problem,) = ask(
            deliveryPreferences={"collect": [{"tenantFacilityId": "nowhere"}]},
            orderLineItems=lines(X=1),
            expect=400,
        )
        assert problem["code"] == "FACILITY_UNKNOWN"

    def test_earliest(self, shop: Shop, ask: Callable[..., Any]) -> None:
        shop.stock("A", "X", 1)
        shop.listing("B", "Y", behaviour="BACKORDER")
        change(shop, "A", fulfillmentProcessBuffer=30)
        answer = ask("collect/earliest", tenantArticleIds=["X", "Y"], includeCalculationHints=True)
        told = {
            (one["tenantArticleId"], shop.name_of(one["facilityRef"])): (
                one["available"],
                one.get("earliestPredictedProvisioningDate"),
                one.get("latestPickingStartDate"),
            )
            for one in answer["checkoutOptions"]
        }
        waits = NOW + timedelta(days=14)
        assert told == {
            ("X", "A"): (1, at(NOW + HOURS / 2), at(NOW)),
            ("X", "B"): (0, None, None),
            ("Y", "A"): (0, None, None),
            ("Y", "B"): (0, at(waits + BUFFER), at(waits)),
        }
        assert answer["calculationHints"][0] == "X at A: Routed to A: everything is in stock."

        named = [{"tenantFacilityRef": "A"}, {"facilityRef": shop.id_of("A")}]
        desired = at(NOW + 5 * HOURS)
        (only,) = ask(
            "collect/earliest", tenantArticleIds=["X", "X"], facilities=named, desiredCollectDate=desired
        )["checkoutOptions"]
        assert only["earliestPredictedProvisioningDate"] == desired
        assert only["latestPickingStartDate"] == at(NOW + 4.5 * HOURS)
        ask("collect/earliest", tenantArticleIds=["X"], facilities=[{}], expect=400)
        ask("collect/earliest", tenantArticleIds=["X"], facilities=[{"tenantFacilityRef": "?"}], expect=400)
        ask("collect/earliest", tenantArticleIds=[], expect=400)


class TestEarliestDelivery:
    def test_of_each_article(self, shop: Shop, ask: Callable[..., Any]) -> None:
        shop.stock("A", "X", 1)
        shop.listing("A", "Y", behaviour="RESTOCK", config={"restock": {"restockableInDays": 2}})
        shop.listing("A", "Z")
        answer = ask(
            "delivery/earliest",
            tenantArticleIds=["X", "Y", "Z", "unknown"],
            consumerAddress=DE,
            includeCalculationHints=True,
            includeListingDetails=True,
        )
        options = answer["checkoutOptions"]
        details = [{"facilityRef": shop.id_of("A"), "tenantFacilityId": "A"}]
        assert [(one["tenantArticleId"], one.get("earliestPredictedDeliveryDate")) for one in options] == [
            ("X", at(NOW + BUFFER)),
            ("Y", at(NOW + timedelta(days=2) + BUFFER)),
            ("Z", None),
            ("unknown", None),
        ]
        assert [one["listingDetails"] for one in options] == [details, details, details, []]
        assert answer["calculationHints"] == [
            "X: Routed to A: everything is in stock.",
            "Y: Routed to A, where 1 of Y is to be restocked.",
            "Z: A lacks 1 of Z, which cannot wait there.",
            "unknown: No facility that is online lists unknown.",
        ]

    def test_no_earlier_than_is_of_use_and_only_from_those_that_fit(
        self, shop: Shop, ask: Callable[..., Any]
    ) -> None:
        shop.bulk_stock([("A", "X", 1), ("B", "X", 1)])
        change(shop, "B", tags=[{"id": "region", "value": "north"}])
        change(shop, "B", pickingTimes=all_week("13:00", "18:00"))
        asked = {"tenantArticleIds": ["X"], "consumerAddress": DE}
        north = {"tags": [{"id": "region", "value": "north"}]}
        for wanted, found in (
            ({}, at(NOW + BUFFER)),
            ({"earliestDeliveryDate": at(NOW + 20 * HOURS)}, at(NOW + 20 * HOURS)),
            ({"filter": north}, at(NOW + 2 * HOURS + BUFFER)),
            ({"filter": {**north, "customAttributes": {"a": 1}}}, None),
        ):
            (option,) = ask("delivery/earliest", **asked, **wanted)["checkoutOptions"]
            assert option.get("earliestPredictedDeliveryDate") == found

    def test_counts_what_is_expected_once_those_who_wait_are_served(
        self, shop: Shop, ask: Callable[..., Any]
    ) -> None:
        """W10: the first two are for who waits; what should have come by today counts for nothing."""
        shop.listing("A", "X", behaviour="BACKORDER")
        shop.order({"X": 2})
        expect_stock(shop, "A", "X", 9, "2026-05-04")
        expect_stock(shop, "A", "X", 2, "2026-05-06")
        expect_stock(shop, "A", "X", 3, "2026-05-09")
        asked = {"tenantArticleIds": ["X"], "consumerAddress": DE}
        (option,) = ask("delivery/earliest", **asked)["checkoutOptions"]
        assert option["earliestPredictedDeliveryDate"] == at(midnight(9) + BUFFER)

    def test_a_part_that_waits_is_ready_last(self, shop: Shop, ask: Callable[..., Any]) -> None:
        """S4"""
        shop.strategy(active=True, maxSplitCount=3)
        shop.stock("A", "X", 1)
        shop.listing("B", "Y", behaviour="BACKORDER")
        answer = ask(
            "delivery/timeperiod",
            basket=[{"tenantArticleId": "X", "quantity": 1}, {"tenantArticleId": "Y", "quantity": 1}],
            consumerAddress=DE,
            startDate="2026-05-04T00:00:00Z",
            endDate="2026-05-20T00:00:00Z",
            includeCalculationHints=True,
        )
        statuses = [day["overallStatus"] for day in answer["checkoutOptions"]]
        assert statuses == ["PARTIAL"] * 14 + ["ALL"] * 3
        assert answer["checkoutOptions"][0]["date"] == "2026-05-04T00:00:00.000Z"
        assert len(answer["calculationHints"]) == 1


class TestDays:
    def test_a_basket_that_is_not_divided_is_ready_as_a_whole(
        self, shop: Shop, ask: Callable[..., Any]
    ) -> None:
        shop.stock("A", "X", 1)
        shop.listing("A", "Y", behaviour="RESTOCK", config={"restock": {"restockableInDays": 1}})
        shop.listing("A", "X", behaviour="NONE")
        basket = [{"tenantArticleId": "X", "quantity": 1}, {"tenantArticleId": "Y", "quantity": 1}]
        answer = ask("delivery/timeperiod", basket=basket, consumerAddress=DE)
        days = answer["checkoutOptions"]
        assert (len(days), days[0]["date"]) == (15, at(NOW))
        assert [day["overallStatus"] for day in days[:3]] == ["NONE", "ALL", "ALL"]

    @pytest.mark.parametrize(
        ("start", "end"), [("2026-05-09", "2026-05-08"), ("2026-05-04", "2026-09-01"), (None, "2026-05-01")]
    )
    def test_a_period_has_an_end(
        self, shop: Shop, ask: Callable[..., Any], start: str | None, end: str
    ) -> None:
        given = {"endDate": f"{end}T00:00:00Z", **({"startDate": f"{start}T00:00:00Z"} if start else {})}
        basket = [{"tenantArticleId": "X", "quantity": 1}]
        (problem,) = ask("delivery/timeperiod", basket=basket, consumerAddress=DE, expect=400, **given)
        assert problem["field"] == "endDate"

    def test_what_is_there_in_time(self, shop: Shop, ask: Callable[..., Any]) -> None:
        """Stock and what comes, at each facility; a preorder before its start is not there, nor is what is closed."""
        shop.bulk_stock([("A", "X", 2), ("B", "X", 4)])
        expect_stock(shop, "A", "X", 5, "2026-05-06")
        start = at(NOW + timedelta(days=30))
        shop.listing(
            "A", "P", behaviour="PREORDER", config={"preorder": {"availabilityTimeframe": {"start": start}}}
        )
        shop.stock("A", "P", 1)
        change(shop, "B", pickingTimes=all_week("14:00", "18:00"))
        shop.facility("C")

        def available(facility: str, moment: datetime) -> list[int]:
            answer = ask(
                "delivery/timepoint",
                desiredDeliveryDate=at(moment + BUFFER),
                tenantArticleIds=["X", "P"],
                facilities=[{"facilityRef": shop.id_of(facility), "latestPickingStart": at(moment)}],
            )
            assert {one["facilityRef"] for one in answer["items"]} == {shop.id_of(facility)}
            return [one["available"] for one in answer["items"]]

        assert available("A", NOW) == [2, 0]
        assert available("A", NOW - HOURS) == [0, 0]
        assert available("A", NOW + timedelta(days=2)) == [7, 0]
        assert available("A", NOW + timedelta(days=31)) == [7, 1]
        assert (available("B", NOW), available("B", NOW + 3 * HOURS)) == ([0, 0], [4, 0])
        assert available("C", NOW) == [0, 0]

        wrong = [{"facilityRef": "nowhere", "latestPickingStart": at(NOW)}]
        (problem,) = ask(
            "delivery/timepoint",
            desiredDeliveryDate=at(NOW),
            tenantArticleIds=["X"],
            facilities=wrong,
            expect=400,
        )
        assert (problem["code"], problem["field"]) == ("FACILITY_UNKNOWN", "facilities[0].facilityRef")


def test_a_carrier_is_known_by_its_key(shop: Shop, ask: Callable[..., Any]) -> None:
    from inventory.models import Facility

    shop.stock("A", "X", 1)
    Facility.objects.filter(name="A").update(carriers=["DHL", "DPD"])
    shipping = {"shipping": {"preferredCarriers": ["DPD"]}}
    (facility,) = ask(deliveryPreferences=shipping, orderLineItems=lines(X=1))["facilities"]
    assert facility["deliveryOptions"] == [
        {"carrierRef": "DPD", "carrierKey": "DPD", "carrierName": "DPD", "products": []}
    ]
    (option,) = ask("delivery/earliest", tenantArticleIds=["X"], consumerAddress=DE)["checkoutOptions"]
    assert option["availableCarriers"] == [
        {"carrierRef": key, "name": key, "latestPickingStartDate": at(NOW)} for key in ("DHL", "DPD")
    ]
    (shipment,) = shop.promise({"X": 1}).answer["shipToCustomer"]
    assert [carrier["carrierKey"] for carrier in shipment["carriers"]] == ["DHL", "DPD"]


def test_under_strict_what_others_wait_for_is_not_there(shop: Shop, ask: Callable[..., Any]) -> None:
    """R10: a newcomer queues behind them."""
    configure_waiting_room(shop, overtaking="STRICT")
    shop.listing("A", "X", behaviour="BACKORDER")
    shop.order({"X": 3})
    shop.stock("A", "X", 2)
    (option,) = ask("delivery/earliest", tenantArticleIds=["X"], consumerAddress=DE)["checkoutOptions"]
    assert option["earliestPredictedDeliveryDate"] == at(NOW + timedelta(days=14) + BUFFER)


def test_conditions_of_the_strategy_see_the_order(shop: Shop, ask: Callable[..., Any]) -> None:
    """R1: the order as it would be placed; to one that cannot wait anywhere nothing is offered."""
    shop.listing("A", "X", behaviour="BACKORDER")
    assert ask(deliveryPreferences={"collect": []}, orderLineItems=lines(X=1))["facilities"] != []
    shop.strategy(stock_mode=STATIC)
    assert ask(deliveryPreferences={"collect": []}, orderLineItems=lines(X=1))["facilities"] == []


def test_the_number_of_queries_does_not_grow(shop: Shop, ask: Callable[..., Any]) -> None:
    """However many articles and facilities are asked about."""
    shop.stock("A", "X0", 1)
    first, many = ["X0"], [f"X{number}" for number in range(8)]
    counts = {}
    for articles in (first, many):
        for name in ("", "C", "D", "E"):
            if name and len(articles) > 1:
                shop.facility(name)
            for article in articles if name else ():
                if len(articles) > 1:
                    shop.stock(name, article, 3)
        basket = [{"tenantArticleId": article, "quantity": 1} for article in articles]
        needs = lines(**dict.fromkeys(articles, 1))
        moment = {"facilityRef": shop.id_of("A"), "latestPickingStart": at(NOW)}
        counts[len(articles)] = [
            (ask(path, **body), ask.queries)[1]  # type: ignore[attr-defined]
            for path, body in (
                ("", {"deliveryPreferences": {"shipping": {}}, "orderLineItems": needs}),
                ("", {"deliveryPreferences": {"collect": []}, "orderLineItems": needs}),
                ("delivery/earliest", {"tenantArticleIds": articles, "consumerAddress": DE}),
                ("delivery/timeperiod", {"basket": basket, "consumerAddress": DE}),
                (
                    "delivery/timepoint",
                    {"desiredDeliveryDate": at(NOW), "tenantArticleIds": articles, "facilities": [moment]},
                ),
                ("collect/earliest", {"tenantArticleIds": articles}),
            )
        ]
    assert counts[1] == counts[8]
    assert max(counts[8]) <= 16


def test_too_much_is_refused(shop: Shop, ask: Callable[..., Any], monkeypatch: Any) -> None:
    monkeypatch.setattr("routing.checkout.asking.MOST", 3)
    shop.bulk_stock([("A", "X", 1), ("B", "X", 1)])
    ask("collect/earliest", tenantArticleIds=["X"])
    (problem,) = ask("collect/earliest", tenantArticleIds=["X", "Y"], expect=400)
    assert problem["code"] == "TOO_MANY"


def test_who_may_look_may_ask(shop: Shop, api_as: Any, anonymous: Any) -> None:
    viewer, under = api_as("VIEWER"), "/api/promises/checkoutoptions"
    for path in (
        "",
        "/delivery/earliest",
        "/delivery/timeperiod",
        "/delivery/timepoint",
        "/collect/earliest",
    ):
        assert anonymous.post(f"{under}{path}", {}, format="json").status_code == 401
        assert viewer.post(f"{under}{path}", {}, format="json").status_code == 400
    body = {"tenantArticleIds": ["X"], "consumerAddress": DE}
    assert viewer.post(f"{under}/delivery/earliest", body, format="json").status_code == 200
