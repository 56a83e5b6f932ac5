"""``/api/facilities/{id}/listings`` (spec 2, 5; B1, B3, O3, W4, X4)."""

from __future__ import annotations

from typing import Any

import pytest

from backoffice.core.errors import StateConflict
from inventory.events import ListingDeleting, ListingsChanged
from inventory.models import Article, Facility, Listing, ListingContextRule
from tests.factories.inventory import ArticleFactory, ContextRuleFactory, ListingFactory, StockLevelFactory

START = "2026-12-01T08:45:50.525Z"
PREORDER = {"preorder": {"availabilityTimeframe": {"start": START}}}
RESTOCK = {"restock": {"restockableInDays": 5}}

RULE = {
    "priority": 1,
    "context": [
        {"type": "FACILITY_GROUP", "values": ["12345"]},
        {"type": "TAG_REFERENCE", "operator": "NOT", "values": ["click-and-collect"]},
    ],
    "outOfStockBehaviour": "PREORDER_AND_RESTOCK",
    "outOfStockConfig": {**PREORDER, **RESTOCK},
}

FULL = {
    "tenantArticleId": "4711",
    "title": "Lamp",
    "titleLocalized": {"de_DE": "Lampe"},
    "price": 12.5,
    "currency": "EUR",
    "tags": [{"id": "brand", "value": "premium"}],
    "scannableCodes": ["4006381333931", "ä"],
    "categoryRefs": ["lamps"],
    "weight": 1.25,
    "customAttributes": {"shelf": 3},
    "outOfStockBehaviour": "RESTOCK",
    "outOfStockConfig": RESTOCK,
    "outOfStockBehaviourByContexts": [RULE],
}


@pytest.fixture
def path(facility: Facility) -> str:
    return f"facilities/{facility.pk}/listings"


@pytest.fixture
def put(call: Any, path: str) -> Any:
    """``put({…}, {…})`` puts listings of these fields; returns what was answered."""
    return lambda *listings, **options: call("put", path, {"listings": list(listings)}, **options)


@pytest.fixture
def patch(call: Any, path: str) -> Any:
    """``patch(version, field=…)`` changes the listing of the article 4711."""

    def send(version: int, *, expect: int = 200, article: str = "4711", **changes: Any) -> Any:
        body = {"version": version, "actions": [{"action": "ModifyListing", **changes}]}
        return call("patch", f"{path}/{article}", body, expect=expect)

    return send


def problems(answer: list[dict[str, Any]]) -> dict[str, str]:
    return {error["field"]: error["code"] for error in answer}


def changed(published: list[Any]) -> ListingsChanged:
    event = published[-1]
    assert isinstance(event, ListingsChanged)
    return event


class TestPut:
    def test_a_new_listing_can_be_read(self, put: Any, call: Any, path: str, facility: Facility) -> None:
        [result] = put(FULL)
        listing = result["listing"]
        assert result["status"] == "CREATED"
        assert {name: listing[name] for name in FULL} == FULL
        assert (listing["version"], listing["status"], listing["facilityId"]) == (
            1,
            "ACTIVE",
            str(facility.pk),
        )
        assert listing["stockinformation"] == {"stock": 0, "reserved": 0, "available": 0}
        assert call("get", f"{path}/4711") == listing
        assert call("get", f"{path}/4711?locale=de_DE")["title"] == "Lampe"
        assert call("get", f"{path}/4711?locale=fr_FR")["title"] == "Lamp"
        assert Article.objects.get().title == "Lamp"

    def test_an_article_that_cannot_wait_is_the_default(self, put: Any) -> None:
        [result] = put({"tenantArticleId": "4711"})
        assert result["listing"]["outOfStockBehaviour"] == "NONE"
        assert "outOfStockConfig" not in result["listing"]
        assert "outOfStockBehaviourByContexts" not in result["listing"]

    def test_an_existing_listing_is_replaced(self, put: Any) -> None:
        put(FULL)
        [result] = put({"tenantArticleId": "4711", "outOfStockBehaviour": "BACKORDER", "version": 1})
        listing = result["listing"]
        assert (result["status"], listing["version"]) == ("UPDATED", 2)
        assert listing["outOfStockBehaviour"] == "BACKORDER"
        assert "outOfStockBehaviourByContexts" not in listing
        assert not {"outOfStockConfig", "price", "weight", "customAttributes"} & set(listing)
        assert not ListingContextRule.objects.exists()

    def test_an_identical_listing_is_updated_too(self, put: Any, published: list[Any]) -> None:
        put(FULL)
        [result] = put(FULL)
        assert (result["status"], result["listing"]["version"]) == ("UPDATED", 2)
        assert not changed(published).may_release
        assert ListingContextRule.objects.count() == 1

    def test_without_a_status_an_inactive_listing_stays_so(self, put: Any) -> None:
        put({"tenantArticleId": "4711", "status": "INACTIVE"})
        [result] = put({"tenantArticleId": "4711"})
        assert result["listing"]["status"] == "INACTIVE"

    def test_what_was_read_can_be_put_back(self, put: Any) -> None:
        [first] = put(FULL)
        [second] = put(first["listing"])
        different = {"version", "lastModified"}
        assert {k: v for k, v in second["listing"].items() if k not in different} == {
            k: v for k, v in first["listing"].items() if k not in different
        }

    def test_the_last_of_two_that_name_the_same_article_counts(self, put: Any) -> None:
        first, second, other = put(
            {"tenantArticleId": "4711", "price": 1},
            {"tenantArticleId": "4711", "price": 2},
            {"tenantArticleId": "x"},
        )
        assert [result["status"] for result in (first, second, other)] == ["CREATED", "UPDATED", "CREATED"]
        assert first["listing"] == second["listing"]
        assert second["listing"]["price"] == 2
        assert Listing.objects.count() == 2

    def test_one_bad_listing_fails_all_and_every_problem_is_reported(self, put: Any) -> None:
        answer = put(
            {"tenantArticleId": "4711"},
            {"price": "cheap", "outOfStockBehaviour": "MAYBE", "currency": "euro"},
            {"tenantArticleId": "", "outOfStockConfig": {"restok": 1}},
            expect=400,
        )
        assert problems(answer) == {
            "listings[1].tenantArticleId": "REQUIRED",
            "listings[1].price": "INVALID",
            "listings[1].outOfStockBehaviour": "INVALID_CHOICE",
            "listings[1].currency": "INVALID",
            "listings[2].tenantArticleId": "REQUIRED",
            "listings[2].outOfStockConfig.restok": "UNKNOWN_FIELD",
        }
        assert not Listing.objects.exists()
        assert not Article.objects.exists()

    def test_one_stale_version_fails_all(self, put: Any) -> None:
        put({"tenantArticleId": "4711"})
        new, stale = {"tenantArticleId": "new"}, {"tenantArticleId": "4711", "version": 7, "price": 3}
        [error] = put(new, stale, expect=409)
        assert (error["version"], error["requestVersion"]) == (1, 7)
        assert Listing.objects.get().price is None

    @pytest.mark.parametrize("number", [0, 501])
    def test_a_bulk_has_1_to_500_listings(self, put: Any, number: int) -> None:
        answer = put(*({"tenantArticleId": f"{n}"} for n in range(number)), expect=400)
        assert set(problems(answer)) == {"listings"}

    @pytest.mark.parametrize("number", [1, 40])
    def test_the_number_of_queries_does_not_depend_on_the_number_of_listings(
        self, known_api: Any, path: str, django_assert_num_queries: Any, number: int
    ) -> None:
        def body(**fields: Any) -> dict[str, Any]:
            return {"listings": [{**FULL, "tenantArticleId": f"{n}", **fields} for n in range(number)]}

        with django_assert_num_queries(16):
            known_api.put(f"/api/{path}", body())
        with django_assert_num_queries(17):
            known_api.put(f"/api/{path}", body(price=3, outOfStockBehaviourByContexts=[RULE, RULE]))


class TestEvents:
    """W4: a listing created, activated or its behaviour changed may let waiting plans go."""

    @pytest.mark.parametrize(
        ("changes", "may_release"),
        [
            ({"outOfStockBehaviour": "BACKORDER"}, True),
            ({"outOfStockConfig": {"restock": {"restockableInDays": 2}}}, True),
            ({"outOfStockBehaviourByContexts": []}, True),
            ({"price": 3}, False),
            ({"status": "INACTIVE"}, False),
            ({"status": "INACTIVE", "outOfStockBehaviour": "BACKORDER"}, False),
            ({"outOfStockBehaviour": "RESTOCK"}, False),
        ],
    )
    def test_of_an_active_listing(
        self, put: Any, patch: Any, published: list[Any], changes: dict[str, Any], may_release: bool
    ) -> None:
        put(FULL)
        assert changed(published).may_release
        patch(1, **changes)
        assert changed(published).may_release is may_release

    def test_of_an_inactive_listing(self, put: Any, patch: Any, published: list[Any]) -> None:
        put({**FULL, "status": "INACTIVE"})
        assert not changed(published).may_release
        patch(1, outOfStockBehaviour="BACKORDER")
        assert not changed(published).may_release
        patch(2, status="ACTIVE")
        assert changed(published).may_release
        assert changed(published).fields == {"status"}


class TestPatch:
    def test_the_seeds_way_to_backorder(self, put: Any, patch: Any) -> None:
        put({"tenantArticleId": "4711"})
        answer = patch(1, outOfStockBehaviour="BACKORDER")
        assert (answer["outOfStockBehaviour"], answer["version"]) == ("BACKORDER", 2)

    def test_what_is_not_named_stays(self, put: Any, patch: Any) -> None:
        put(FULL)
        answer = patch(1, weight=2, title="Desk lamp")
        assert {name: answer[name] for name in FULL} == {**FULL, "weight": 2, "title": "Desk lamp"}

    def test_context_rules_are_replaced(self, put: Any, patch: Any) -> None:
        put(FULL)
        none = {**RULE, "priority": 2, "outOfStockBehaviour": "NONE"}
        del none["outOfStockConfig"]
        answer = patch(1, outOfStockBehaviourByContexts=[none, RULE])
        assert answer["outOfStockBehaviourByContexts"] == [RULE, none]
        assert "outOfStockBehaviourByContexts" not in patch(2, outOfStockBehaviourByContexts=[])

    def test_changing_the_behaviour_drops_configuration_that_it_does_not_use(
        self, put: Any, patch: Any
    ) -> None:
        put({"tenantArticleId": "4711"})
        both = patch(1, outOfStockBehaviour="PREORDER_AND_RESTOCK", outOfStockConfig={**PREORDER, **RESTOCK})
        assert both["outOfStockConfig"] == {**PREORDER, **RESTOCK}
        assert patch(2, outOfStockBehaviour="RESTOCK")["outOfStockConfig"] == RESTOCK
        assert patch(3, outOfStockBehaviour="PREORDER_AND_RESTOCK", outOfStockConfig=PREORDER)[
            "outOfStockConfig"
        ] == {**PREORDER, **RESTOCK}
        assert "outOfStockConfig" not in patch(4, outOfStockBehaviour="NONE")
        assert "outOfStockConfig" not in patch(5, outOfStockBehaviour="BACKORDER", outOfStockConfig=PREORDER)

    @pytest.mark.parametrize(
        ("changes", "expected"),
        [
            (
                {"outOfStockBehaviour": "PREORDER"},
                {"outOfStockConfig.preorder.availabilityTimeframe.start": "REQUIRED"},
            ),
            (
                {
                    "outOfStockBehaviour": "PREORDER",
                    "outOfStockConfig": {"preorder": {"availabilityTimeframe": {}}},
                },
                {"outOfStockConfig.preorder.availabilityTimeframe.start": "REQUIRED"},
            ),
            ({"outOfStockBehaviour": "RESTOCK"}, {"outOfStockConfig.restock.restockableInDays": "REQUIRED"}),
            (
                {"outOfStockBehaviour": "PREORDER_AND_RESTOCK"},
                {
                    "outOfStockConfig.preorder.availabilityTimeframe.start": "REQUIRED",
                    "outOfStockConfig.restock.restockableInDays": "REQUIRED",
                },
            ),
            (
                {
                    "outOfStockBehaviour": "RESTOCK",
                    "outOfStockConfig": {"restock": {"restockableInDays": -1}},
                },
                {"outOfStockConfig.restock.restockableInDays": "OUT_OF_RANGE"},
            ),
            ({"outOfStockBehaviour": "NONE", "outOfStockConfig": RESTOCK}, {"outOfStockConfig": "INVALID"}),
            ({"outOfStockConfig": PREORDER}, {"outOfStockConfig": "INVALID"}),
            (
                {
                    "outOfStockBehaviour": "RESTOCK",
                    "outOfStockConfig": {"restock": {"restockableInDays": 1.5}},
                },
                {"outOfStockConfig.restock.restockableInDays": "INVALID"},
            ),
        ],
    )
    def test_configuration_must_fit_the_behaviour(
        self, put: Any, patch: Any, changes: dict[str, Any], expected: dict[str, str]
    ) -> None:
        put({"tenantArticleId": "4711"})
        answer = patch(1, expect=400, **changes)
        assert problems(answer) == {f"actions[0].{name}": code for name, code in expected.items()}
        listing = Listing.objects.get()
        assert (listing.version, listing.out_of_stock_behaviour) == (1, "NONE")

    def test_configuration_alone_must_be_used(self, put: Any, patch: Any) -> None:
        put({"tenantArticleId": "4711", "outOfStockBehaviour": "BACKORDER"})
        [error] = patch(1, expect=400, outOfStockConfig=RESTOCK)
        assert error["field"] == "actions[0].outOfStockConfig.restock.restockableInDays"
        assert "outOfStockBehaviour" in error["description"]
        assert (
            patch(1, outOfStockBehaviour="RESTOCK", outOfStockConfig=RESTOCK)["outOfStockConfig"] == RESTOCK
        )
        later = {"restock": {"restockableInDays": 0}}
        assert patch(2, outOfStockConfig=later)["outOfStockConfig"] == later
        assert problems(patch(3, expect=400, outOfStockConfig=None)) == {
            "actions[0].outOfStockConfig.restock.restockableInDays": "REQUIRED"
        }

    @pytest.mark.parametrize(
        ("rules", "expected"),
        [
            ([RULE] * 11, {"": "OUT_OF_RANGE"}),
            ([{**RULE, "priority": 0}], {"[0].priority": "OUT_OF_RANGE"}),
            ([RULE, {**RULE, "priority": 1001}], {"[1].priority": "OUT_OF_RANGE"}),
            ([{**RULE, "context": []}], {"[0].context": "OUT_OF_RANGE"}),
            ([{**RULE, "context": RULE["context"] * 3}], {"[0].context": "OUT_OF_RANGE"}),
            (
                [{**RULE, "context": [{"type": "TAG_REFERENCE", "values": []}]}],
                {"[0].context[0].values": "REQUIRED"},
            ),
            (
                [{**RULE, "context": [{"type": "WEATHER", "operator": "OR", "values": ["x"], "a": 1}]}],
                {
                    "[0].context[0].type": "INVALID_CHOICE",
                    "[0].context[0].operator": "INVALID_CHOICE",
                    "[0].context[0].a": "UNKNOWN_FIELD",
                },
            ),
            ([{**RULE, "outOfStockBehaviour": "NONE"}], {"[0].outOfStockConfig": "INVALID"}),
            (
                [{**RULE, "outOfStockConfig": RESTOCK}],
                {"[0].outOfStockConfig.preorder.availabilityTimeframe.start": "REQUIRED"},
            ),
        ],
    )
    def test_context_rules_must_be_sound(
        self, put: Any, patch: Any, rules: list[Any], expected: dict[str, str]
    ) -> None:
        put({"tenantArticleId": "4711"})
        answer = patch(1, expect=400, outOfStockBehaviourByContexts=rules)
        name = "actions[0].outOfStockBehaviourByContexts"
        assert problems(answer) == {f"{name}{field}": code for field, code in expected.items()}
        assert not ListingContextRule.objects.exists()
        assert Listing.objects.get().version == 1

    def test_x4_of_two_clients_with_the_same_version_one_fails(self, put: Any, patch: Any) -> None:
        put({"tenantArticleId": "4711"})
        assert patch(1, outOfStockBehaviour="BACKORDER")["version"] == 2
        [error] = patch(1, outOfStockBehaviour="BACKORDER", expect=409)
        assert error["code"] == "VERSION_CONFLICT"
        assert (error["version"], error["requestVersion"]) == (2, 1)

    def test_unknown_fields_and_actions_are_named(self, put: Any, call: Any, patch: Any, path: str) -> None:
        put({"tenantArticleId": "4711"})
        assert problems(patch(1, expect=400, colour="red")) == {"actions[0].colour": "UNKNOWN_FIELD"}
        body = {"version": 1, "actions": [{"action": "ModifyFacility"}]}
        assert problems(call("patch", f"{path}/4711", body, expect=400)) == {
            "actions[0].action": "INVALID_CHOICE"
        }
        assert problems(call("patch", f"{path}/4711", {"actions": []}, expect=400)) == {
            "version": "REQUIRED",
            "actions": "EMPTY",
        }
        assert patch(1, expect=404, article="x")[0]["code"] == "NOT_FOUND"

    def test_article_ids_may_contain_slashes(self, put: Any, patch: Any, call: Any, path: str) -> None:
        put({"tenantArticleId": "lamps/4711"})
        assert patch(1, article="lamps%2F4711", price=3)["price"] == 3
        assert call("get", f"{path}/lamps%2F4711/outofstockbehaviour") == {"outOfStockBehaviour": "NONE"}
        assert call("delete", f"{path}/lamps%2F4711") == {}


class TestList:
    def test_it_is_filtered_and_paged(self, call: Any, path: str, facility: Facility) -> None:
        ids = [
            str(
                ListingFactory(
                    facility=facility,
                    article__tenant_article_id=key,
                    details={"scannableCodes": [f"code-{key}", "ä"]},
                    status="INACTIVE" if key == "B" else "ACTIVE",
                ).pk
            )
            for key in "ABC"
        ]
        ListingFactory()
        answer = call("get", f"{path}?size=2&startAfterId={ids[0]}")
        assert [listing["id"] for listing in answer["listings"]] == ids[1:]
        assert answer["total"] == 3
        assert set(answer["listings"][0]) == {
            "id",
            "version",
            "created",
            "lastModified",
            "facilityId",
            "tenantArticleId",
            "status",
        }

        def found(query: str) -> list[str]:
            return [listing["tenantArticleId"] for listing in call("get", f"{path}?{query}")["listings"]]

        assert found("tenantArticleIds=A&tenantArticleIds=C") == ["A", "C"]
        assert found("tenantArticleIds=A,B") == ["A", "B"]
        assert found("scannableCode=code-B") == ["B"]
        assert found("scannableCode=code") == []
        assert found("scannableCode=%C3%A4") == ["A", "B", "C"]
        assert found("status=INACTIVE") == ["B"]

    def test_it_takes_a_constant_number_of_queries(
        self, known_api: Any, path: str, facility: Facility, django_assert_num_queries: Any
    ) -> None:
        ListingFactory.create_batch(5, facility=facility)
        with django_assert_num_queries(4):  # the token, the facility, the page, the total
            known_api.get(f"/api/{path}")


class TestDelete:
    def test_one(self, call: Any, path: str, facility: Facility, published: list[Any]) -> None:
        listing = ListingFactory(facility=facility, article__tenant_article_id="4711")
        kept = ListingFactory(facility=facility)
        StockLevelFactory(facility=facility, article=listing.article, on_hand=5)
        published.clear()
        assert call("delete", f"{path}/4711") == {}
        assert list(Listing.objects.all()) == [kept]
        assert [type(event) for event in published] == [ListingDeleting, ListingsChanged]
        assert changed(published).deleted
        call("delete", f"{path}/4711", expect=404)

    def test_all_of_a_facility(self, call: Any, path: str, facility: Facility) -> None:
        ListingFactory.create_batch(3, facility=facility)
        other = ListingFactory()
        assert call("delete", path) == {}
        assert list(Listing.objects.all()) == [other]

    def test_what_orders_hold_is_not_deleted(self, call: Any, path: str, facility: Facility) -> None:
        """O3"""
        level = StockLevelFactory(facility=facility, on_hand=5, reserved=2)
        ListingFactory(facility=facility, article=level.article)
        ListingFactory(facility=facility)
        [error] = call("delete", path, expect=409)
        assert error["code"] == "STATE_CONFLICT"
        assert "2 units" in error["description"]
        assert Listing.objects.count() == 2

    def test_higher_floors_may_veto(
        self, call: Any, path: str, facility: Facility, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def veto(events: list[ListingDeleting]) -> None:
            raise StateConflict("The order R-1 waits there.")

        monkeypatch.setattr("backoffice.core.events._subscriptions", [(ListingDeleting, veto)])
        ListingFactory(facility=facility)
        [error] = call("delete", path, expect=409)
        assert error["description"] == "The order R-1 waits there."
        assert Listing.objects.exists()


class TestEffectiveBehaviour:
    """B1, B2: what the first rule whose conditions all hold says, else the listing."""

    def test_the_rule_that_decided_is_told(self, call: Any, path: str, facility: Facility) -> None:
        listing = ListingFactory(facility=facility, article=ArticleFactory(tenant_article_id="4711"))
        ContextRuleFactory(
            listing=listing,
            priority=2,
            conditions=[{"type": "TAG_REFERENCE", "values": ["brand:premium", "vip"]}],
            out_of_stock_behaviour="RESTOCK",
            restockable_in_days=4,
        )
        url = f"{path}/4711/outofstockbehaviour"
        assert call("get", url) == {"outOfStockBehaviour": "NONE"}
        assert call("get", f"{url}?tags=brand,brand:cheap") == {"outOfStockBehaviour": "NONE"}
        decided = call("get", f"{url}?tags=brand:premium")
        config = {"restock": {"restockableInDays": 4}}
        assert (decided["outOfStockBehaviour"], decided["outOfStockConfig"]) == ("RESTOCK", config)
        assert decided["decidedBy"]["priority"] == 2
        assert call("get", f"{url}?tags=vip:1") == decided

    def test_groups_of_the_ordering_facility_count(self, call: Any, path: str, facility: Facility) -> None:
        from tests.factories.inventory import FacilityFactory, FacilityGroupFactory

        ordering = FacilityFactory(tenant_facility_id="S-1")
        FacilityGroupFactory(tenant_facility_group_id="12345", members=[ordering])
        listing = ListingFactory(facility=facility, article__tenant_article_id="4711")
        ContextRuleFactory(listing=listing, conditions=[{"type": "FACILITY_GROUP", "values": ["12345"]}])
        url = f"{path}/4711/outofstockbehaviour"
        assert call("get", url) == {"outOfStockBehaviour": "NONE"}
        urn = "urn:fft:facility:tenantFacilityId:S-1"
        assert call("get", f"{url}?orderingFacilityRef={urn}")["outOfStockBehaviour"] == "BACKORDER"
        assert problems(call("get", f"{url}?orderingFacilityRef=x", expect=400)) == {
            "orderingFacilityRef": "NOT_FOUND"
        }
