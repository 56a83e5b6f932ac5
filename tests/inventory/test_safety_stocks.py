"""``/api/safetystocks`` and what lowering does (spec 2, 5; W4)."""

from __future__ import annotations

from typing import Any

import pytest

from backoffice.core.models import uuid7
from inventory.events import StockChanged, StockRaised
from inventory.models import Article, Facility, SafetyStock, StockLevel
from tests.factories.inventory import ArticleFactory, FacilityFactory, StockFactory


@pytest.fixture
def lamp(facility: Facility) -> Any:
    article = ArticleFactory(tenant_article_id="4711")
    StockFactory(facility=facility, article=article, value=5)
    return article


@pytest.fixture
def keep(call: Any, facility: Facility) -> Any:
    """``keep(3)`` keeps so many of 4711 back, and returns the one result."""

    def send(value: int, **fields: Any) -> Any:
        one = {"facilityRef": str(facility.pk), "tenantArticleId": "4711", "value": value, **fields}
        [result] = call("put", "safetystocks", {"operations": [one]}, expect=207)
        return result

    return send


def test_a_safety_stock_is_set_raised_read_and_deleted(
    keep: Any, call: Any, facility: Facility, lamp: Article, published: list[Any]
) -> None:
    """W4: what is kept back no longer may let waiting plans go; keeping more back may not."""
    published.clear()
    named = {"facilityRef": str(facility.pk), "tenantArticleId": "4711"}
    assert keep(2) == {**named, "value": 2, "status": "CREATED"}
    assert keep(4, facilityRef="urn:fft:facility:tenantFacilityId:K-1")["status"] == "UPDATED"
    assert [type(event) for event in published] == [StockChanged, StockChanged]

    page = call("get", "safetystocks")
    [kept] = page["safetyStocks"]
    assert (page["total"], kept["version"], kept["value"]) == (1, 2, 4)
    assert {key: kept[key] for key in named} == named
    assert StockLevel.objects.get().available == 1

    published.clear()
    assert keep(3)["value"] == 3
    assert [event.cause for event in published if isinstance(event, StockRaised)] == ["SAFETY_STOCK_DOWN"]

    published.clear()
    assert call("delete", f"safetystocks/{kept['id']}") == {}
    assert [event.cause for event in published if isinstance(event, StockRaised)] == ["SAFETY_STOCK_DOWN"]
    assert (StockLevel.objects.get().available, SafetyStock.objects.count()) == (5, 0)
    call("delete", f"safetystocks/{kept['id']}", expect=404)
    call("delete", "safetystocks/nothing", expect=404)


def test_each_operation_is_by_itself(call: Any, facility: Facility, lamp: Article) -> None:
    nowhere = str(uuid7())
    answer = call(
        "put",
        "safetystocks",
        {
            "operations": [
                {"facilityRef": nowhere, "tenantArticleId": "4711", "value": 1},
                {"facilityRef": str(facility.pk), "tenantArticleId": "none", "value": 1},
                {"tenantArticleId": "4711", "value": 1},
                {"facilityRef": str(facility.pk), "tenantArticleId": "4711", "value": 1},
                {"facilityRef": str(facility.pk), "tenantArticleId": "4711", "value": 2},
            ]
        },
        expect=207,
    )
    assert [one["status"] for one in answer] == ["FAILED", "FAILED", "FAILED", "CREATED", "UPDATED"]
    assert [one["error"]["type"] for one in answer[:3]] == ["NOT_FOUND", "NOT_FOUND", "VALIDATION"]
    assert nowhere in answer[0]["error"]["message"]
    assert StockLevel.objects.get().safety_stock == 2
    assert not Article.objects.filter(tenant_article_id="none").exists()


def test_what_makes_no_sense_is_refused(refuse: Any, facility: Facility, lamp: Article) -> None:
    one = {"facilityRef": str(facility.pk), "tenantArticleId": "4711"}
    assert refuse("put", "safetystocks", {"operations": [{**one, "value": -1}, {"value": "x"}]}) == {
        "operations[0].value": "MIN_VALUE",
        "operations[1].tenantArticleId": "REQUIRED",
        "operations[1].value": "INVALID",
    }
    assert refuse("put", "safetystocks", {"operations": []}) == {"operations": "EMPTY"}
    assert refuse("get", "safetystocks?size=101") == {"size": "OUT_OF_RANGE"}
    assert not SafetyStock.objects.exists()


def test_the_list_is_narrowed_and_paged(call: Any, facility: Facility, lamp: Article) -> None:
    other = FacilityFactory()
    operations = [
        {"facilityRef": str(place.pk), "tenantArticleId": "4711", "value": 1} for place in (facility, other)
    ]
    call("put", "safetystocks", {"operations": operations}, expect=207)
    first = call("get", "safetystocks?size=1")
    rest = call("get", f"safetystocks?startAfterId={first['safetyStocks'][0]['id']}")
    assert (first["total"], [len(page["safetyStocks"]) for page in (first, rest)]) == (2, [1, 1])
    [found] = call("get", f"safetystocks?facilityRef={other.pk}&tenantArticleId=4711,none")["safetyStocks"]
    assert found["facilityRef"] == str(other.pk)
    assert call("get", "safetystocks?tenantArticleId=none")["total"] == 0
