"""The page of one order: its lines, its plans as a tree, its pick jobs and its timeline, as a person gets them."""

from __future__ import annotations

import html
import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from backoffice.core.access import Role
from backoffice.core.models import DomainEvent
from orders.models import Order, OrderLine, PaymentAuthorisation, PickJob, PickJobStatus
from routing.models import RoutingPlan
from tests.factories.inventory import FacilityFactory
from tests.factories.orders import OrderFactory, PickJobFactory
from tests.scenarios.shop import REACTIVE

MOST_QUERIES = 20
INTERVENTIONS = ("assign", "reroute", "cancel")


def text_of(response):
    """What one reads, in one line."""
    content = re.sub(r"<(script|svg|title|template)\b.*?</\1>", " ", response.content.decode(), flags=re.S)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", content)).split())


def timeline(response):
    """The entries of the timeline, newest first, each without its time."""
    (entries,) = re.findall(r'id="order-timeline".*?</ol>', response.content.decode(), flags=re.S)
    return [
        " ".join(html.unescape(re.sub(r"<[^>]+>", " ", entry)).split())
        for entry in re.findall(r"<li>(.*?)</li>", entries.partition(">")[2], flags=re.S)
    ]


@pytest.fixture
def screens(screens_as):
    return screens_as("AGENT")


@pytest.fixture
def later(time_machine):
    """``later(minutes=1)``: that much time passes."""

    def pass_by(**time):
        time_machine.move_to(timezone.now() + timedelta(**time))

    return pass_by


@pytest.fixture
def waiting(shop):
    """An order for two that waits, because one is in stock."""
    shop.listing("A", "SKU", behaviour="BACKORDER")
    shop.stock("A", "SKU", 1)
    return shop.order({"SKU": 2}, tenant_order_id="R-1")


class TestPage:
    def test_it_shows_what_was_bought_and_where_it_stands(self, screens, waiting):
        page = text_of(screens.get(f"/orders/{waiting.id}/"))

        assert "Order R-1 Open Ordered 1 May 2026, 00:00 for Ada Lovelace" in page
        assert "Plan 1 Waiting" in page
        assert "A lacks 1 of SKU." in page
        assert "Ada Lovelace Am Markt 1 10115 Berlin, DE" in page

    def test_units_stand_where_they_are(self, screens):
        order = OrderFactory(lines=1, lines__quantity=9, lines__cancelled=2, lines__fulfilled=3)
        order.lines.update(short_picked=1)
        page = screens.get(f"/orders/{order.pk}/").content.decode()
        cells = dict(
            re.findall(r'<td class="ar-number[^"]*"\s+data-label="([^"]+)">\s*([^<]+?)\s*</td>', page)
        )
        assert cells == {
            "Ordered": "9",
            "To deliver": "3",
            "Delivered": "3",
            "Short-picked": "1",
            "Cancelled": "2",
            "Price": "–",
        }

    def test_a_pick_job_shows_what_is_not_in_stock(self, screens, waiting):
        waiting.assign("A")
        page = text_of(screens.get(f"/orders/{waiting.id}/"))
        job = PickJob.objects.get()
        assert f"{job.short_id} Open A 2 × SKU 1 not in stock" in page

    def test_payments_and_bundles_are_shown_where_there_are_any(self, screens, shop):
        shop.listing("A", "SKU", behaviour="BACKORDER")
        service = {
            "customServiceDefinition": {"isBundled": True, "tenantCustomServiceId": "gift"},
            "articleItems": [{"tenantArticleRef": "SKU", "quantity": 2}],
            "customServiceItems": [],
        }
        order = shop.order({"SKU": 2}, customServices=[service])
        PaymentAuthorisation.objects.create(order_id=order.id, amount="12.5", currency="EUR")

        page = text_of(screens.get(f"/orders/{order.id}/"))

        assert "Bundle 2 × SKU" in page
        assert "12.50 EUR Authorised" in page

    def test_a_held_release_shows_what_it_waits_for(self, screens, shop, settings):
        """W9: the failed release stands; the page says what of it is held, and why."""
        settings.PAYMENT_GATEWAY, settings.PAYMENT_GATEWAY_URL = "http", "http://127.0.0.1:1/"
        version = shop.get("configurations/waitingroom")["version"]
        shop.call("put", "configurations/waitingroom", {"version": version, "paymentVoidAndReauth": True})
        shop.listing("A", "SKU", behaviour="BACKORDER")
        order = shop.order({"SKU": 2})
        payment = {"amount": 30, "currency": "EUR", "gatewayReference": "shop-1"}
        shop.call("post", f"orders/{order.id}/payments", payment, expect=201)
        shop.stock("A", "SKU", 2)

        page = text_of(screens.get(f"/orders/{order.id}/"))

        problem = "The gateway could not be reached (ConnectionRefusedError)."
        assert f"Waiting for input Held for payment A 2 × SKU {problem}" in page
        assert "30.00 EUR Authorised The order shop-1" in page
        assert f"Void 30.00 EUR: {problem} Tried again" in page
        assert "30.00 EUR Pending The plan Authorise 30.00 EUR: to be done at once" in page
        assert "The payment gateway was to void 30.00 EUR, in vain. It is tried again." in page
        assert page.count(problem) == 3

    def test_consumers_texts_are_shown_not_run(self, screens):
        order = OrderFactory(consumer={"addresses": [{"firstName": "<script>alert(1)</script>"}]})
        assert b"<script>alert" not in screens.get(f"/orders/{order.pk}/").content

    def test_an_order_without_anything_has_a_page_too(self, screens):
        order = OrderFactory(tenant_order_id=None, consumer={})
        page = text_of(screens.get(f"/orders/{order.pk}/"))
        assert f"Order {order.pk}" in page
        assert "No plan has been made" in page

    def test_unknown_orders_and_parts_are_not_found(self, screens, waiting):
        assert screens.get("/orders/0190aaaa-bbbb-7ccc-8ddd-eeeeffff0000/").status_code == 404
        assert screens.get(f"/orders/{waiting.id}/?part=secrets").status_code == 404

    @pytest.mark.parametrize("part", ["head", "plans", "details", "facts", "timeline"])
    def test_each_part_comes_alone(self, screens, waiting, part):
        content = screens.get(f"/orders/{waiting.id}/", {"part": part}).content.decode()
        assert content.strip()
        assert "<html" not in content

    def test_many_plans_take_few_queries(self, screens, shop):
        for sku in ("X", "Y", "Z"):
            shop.listing("A", sku, behaviour="BACKORDER")
        order = shop.order({"X": 1, "Y": 1, "Z": 1})

        def queries():
            with CaptureQueriesContext(connection) as captured:
                assert screens.get(f"/orders/{order.id}/").status_code == 200
            return len(captured)

        order.assign("A")
        few = queries()
        for facility in "BABABA":
            order.assign(facility)
        assert RoutingPlan.objects.count() == 7
        assert queries() <= few <= MOST_QUERIES


class TestPlans:
    def test_what_took_a_plans_place_stands_below_it(self, screens, waiting):
        waiting.assign("A")
        waiting.assign("B")
        page = screens.get(f"/orders/{waiting.id}/")

        assert "Plan 1 Obsolete A Another plan has taken its place. Plan 2 Routed B" in text_of(page)
        (tree,) = re.findall(r'<ul class="ar-tree">.*', page.content.decode(), flags=re.S)
        assert tree.index("<ul>") < tree.index("Plan 2")

    @pytest.mark.parametrize("role", [role for role in Role if role != Role.VIEWER])
    def test_who_may_intervene_has_the_buttons(self, screens_as, waiting, role):
        page = screens_as(role).get(f"/orders/{waiting.id}/").content.decode()
        for act in INTERVENTIONS:
            assert f'hx-get="/plans/{waiting.plan["id"]}/{act}/"' in page

    def test_viewers_have_no_buttons(self, screens_as, waiting):
        page = screens_as("VIEWER").get(f"/orders/{waiting.id}/").content.decode()
        assert not re.search(r'hx-get="/(plans|orders)/[^"]+/(assign|reroute|cancel|unlock)/"', page)

    def test_what_is_being_picked_or_is_over_has_no_buttons(self, screens, waiting):
        waiting.assign("A")
        PickJob.objects.update(status=PickJobStatus.IN_PROGRESS)
        page = screens.get(f"/orders/{waiting.id}/").content.decode()
        assert not re.search(r'hx-get="/(plans|orders)/[^"]+/(assign|reroute|cancel)/"', page)

    def test_what_is_being_picked_can_only_be_cancelled_by_force(self, screens_as):
        """O2: once all of it is fulfilled there is nothing left to cancel."""
        job = PickJobFactory(status=PickJobStatus.IN_PROGRESS)
        agent, url = screens_as("AGENT"), f"/orders/{job.order_id}/"

        def offered():
            page = agent.get(url).content.decode()
            return [id for id in ("cancel-order", "force-cancel-order") if f'id="{id}"' in page]

        assert offered() == ["force-cancel-order"]
        PickJob.objects.update(status=PickJobStatus.OPEN)
        assert offered() == ["cancel-order"]
        PickJob.objects.update(status=PickJobStatus.PICKED)
        OrderLine.objects.update(fulfilled=3)
        assert offered() == []

    def test_a_cancelled_order_has_no_buttons(self, screens, waiting):
        waiting.cancel()
        page = screens.get(f"/orders/{waiting.id}/").content.decode()
        assert not re.search(r'hx-get="/(plans|orders)/[^"]+/(assign|reroute|cancel)/"', page)
        assert "Plan 1 Cancelled" in text_of(screens.get(f"/orders/{waiting.id}/"))


class TestTimeline:
    def test_it_tells_what_happened_newest_first(self, screens, shop, waiting, later):
        later(minutes=1)
        waiting.assign("B")
        job = PickJob.objects.get().short_id

        assigned, decided, placed = timeline(screens.get(f"/orders/{waiting.id}/"))

        assert placed.startswith("The order was placed.")
        assert decided.startswith("The plan went to the waiting room. A lacks 1 of SKU.")
        assert decided.endswith("Anteroom")
        assert assigned.startswith(f"Pick job {job} was created at B. The plan was routed to B.")
        assert assigned.endswith(shop.client.user.email)

    def test_a_release_is_told_once_and_nobody_did_it(self, screens, shop, waiting, later):
        later(minutes=60)
        shop.stock("A", "SKU", 2)
        released = timeline(screens.get(f"/orders/{waiting.id}/"))[0]
        assert "The plan was released from the waiting room to A." in released
        assert "was routed to" not in released

    def test_plans_are_numbered_where_there_are_several_and_reasons_are_quoted(self, screens, waiting):
        waiting.assign("A")
        plan = waiting.plan
        given = {"version": plan["version"], "reason": "Box was damaged"}
        assert screens.post(f"/plans/{plan['id']}/reroute/", given).status_code == 200
        latest = timeline(screens.get(f"/orders/{waiting.id}/"))[0]
        assert "Plan 1 was replaced by Plan 2." in latest
        assert "Box was damaged" in latest
        assert screens.user.email in latest

    def test_what_could_not_be_routed_says_why(self, screens, shop):
        shop.strategy(stock_mode="static")
        shop.listing("A", "SKU")
        order = shop.order({"SKU": 1})
        shop.strategy(stock_mode=REACTIVE)
        decided, _placed = timeline(screens.get(f"/orders/{order.id}/"))
        assert "The plan could not be routed. A lacks 1 of SKU" in decided

    def test_it_goes_on_page_by_page(self, screens, waiting, monkeypatch, later):
        monkeypatch.setattr("routing.timeline.LENGTH", 2)
        for facility in "ABAB":
            later(minutes=1)
            waiting.assign(facility)
        events = DomainEvent.objects.filter(process_id=waiting.id)

        url, seen = f"/orders/{waiting.id}/?part=timeline", 0
        while url:
            part = screens.get(url).content.decode()
            seen += len(re.findall(r"<p>", part))
            following = re.search(r'hx-get="(\?[^"]+)"', part)
            url = f"/orders/{waiting.id}/{html.unescape(following[1])}" if following else ""
        assert 4 < seen <= events.count()

    def test_events_that_nobody_wrote_a_sentence_for_are_told_by_name(self, screens):
        order = OrderFactory()
        DomainEvent.objects.create(
            name="ORDER_STICKER_ADDED",
            resource_type="ORDER",
            resource_id=str(order.pk),
            process_id=order.pk,
            actor="system",
            occurred_at=order.created,
        )
        (only,) = timeline(screens.get(f"/orders/{order.pk}/"))
        assert only.startswith("Order sticker added.")


def test_every_event_that_an_order_may_have_has_a_sentence():
    from backoffice.core.events import Event
    from orders.events import OrderEvent, PaymentEvent, PickJobEvent
    from routing.events import PlanEvent
    from routing.timeline import SENTENCES

    def named(event: type[Event]) -> set[str]:
        own = {event.name} if "name" in event.__dict__ and event.recorded else set()
        return own.union(*(named(below) for below in event.__subclasses__()))

    families = (OrderEvent, PickJobEvent, PaymentEvent, PlanEvent)
    assert set().union(*(named(family) for family in families)) == set(SENTENCES)


def test_the_collect_facility_is_named(screens):
    order = OrderFactory(delivery_type="COLLECT", collect_facility=FacilityFactory(name="Kiel"))
    assert "Collect at Kiel" in text_of(screens.get(f"/orders/{order.pk}/"))
    assert Order.objects.count() == 1


class TestPicking:
    @pytest.fixture
    def short(self, shop):
        """A short-picked order: 1 of 3 at A, whose two missing units wait."""
        shop.reroute_short_picks(shipping="ORDERSPLIT")
        shop.listing("A", "X", behaviour="BACKORDER")
        shop.stock("A", "X", 3)
        order = shop.order({"X": 3})
        order.pick(X=1)
        return order

    def test_it_shows_what_was_picked_and_what_is_short(self, screens, short):
        page = text_of(screens.get(f"/orders/{short.id}/"))
        assert "Picked Short picked A 1 of 3 × X 2 short" in page

    def test_its_timeline_tells_of_the_picking(self, screens, short):
        told = " ".join(timeline(screens.get(f"/orders/{short.id}/")))
        job = short.pick_job["shortId"]
        for sentence in (
            f"Pick job {job} was started at A.",
            f"Pick job {job} was picked: 1 of 3.",
            "Parts of plan 1 became plans of their own.",
            "Plan 2 went to the waiting room.",
        ):
            assert sentence in told

    def test_a_plan_that_lost_all_its_units_is_still_shown(self, screens, shop):
        """P2: after a zero pick everything is in the child."""
        shop.reroute_short_picks(shipping="ORDERSPLIT")
        shop.bulk_stock([("A", "X", 3), ("B", "X", 3)])
        order = shop.order({"X": 3})
        order.pick(X=0)
        assert "0 of 3 × X 3 short" in text_of(screens.get(f"/orders/{order.id}/"))
        for plan in order.plans:
            assert screens.get(f"/plans/{plan['id']}/").status_code == 200

    def test_a_level_that_was_short_asks_to_be_counted(self, screens, short):
        from inventory.models import StockLevel

        page = text_of(screens.get(f"/network/stock/{StockLevel.objects.get().pk}/"))
        assert "To be counted" in page
        short.shop.stock("A", "X", 1)
        assert "To be counted" not in text_of(screens.get(f"/network/stock/{StockLevel.objects.get().pk}/"))
