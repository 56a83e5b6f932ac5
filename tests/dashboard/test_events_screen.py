"""The timeline of everything: in words, with who did it and why, and a way to what it is about."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from backoffice.core.models import DomainEvent
from orders.models import Order
from routing.models import RoutingPlan
from tests.routing.pages import rows_of, text_of

URL = "/events/"
MOST_QUERIES = 20


@pytest.fixture
def screens(screens_as):
    return screens_as("VIEWER")


@pytest.fixture
def order(shop):
    """Two orders; one waits and is rerouted by hand, with a reason."""
    shop.listing("A", "SKU", behaviour="BACKORDER")
    shop.order({"SKU": 1}, tenant_order_id="R-2")
    order = shop.order({"SKU": 1}, tenant_order_id="R-1")
    order.intervene("REROUTE", reason="Asked three times")
    return order


def told(answer):
    """What, about and by whom, newest first."""
    return [tuple(row[1:4]) for row in rows_of(answer)]


def test_events_are_sentences_about_something(screens, order, api):
    rows = told(screens.get(URL, {"q": "R-1"}))
    assert rows[-1] == ("The order was placed.", "Order R-1", api.user.email)
    asked = next(row for row in rows if row[0].startswith("A new decision"))
    assert asked == (
        "A new decision about the plan was asked for. Asked three times",
        "Plan · R-1",
        api.user.email,
    )
    assert any(row[0].startswith("The plan went to the waiting room. A lacks 1 of SKU.") for row in rows)
    assert any(row[2] == "Anteroom" for row in rows)


def test_what_they_are_about_is_named_and_one_click_away(screens, order):
    answer = screens.get(URL, {"resourceType": "LISTING"})
    assert told(answer)[0][:2] == ("Created", "Listing SKU at A")
    page = screens.get(URL, {"q": "R-1"}).content.decode()
    plan = RoutingPlan.objects.get(order=order.id, status="WAITING")
    assert f"/plans/{plan.pk}/" in page
    assert f"/orders/{order.id}/" in page


def test_what_is_gone_is_not_linked(screens, db):
    DomainEvent.objects.create(
        name="LISTING_CHANGED",
        resource_type="LISTING",
        resource_id="01990000-0000-7000-8000-000000000000",
        actor="system",
        facts={"deleted": True},
        occurred_at="2026-05-01T10:00:00Z",
    )
    answer = screens.get(URL)
    assert told(answer) == [("Deleted", "Listing", "Anteroom")]
    assert "/network/listings/01990000" not in answer.content.decode()


@pytest.mark.parametrize(
    ("query", "finds"),
    [
        ({"resourceType": "ORDER"}, {"The order was placed."}),
        ({"event": "ORDER_CREATED"}, {"The order was placed."}),
        ({"event": "ORDER_CREATED", "dayTo": "2020-01-01"}, set()),
        ({"event": "ORDER_CREATED", "dayFrom": "2020-01-01"}, {"The order was placed."}),
        ({"actor": "nobody@example.org"}, set()),
        ({"q": "nothing"}, set()),
    ],
)
def test_filters_narrow_it(screens, order, query, finds):
    assert {row[0] for row in told(screens.get(URL, query))} == finds


def test_an_id_finds_everything_about_it(screens, order):
    (found,) = {row[1] for row in told(screens.get(URL, {"resourceId": order.id}))}
    assert found == "Order R-1"
    by_process = told(screens.get(URL, {"q": order.id}))
    assert len(by_process) == DomainEvent.objects.filter(process_id=order.id).count()


def test_every_kind_of_event_and_actor_is_offered(screens, order, api):
    page = screens.get(URL).content.decode()
    for value in ("ROUTING_PLAN_RELEASED", "PICK_JOB", "FACILITY_GROUP_CHANGED", api.user.email, "system"):
        assert f'<option value="{value}">' in page


def test_pages_follow_one_another_without_gap_or_double(screens, order, monkeypatch):
    monkeypatch.setattr("backoffice.core.ui.paging.keyset_page.__kwdefaults__", {"size": 3})
    seen, url = 0, URL
    while url:
        page = screens.get(url)
        seen += len(rows_of(page))
        after = page.context["page"].after
        url = f"{URL}?after={after}" if after else ""
    assert seen == DomainEvent.objects.count()


def test_nothing_at_all_and_nothing_that_matches_are_told_apart(screens, db):
    assert "Nothing has happened yet" in text_of(screens.get(URL))
    assert "Nothing matches these filters" in text_of(screens.get(URL, {"q": "x"}))


def test_queries_do_not_grow_with_the_page(screens, order, shop):
    screens.get(URL)
    with CaptureQueriesContext(connection) as few:
        screens.get(URL)
    for number in range(6):
        shop.order({"SKU": 1}, tenant_order_id=f"M-{number}")
    with CaptureQueriesContext(connection) as many:
        screens.get(URL)
    assert Order.objects.count() == 8
    assert len(many) == len(few) <= MOST_QUERIES
