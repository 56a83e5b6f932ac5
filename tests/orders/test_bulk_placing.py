"""``POST /api/orders/bulk`` (spec 5): each order succeeds or fails by itself, as with ``POST /api/orders``."""

from __future__ import annotations

import pytest

from inventory.models import Article
from orders.models import Order, OrderStatus
from orders.services.placing import TOGETHER
from tests.factories.inventory import FacilityFactory

pytestmark = pytest.mark.django_db

URN = "urn:fft:facility:tenantFacilityId:"


def bulk(api, orders, expect=207):
    response = api.post("/api/orders/bulk", {"orders": orders})
    assert response.status_code == expect, response.content
    return response.json()


def numbered(document, *numbers):
    return [{**document, "tenantOrderId": number} for number in numbers]


def test_one_failure_leaves_the_others_placed(api, place, document):
    place(tenantOrderId="taken")
    good, taken, again, last = numbered(document, "a", "taken", "a", "b")
    nowhere = {**document, "deliveryPreferences": {"collect": [{"tenantFacilityId": "nowhere"}]}}
    wrong = {**document, "tenantOrderId": 5, "colour": "red", "orderLineItems": []}
    results = bulk(api, [good, taken, again, wrong, "text", {**nowhere, "tenantOrderId": "c"}, last])

    assert [result["status"] for result in results] == ["CREATED", *["FAILED"] * 5, "CREATED"]
    assert [result.get("tenantOrderId") for result in results] == ["a", "taken", "a", None, None, "c", "b"]
    codes = [
        [(error.get("field"), error["code"]) for error in result.get("errors", ())] for result in results
    ]
    assert codes[1] == codes[2] == [("tenantOrderId", "TENANT_ORDER_ID_TAKEN")]
    assert {("colour", "UNKNOWN_FIELD"), ("orderLineItems", "MIN_LENGTH")} <= set(codes[3])
    assert codes[4] == [(None, "INVALID")]
    assert codes[5] == [("deliveryPreferences.collect[0].tenantFacilityId", "FACILITY_UNKNOWN")]
    assert Order.objects.count() == 3
    for result in (results[0], results[-1]):
        assert result["order"] == api.get(f"/api/orders/{result['order']['id']}").json()


def test_a_body_that_is_no_list_of_orders_writes_nothing(api, document):
    for body in ([], "x", [document] * 501):
        assert bulk(api, body, expect=400)[0]["field"] == "orders"
    assert api.post("/api/orders/bulk", {"order": []}).status_code == 400
    assert Order.objects.count() == 0


def test_many_orders_cost_few_queries(known_api, document, django_assert_max_num_queries):
    Article.objects.bulk_create(
        Article(tenant_article_id=number, title=number) for number in ("4711", "4712")
    )
    orders = numbered(document, *(str(number) for number in range(TOGETHER)))
    with django_assert_max_num_queries(15):
        results = bulk(known_api, orders)
    assert {result["status"] for result in results} == {"CREATED"}
    assert Order.objects.filter(status=OrderStatus.OPEN).count() == TOGETHER


def test_who_may_not_place_orders_may_not_place_many(api_as, document):
    assert api_as("VIEWER").post("/api/orders/bulk", {"orders": [document]}).status_code == 403
    assert Order.objects.count() == 0


def test_facilities_are_named_by_urn_wherever_an_order_names_one(api, place):
    shop = FacilityFactory(tenant_facility_id="shop")
    collected = place(tenantOrderId="c", deliveryPreferences={"collect": [{"facilityRef": f"{URN}shop"}]})
    shipped = place(
        tenantOrderId="s",
        deliveryPreferences={"shipping": {"preselectedFacilities": [{"facilityRef": f"{URN}shop"}]}},
        consumer={"facilityRef": f"{URN}shop"},
    )
    assert Order.objects.get(pk=collected["id"]).collect_facility == shop
    stored = Order.objects.get(pk=shipped["id"])
    assert (stored.ordering_facility, stored.preselected_facilities) == (shop, [str(shop.pk)])
    for ref, code in (
        (f"{URN}nowhere", "FACILITY_UNKNOWN"),
        ("nowhere", "INVALID"),
        (f"{URN}{'x' * 300}", "MAX_LENGTH"),
    ):
        (error,) = place(tenantOrderId="x", consumer={"facilityRef": ref}, expect=400)
        assert (error["field"], error["code"]) == ("consumer.facilityRef", code)
    both = {"facilityRef": f"{URN}shop", "tenantFacilityId": "other"}
    (error,) = place(tenantOrderId="x", consumer=both, expect=400)
    assert error["field"] == "consumer.facilityRef"
    assert Order.objects.count() == 2
