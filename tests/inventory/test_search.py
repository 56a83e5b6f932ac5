"""``POST …/search`` of inventory's resources; what holds for all searches is in ``tests/orders/test_search.py``."""

from __future__ import annotations

from datetime import UTC, datetime

from backoffice.core.models import uuid7
from inventory.models import Listing, OutOfStockBehaviour, Reservation
from tests.factories.inventory import (
    ArticleFactory,
    FacilityFactory,
    FacilityGroupFactory,
    ListingFactory,
    StockFactory,
    StockLevelFactory,
)
from tests.inventory.inbound_builders import bucket_of, ordered, promise

URN = "urn:fft:facility:tenantFacilityId:"
START = datetime(2026, 6, 1, tzinfo=UTC)


def search(api, at, **body):
    response = api.post(f"/api/{at}/search", {"query": {}, **body})
    assert response.status_code == 200, response.content
    return response.json()


def check(api, at, plural, cases, names):
    """``cases`` are queries and the names of what they find, in the order of the answer."""
    for query, expected in cases:
        found = [row["id"] for row in search(api, at, query=query)[plural]]
        assert found == [str(names[name].pk) for name in expected], query


def sorted_by(api, at, plural, key):
    return [row["id"] for row in search(api, at, sort=[key])[plural]]


def test_facilities(api, django_assert_num_queries):
    a = FacilityFactory(
        name="Köln",
        tenant_facility_id="K-1",
        tags=[{"id": "size", "value": "big"}],
        services=["PICKUP"],
        contact={"firstName": "Ada"},
        address_details={"emailAddresses": [{"value": "a@example.org"}], "customAttributes": {"floor": 2}},
        custom_attributes={"region": "west"},
    )
    b = FacilityFactory(
        name="Wien",
        tenant_facility_id=None,
        country="AT",
        city="Wien",
        status="OFFLINE",
        location_type="WAREHOUSE",
    )
    everything = "ab"
    cases = [
        ({}, everything),
        ({"tenantFacilityId": {"in": ["K-1", "K-2"]}}, "a"),
        ({"name": {"notEq": "Köln"}}, "b"),
        ({"status": {"eq": "ONLINE"}}, "a"),
        ({"locationType": {"eq": "WAREHOUSE"}}, "b"),
        ({"type": {"eq": "MANAGED_FACILITY"}}, everything),
        ({"type": {"eq": "SUPPLIER"}}, ""),
        ({"address": {"country": {"eq": "AT"}, "city": {"eq": "Wien"}}}, "b"),
        ({"address": {"emailAddresses": {"contains": {"value": {"eq": "a@example.org"}}}}}, "a"),
        ({"address": {"customAttributes": {"floor": {"gte": 2}}}}, "a"),
        ({"services": {"contains": {"type": {"eq": "SHIP_FROM_STORE"}}}}, "b"),
        ({"services": {"contains": {"type": {"in": ["SHIP_FROM_STORE", "PICKUP"]}}}}, everything),
        ({"tags": {"contains": {"id": {"eq": "size"}, "value": {"eq": "big"}}}}, "a"),
        ({"contact": {"firstName": {"eq": "Ada"}}}, "a"),
        ({"customAttributes": {"region": {"eq": "west"}}}, "a"),
        ({"id": {"eq": f"{URN}K-1"}}, "a"),
        ({"id": {"in": [str(b.pk), f"{URN}K-1"]}}, everything),
    ]
    check(api, "facilities", "facilities", cases, {"a": a, "b": b})
    ids = {"a": str(a.pk), "b": str(b.pk)}
    assert sorted_by(api, "facilities", "facilities", {"name": "DESC"}) == [ids["b"], ids["a"]]
    assert sorted_by(api, "facilities", "facilities", {"customAttributes": {"region": "ASC"}}) == [
        *ids.values()
    ]
    (first, _) = search(api, "facilities")["facilities"]
    assert first == api.get(f"/api/facilities/{a.pk}").json()
    with django_assert_num_queries(2):  # the token and the facilities
        search(api, "facilities")


def test_facility_groups(api, facility, django_assert_num_queries):
    full = FacilityGroupFactory(
        tenant_facility_group_id="full",
        name_localized={"de_DE": "Süden"},
        members=[facility, FacilityFactory()],
    )
    empty = FacilityGroupFactory(
        tenant_facility_group_id="empty", name_localized={"en_US": "North", "de_DE": "N"}
    )
    cases = [
        ({"tenantFacilityGroupId": {"eq": "full"}}, "f"),
        ({"facilityRefs": {"contains": {"eq": f"{URN}K-1"}}}, "f"),
        ({"facilityRefs": {"contains": {"notEq": str(facility.pk)}}}, "e"),
        ({"name": {"eq": "N"}}, "e"),
        ({"name": {"notEq": "N"}}, "f"),
        ({"name": {"like": "s"}}, "f"),
        ({"name": {"like": "nor"}}, "e"),
    ]
    check(api, "facilitygroups", "facilityGroups", cases, {"f": full, "e": empty})
    for key in ({"name": "ASC"}, {"facilityCount": "ASC"}, {"tenantFacilityGroupId": "ASC"}):
        found = sorted_by(api, "facilitygroups", "facilityGroups", key)
        assert found == [str(empty.pk), str(full.pk)]
    with django_assert_num_queries(3):  # the token, the groups, their members
        search(api, "facilitygroups")


def test_listings(api, facility, django_assert_num_queries):
    one = ListingFactory(
        facility=facility,
        article=ArticleFactory(tenant_article_id="HAT"),
        price="9.99",
        details={"weight": 250, "measurementUnitKey": "piece", "categoryRefs": ["hats", "summer"]},
        tags=[{"id": "brand", "value": "premium"}],
        out_of_stock_behaviour=OutOfStockBehaviour.PREORDER,
        preorder_start=START,
    )
    two = ListingFactory(article=ArticleFactory(tenant_article_id="BELT"), status="INACTIVE", price="10")
    cases = [
        ({"facilityRef": {"eq": f"{URN}K-1"}}, "1"),
        ({"facilityRef": {"notEq": str(facility.pk)}}, "2"),
        ({"tenantArticleId": {"in": ["HAT", "BELT"]}, "status": {"eq": "ACTIVE"}}, "1"),
        ({"outOfStockBehaviour": {"in": ["PREORDER", "BACKORDER"]}}, "1"),
        ({"availabilityTimeframe": {"start": {"gte": "2026-06-01"}}}, "1"),
        ({"price": {"eq": 9.99}}, "1"),
        ({"price": {"gt": 9.99, "lte": 1e15}}, "2"),
        ({"weight": {"lt": 300}}, "1"),
        ({"weight": {"notEq": 250}}, "2"),
        ({"measurementUnitKey": {"eq": "piece"}}, "1"),
        ({"categoryRefs": {"contains": {"eq": "summer"}}}, "1"),
        ({"categoryRefs": {"contains": {"notEq": "summer"}}}, "2"),
        ({"tags": {"exists": False}}, "2"),
        ({"created": {"after": "-PT1H"}}, "12"),
    ]
    check(api, "listings", "listings", cases, {"1": one, "2": two})
    assert sorted_by(api, "listings", "listings", {"tenantArticleId": "ASC"}) == [str(two.pk), str(one.pk)]
    article = api.get(f"/api/facilities/{facility.pk}/listings/HAT").json()
    assert search(api, "listings")["listings"][0] == article
    with django_assert_num_queries(5):  # the token, the ids, the listings, their rules, their stock
        search(api, "listings")
    assert Listing.objects.count() == 2


def test_stocks(api, facility, django_assert_num_queries):
    one = StockFactory(
        facility=facility,
        article=ArticleFactory(tenant_article_id="HAT"),
        value=5,
        location_ref="A-1",
        tenant_stock_id="S-1",
        available_until=START,
        conditions=["DEFECTIVE"],
        properties={"lot": "7"},
    )
    two = StockFactory(article=ArticleFactory(tenant_article_id="BELT"), value=0, location_ref="A-0")
    cases = [
        ({"facilityRef": {"eq": f"{URN}K-1"}}, "1"),
        ({"tenantFacilityId": {"eq": "K-1"}}, "1"),
        ({"tenantArticleId": {"eq": "BELT"}}, "2"),
        ({"tenantStockId": {"notEq": "S-1"}}, "2"),
        ({"locationRef": {"eq": "A-1"}}, "1"),
        ({"value": {"gt": 0}}, "1"),
        ({"value": {"in": [0, 4.5]}}, "2"),
        ({"value": {"gte": 4.5}}, "1"),
        ({"value": {"lte": 4.5}}, "2"),
        ({"value": {"notEq": 4.5}}, "12"),
        ({"availableUntil": {"lte": "2026-06-01T00:00:00Z"}}, "1"),
        ({"conditions": {"contains": {"eq": "DEFECTIVE"}}}, "1"),
        ({"conditions": {"contains": {"notEq": "DEFECTIVE"}}}, "2"),
        ({"traits": {"contains": {"eq": "PICKABLE"}}}, "12"),
        ({"traits": {"contains": {"notEq": "PICKABLE"}}}, ""),
        ({"traits": {"contains": {"in": ["IN_MOTION"]}}}, ""),
        ({"properties": {"lot": {"eq": "7"}}}, "1"),
        ({"properties": {"lot": {"exists": False}}}, "2"),
        ({"scannableCodes": {"contains": {"eq": "4006381333931"}}}, ""),
    ]
    check(api, "stocks", "stocks", cases, {"1": one, "2": two})
    for key in ({"value": "ASC"}, {"locationName": "ASC"}, {"tenantArticleId": "ASC"}):
        assert sorted_by(api, "stocks", "stocks", key) == [str(two.pk), str(one.pk)]
    with django_assert_num_queries(3):  # the token, the stocks, what lies beside them
        search(api, "stocks")


def test_reservations(api, facility, django_assert_num_queries):
    article = ArticleFactory(tenant_article_id="HAT")
    StockLevelFactory(facility=facility, article=article, on_hand=5, reserved=2, holder=uuid7())
    elsewhere = FacilityFactory(tenant_facility_id="K-2")
    promise(bucket_of(ordered(elsewhere, ("BELT", 5)), "BELT"), 1)
    one, two = Reservation.objects.order_by("pk")
    cases = [
        ({}, "12"),
        ({"id": {"eq": str(one.pk)}}, "1"),
        ({"id": {"in": [str(two.pk), "nonsense", "9" * 30]}}, "2"),
        ({"facilityRef": {"eq": f"{URN}K-2"}}, "2"),
        ({"facilityRef": {"notEq": str(elsewhere.pk)}}, "1"),
        ({"tenantArticleId": {"in": ["HAT"]}}, "1"),
        ({"relatedRefs": {"transferRefs": {"contains": {"eq": "x"}}}}, ""),
        ({"relatedRefs": {"orderRefs": {"contains": {"eq": str(uuid7())}}}}, ""),
        ({"relatedRefs": {"orderRefs": {"contains": {"notEq": "nonsense"}}}}, "12"),
    ]
    check(api, "reservations", "reservations", cases, {"1": one, "2": two})
    page = search(api, "reservations", sort=[{"created": "DESC"}], size=1)
    rest = search(api, "reservations", sort=[{"created": "DESC"}], after=page["pageInfo"]["endCursor"])
    assert [row["id"] for row in (*page["reservations"], *rest["reservations"])] == [str(two.pk), str(one.pk)]
    with django_assert_num_queries(3):  # the token, the reservations, who holds them
        search(api, "reservations")
