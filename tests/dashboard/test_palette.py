"""The command palette: what it finds, for whom, and what that costs; the list of shortcuts (spec 6)."""

from __future__ import annotations

import re
import uuid
from collections import Counter

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from backoffice.core.access import Role
from backoffice.dashboard.finding import find
from backoffice.dashboard.navigation import NAVIGATION, Entry
from orders.models import PickJob
from routing.models import RoutingPlan
from tests.routing.pages import HTMX, text_of

pytestmark = pytest.mark.django_db

MOST_QUERIES = 4


@pytest.fixture
def found(make_user):
    """``found(text)``: titles by the name of their group, as a viewer finds them."""
    viewer = make_user("VIEWER")

    def titles(text, reader=viewer):
        return {
            str(group.title): [one.title for one in group.found]
            for group in find(text, reader=reader, navigation=[])
        }

    return titles


@pytest.fixture
def orders(shop):
    """R-10 waits for a tent at A, R-1 is picked there."""
    shop.listing("A", "TENT", behaviour="BACKORDER")
    shop.stock("A", "TENT", 1)
    picked = shop.order({"TENT": 1}, tenant_order_id="R-1")
    waiting = shop.order({"TENT": 2}, tenant_order_id="R-10")
    return waiting, picked


@pytest.fixture
def people(monkeypatch):
    """A screen for administrators alone."""
    entry = Entry("People", "admin:index", "users", "core.manage_users", "+")
    monkeypatch.setattr("backoffice.dashboard.navigation.NAVIGATION", (*NAVIGATION, ("Other", (entry,))))


class TestFinding:
    def test_orders_by_a_part_of_their_number_with_their_plans(self, found, orders):
        assert found("r-1") == {"Orders": ["R-1", "R-10"], "Plans": ["R-10", "R-1"]}
        assert found("-10") == {"Orders": ["R-10"], "Plans": ["R-10"]}

    def test_what_is_called_just_like_that_comes_first_however_old_it_is(self, found, shop, orders):
        shop.listing("A", "X", behaviour="BACKORDER")
        for number in range(20):
            shop.order({"X": 1}, tenant_order_id=f"R-1{number:02}", drain=False)
        assert found("R-1")["Orders"][:2] == ["R-1", "R-119"]
        assert len(found("R-1")["Orders"]) == 6

    def test_an_order_by_the_short_id_of_its_pick_job(self, found, orders):
        short_id = PickJob.objects.get().short_id
        assert found(short_id)["Orders"] == ["R-1"]
        assert found(short_id.lower())["Orders"] == ["R-1"]

    def test_orders_and_plans_by_their_ids(self, found, orders):
        waiting, _picked = orders
        assert found(waiting.id)["Orders"] == ["R-10"]
        plan = RoutingPlan.objects.get(order=waiting.id)
        assert found(str(plan.pk)) == {"Plans": ["R-10"]}
        assert found(str(uuid.uuid4())) == {}

    def test_plans_that_have_ended_are_only_found_by_their_id(self, found, orders):
        waiting, _picked = orders
        plan = RoutingPlan.objects.get(order=waiting.id)
        waiting.cancel()
        assert found("R-10") == {"Orders": ["R-10"]}
        assert found(str(plan.pk)) == {"Plans": ["R-10"]}

    def test_articles_by_number_or_title_and_facilities_by_name_or_number(self, found, shop):
        shop.listing("A", "TENT", behaviour="BACKORDER", title="Dome for two")
        assert found("ten") == {"Articles": ["Dome for two"]}
        assert found("DOME") == {"Articles": ["Dome for two"]}
        shop.facility("Köln")
        assert found("Köl") == {"Facilities": ["Köln"]}

    @pytest.mark.parametrize("text", ["", " ", "x", "%", "_", "%%", "\x00\x00", "🦊" * 50, "'; --"])
    def test_too_little_and_nonsense_find_nothing(self, found, orders, text):
        assert found(text) == {}

    def test_it_takes_at_most_four_queries(self, make_user, orders):
        viewer = make_user("VIEWER")
        for text in ("R-1", PickJob.objects.get().short_id, str(uuid.uuid4()), "TENT"):
            with CaptureQueriesContext(connection) as captured:
                find(text, reader=viewer, navigation=[])
            assert len(captured) <= MOST_QUERIES


class TestPalette:
    def test_without_a_text_it_offers_the_screens_that_the_reader_may_go_to(self, screens_as, people):
        page = screens_as("VIEWER").get("/palette/")
        (group,) = page.context["groups"]
        assert [one.title for one in group.found][:3] == ["Dashboard", "Waiting room", "Demand"]
        assert group.found[1].keys == ("g", "w")
        assert "People" not in text_of(page)
        assert "People" in text_of(screens_as("ADMINISTRATOR").get("/palette/"))

    @pytest.mark.parametrize("text", ["wait", "ROOM", "room wait"])
    def test_screens_are_found_by_any_of_their_words(self, screens_as, text):
        page = screens_as("VIEWER").get("/palette/", {"q": text})
        assert [one.title for group in page.context["groups"] for one in group.found] == ["Waiting room"]

    def test_screens_are_found_by_their_group(self, screens_as):
        page = screens_as("VIEWER").get("/palette/", {"q": "network stock"})
        assert [one.url for group in page.context["groups"] for one in group.found] == ["/network/stock/"]

    @pytest.mark.parametrize("role", Role)
    def test_whatever_is_found_can_be_opened(self, screens_as, orders, role):
        client = screens_as(role)
        for text in ("R-1", "TENT", "A", ""):
            page = client.get("/palette/", {"q": text}, headers=HTMX).content.decode()
            links = re.findall(r'role="option".*?href="([^"]+)"', page, flags=re.S)
            assert links or text == "A"
            for url in links:
                assert client.get(url).status_code == 200, (role, url)

    def test_it_says_what_to_try_when_nothing_is_found(self, screens_as, db):
        text = text_of(screens_as("VIEWER").get("/palette/", {"q": "zebra"}))
        assert text.startswith("Nothing is called like this.")

    def test_nobody_else_may_ask(self, client, db):
        assert client.get("/palette/").url.startswith("/sign-in/")


class TestShortcuts:
    def test_the_list_names_those_to_the_screens_of_the_reader(self, screens_as, people):
        text = text_of(screens_as("VIEWER").get("/shortcuts/", headers=HTMX))
        assert "Ctrl K Find a screen" in text
        assert "g w Waiting room" in text
        assert "People" not in text

    def test_no_letter_leads_to_two_screens(self):
        keys = Counter(entry.key for _title, entries in NAVIGATION for entry in entries if entry.key)
        assert [key for key, count in keys.items() if count > 1] == []

    def test_the_rail_carries_the_letters(self, screens_as):
        page = screens_as("VIEWER").get("/orders/").content.decode()
        assert 'href="/waiting-room/" data-go="w"' in page
