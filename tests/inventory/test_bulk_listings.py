"""``PUT /api/listings``: several facilities at once, by either targeting strategy (spec 5)."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from inventory.events import ListingsChanged
from inventory.models import Article, Facility, Listing
from tests.factories.inventory import FacilityFactory


@pytest.fixture
def other(db: None) -> Any:
    return FacilityFactory(tenant_facility_id="B-2")


@pytest.fixture
def put(call: Any) -> Any:
    """``put({…}, {…})`` puts these entries; returns what was answered."""
    return lambda *entries, **options: call("put", "listings", {"listings": list(entries)}, **options)


def single(place: Facility, **fields: Any) -> dict[str, Any]:
    return {
        "targetingStrategy": "SINGLE_FACILITY",
        "facility": {"facilityRef": str(place.pk)},
        "tenantArticleId": "4711",
        "title": "Lamp",
        **fields,
    }


def multi(*selectors: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return {
        "targetingStrategy": "MULTI_SELECTOR",
        "selector": list(selectors),
        "tenantArticleId": "4711",
        "title": "Lamp",
        **fields,
    }


def named(tenant_facility_id: str, **fields: Any) -> dict[str, Any]:
    return {"facility": {"tenantFacilityId": tenant_facility_id}, **fields}


def told(answer: Any) -> list[tuple[str, str, int]]:
    return [
        (one["status"], one["result"]["tenantArticleId"], one["result"]["version"])
        for one in answer["listings"]
    ]


def test_both_strategies_in_one_request(
    put: Any, facility: Facility, other: Facility, published: list[Any]
) -> None:
    waits = {"outOfStockBehaviour": "BACKORDER"}
    answer = put(single(facility, tenantArticleId="4712"), multi(named("K-1"), named("B-2"), **waits))
    assert answer["summary"] == {"created": 3, "updated": 0, "unchanged": 0}
    assert told(answer) == [("CREATED", "4712", 1), ("CREATED", "4711", 1), ("CREATED", "4711", 1)]
    assert {one["result"]["facilityId"] for one in answer["listings"][1:]} == {
        str(facility.pk),
        str(other.pk),
    }
    assert answer["listings"][1]["result"]["outOfStockBehaviour"] == "BACKORDER"
    assert [event.may_release for event in published if isinstance(event, ListingsChanged)] == [True] * 3


def test_what_is_as_it_should_be_is_unchanged(put: Any, facility: Facility, published: list[Any]) -> None:
    full = {
        "price": 12.5,
        "currency": "EUR",
        "tags": [{"id": "brand", "value": "premium"}],
        "outOfStockBehaviour": "PREORDER",
        "outOfStockConfig": {"preorder": {"availabilityTimeframe": {"start": "2026-12-01T08:45:50.525Z"}}},
    }
    put(single(facility, **full))
    published.clear()
    answer = put(single(facility, **full), single(facility, tenantArticleId="4712"))
    assert told(answer) == [("UNCHANGED", "4711", 1), ("CREATED", "4712", 1)]
    assert answer["summary"] == {"created": 1, "updated": 0, "unchanged": 1}
    assert len(published) == 1

    answer = put(single(facility, **{**full, "price": 13}, version=1))
    assert told(answer) == [("UPDATED", "4711", 2)]


def test_a_stale_version_stops_all(put: Any, facility: Facility, other: Facility) -> None:
    """X4: both versions are named, and nothing is written."""
    put(multi(named("B-2")))
    (error,) = put(single(facility), multi(named("B-2", version=7), status="INACTIVE"), expect=409)
    assert (error["version"], error["requestVersion"]) == (1, 7)
    assert list(Listing.objects.values_list("facility", "status")) == [(other.pk, "ACTIVE")]


def test_every_problem_at_once(refuse: Any, put: Any, facility: Facility) -> None:
    assert refuse("put", "listings", {"listings": [single(facility, facility={}), multi()]}) == {
        "listings[0].facility": "REQUIRED",
        "listings[1].selector": "EMPTY",
    }
    assert refuse("put", "listings", {"listings": [{**single(facility), "targetingStrategy": "ALL"}]}) == {
        "listings[0].targetingStrategy": "INVALID_CHOICE"
    }
    lost = [single(facility, facility={"tenantFacilityId": "x"}), multi(named("K-1"), named("y"))]
    assert refuse("put", "listings", {"listings": lost}) == {
        "listings[0].facility": "NOT_FOUND",
        "listings[1].selector[1].facility": "NOT_FOUND",
    }
    wrong = multi(named("K-1"), named("K-1"), outOfStockBehaviour="PREORDER")
    assert len(put(wrong, expect=400)) == 1
    many = [multi(*[named("K-1")] * 13), multi(*[named("K-1")] * 13)]
    assert refuse("put", "listings", {"listings": many}) == {"listings": "MAX_LENGTH"}
    assert not Listing.objects.exists()
    assert not Article.objects.exists()


def test_the_queries_do_not_grow_with_the_entries(
    known_api: Any, facility: Facility, other: Facility
) -> None:
    def queries(*entries: Any) -> int:
        with CaptureQueriesContext(
            connection,
        ) as found:
            response = known_api.put("/api/listings", {"listings": entries}, format="json")
            assert response.status_code == 200, response.content
        return len(found)

    few = queries(multi(named("K-1")))
    many = queries(*(multi(named("K-1"), named("B-2"), tenantArticleId=f"{i}") for i in range(12)))
    assert many <= few + 2
