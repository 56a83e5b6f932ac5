"""The list of orders, and the dialogs about one, as a person gets them."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from backoffice.core.models import DomainEvent
from orders.events import OrderPlaced
from orders.models import Order, OrderStatus, PickJobStatus
from tests.factories.inventory import ArticleFactory, FacilityFactory
from tests.factories.orders import ORDERED, OrderFactory, OrderLineFactory, PickJobFactory

MOST_QUERIES = 20


def numbers(response):
    """The order numbers on the page, in their order."""
    return re.findall(r'href="/orders/[0-9a-f-]{36}/"[^>]*>([^<]+)</a>', response.content.decode())


@pytest.fixture
def screens(screens_as):
    return screens_as("VIEWER")


class TestTakingOneDown:
    NEW = "/orders/new/"
    GIVEN = {
        "number": "M-1",
        "first_name": "Ada",
        "last_name": "Example",
        "street": "Ringstraße",
        "house_number": "7",
        "postal_code": "50667",
        "city": "Köln",
        "country": "DE",
        "article_1": "TENT",
        "quantity_1": "2",
    }

    @pytest.fixture
    def agent(self, screens_as):
        ArticleFactory(tenant_article_id="TENT", title="Tent")
        ArticleFactory(tenant_article_id="MUG", title="")
        return screens_as("AGENT")

    def test_it_is_placed_as_if_the_shop_had_sent_it(self, agent, published):
        response = agent.post(self.NEW, {**self.GIVEN, "article_3": "MUG", "quantity_3": "1"})

        order = Order.objects.get()
        assert response.headers["HX-Redirect"] == f"/orders/{order.pk}/"
        assert (order.tenant_order_id, order.status, order.country) == ("M-1", OrderStatus.OPEN, "DE")
        assert order.consumer == {
            "addresses": [
                {
                    "firstName": "Ada",
                    "lastName": "Example",
                    "street": "Ringstraße",
                    "houseNumber": "7",
                    "postalCode": "50667",
                    "city": "Köln",
                    "country": "DE",
                }
            ]
        }
        assert [(line.title, line.quantity) for line in order.lines.order_by("position")] == [
            ("Tent", 2),
            ("MUG", 1),
        ]
        assert [type(event) for event in published] == [OrderPlaced]

    def test_its_api_form_is_one_that_the_api_accepts(self, agent, api):
        agent.post(self.NEW, self.GIVEN)
        answer = api.get(f"/api/orders/{Order.objects.get().pk}")
        assert answer.status_code == 200
        assert answer.json()["consumer"]["addresses"][0]["city"] == "Köln"

    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"article_1": "TNET"}, "article_1"),
            ({"article_1": ""}, "article_1"),
            ({"quantity_1": "0"}, "quantity_1"),
            ({"article_2": "TENT", "quantity_2": "1"}, "article_2"),
            ({"country": ""}, "country"),
            ({"number": ""}, "number"),
        ],
    )
    def test_what_is_wrong_is_said_at_its_field_and_nothing_is_placed(self, agent, changes, field):
        response = agent.post(self.NEW, {**self.GIVEN, **changes})
        assert response.status_code == 422
        assert list(response.context["form"].errors) == [field]
        assert not Order.objects.exists()

    def test_a_number_that_is_taken_is_refused(self, agent):
        OrderFactory(tenant_order_id="M-1")
        response = agent.post(self.NEW, self.GIVEN)
        assert response.status_code == 409
        assert "M-1" in response.context["form"].errors["number"][0]
        assert Order.objects.count() == 1

    def test_why_it_is_refused_is_read_in_the_readers_language(self, agent):
        OrderFactory(tenant_order_id="M-1")
        english, german = (
            agent.post(self.NEW, self.GIVEN, headers={"accept-language": language}).content.decode()
            for language in ("en", "de")
        )
        assert "cancel it first" in english
        assert "Stornieren Sie ihn zuerst" in german

    def test_it_takes_the_permission(self, screens):
        assert screens.get(self.NEW).status_code == 403
        assert "New order" not in screens.get("/orders/").content.decode()


class TestList:
    def test_the_newest_comes_first(self, screens):
        for days in (1, 3, 2):
            OrderFactory(tenant_order_id=f"R-{days}", order_date=ORDERED + timedelta(days=days))

        assert numbers(screens.get("/orders/")) == ["R-3", "R-2", "R-1"]

    def test_an_order_is_shown_with_its_consumer_lines_units_and_value(self, screens):
        address = {"firstName": "Maxine", "lastName": "Müller", "city": "Langenfeld", "country": "DE"}
        order = OrderFactory(consumer={"addresses": [address]}, value="34.5", currency="EUR")
        OrderLineFactory(order=order, position=0, quantity=3, cancelled=1, fulfilled=1)
        OrderLineFactory(order=order, position=1, quantity=2)

        page = screens.get("/orders/").content.decode()

        cells = dict(re.findall(r'<td data-label="([^"]+)"[^>]*>(.*?)</td>', page))
        assert "Maxine Müller" in cells["For"]
        assert "Langenfeld, DE" in cells["For"]
        assert (cells["Lines"], cells["Units"], cells["To deliver"]) == ("2", "5", "3")
        assert cells["Value"] == "34.50\N{NO-BREAK SPACE}EUR"
        assert "Open" in cells["Status"]

    def test_what_a_store_orders_for_itself_is_for_the_store(self, screens):
        OrderFactory(ordering_facility=FacilityFactory(name="Kiel"))
        assert '<td data-label="For" >Kiel</td>' in screens.get("/orders/").content.decode()

    def test_pages_follow_one_another_without_gap_or_double(self, screens, monkeypatch):
        monkeypatch.setattr("backoffice.core.ui.paging.keyset_page.__kwdefaults__", {"size": 2})
        for number in range(5):
            OrderFactory(tenant_order_id=f"R-{number}", order_date=ORDERED)

        seen, url = [], "/orders/"
        while url:
            page = screens.get(url)
            seen += numbers(page)
            after = page.context["page"].after
            url = f"/orders/?after={after}" if after else ""

        assert seen == ["R-4", "R-3", "R-2", "R-1", "R-0"]
        back = screens.get(f"/orders/?before={page.context['page'].before}")
        assert numbers(back) == ["R-2", "R-1"]

    @pytest.mark.parametrize(
        ("query", "found"),
        [
            ("q=r-2", ["R-2"]),
            ("q=c-3", ["R-3"]),
            ("tenantOrderId=R-1", ["R-1"]),
            ("consumerId=c-3", ["R-3"]),
            ("status=CANCELLED", ["R-1"]),
            ("article=SKU-7", ["R-2"]),
            ("article=lantern", ["R-2"]),
            ("delivery=COLLECT", ["R-3"]),
            ("orderedFrom=2026-05-02&orderedTo=2026-05-02", ["R-2"]),
            ("orderedTo=2026-05-02", ["R-2", "R-1"]),
            ("q=nothing+like+it", []),
            ("status=NONSENSE", []),
        ],
    )
    def test_it_is_narrowed_by_filters(self, screens, query, found):
        days = [datetime(2026, 5, day, 12, tzinfo=UTC) for day in (1, 2, 3)]
        OrderFactory(tenant_order_id="R-1", order_date=days[0], status=OrderStatus.CANCELLED)
        second = OrderFactory(tenant_order_id="R-2", order_date=days[1])
        OrderLineFactory(order=second, article=ArticleFactory(tenant_article_id="SKU-7", title="Lantern"))
        OrderFactory(
            tenant_order_id="R-3",
            order_date=days[2],
            consumer_id="c-3",
            delivery_type="COLLECT",
            collect_facility=FacilityFactory(),
        )

        assert numbers(screens.get(f"/orders/?{query}")) == found

    def test_the_whole_id_finds_its_order(self, screens):
        order, _other = OrderFactory(), OrderFactory()
        assert numbers(screens.get("/orders/", {"q": str(order.pk)})) == [order.tenant_order_id]

    def test_a_facility_finds_what_is_collected_or_picked_there(self, screens):
        here = FacilityFactory()
        collected = OrderFactory(delivery_type="COLLECT", collect_facility=here)
        picked = PickJobFactory(facility=here).order
        PickJobFactory()

        found = numbers(screens.get("/orders/", {"facility": str(here.pk)}))

        assert set(found) == {collected.tenant_order_id, picked.tenant_order_id}

    def test_nothing_at_all_and_nothing_that_matches_are_told_apart(self, screens):
        assert "No orders yet" in screens.get("/orders/").content.decode()
        OrderFactory()
        assert "Nothing matches these filters" in screens.get("/orders/?q=nope").content.decode()

    def test_htmx_gets_the_list_alone(self, screens):
        OrderFactory()
        part = screens.get("/orders/", headers={"HX-Request": "true"})
        assert "<html" not in part.content.decode()
        assert len(numbers(part)) == 1

    def test_fifty_orders_take_as_few_queries_as_one(self, screens):
        def queries():
            with CaptureQueriesContext(connection) as captured:
                assert screens.get("/orders/").status_code == 200
            return len(captured)

        PickJobFactory()
        few = queries()
        for _ in range(50):
            PickJobFactory()
        assert queries() == few <= MOST_QUERIES

    def test_who_is_not_signed_in_is_asked_to(self, client, db):
        response = client.get("/orders/?q=R-1")
        assert (response.status_code, response.url) == (302, "/sign-in/?next=/orders/%3Fq%3DR-1")

    def test_a_part_of_a_page_does_not_become_the_sign_in_form(self, client, db):
        headers = {"HX-Request": "true", "HX-Current-URL": "http://testserver/orders/?q=R-1"}
        response = client.get("/orders/?q=R-1", headers=headers)
        assert (response.status_code, response.content) == (401, b"")
        assert response.headers["HX-Redirect"] == "/sign-in/?next=/orders/%3Fq%3DR-1"


class TestCancelling:
    @pytest.fixture
    def order(self):
        return OrderFactory(lines=2)

    @pytest.fixture
    def agent(self, screens_as):
        return screens_as("AGENT")

    def test_the_question_names_the_order_and_the_units(self, agent, order):
        question = agent.get(f"/orders/{order.pk}/cancel/").content.decode()
        assert f"Cancel order {order.tenant_order_id}?" in question
        assert "6 units will not be delivered" in question

    def test_it_is_cancelled_with_the_reason(self, agent, order):
        response = agent.post(f"/orders/{order.pk}/cancel/", {"version": 1, "reason": "Fraud"})

        assert response.status_code == 200
        assert {"closeDialog", "changed"} <= set(response.headers["HX-Trigger-After-Swap"].split('"'))
        assert f"Order {order.tenant_order_id} was cancelled." in response.content.decode()
        order.refresh_from_db()
        assert order.status == OrderStatus.CANCELLED
        event = DomainEvent.objects.get(name="ORDER_CANCELLED")
        assert (event.actor, event.reason) == (agent.user.email, "Fraud")

    def test_when_picking_has_started_the_dialog_says_so_and_keeps_what_was_typed(self, agent):
        job = PickJobFactory(status=PickJobStatus.IN_PROGRESS)
        response = agent.post(f"/orders/{job.order_id}/cancel/", {"version": 1, "reason": "Too late?"})

        assert response.status_code == 409
        answer = response.content.decode()
        assert f"Picking has started: the pick job {job.short_id}" in answer
        assert 'value="Too late?"' in answer
        assert Order.objects.get().status == OrderStatus.OPEN

    def test_what_changed_meanwhile_is_not_cancelled_and_who_changed_it_is_named(
        self, agent, order, screens_as
    ):
        other = screens_as("AGENT")
        other.post(f"/orders/{order.pk}/cancel/", {"version": 1})

        response = agent.post(f"/orders/{order.pk}/cancel/", {"version": 1})

        assert response.status_code == 409
        assert f"{other.user.email} changed this in the meantime" in response.content.decode()

    def test_without_the_version_that_was_seen_nothing_happens(self, agent, order):
        assert agent.post(f"/orders/{order.pk}/cancel/", {"reason": "x"}).status_code == 422
        assert Order.objects.get().status == OrderStatus.OPEN

    @pytest.mark.parametrize("method", ["get", "post"])
    def test_viewers_get_a_refusal_that_names_the_permission(self, screens, order, method):
        response = getattr(screens, method)(f"/orders/{order.pk}/cancel/", {"version": 1})
        assert response.status_code == 403
        assert "orders.cancel" in response.content.decode()
        assert Order.objects.get().status == OrderStatus.OPEN

    def test_force_ends_what_is_being_picked_and_the_question_says_so(self, agent):
        """O2."""
        job = PickJobFactory(status=PickJobStatus.IN_PROGRESS)
        url = f"/orders/{job.order_id}/force-cancel/"
        assert (
            "Picking has begun. It ends, and 3 units will not be delivered" in agent.get(url).content.decode()
        )

        response = agent.post(url, {"version": 1, "reason": "Fraud"})

        assert response.status_code == 200
        assert Order.objects.get().status == OrderStatus.CANCELLED
        assert DomainEvent.objects.get(name="ORDER_FORCE_CANCELLED").reason == "Fraud"

    def test_viewers_cancel_nothing_by_force(self, screens, order):
        response = screens.post(f"/orders/{order.pk}/force-cancel/", {"version": 1})
        assert (response.status_code, Order.objects.get().status) == (403, OrderStatus.OPEN)

    def test_an_unknown_order_is_not_found(self, agent, order):
        response = agent.get("/orders/0190aaaa-bbbb-7ccc-8ddd-eeeeffff0000/cancel/")
        assert response.status_code == 404


def test_a_locked_order_is_unlocked(screens_as):
    agent = screens_as("AGENT")
    order = OrderFactory(status=OrderStatus.LOCKED)

    assert agent.post(f"/orders/{order.pk}/unlock/", {"version": 1}).status_code == 200

    order.refresh_from_db()
    assert order.status == OrderStatus.OPEN
