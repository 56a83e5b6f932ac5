"""``/api/stocks/actions`` (spec 5; P4). That the ledger agrees is looked at after every test."""

from __future__ import annotations

from typing import Any

import pytest

from backoffice.core.models import uuid7
from inventory.events import StockChanged
from inventory.models import Article, Facility, Stock, StockLevel, StockMovement
from tests.factories.inventory import ArticleFactory, FacilityFactory, StockFactory, StockLevelFactory


@pytest.fixture
def lamp(db: None) -> Any:
    return ArticleFactory(tenant_article_id="4711")


@pytest.fixture
def act(call: Any) -> Any:
    """``act("DELETE_BY_IDS", ids=[…])`` performs one action and returns its result."""

    def send(name: str, *, expect: int = 200, **fields: Any) -> Any:
        answer = call("post", "stocks/actions", {"action": {"name": name, **fields}}, expect=expect)
        if expect != 200:
            return {error.get("field", ""): error["code"] for error in answer}
        assert answer["name"] == name
        return answer["result"]

    return send


class TestDeleting:
    def test_by_ids(self, act: Any, facility: Facility, lamp: Article, published: list[Any]) -> None:
        gone, kept = (StockFactory(facility=facility, article=lamp) for _ in range(2))
        published.clear()
        assert act("DELETE_BY_IDS", ids=[str(gone.pk), str(uuid7()), "nothing"]) == {"ids": [str(gone.pk)]}
        assert list(Stock.objects.values_list("pk", flat=True)) == [kept.pk]
        assert [type(event) for event in published] == [StockChanged]

    def test_by_products_at_one_facility(self, act: Any, facility: Facility, lamp: Article) -> None:
        here = StockFactory(facility=facility, article=lamp)
        StockFactory(facility=FacilityFactory(), article=lamp)
        StockFactory(facility=facility)
        urn = "urn:fft:facility:tenantFacilityId:K-1"
        assert act("DELETE_BY_PRODUCTS", facilityRef=urn, tenantArticleIds=["4711"]) == {
            "ids": [str(here.pk)]
        }
        assert Stock.objects.count() == 2
        assert act("DELETE_BY_PRODUCTS", facilityRef="x", tenantArticleIds=["4711"], expect=400) == {
            "action.facilityRef": "NOT_FOUND"
        }

    def test_by_locations(self, act: Any, facility: Facility, lamp: Article) -> None:
        there = StockFactory(facility=facility, article=lamp, location_ref="aisle-3")
        StockFactory(facility=facility, article=lamp)
        assert act("DELETE_BY_LOCATIONS", locationRefs=["aisle-3", ""], expect=400) == {
            "action.locationRefs[1]": "REQUIRED"
        }
        assert act("DELETE_BY_LOCATIONS", locationRefs=["aisle-3"]) == {"ids": [str(there.pk)]}
        assert Stock.objects.count() == 1

    def test_what_is_reserved_shows_as_overdrawn(
        self, act: Any, facility: Facility, lamp: Article, published: list[Any]
    ) -> None:
        """P4: those who hold it are seen to by the floor above."""
        StockLevelFactory(facility=facility, article=lamp, on_hand=5, reserved=2)
        published.clear()
        act("DELETE_BY_IDS", ids=[str(Stock.objects.get().pk)])
        assert [event.overdrawn for event in published] == [True]

    def test_the_older_form_takes_a_list(self, call: Any, facility: Facility, lamp: Article) -> None:
        ids = [str(StockFactory(facility=facility, article=lamp).pk) for _ in range(2)]
        body = {"actions": [{"name": "DELETE_BY_IDS", "ids": [id]} for id in ids]}
        assert call("post", "stocks/actions", body) == {"name": "DELETE_BY_IDS", "result": {"ids": ids}}


class TestMoving:
    @pytest.fixture
    def source(self, facility: Facility, lamp: Article) -> Any:
        return StockFactory(facility=facility, article=lamp, value=5, location_ref="back")

    @pytest.fixture
    def move(self, act: Any, source: Stock) -> Any:
        def send(amount: Any, to: str = "front", **fields: Any) -> Any:
            return act(
                "MOVE_TO_LOCATION", fromStockId=str(source.pk), toLocationRef=to, amount=amount, **fields
            )

        return send

    def test_units_go_to_a_new_record_and_then_to_the_same_one(self, move: Any, published: list[Any]) -> None:
        """The level has what it had, so nobody is woken; the ledger says which records changed."""
        published.clear()
        first = move(2)
        assert (first["fromStock"]["value"], first["toStock"]["value"]) == (3, 2)
        assert (first["fromStock"]["version"], first["toStock"]["locationRef"]) == (2, "front")
        second = move(1)
        assert second["toStock"]["id"] == first["toStock"]["id"]
        assert (second["fromStock"]["value"], second["toStock"]["value"]) == (2, 3)
        assert (published, StockLevel.objects.get().on_hand) == ([], 5)
        assert sorted(StockMovement.objects.values_list("on_hand_delta", flat=True)) == [-2, -1, 1, 2, 5]

    def test_the_last_unit_may_take_the_record_with_it(self, move: Any, source: Stock) -> None:
        answer = move(5, options={"deleteFromStockIfZero": True})
        assert answer.keys() == {"toStock"}
        assert not Stock.objects.filter(pk=source.pk).exists()

    def test_different_units_do_not_mix(self, move: Any, facility: Facility, lamp: Article) -> None:
        StockFactory(facility=facility, article=lamp, location_ref="front", properties={"batch": "7"})
        assert move(1)["toStock"]["value"] == 1
        assert Stock.objects.count() == 3

    def test_what_cannot_be_moved_stays(self, move: Any, act: Any, source: Stock) -> None:
        assert move(6, expect=409) == {"amount": "NOT_ENOUGH_UNITS"}
        assert move(1, to="back", expect=400) == {"action.toLocationRef": "INVALID"}
        assert move(0, expect=400) == {"action.amount": "MIN_VALUE"}
        act("MOVE_TO_LOCATION", fromStockId="nothing", toLocationRef="front", amount=1, expect=404)
        source.refresh_from_db()
        assert (source.value, source.version, Stock.objects.count()) == (5, 1, 1)


class TestWritingWhateverTheVersion:
    def test_records_are_created_and_updated(self, act: Any, facility: Facility, lamp: Article) -> None:
        known = StockFactory(facility=facility, article=lamp)
        created = {
            "operationType": "CREATE",
            "facility": {"tenantFacilityId": "K-1"},
            "tenantArticleId": "4712",
            "value": 3,
        }
        updated = {"operationType": "UPDATE", "id": str(known.pk), "value": 9, "version": 77}
        result = act("UPDATE_VERSIONLESS", stocks=[created, updated])
        told = [(one["status"], one["stock"]["value"]) for one in result["operationResults"]]
        assert told == [("CREATED", 3), ("UPDATED", 9)]

    def test_all_or_none(self, act: Any, facility: Facility, lamp: Article) -> None:
        known = StockFactory(facility=facility, article=lamp)
        update = {"operationType": "UPDATE", "id": str(known.pk), "value": 9}
        assert act("UPDATE_VERSIONLESS", stocks=[update, update], expect=400) == {"action.stocks": "INVALID"}
        lost = {**update, "id": str(uuid7())}
        assert act("UPDATE_VERSIONLESS", stocks=[update, lost], expect=400) == {
            "action.stocks[1].id": "NOT_FOUND"
        }
        assert act("UPDATE_VERSIONLESS", stocks=[{**update, "operationType": "MERGE"}], expect=400) == {
            "action.stocks[0].operationType": "INVALID"
        }
        known.refresh_from_db()
        assert known.value == 5


def test_an_action_must_be_known_and_one(refuse: Any, db: None) -> None:
    deleting = {"name": "DELETE_BY_IDS", "ids": []}
    assert refuse("post", "stocks/actions", {}) == {"action": "REQUIRED"}
    assert refuse("post", "stocks/actions", {"action": deleting, "actions": [deleting]}) == {
        "action": "REQUIRED"
    }
    assert refuse("post", "stocks/actions", {"action": {"name": "BURN"}}) == {"action.name": "ACTION_UNKNOWN"}
    assert refuse("post", "stocks/actions", {"action": {}}) == {"action.name": "REQUIRED"}
    moving = {"name": "MOVE_TO_LOCATION", "fromStockId": "1", "toLocationRef": "a", "amount": 1}
    assert refuse("post", "stocks/actions", {"actions": [moving]}) == {"actions[0].name": "ACTION_UNKNOWN"}
    mixed = [deleting, {"name": "DELETE_BY_LOCATIONS", "locationRefs": []}]
    assert refuse("post", "stocks/actions", {"actions": mixed}) == {"actions": "INVALID"}
