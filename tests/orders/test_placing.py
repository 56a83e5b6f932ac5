from __future__ import annotations

import re
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from backoffice.core.models import DomainEvent
from inventory.models import Article
from orders.events import OrderPlaced
from orders.models import Bundle, BundleItem, Order, OrderLine
from tests.factories.inventory import ArticleFactory, FacilityFactory
from tests.factories.orders import OrderFactory
from tests.orders.conftest import draft, line

pytestmark = pytest.mark.django_db


def nothing_written() -> bool:
    rows = (Order, OrderLine, Bundle, BundleItem, Article)
    return not any(model.objects.exists() for model in rows) and not DomainEvent.objects.exists()


def fields(errors: list[dict[str, Any]]) -> list[str]:
    return sorted(error["field"] for error in errors)


def test_an_order_is_answered_as_it_was_placed(api: Any, document: dict[str, Any]) -> None:
    response = api.post("/api/orders", document)

    assert response.status_code == 201
    answer = response.json()
    assert response.headers["Location"] == f"/api/orders/{answer['id']}"
    assert re.fullmatch(r"[A-Za-z0-9_-]+", answer["id"])
    assert answer["version"] == 1
    assert answer["processId"] == answer["id"]
    assert answer["status"] == "OPEN"
    assert answer["orderDate"] == "2026-05-01T08:30:00.000Z"
    assert answer["workflowInformation"] == {"isAvailable": False}
    assert answer["consumer"] == document["consumer"]
    assert [(one["article"]["tenantArticleId"], one["quantity"]) for one in answer["orderLineItems"]] == [
        ("4711", 2),
        ("4712", 1),
    ]
    assert len({one["id"] for one in answer["orderLineItems"]}) == 2
    assert api.get(response.headers["Location"]).json() == answer


def test_everything_that_an_order_may_carry_comes_back(api: Any, document: dict[str, Any]) -> None:
    facility = FacilityFactory()
    document |= {
        "status": "LOCKED",
        "tags": [{"id": "delivery", "value": "click-and-collect"}],
        "deliveryPreferences": {
            "shipping": {
                "serviceLevel": "SAMEDAY",
                "preferredCarriers": ["DHL"],
                "preferredCarriersWithProduct": [{"carrierKey": "DPD", "carrierProduct": "EXPRESS"}],
                "preselectedFacilities": [{"facilityRef": str(facility.id)}],
                "unheardOf": {"kept": True},
            },
            "targetTime": "2026-05-03T12:00:00Z",
        },
        "paymentInfo": {"currency": "EUR", "methodLocalized": {"de_DE": "Rechnung"}},
        "pricing": {"fees": [{"name": "wrapping", "value": {"value": 100, "currency": "EUR"}}]},
        "promisesOptions": {"validUntil": "2026-05-01T12:00:00+02:00"},
        "source": {"tenantSourceId": "shop"},
        "statusReasons": [{"status": "LOCKED", "reason": "fraud check"}],
        "stickers": [{"key": "vip", "nameLocalized": {"en_US": "VIP"}, "priority": 1}],
        "customAttributes": {"gift": {"message": "🎁"}},
    }
    document["orderLineItems"] = [
        line(
            "4711",
            2,
            shopPrice=1200.5,
            tags=[{"id": "size", "value": "XL"}],
            scannableCodes=["0123"],
            measurementUnitKey="piece",
            secondaryQuantity=0,
            customAttributes={"engraving": "Ada"},
        )
    ]
    document["orderLineItems"][0]["article"] |= {
        "imageUrl": "https://example.com/4711",
        "weight": 12.5,
        "attributes": [{"key": "colour", "value": "red", "category": "descriptive"}],
    }

    answer = api.post("/api/orders", document).json()

    expected = {**document, "orderDate": "2026-05-01T08:30:00.000Z"}
    expected["promisesOptions"] = {"validUntil": "2026-05-01T10:00:00.000Z"}
    expected["deliveryPreferences"]["targetTime"] = "2026-05-03T12:00:00.000Z"
    expected["orderLineItems"] = [{"id": answer["orderLineItems"][0]["id"], **document["orderLineItems"][0]}]
    assert {key: answer[key] for key in expected} == expected
    assert api.get(f"/api/orders/{answer['id']}").json() == answer


def test_what_routing_reads_is_taken_from_the_document(place: Any) -> None:
    facility, other = FacilityFactory(), FacilityFactory()
    placed = place(
        deliveryPreferences={
            "shipping": {
                "serviceLevel": "SAMEDAY",
                "preferredCarriers": ["DHL", "DPD"],
                "preferredCarriersWithProduct": [{"carrierKey": "DPD"}, {"carrierKey": "UPS"}],
                "preselectedFacilities": [
                    {"facilityRef": str(facility.id)},
                    {"tenantFacilityId": other.tenant_facility_id},
                ],
                "desiredDeliveryTime": "2026-05-02T12:00:00Z",
            }
        },
        tags=[{"id": "a", "value": "b"}],
        paymentInfo={"currency": "EUR"},
    )

    order = Order.objects.get(id=placed["id"])
    assert (order.delivery_type, order.service_level) == ("SHIPPING", "SAMEDAY")
    assert order.preferred_carriers == ["DHL", "DPD", "UPS"]
    assert order.preselected_facilities == [str(facility.id), str(other.id)]
    assert order.target_time == datetime(2026, 5, 2, 12, tzinfo=UTC)
    assert order.tags == [{"id": "a", "value": "b"}]
    assert (order.country, order.latitude, order.longitude) == ("DE", 51.1, 6.9)
    assert (order.value, order.currency) == (Decimal(30), "EUR")
    assert (order.consumer_id, order.priority) == ("c-1", 0)


def test_without_preferences_an_order_is_shipped_as_standard_delivery(place: Any) -> None:
    order = Order.objects.get(id=place()["id"])
    assert (order.delivery_type, order.service_level) == ("SHIPPING", "DELIVERY")
    assert order.collect_facility is None


@pytest.mark.parametrize("key", ["facilityRef", "tenantFacilityId"])
def test_an_order_is_collected_at_its_one_facility(place: Any, key: str) -> None:
    facility = FacilityFactory()
    named = {"facilityRef": str(facility.id), "tenantFacilityId": facility.tenant_facility_id}[key]
    placed = place(
        deliveryPreferences={
            "collect": [{key: named, "paid": True, "provisioningTime": "2026-05-02T09:00:00Z"}]
        }
    )

    order = Order.objects.get(id=placed["id"])
    assert order.delivery_type == "COLLECT"
    assert order.collect_facility == facility
    assert order.target_time == datetime(2026, 5, 2, 9, tzinfo=UTC)


def test_goods_go_to_the_first_address_that_takes_deliveries(place: Any, document: dict[str, Any]) -> None:
    home = document["consumer"]["addresses"][0]
    invoice = {**home, "addressType": "INVOICE_ADDRESS", "country": "FR"}
    locker = {**home, "addressType": "PARCEL_LOCKER", "country": "AT"}

    placed = place(consumer={"addresses": [invoice, locker, {**home, "addressType": "POSTAL_ADDRESS"}]})
    assert Order.objects.get(id=placed["id"]).country == "AT"

    placed = place(consumer={"addresses": [invoice]}, tenantOrderId="another")
    assert Order.objects.get(id=placed["id"]).country == "FR"


def test_a_store_that_orders_for_itself_is_delivered_to_where_it_is(place: Any) -> None:
    """B2: its groups count, too."""
    store = FacilityFactory(country="CH", latitude=47.4, longitude=8.5)

    order = Order.objects.get(id=place(consumer={"tenantFacilityId": store.tenant_facility_id})["id"])

    assert order.ordering_facility == store
    assert (order.country, order.latitude, order.longitude) == ("CH", 47.4, 8.5)


def test_articles_appear_the_first_time_that_an_order_names_them(place: Any) -> None:
    known = ArticleFactory(tenant_article_id="4711", title="Known")
    place()
    assert list(Article.objects.order_by("tenant_article_id").values_list("tenant_article_id", "title")) == [
        ("4711", "Known"),
        ("4712", "Article 4712"),
    ]
    assert OrderLine.objects.get(position=0).article == known


def test_an_article_may_stand_on_several_lines(place: Any) -> None:
    answer = place(orderLineItems=[line("4711", 2), line("4711", 3)])
    assert [one["quantity"] for one in answer["orderLineItems"]] == [2, 3]
    assert Article.objects.count() == 1


def test_placing_is_told_and_recorded(place: Any, published: list[Any], api: Any) -> None:
    answer = place()
    assert [type(event) for event in published if isinstance(event, OrderPlaced)] == [OrderPlaced]
    event = DomainEvent.objects.get(name="ORDER_CREATED")
    assert (event.resource_type, event.resource_id) == ("ORDER", answer["id"])
    assert str(event.process_id) == answer["id"]
    assert event.actor == api.user.email


# Refusals


def test_every_problem_is_reported_at_once_and_nothing_is_written(api: Any, document: dict[str, Any]) -> None:
    document |= {
        "orderDate": "yesterday",
        "priority": 3,
        "orderLineItems": [
            line("4711", 0),
            {**line("4712", 1), "colour": "red"},
            {"article": {"title": "nameless"}, "quantity": 1.5},
        ],
        "deliveryPreferences": {"shipping": {"serviceLevel": "TOMORROW"}, "pigeon": True},
        "tags": [{"id": "a"}],
    }
    document["consumer"]["addresses"][0]["country"] = "Germany"

    response = api.post("/api/orders", document)

    assert response.status_code == 400
    assert fields(response.json()) == [
        "consumer.addresses[0].country",
        "deliveryPreferences.pigeon",
        "deliveryPreferences.shipping.serviceLevel",
        "orderDate",
        "orderLineItems[0].quantity",
        "orderLineItems[1].colour",
        "orderLineItems[2].article.tenantArticleId",
        "orderLineItems[2].quantity",
        "priority",
        "tags[0].value",
    ]
    unknown = {error["field"] for error in response.json() if error["code"] == "UNKNOWN_FIELD"}
    assert unknown == {"priority", "orderLineItems[1].colour", "deliveryPreferences.pigeon"}
    assert nothing_written()


@pytest.mark.parametrize("quantity", [0, -1, 2**31, 2**53, 2**63, 1e300, 1.5, "2", True, None, [], {}])
def test_quantities_are_whole_and_at_least_one(place: Any, quantity: Any) -> None:
    errors = place(expect=400, orderLineItems=[line("4711", quantity)])
    assert fields(errors) == ["orderLineItems[0].quantity"]
    assert nothing_written()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"orderLineItems": []}, "orderLineItems"),
        ({"orderLineItems": {}}, "orderLineItems"),
        ({"orderLineItems": [None]}, "orderLineItems[0]"),
        ({"orderLineItems": ["4711"]}, "orderLineItems[0]"),
        ({"consumer": None}, "consumer"),
        ({"consumer": []}, "consumer"),
        ({"consumer": {"addresses": [{}, 7]}}, "consumer.addresses[1]"),
        ({"tenantOrderId": ""}, "tenantOrderId"),
        ({"tenantOrderId": "x" * 256}, "tenantOrderId"),
        ({"paymentInfo": {"currency": "Euro"}}, "paymentInfo.currency"),
        ({"source": {"sourceRef": "a", "tenantSourceId": "b"}}, "source"),
        ({"deliveryPreferences": {"collect": [{}]}}, "deliveryPreferences.collect[0].facilityRef"),
        (
            {"deliveryPreferences": {"collect": [{"facilityRef": "no"}]}},
            "deliveryPreferences.collect[0].facilityRef",
        ),
        (
            {"deliveryPreferences": {"collect": [{"tenantFacilityId": "A"}], "shipping": {}}},
            "deliveryPreferences.shipping",
        ),
        (
            {"deliveryPreferences": {"collect": [{"tenantFacilityId": "A"}, {"tenantFacilityId": "B"}]}},
            "deliveryPreferences.collect",
        ),
        ({"orderLineItems": [line("4711", 1, shopPrice=1e40)]}, "orderLineItems[0].shopPrice"),
        ({"orderLineItems": [line("4711", 2**31 - 1, shopPrice=1e9)]}, "orderLineItems"),
    ],
)
def test_nonsense_is_refused_where_it_stands(place: Any, changes: dict[str, Any], field: str) -> None:
    errors = place(expect=400, **changes)
    assert field in {error["field"] for error in errors}
    assert nothing_written()


def test_a_body_that_is_not_an_object_is_refused(api: Any) -> None:
    for body in ([], "order", 7, None):
        assert api.post("/api/orders", body).status_code == 400
    assert nothing_written()


@pytest.mark.parametrize("status", ["PROMISED", "CANCELLED", "OBSOLETE", "PACKED"])
def test_an_order_starts_open_or_locked(place: Any, status: str) -> None:
    (error,) = place(expect=400, status=status)
    assert error["field"] == "status"
    assert nothing_written()


def test_every_unknown_facility_is_named_with_its_path(place: Any) -> None:
    known, other = FacilityFactory(), FacilityFactory()
    errors = place(
        expect=400,
        consumer={"tenantFacilityId": "nowhere"},
        deliveryPreferences={
            "shipping": {
                "preselectedFacilities": [
                    {"facilityRef": str(known.id)},
                    {"facilityRef": "01890000-0000-7000-8000-000000000000"},
                    {"facilityRef": str(known.id), "tenantFacilityId": other.tenant_facility_id},
                ]
            }
        },
    )
    assert fields(errors) == [
        "consumer.tenantFacilityId",
        "deliveryPreferences.shipping.preselectedFacilities[1].facilityRef",
        "deliveryPreferences.shipping.preselectedFacilities[2].facilityRef",
    ]
    assert {error["code"] for error in errors} == {"FACILITY_UNKNOWN"}
    assert nothing_written()


@pytest.mark.parametrize("status", ["OPEN", "LOCKED", "PROMISED"])
def test_a_live_order_keeps_its_tenant_order_id(place: Any, status: str) -> None:
    """Spec 5: a repeated tenantOrderId is a 409."""
    standing = OrderFactory(
        tenant_order_id="R456728546", status=status, valid_until=datetime(2026, 5, 2, tzinfo=UTC)
    )

    (error,) = place(expect=409)

    assert (error["code"], error["field"]) == ("TENANT_ORDER_ID_TAKEN", "tenantOrderId")
    assert str(standing.id) in error["description"]
    assert Order.objects.get() == standing
    assert not OrderLine.objects.exists()
    assert not Article.objects.exists()
    assert not DomainEvent.objects.exists()


@pytest.mark.parametrize("status", ["CANCELLED", "OBSOLETE"])
def test_an_ended_order_frees_its_tenant_order_id(place: Any, status: str) -> None:
    OrderFactory(tenant_order_id="R456728546", status=status)
    place()
    assert Order.objects.count() == 2


def test_orders_without_a_tenant_order_id_never_clash(api: Any, document: dict[str, Any]) -> None:
    del document["tenantOrderId"]
    first, second = (api.post("/api/orders", document).json() for _ in range(2))
    assert first["id"] != second["id"]
    assert "tenantOrderId" not in first


def test_other_broken_constraints_are_not_mistaken_for_a_repeated_order(
    place: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from orders.services import placing

    def collide(*_: Any) -> None:
        raise IntegrityError("some other constraint")

    monkeypatch.setattr(placing, "publish", collide)
    with pytest.raises(IntegrityError), transaction.atomic():
        placing.place_order(draft=draft())
    assert not Order.objects.exists()


def test_many_orders_are_placed_with_as_many_statements_as_one(django_assert_num_queries: Any) -> None:
    from orders.services.placing import place_orders

    ArticleFactory(tenant_article_id="4711")
    for number in (1, 20):
        drafts = [draft(tenant_order_id=f"{number}-{index}") for index in range(number)]
        # savepoint, articles, orders, lines, events, who subscribed, release
        with django_assert_num_queries(7):
            orders = place_orders(drafts=drafts)
        assert [order.tenant_order_id for order in orders] == [one.tenant_order_id for one in drafts]


def test_many_orders_are_placed_all_or_none() -> None:
    from backoffice.core.errors import StateConflict
    from orders.services.placing import place_orders

    with pytest.raises(StateConflict, match="twice"):
        place_orders(drafts=[draft(tenant_order_id="same"), draft(tenant_order_id="same")])
    assert nothing_written()


def test_posting_an_order_takes_few_statements(
    known_api: Any, document: dict[str, Any], django_assert_num_queries: Any
) -> None:
    """T9. One finds the token with its user, two are a savepoint."""
    for article in ("4711", "4712"):
        ArticleFactory(tenant_article_id=article)
    with django_assert_num_queries(8) as captured:
        assert known_api.post("/api/orders", document).status_code == 201
    writes = [query["sql"] for query in captured.captured_queries if "INSERT INTO" in query["sql"]]
    assert len(writes) == 3, writes
