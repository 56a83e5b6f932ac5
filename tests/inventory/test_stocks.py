"""``/api/stocks`` (spec 2, 5; W4). That the ledger agrees is looked at after every test."""

from __future__ import annotations

from typing import Any

import pytest

from backoffice.core.models import uuid7
from inventory.events import StockChanged, StockRaised
from inventory.models import Article, Facility, MovementCause, Stock, StockLevel, StockMovement
from tests.factories.inventory import ArticleFactory, FacilityFactory, StockFactory, StockLevelFactory


@pytest.fixture
def create(call: Any, facility: Facility) -> Any:
    """``create(value)`` creates a stock of the article 4711 and returns it."""

    def send(value: int, *, article: str = "4711", expect: int = 201, **fields: Any) -> Any:
        body = {"facilityRef": str(facility.pk), "tenantArticleId": article, "value": value, **fields}
        return call("post", "stocks", body, expect=expect)

    return send


def raised(published: list[Any]) -> list[str]:
    """The causes for which more can be had than before."""
    return [event.cause for event in published if isinstance(event, StockRaised)]


def problems(answer: list[dict[str, Any]]) -> dict[str, str]:
    return {error["field"]: error["code"] for error in answer}


class TestCreate:
    def test_a_created_stock_can_be_read(
        self, create: Any, call: Any, facility: Facility, published: list[Any]
    ) -> None:
        fields = {
            "tenantStockId": "S-1",
            "locationRef": "aisle-3",
            "conditions": ["DEFECTIVE"],
            "properties": {"expiry": "2027", "batch": "7"},
            "traitConfig": [{"trait": "PICKABLE", "enabled": True}],
            "customAttributes": {"a": 1},
            "receiptDate": "2026-05-01T08:00:00.000Z",
            "availableUntil": "2026-06-01T08:00:00.000Z",
        }
        created = create(5, **fields)
        assert {name: created[name] for name in fields} == fields
        assert created["facility"] == {"facilityRef": str(facility.pk), "tenantFacilityId": "K-1"}
        assert (created["facilityRef"], created["tenantArticleId"]) == (str(facility.pk), "4711")
        assert (created["value"], created["reserved"], created["available"]) == (5, 0, 5)
        assert (created["facilityWideReserved"], created["version"]) == (0, 1)
        assert created["serializedProperties"] == '{"batch":"7","expiry":"2027"}'
        assert created["traits"] == ["PICKABLE", "ACCESSIBLE"]
        assert call("get", f"stocks/{created['id']}") == created
        assert raised(published) == ["STOCK_UP"]
        movement = StockMovement.objects.get()
        assert (movement.cause, movement.on_hand_delta) == (MovementCause.STOCK_UPDATE, 5)
        assert (movement.reference, movement.actor) == (created["id"], "administrator-1@example.org")

    @pytest.mark.parametrize(
        "naming",
        [
            {"facility": {"facilityRef": "urn:fft:facility:tenantFacilityId:K-1"}},
            {"facility": {"tenantFacilityId": "K-1"}},
            {"tenantFacilityId": "K-1"},
        ],
    )
    def test_a_facility_may_be_named_in_several_ways(
        self, call: Any, facility: Facility, naming: dict[str, Any]
    ) -> None:
        created = call("post", "stocks", {**naming, "tenantArticleId": "4711", "value": 1}, expect=201)
        assert created["facilityRef"] == str(facility.pk)

    def test_it_makes_an_unknown_article_known(self, create: Any) -> None:
        create(1, article="new")
        assert Article.objects.get().tenant_article_id == "new"

    def test_nothing_raises_nothing(self, create: Any, published: list[Any]) -> None:
        create(0)
        assert published == []
        assert not StockMovement.objects.exists()

    def test_problems_are_reported_at_once(self, call: Any) -> None:
        body = {"value": -1, "conditions": ["WET"], "receiptDate": "soon"}
        assert problems(call("post", "stocks", body, expect=400)) == {
            "tenantArticleId": "REQUIRED",
            "value": "MIN_VALUE",
            "conditions[0]": "INVALID_CHOICE",
            "receiptDate": "INVALID",
        }
        unnamed = {"tenantArticleId": "4711", "value": 1}
        assert problems(call("post", "stocks", unnamed, expect=400)) == {"facility": "REQUIRED"}
        unknown = {**unnamed, "tenantFacilityId": "K-1"}
        assert problems(call("post", "stocks", unknown, expect=400)) == {"facility": "NOT_FOUND"}
        assert not any(model.objects.exists() for model in (Stock, StockLevel, Article))

    @pytest.mark.parametrize("value", [2**31, 2**63, 1.5, "5", True, None])
    def test_a_value_is_a_number_of_units(self, create: Any, value: Any) -> None:
        assert set(problems(create(value, expect=400))) == {"value"}
        assert not Stock.objects.exists()

    def test_a_taken_tenant_id_is_a_conflict(self, create: Any) -> None:
        create(1, tenantStockId="S-1")
        assert problems(create(2, tenantStockId="S-1", expect=409)) == {"tenantStockId": "ALREADY_EXISTS"}
        assert problems(create(2, article="x", tenantStockId="S-1", expect=409)) == {
            "tenantStockId": "ALREADY_EXISTS"
        }
        assert Stock.objects.get().value == 1
        assert not StockLevel.objects.filter(article__tenant_article_id="x").exists()


class TestUpdate:
    def test_it_moves_the_level(self, create: Any, call: Any, published: list[Any]) -> None:
        first, second = create(5), create(3)
        published.clear()
        body = {"version": 1, "value": 9, "locationRef": "aisle-4"}
        answer = call("put", f"stocks/{first['id']}", body)
        assert (answer["value"], answer["version"], answer["locationRef"]) == (9, 2, "aisle-4")
        assert StockLevel.objects.get().on_hand == 12
        assert raised(published) == ["STOCK_UP"]
        (event,) = (event for event in published if isinstance(event, StockChanged))
        assert (event.facts["onHand"], event.facts["available"]) == (12, 12)
        published.clear()
        call("put", f"stocks/{second['id']}", {"value": 1})
        assert StockLevel.objects.get().on_hand == 10
        assert raised(published) == []

    def test_a_stale_version_is_a_conflict(self, create: Any, call: Any) -> None:
        created = create(5)
        call("put", f"stocks/{created['id']}", {"version": 1, "value": 5})
        [error] = call("put", f"stocks/{created['id']}", {"version": 1, "value": 7}, expect=409)
        assert (error["version"], error["requestVersion"]) == (2, 1)
        assert StockLevel.objects.get().on_hand == 5

    def test_problems_are_reported_at_once(self, create: Any, call: Any) -> None:
        path = f"stocks/{create(5)['id']}"
        assert problems(call("put", path, {"version": "x"}, expect=400)) == {
            "version": "INVALID",
            "value": "REQUIRED",
        }
        call("put", "stocks/nothing", {"value": 1}, expect=404)
        call("put", f"stocks/{uuid7()}", {"value": 1}, expect=404)

    def test_less_than_is_reserved_leaves_nothing_available(self, call: Any, facility: Facility) -> None:
        """What becomes of the reservations is another matter (P4); nothing becomes negative."""
        level = StockLevelFactory(facility=facility, on_hand=5, reserved=4)
        path = f"stocks/{level.stocks.get().pk}"
        answer = call("put", path, {"value": 1})
        assert (answer["value"], answer["reserved"], answer["available"]) == (1, 4, 0)
        level.refresh_from_db()
        assert (level.on_hand, level.reserved, level.available) == (1, 4, 0)

    def test_stock_that_only_covers_what_is_reserved_raises_nothing(
        self, call: Any, facility: Facility, published: list[Any]
    ) -> None:
        level = StockLevelFactory(facility=facility, on_hand=5, reserved=4)
        path = f"stocks/{level.stocks.get().pk}"
        call("put", path, {"value": 1})
        published.clear()
        call("put", path, {"value": 4})
        assert raised(published) == []
        call("put", path, {"value": 5})
        assert raised(published) == ["STOCK_UP"]

    def test_a_deleted_stock_leaves_the_level(self, create: Any, call: Any, published: list[Any]) -> None:
        first, _ = create(5), create(3)
        published.clear()
        assert call("delete", f"stocks/{first['id']}") == {}
        assert StockLevel.objects.get().on_hand == 3
        assert [type(event) for event in published] == [StockChanged]
        call("get", f"stocks/{first['id']}", expect=404)
        call("delete", f"stocks/{first['id']}", expect=404)


class TestUpsert:
    @pytest.fixture
    def put(self, call: Any) -> Any:
        return lambda *stocks, **options: call("put", "stocks", {"stocks": list(stocks)}, **options)

    @pytest.fixture
    def new(self, facility: Facility) -> Any:
        def body(value: int, **fields: Any) -> dict[str, Any]:
            return {"facilityRef": str(facility.pk), "tenantArticleId": "4711", "value": value, **fields}

        return body

    def test_it_creates_and_updates(self, put: Any, new: Any, create: Any, published: list[Any]) -> None:
        first, second, same = create(1), create(2), create(3)
        published.clear()
        results = put(
            {"id": first["id"], "version": 1, "value": 10},
            {"id": second["id"], "value": 20, "locationRef": "aisle-1"},
            {"id": same["id"], "version": 1, "value": 3},
            new(4, tenantArticleId="other"),
        )
        assert [result["status"] for result in results] == ["UPDATED", "UPDATED", "UNCHANGED", "CREATED"]
        assert [result["stock"]["value"] for result in results] == [10, 20, 3, 4]
        assert [result["stock"]["version"] for result in results] == [2, 2, 1, 1]
        assert StockLevel.objects.get(article__tenant_article_id="4711").on_hand == 33
        assert raised(published) == ["STOCK_UP", "STOCK_UP"]

    def test_the_same_record_twice_is_applied_in_order(self, put: Any, create: Any) -> None:
        """Spec 8: a bulk update that receives the same row twice must not lose a count."""
        stock = create(5)
        results = put(
            {"id": stock["id"], "version": 1, "value": 9, "locationRef": "aisle-9"},
            {"id": stock["id"], "version": 1, "value": 2},
        )
        assert [result["stock"]["value"] for result in results] == [2, 2]
        record = Stock.objects.get()
        assert (record.value, record.location_ref, record.version) == (2, "aisle-9", 2)
        assert StockLevel.objects.get().on_hand == 2
        assert list(StockMovement.objects.values_list("on_hand_delta", flat=True)) == [5, -3]

    def test_the_same_tenant_id_twice_is_one_record(self, put: Any, new: Any) -> None:
        results = put(new(5, tenantStockId="S-1"), new(7, tenantStockId="S-1"))
        assert [result["status"] for result in results] == ["CREATED", "UPDATED"]
        assert Stock.objects.get().value == 7
        assert StockLevel.objects.get().on_hand == 7
        [result] = put(new(8, tenantStockId="S-1"))
        assert (result["status"], result["stock"]["version"]) == ("UPDATED", 2)
        assert StockLevel.objects.get().on_hand == 8

    def test_two_new_ones_are_two_records(self, put: Any, new: Any) -> None:
        first, second = put(new(5), new(7))
        assert first["stock"]["id"] != second["stock"]["id"]
        assert StockLevel.objects.get().on_hand == 12

    def test_one_stale_version_fails_all(self, put: Any, new: Any, create: Any) -> None:
        stock = create(5)
        [error] = put(new(1), {"id": stock["id"], "version": 4, "value": 9}, expect=409)
        assert (error["version"], error["requestVersion"]) == (1, 4)
        assert (StockLevel.objects.get().on_hand, Stock.objects.count()) == (5, 1)

    def test_every_problem_of_every_item_is_reported(self, put: Any, new: Any) -> None:
        unknown = str(uuid7())
        assert problems(put(new(-1), {"id": "x", "value": 1}, {"tenantArticleId": "a"}, 7, expect=400)) == {
            "stocks[0].value": "MIN_VALUE",
            "stocks[1].id": "INVALID",
            "stocks[2].value": "REQUIRED",
            "stocks[3]": "INVALID",
        }
        assert problems(put(new(1), {"id": unknown, "value": 1}, expect=400)) == {"stocks[1].id": "NOT_FOUND"}
        assert problems(put(new(1), new(1, facilityRef=unknown), expect=400)) == {
            "stocks[1].facility": "NOT_FOUND"
        }
        assert problems(put(expect=400)) == {"stocks": "EMPTY"}
        assert not Stock.objects.exists()

    def test_a_tenant_id_of_a_record_elsewhere_is_a_conflict(self, put: Any, new: Any) -> None:
        StockFactory(tenant_stock_id="S-1")
        assert problems(put(new(1), new(1, tenantStockId="S-1"), expect=409)) == {
            "stocks[1].tenantStockId": "ALREADY_EXISTS"
        }
        assert Stock.objects.count() == 1

    @pytest.mark.parametrize("number", [1, 50])
    def test_the_number_of_queries_does_not_depend_on_the_number_of_records(
        self, known_api: Any, new: Any, django_assert_num_queries: Any, number: int
    ) -> None:
        drafts = [new(1, tenantArticleId=f"{n}", tenantStockId=f"S-{n}") for n in range(number)]
        with django_assert_num_queries(22):
            created = known_api.put("/api/stocks", {"stocks": drafts}).json()
        updates = [{"id": result["stock"]["id"], "value": 2} for result in created]
        with django_assert_num_queries(17):
            known_api.put("/api/stocks", {"stocks": updates})


class TestReading:
    def test_records_share_what_their_level_has_reserved(self, call: Any, facility: Facility) -> None:
        """Spec 5: reserved and available are spread by id, and sum to the level's."""
        level = StockLevelFactory(facility=facility, on_hand=4, reserved=6, safety_stock=1)
        for value in (5, 0, 2):
            StockFactory(facility=facility, article=level.article, value=value)
        level.refresh_from_db()
        shown = call("get", "stocks")["stocks"]
        assert [(stock["value"], stock["reserved"], stock["available"]) for stock in shown] == [
            (4, 4, 0),
            (5, 2, 3),
            (0, 0, 0),
            (2, 0, 1),
        ]
        assert sum(stock["available"] for stock in shown) == level.available
        assert {stock["facilityWideReserved"] for stock in shown} == {6}

    def test_the_list_is_filtered_and_paged(self, call: Any, refuse: Any, facility: Facility) -> None:
        lamp = ArticleFactory(tenant_article_id="lamp")
        other = FacilityFactory(tenant_facility_id="K-2")
        ids = [
            str(StockFactory(facility=where, article=what, location_ref=location).pk)
            for where, what, location in (
                (facility, lamp, "a"),
                (other, lamp, "b"),
                (facility, ArticleFactory(tenant_article_id="bulb"), ""),
            )
        ]

        def found(query: str) -> list[str]:
            return [stock["id"] for stock in call("get", f"stocks?{query}")["stocks"]]

        assert found("") == ids
        assert found(f"facilityRef={facility.pk}") == [ids[0], ids[2]]
        assert found("facilityRef=urn:fft:facility:tenantFacilityId:K-2") == [ids[1]]
        assert found("facilityRef=nothing") == []
        assert found("tenantFacilityId=K-2") == [ids[1]]
        assert found("tenantArticleId=lamp") == ids[:2]
        assert found("tenantArticleId=lamp&tenantArticleId=bulb") == ids
        assert found("locationRef=a,b") == ids[:2]
        page = call("get", f"stocks?size=1&startAfterId={ids[0]}")
        assert (page["stocks"][0]["id"], page["total"]) == (ids[1], 3)
        assert page["pageInfo"] == {
            "startCursor": ids[1],
            "endCursor": ids[1],
            "hasNextPage": True,
            "hasPreviousPage": True,
        }
        assert refuse("get", "stocks?size=101") == {"size": "OUT_OF_RANGE"}

    def test_the_list_takes_a_constant_number_of_queries(
        self, known_api: Any, django_assert_num_queries: Any
    ) -> None:
        for _ in range(4):
            StockLevelFactory(on_hand=3)
        with django_assert_num_queries(4):  # the token, the page, the records beside, the total
            known_api.get("/api/stocks")
