"""``POST …/search`` (spec 5, "Search"): what may be asked, what is found, and how pages follow one another."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.utils import timezone

from inventory.models import Facility
from orders.models import DeliveryType, Order, OrderStatus, PickJob
from tests.factories.inventory import ArticleFactory, FacilityFactory
from tests.factories.orders import OrderFactory, OrderLineFactory, PickJobFactory

pytestmark = pytest.mark.django_db

URN = "urn:fft:facility:tenantFacilityId:"


def day(number):
    return datetime(2026, 5, number, tzinfo=UTC)


def search(api, at="orders", expect=200, **body):
    response = api.post(f"/api/{at}/search", {"query": {}, **body})
    assert response.status_code == expect, response.content
    return response.json()


def problems(api, at="orders", **body):
    return {(error.get("field"), error["code"]) for error in search(api, at, expect=400, **body)}


@pytest.fixture
def orders():
    """Four orders: a open in Köln, b locked in Wien, c collected, d cancelled and without a number."""
    shirt, hat = ArticleFactory(tenant_article_id="SHIRT"), ArticleFactory(tenant_article_id="HAT")
    shop = FacilityFactory(tenant_facility_id="shop")
    köln = {"city": "Köln", "country": "DE", "lastName": "O'Neil (50 %)", "addressType": "POSTAL_ADDRESS"}
    wien = {"city": "Wien", "country": "AT", "lastName": "Curie", "addressType": "INVOICE_ADDRESS"}
    a = OrderFactory(
        tenant_order_id="a",
        order_date=day(1),
        consumer={"addresses": [köln, {**wien, "city": "Graz"}]},
        consumer_id="one",
        tags=[{"id": "brand", "value": "premium"}, {"id": "vip", "value": "yes"}],
        custom_attributes={"source": "web", "score": 5, "gift": True, 'we"ird': "x", "0": "zero"},
        payment_info={"currency": "EUR", "methodLocalized": {"en_US": "Card"}},
        currency="EUR",
        target_time=day(9),
    )
    b = OrderFactory(
        tenant_order_id="b",
        order_date=day(2),
        status=OrderStatus.LOCKED,
        consumer={"addresses": [wien]},
        tags=[{"id": "brand", "value": "basic"}],
        custom_attributes={"source": "5", "score": 7.5, "gift": False},
        service_level="SAMEDAY",
    )
    c = OrderFactory(
        tenant_order_id="c",
        order_date=day(3),
        delivery_type=DeliveryType.COLLECT,
        collect_facility=shop,
        delivery_preferences={"collect": [{"facilityRef": str(shop.pk), "paid": True}]},
    )
    d = OrderFactory(tenant_order_id=None, order_date=day(4), status=OrderStatus.CANCELLED)
    OrderLineFactory(
        order=a, article=shirt, title="A shirt", details={"article": {"titleLocalized": {"de_DE": "Hemd"}}}
    )
    OrderLineFactory(order=b, article=shirt, title="A shirt")
    OrderLineFactory(order=b, article=hat, title="A hat", position=1)
    OrderLineFactory(order=c, article=hat, title="A hat", removed=True, cancelled=3)
    return {"a": a, "b": b, "c": c, "d": d}


def collect(**given):
    return {"deliveryPreferences": {"collect": given}}


def address(**given):
    return {"consumer": {"addresses": {"contains": given}}}


FOUND = [
    ({}, "abcd"),
    ({"status": {}}, "abcd"),
    ({"status": {"eq": "OPEN"}}, "ac"),
    ({"status": {"in": ["OPEN", "LOCKED"]}}, "abc"),
    ({"status": {"_in": ["LOCKED"]}}, "b"),
    ({"status": {"notEq": "OPEN"}}, "bd"),
    ({"status": {"eq": "PICKLED"}}, ""),
    ({"status": {"in": []}}, ""),
    ({"tenantOrderId": {"eq": "a"}}, "a"),
    ({"tenantOrderId": {"notEq": "a"}}, "bcd"),
    ({"tenantOrderId": {"notIn": ["a", "b"]}}, "cd"),
    ({"tenantOrderId": {"in": ["a", "b"], "notEq": "a"}}, "b"),
    ({"id": {"eq": "nonsense"}}, ""),
    ({"id": {"notIn": ["nonsense"]}}, "abcd"),
    ({"orderDate": {"gte": "2026-05-02T00:00:00Z", "lt": "2026-05-04T02:00:00 02:00"}}, "bc"),
    ({"orderDate": {"eq": "2026-05-03"}}, "c"),
    ({"orderDate": {"notEq": "2026-05-03T00:00:00Z"}}, "abd"),
    ({"orderDate": {"after": "-P1DT1H"}}, "cd"),
    ({"orderDate": {"after": "–P1D", "before": "P1W"}}, "d"),
    ({"orderDate": {"before": "-P1M"}}, ""),
    ({"and": [{"status": {"eq": "OPEN"}}, {"tenantOrderId": {"eq": "c"}}]}, "c"),
    ({"or": [{"status": {"eq": "LOCKED"}}, {"tenantOrderId": {"eq": "c"}}]}, "bc"),
    ({"or": [{"tenantOrderId": {"eq": "a"}}, {"and": [{}]}]}, "abcd"),
    ({"or": [], "and": []}, "abcd"),
    (
        {
            "status": {"eq": "OPEN"},
            "or": [{"tenantOrderId": {"eq": "b"}}, {"consumer": {"consumerId": {"eq": "one"}}}],
        },
        "a",
    ),
    (address(city={"eq": "Köln"}), "a"),
    (address(city={"in": ["Graz", "Wien"]}), "ab"),
    (address(city={"eq": "Graz"}, addressType={"eq": "POSTAL_ADDRESS"}), ""),
    (address(city={"eq": "Graz"}, addressType={"notEq": "POSTAL_ADDRESS"}), "a"),
    (address(city={"notIn": ["Köln", "Graz"]}), "b"),
    ({"consumer": {"addresses": {"exists": True}}}, "ab"),
    ({"consumer": {"addresses": {"exists": False}}}, "cd"),
    ({"tags": {"contains": {"value": {"eq": "premium"}}}}, "a"),
    ({"tags": {"contains": {"id": {"eq": "brand"}, "value": {"notEq": "premium"}}}}, "b"),
    ({"tags": {"contains": {"id": {"eq": "vip"}, "value": {"eq": "premium"}}}}, ""),
    (collect(contains={"facilityRef": {"eq": f"{URN}shop"}}), "c"),
    (collect(contains={"facilityRef": {"notEq": f"{URN}shop"}}), ""),
    (collect(contains={"paid": {"eq": True}}), "c"),
    (collect(contains={"paid": {"eq": False}}), ""),
    (collect(exists=False), "abd"),
    ({"deliveryPreferences": {"shipping": {"serviceLevel": {"eq": "SAMEDAY"}}}}, "b"),
    ({"deliveryPreferences": {"shipping": {"desiredDeliveryTime": {"gt": "2026-05-08"}}}}, "a"),
    ({"orderLineItems": {"contains": {"article": {"tenantArticleId": {"eq": "HAT"}}}}}, "b"),
    ({"orderLineItems": {"contains": {"article": {"titleLocalized": {"de_DE": {"eq": "Hemd"}}}}}}, "a"),
    ({"orderLineItems": {"contains": {"article": {"titleLocalized": {"de_DE": {"notEq": "Hemd"}}}}}}, "b"),
    ({"orderLineItems": {"exists": False}}, "cd"),
    ({"paymentInfo": {"currency": {"eq": "EUR"}}}, "a"),
    ({"paymentInfo": {"methodLocalized": {"en_US": {"eq": "Card"}}}}, "a"),
    ({"paymentInfo": {"method": {"eq": "Card"}}}, ""),
    ({"paymentInfo": {"method": {"notEq": "Card"}}}, "abcd"),
    ({"customAttributes": {"source": {"eq": "web"}}}, "a"),
    ({"customAttributes": {"source": {"notEq": "web"}}}, "bcd"),
    ({"customAttributes": {"source": {"in": ["web", "5"]}}}, "ab"),
    ({"customAttributes": {"source": {"eq": 5}}}, ""),
    ({"customAttributes": {"score": {"gt": 5}}}, "b"),
    ({"customAttributes": {"score": {"gte": 5, "lt": 7.5}}}, "a"),
    ({"customAttributes": {"gift": {"eq": True}}}, "a"),
    ({"customAttributes": {"gift": {"notEq": True}}}, "bcd"),
    ({"customAttributes": {"gift": {"exists": False}}}, "cd"),
    ({"customAttributes": {"gift": {"exists": True}}}, "ab"),
    ({"customAttributes": {'we"ird': {"eq": "x"}, "0": {"eq": "zero"}}}, "a"),
    ({"customAttributes": {"x__gt') --": {"eq": "x"}, "9" * 30: {"eq": "x"}}}, ""),
]


@time_machine.travel(day(4), tick=False)
def test_each_condition_finds_what_it_says(api_as, orders):
    viewer = api_as("VIEWER")
    for query, expected in FOUND:
        found = {order["id"] for order in search(viewer, query=query)["orders"]}
        assert found == {str(orders[name].pk) for name in expected}, query


def test_a_page_of_orders_costs_the_same_whatever_its_length(api, orders, django_assert_num_queries):
    search(api)
    query = {"orderLineItems": {"contains": {"article": {"tenantArticleId": {"in": ["HAT", "SHIRT"]}}}}}
    for size in (1, 10):
        with django_assert_num_queries(4):  # the token, the orders, their lines, the total
            search(api, query=query, size=size, options={"withTotal": True})


def test_the_answer_is_that_of_reading_and_counts_only_if_asked(api, orders):
    answer = search(api, query={"tenantOrderId": {"eq": "a"}})
    assert answer["orders"] == [api.get(f"/api/orders/{orders['a'].pk}").json()]
    assert set(answer) == {"orders", "pageInfo"}
    assert search(api, size=1, options={"withTotal": True})["total"] == 4


SENSELESS = [
    ({"where": {}}, "where", "UNKNOWN_FIELD"),
    ({"query": []}, "query", "INVALID"),
    ({"size": 251}, "size", "OUT_OF_RANGE"),
    ({"last": 251}, "last", "OUT_OF_RANGE"),
    ({"size": "10"}, "size", "OUT_OF_RANGE"),
    ({"size": True}, "size", "OUT_OF_RANGE"),
    ({"size": 1, "last": 1}, "last", "AMBIGUOUS"),
    ({"size": 1, "before": "x"}, "before", "AMBIGUOUS"),
    ({"sort": []}, "sort", "INVALID"),
    ({"sort": [{"orderDate": "ASC"}, {"status": "ASC"}]}, "sort", "INVALID"),
    ({"sort": [{"orderDate": "ASC", "status": "ASC"}]}, "sort[0]", "INVALID"),
    ({"sort": [{"orderDate": "UP"}]}, "sort[0].orderDate", "INVALID"),
    ({"sort": [{"orderDate": {"deeper": "ASC"}}]}, "sort[0].orderDate.deeper", "UNKNOWN_FIELD"),
    ({"after": "nonsense"}, "after", "INVALID"),
    ({"after": 5}, "after", "INVALID"),
    ({"after": "WyJvcmRlckRhdGUgQVNDIl0", "sort": [{"orderDate": "ASC"}]}, "after", "INVALID"),
    ({"query": {"and": [{"status": {"eq": "OPEN"}}] * 501}}, "query.and", "TOO_COMPLEX"),
    (
        {"query": {"or": [{"and": [{"status": {"eq": "OPEN"}}] * 251}] * 2}},
        "query.or[1].and[249].status.eq",
        "TOO_COMPLEX",
    ),
]


class TestRefusals:
    def test_everything_that_is_wrong_is_named_at_once(self, api):
        found = problems(
            api,
            query={
                "colour": {"eq": "red"},
                "status": {"like": "O"},
                "and": [{"orderDate": {"gt": "soon", "after": "P", "exists": True}}, "x"],
                "or": {},
                "consumer": {"addresses": {"contains": {"planet": {"eq": "Mars"}}}},
                "orderLineItems": {"some": {}},
                "tenantOrderId": {"eq": 5, "in": ["a", None, "x" * 257]},
                "customAttributes": {"a": {"like": "x"}, "b": {"eq": {}}, "c": {"in": ["1", 1]}},
                "deliveryPreferences": {"collect": {"exists": "yes", "contains": {"paid": {"eq": "yes"}}}},
            },
            sort=[{"colour": "ASC"}],
            size=0,
            options={"withTotal": 1, "fast": True},
        )
        assert found == {
            ("query.colour", "UNKNOWN_FIELD"),
            ("query.status.like", "UNKNOWN_FIELD"),
            ("query.and[0].orderDate.gt", "INVALID"),
            ("query.and[0].orderDate.after", "INVALID"),
            ("query.and[0].orderDate.exists", "UNKNOWN_FIELD"),
            ("query.and[1]", "INVALID"),
            ("query.or", "INVALID"),
            ("query.consumer.addresses.contains.planet", "UNKNOWN_FIELD"),
            ("query.orderLineItems.some", "UNKNOWN_FIELD"),
            ("query.tenantOrderId.eq", "INVALID"),
            ("query.tenantOrderId.in[1]", "INVALID"),
            ("query.tenantOrderId.in[2]", "INVALID"),
            ("query.customAttributes.a.like", "UNKNOWN_FIELD"),
            ("query.customAttributes.b.eq", "INVALID"),
            ("query.customAttributes.c.in", "INVALID"),
            ("query.deliveryPreferences.collect.exists", "INVALID"),
            ("query.deliveryPreferences.collect.contains.paid.eq", "INVALID"),
            ("sort[0].colour", "UNKNOWN_FIELD"),
            ("size", "OUT_OF_RANGE"),
            ("options.withTotal", "INVALID"),
            ("options.fast", "UNKNOWN_FIELD"),
        }

    def test_what_makes_no_sense_is_refused_with_its_path(self, api):
        for body, field, code in SENSELESS:
            assert (field, code) in problems(api, **body), body

    def test_a_query_is_needed_and_not_too_deep(self, api):
        assert api.post("/api/orders/search", {}).json()[0]["field"] == "query"
        deep = {}
        for _ in range(12):
            deep = {"and": [deep]}
        assert any(code == "TOO_COMPLEX" for _, code in problems(api, query=deep))

    def test_who_may_not_look_may_not_search(self, anonymous):
        assert anonymous.post("/api/orders/search", {"query": {}}).status_code == 401


class TestPages:
    @pytest.fixture
    def jobs(self):
        """Nine pick jobs; of each three, two are due at the same time, and one at none."""
        facility, order = FacilityFactory(), OrderFactory(lines=1)
        due = [day(1), day(1), None, day(2), day(2), None, day(3), day(3), None]
        return [PickJobFactory(order=order, facility=facility, target_time=one) for one in due]

    def walk(self, api, sort, *, way="forward", size=2):
        """Every id, page by page."""
        given = {"sort": sort} if sort else {}
        word, cursor = ("size", "after") if way == "forward" else ("last", "before")
        seen, more, body = [], True, {word: size}
        while more:
            page = search(api, "pickjobs", **given, **body)
            ids = [job["id"] for job in page["pickJobs"]]
            seen = seen + ids if way == "forward" else ids + seen
            info = page["pageInfo"]
            more = info["hasNextPage" if way == "forward" else "hasPreviousPage"]
            body = {word: size, cursor: info["endCursor" if way == "forward" else "startCursor"]}
        return seen

    @pytest.mark.parametrize("direction", [None, "ASC", "DESC"])
    def test_pages_follow_one_another_both_ways_and_leave_nothing_out(self, api, jobs, direction):
        sort = [{"targetTime": direction}] if direction else None
        ids = [str(job.pk) for job in jobs]
        dated = [id for id, job in zip(ids, jobs, strict=True) if job.target_time]
        undated = [id for id in ids if id not in dated]
        expected = {
            None: ids,
            "ASC": dated + undated,
            # What has no value comes last, whichever way.
            "DESC": dated[::-1] + undated[::-1],
        }[direction]
        assert self.walk(api, sort) == expected
        assert self.walk(api, sort, way="backward") == expected
        assert self.walk(api, sort, size=4) == expected

    def test_a_page_says_what_lies_around_it(self, api, jobs):
        first = search(api, "pickjobs", size=4)["pageInfo"]
        assert (first["hasPreviousPage"], first["hasNextPage"]) == (False, True)
        last = search(api, "pickjobs", last=4)["pageInfo"]
        assert (last["hasPreviousPage"], last["hasNextPage"]) == (True, False)
        nothing = search(api, "pickjobs", query={"status": {"eq": "CLOSED"}})
        assert nothing == {
            "pickJobs": [],
            "pageInfo": {"startCursor": "", "endCursor": "", "hasNextPage": False, "hasPreviousPage": False},
        }

    def test_a_cursor_outlives_its_row(self, api, jobs):
        sort = [{"targetTime": "ASC"}]
        expected = self.walk(api, sort)
        cursor = search(api, "pickjobs", sort=sort, size=3)["pageInfo"]["endCursor"]
        PickJob.objects.filter(pk=expected[2]).delete()
        found = search(api, "pickjobs", sort=sort, after=cursor)["pickJobs"]
        assert [job["id"] for job in found] == expected[3:]

    def test_the_older_parameter_takes_an_id_in_any_order(self, api, jobs):
        sort = [{"targetTime": "DESC"}]
        expected = self.walk(api, sort)
        found = search(api, "pickjobs", sort=sort, startAfterId=expected[4])["pickJobs"]
        assert [job["id"] for job in found] == expected[5:]

    def test_a_cursor_is_of_its_order_only_and_made_of_letters(self, api, jobs):
        cursor = search(api, "pickjobs", sort=[{"targetTime": "ASC"}], size=1)["pageInfo"]["endCursor"]
        assert cursor.replace("-", "").replace("_", "").isalnum()
        for sort in ([{"targetTime": "DESC"}], [{"created": "ASC"}]):
            assert problems(api, "pickjobs", sort=sort, after=cursor) == {("after", "INVALID")}

    def test_twenty_unless_told(self, api):
        facility, order = FacilityFactory(), OrderFactory()
        for _ in range(21):
            PickJobFactory(order=order, facility=facility)
        assert len(search(api, "pickjobs")["pickJobs"]) == 20
        assert len(search(api, "pickjobs", size=250)["pickJobs"]) == 21


def test_pick_jobs_are_found_by_what_pickers_know(api):
    shop = FacilityFactory(tenant_facility_id="shop")
    named = {"addresses": [{"firstName": "Ada", "lastName": "Lovelace (née Byron)"}]}
    order = OrderFactory(consumer=named, tenant_order_id="R-1")
    OrderLineFactory(order=order, article=ArticleFactory(tenant_article_id="SHIRT"))
    job = PickJobFactory(order=order, facility=shop, target_time=timezone.now() + timedelta(days=1))
    other = PickJobFactory(order__tenant_order_id="R-2", target_time=None)

    expected = [
        ({"consumerName": {"like": "love"}}, [job]),
        ({"consumerName": {"like": "^Ada$"}}, [job]),
        ({"consumerName": {"like": "^lace"}}, []),
        ({"consumerName": {"like": r".*\(née.*"}}, [job]),
        ({"consumerName": {"like": "%"}}, []),
        ({"consumerName": {"notEq": "Ada"}}, [other]),
        ({"tenantArticleIds": {"contains": {"eq": "SHIRT"}}}, [job]),
        ({"tenantArticleIds": {"contains": {"notEq": "SHIRT"}}}, [other]),
        ({"facilityRef": {"eq": f"{URN}shop"}}, [job]),
        ({"orderRef": {"eq": str(order.pk)}}, [job]),
        ({"tenantOrderId": {"in": ["R-1", "R-2"]}}, [job, other]),
        ({"targetTime": {"after": "PT1H"}}, [job]),
        ({"transfers": {"contains": {"id": {"eq": "x"}}}}, []),
        ({"transfers": {"exists": False}}, [job, other]),
        ({"preferredPickingMethods": {"contains": {"eq": "BATCH"}}}, []),
    ]
    for query, jobs in expected:
        found = [row["id"] for row in search(api, "pickjobs", query=query)["pickJobs"]]
        assert found == [str(one.pk) for one in jobs], query
    (row,) = search(api, "pickjobs", query={"id": {"eq": str(job.pk)}})["pickJobs"]
    assert row == api.get(f"/api/pickjobs/{job.pk}").json()
    assert problems(api, "pickjobs", query={"consumerName": {"like": "(a+)+$"}}) == {
        ("query.consumerName.like", "INVALID")
    }


def test_nothing_is_written_by_searching(api, orders):
    before = {model: list(model.objects.values()) for model in (Order, Facility)}
    search(api, query={"status": {"eq": "OPEN"}})
    assert before == {model: list(model.objects.values()) for model in (Order, Facility)}
