"""Input that no honest client sends is refused, and nothing breaks (spec 8, "Bad input")."""

from __future__ import annotations

from typing import Any

import pytest

from inventory.models import Facility, Listing, Stock
from tests.factories.inventory import ListingFactory, StockFactory
from tests.inventory.inbound_builders import ordered

ODD = (
    [],
    "text",
    7,
    None,
    {"actions": {}},
    {"version": 2**63, "actions": [7], "listings": {}, "stocks": [[]], "value": 2**63},
    {"version": True, "actions": [{"action": ["ModifyListing"]}], "listings": [None], "stocks": [{}]},
    {"name": "🚀" * 300, "address": [], "services": [[]], "nameLocalized": {"": 1}, "facilityRefs": [{}]},
    {"version": 1, "address": {"resolvedCoordinates": {"lat": "nan", "lon": "1"}}, "pickingTimes": []},
    {"name": "x", "address": {"country": "DE\n", "resolvedTimeZone": {"timeZoneId": "../UTC"}}, "tags": [1]},
    {"listings": [{"tenantArticleId": "a", "weight": "nan", "price": "nan", "outOfStockConfig": []}]},
    {
        "listings": [
            {"tenantArticleId": "a", "outOfStockBehaviourByContexts": [{"context": "x", "priority": 1.5}]}
        ]
    },
    {"stocks": [{"id": [], "value": []}], "facility": [], "tenantArticleId": {}, "properties": {"a": {}}},
    {"stocks": [{"tenantArticleId": "a", "value": 1, "facility": {"facilityRef": "urn:fft:facility:"}}]},
    {
        "closingDays": [{"date": "0001-01-01T00:00:00+14:00", "reason": "", "recurrence": "YEARLY"}],
        "version": 1,
    },
)

ENDPOINTS = (
    ("post", "facilities"),
    ("put", "facilities/{facility}"),
    ("patch", "facilities/{facility}"),
    ("post", "facilitygroups"),
    ("put", "facilities/{facility}/listings"),
    ("patch", "facilities/{facility}/listings/{article}"),
    ("patch", "articles/{article}"),
    ("post", "stocks"),
    ("put", "stocks"),
    ("put", "stocks/{stock}"),
    ("post", "inboundprocesses"),
    ("put", "inboundprocesses/{process}/purchaseorder"),
    ("post", "inboundprocesses/{process}/receipts"),
)


@pytest.mark.parametrize(("method", "path"), ENDPOINTS)
def test_odd_bodies_are_refused(call: Any, facility: Facility, method: str, path: str) -> None:
    listing = ListingFactory(facility=facility)
    stock = StockFactory(facility=facility, article=listing.article)
    article = listing.article.tenant_article_id
    process = ordered(facility, ("X", 5))
    url = path.format(facility=facility.pk, article=article, stock=stock.pk, process=process.pk)
    for body in ODD:
        answer = call(method, url, body, expect=400)
        assert all(error["code"] and error["description"] for error in answer), body
    assert (Facility.objects.count(), Listing.objects.count(), Stock.objects.count()) == (1, 1, 1)
    for row in (facility, listing, stock, process):
        row.refresh_from_db()
        assert row.version == 1


@pytest.mark.parametrize(
    "path",
    [
        "facilities/%00",
        "facilities/urn:fft:facility:tenantFacilityId:%00",
        "articles/%00",
        "stocks?tenantArticleId=%00",
        "stocks/summaries?startAfterId=%00",
    ],
)
def test_nul_is_refused_in_addresses(call: Any, path: str) -> None:
    [error] = call("get", path, expect=400)
    assert error["code"] == "MALFORMED"


def test_emoji_are_as_good_as_letters(call: Any, facility: Facility) -> None:
    body = {"listings": [{"tenantArticleId": "🪔/1", "title": "Lamp 🪔"}]}
    [result] = call("put", f"facilities/{facility.pk}/listings", body)
    assert result["listing"]["title"] == "Lamp 🪔"
    assert call("get", f"facilities/{facility.pk}/listings/%F0%9F%AA%94%2F1") == result["listing"]
