"""``/api/stocks/summaries`` (spec 5; B3), and safety stock (spec 2)."""

from __future__ import annotations

from typing import Any

import pytest

from backoffice.core.errors import Invalid
from inventory.events import StockChanged, StockRaised
from inventory.models import Facility, Listing, StockLevel
from inventory.services.safety_stock import set_safety_stocks
from tests.factories.inventory import (
    ArticleFactory,
    FacilityFactory,
    FacilityGroupFactory,
    ListingFactory,
    StockLevelFactory,
)


@pytest.fixture
def levels(facility: Facility) -> list[StockLevel]:
    """Lamps at two facilities and bulbs at one; the second facility is a SUSPENDED one that only hands over."""
    other = FacilityFactory(status="SUSPENDED", services=["PICKUP"])
    lamp, bulb = (
        ArticleFactory(tenant_article_id="lamp", title="Lamp"),
        ArticleFactory(tenant_article_id="bulb"),
    )
    made = [
        StockLevelFactory(facility=facility, article=lamp, on_hand=5, reserved=2, safety_stock=1),
        StockLevelFactory(facility=other, article=lamp, on_hand=7),
        StockLevelFactory(facility=facility, article=bulb, on_hand=1, reserved=0, safety_stock=3),
    ]
    for level in made:
        ListingFactory(facility=level.facility, article=level.article)
    return made


def test_stock_is_added_up_by_article(call: Any, levels: list[StockLevel]) -> None:
    answer = call("get", "stocks/summaries")
    assert answer["total"] == 2
    bulb, lamp = answer["stockSummaries"]
    assert lamp == {
        "article": {"tenantArticleId": "lamp", "title": "Lamp"},
        "details": {
            "totalAmount": 12,
            "stockOnHand": 12,
            "reserved": 2,
            "safetyStock": 1,
            "available": 9,
            "availableOnStock": 9,
            "availableForPicking": 9,
            "availableToPromise": 9,
            "readyToPick": 9,
            "byTrait": {"ACCESSIBLE": 12, "PICKABLE": 12},
        },
        "includedFacilityRefs": [str(level.facility_id) for level in levels[:2]],
    }
    assert (bulb["details"]["stockOnHand"], bulb["details"]["available"]) == (1, 0)


def test_stock_counts_as_available_only_where_the_listing_is_active(
    call: Any, levels: list[StockLevel]
) -> None:
    """B3"""
    Listing.objects.filter(facility=levels[0].facility).update(status="INACTIVE")
    Listing.objects.filter(facility=levels[1].facility).delete()
    lamp = call("get", "stocks/summaries?tenantArticleIds=lamp")["stockSummaries"][0]["details"]
    assert (lamp["stockOnHand"], lamp["available"]) == (12, 0)


def test_levels_are_filtered_before_they_are_added_up(call: Any, levels: list[StockLevel]) -> None:
    first, second = levels[0].facility, levels[1].facility
    groups = [FacilityGroupFactory(members=[second]), FacilityGroupFactory(members=[second])]

    def on_hand(query: str) -> dict[str, int]:
        return {
            summary["article"]["tenantArticleId"]: summary["details"]["stockOnHand"]
            for summary in call("get", f"stocks/summaries?{query}")["stockSummaries"]
        }

    assert on_hand(f"facilityRefs={first.pk}") == {"bulb": 1, "lamp": 5}
    assert on_hand("facilityRefs=urn:fft:facility:tenantFacilityId:K-1") == {"bulb": 1, "lamp": 5}
    assert on_hand("facilityRefs=nothing") == {}
    assert on_hand("facilityStatus=SUSPENDED") == {"lamp": 7}
    assert on_hand("facilityServiceTypes=SHIP_FROM_STORE") == {"bulb": 1, "lamp": 5}
    assert on_hand("facilityServiceTypes=PICKUP") == {"bulb": 1, "lamp": 12}
    assert on_hand(f"facilityGroupRefs={groups[0].pk}&facilityGroupRefs={groups[1].pk}") == {"lamp": 7}
    assert on_hand("tenantArticleIds=bulb,nothing") == {"bulb": 1}


def test_pages_go_on_after_an_article(call: Any, refuse: Any, levels: list[StockLevel]) -> None:
    def shown(query: str) -> list[str]:
        page = call("get", f"stocks/summaries?{query}")
        assert page["total"] == 2
        return [summary["article"]["tenantArticleId"] for summary in page["stockSummaries"]]

    assert shown("size=1") == ["bulb"]
    assert shown("maxPageSize=1&size=50") == ["bulb"]
    assert shown("startAfterId=bulb") == ["lamp"]
    assert shown("startAfterId=car") == ["lamp"]
    assert shown("startAfterId=lamp") == []
    assert refuse("get", "stocks/summaries?size=101&maxPageSize=0") == {
        "size": "OUT_OF_RANGE",
        "maxPageSize": "OUT_OF_RANGE",
    }


def test_it_takes_a_constant_number_of_queries(
    known_api: Any, levels: list[StockLevel], django_assert_num_queries: Any
) -> None:
    with django_assert_num_queries(4):  # the token, the total, the articles, their levels
        known_api.get("/api/stocks/summaries")


def test_a_lower_safety_stock_raises_what_is_available(facility: Facility, published: list[Any]) -> None:
    """W4: safety stock down is a trigger, safety stock up is none."""
    level = StockLevelFactory(facility=facility, on_hand=5)
    key = (facility.pk, level.article_id)
    published.clear()
    assert set_safety_stocks(targets={key: 4})[key].available == 1
    assert [type(event) for event in published] == [StockChanged]
    published.clear()
    set_safety_stocks(targets={key: 3})
    assert [type(event) for event in published] == [StockChanged, StockRaised]
    assert published[-1].cause == "SAFETY_STOCK_DOWN"
    published.clear()
    set_safety_stocks(targets={key: 3})
    assert published == []


def test_a_negative_safety_stock_is_refused(facility: Facility) -> None:
    article = ArticleFactory()
    with pytest.raises(Invalid):
        set_safety_stocks(targets={(facility.pk, article.pk): -1})
    assert not StockLevel.objects.exists()
