"""The waiting room as a person gets it: tabs, order, reasons, filters, and what it costs (W2, spec 6)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from inventory.models import Facility
from routing.models import PlanStatus, RoutingPlan
from routing.passes.queue import route_queue
from routing.passes.release import serve_waiting_room
from routing.services.rerouting import reroute_plan
from tests.routing.builders import add_stock, facility, listing, order
from tests.routing.pages import HTMX, MOST_QUERIES, column, rows_of, tab_counts, text_of

pytestmark = pytest.mark.django_db

URL = "/waiting-room/"
ACTIONS = ("assign", "reroute", "cancel")


@pytest.fixture
def screens(screens_as):
    return screens_as("AGENT")


@pytest.fixture
def berlin():
    """A store where CAN and PRE may wait, and CANNOT may not; nothing is in stock."""
    place = facility("Berlin")
    listing(place, "CAN")
    listing(place, "PRE", behaviour="PREORDER", preorder_start=timezone.now() + timedelta(days=30))
    listing(place, "CANNOT", behaviour="NONE")
    return place


@pytest.fixture
def room(berlin):
    """R-1 and R-2 wait for CAN, R-3 for PRE, R-4 cannot be routed."""
    needs = ({"CAN": 2}, {"CAN": 1}, {"PRE": 3}, {"CANNOT": 1})
    plans = [order(need, day=day, tenant_order_id=f"R-{day + 1}") for day, need in enumerate(needs)]
    route_queue()
    return [RoutingPlan.objects.get(pk=plan.pk) for plan in plans]


def orders_of(answer):
    """The orders in the list, by number, in its order."""
    cells = [cell for row in rows_of(answer) for cell in row[:3] if cell.startswith("R-")]
    return [cell.split()[0] for cell in cells]


def test_waiting_plans_stand_in_release_order_with_place_age_and_reason(screens, room):
    answer = screens.get(URL)

    assert orders_of(answer) == ["R-1", "R-2", "R-3"]
    assert column(answer, 1) == ["1", "2", "3"]
    first = rows_of(answer)[0]
    assert first[2] == "R-1 1 May 2026, 00:00"
    assert first[4:6] == ["2 × CAN CAN", "Berlin lacks 2 of CAN."]
    assert first[6] == "Standard"
    assert tab_counts(answer) == {"Waiting": 3, "Planned": 0, "Unroutable": 1}


def test_the_tab_is_in_the_address(screens, room):
    answer = screens.get(URL, {"state": "unroutable"})

    assert orders_of(answer) == ["R-4"]
    assert "Berlin lacks 1 of CANNOT, which cannot wait there." in text_of(answer)
    assert "Retry 1 unroutable plan" in text_of(answer)
    assert tab_counts(answer)["Waiting"] == 3


def test_planned_plans_have_a_date(screens, room):
    RoutingPlan.objects.filter(pk=room[0].pk).update(
        status=PlanStatus.PLANNED,
        facility_id=Facility.objects.values("id")[:1],
        planned_for=timezone.now().date(),
        expected_date=timezone.now().date(),
        expected_date_source="EXPECTED_STOCK",
    )
    answer = screens.get(URL, {"state": "planned"})

    assert orders_of(answer) == ["R-1"]
    assert "from expected stock" in text_of(answer)


def test_flags_say_what_is_special(screens, room):
    now = timezone.now()
    RoutingPlan.objects.filter(pk=room[0].pk).update(pinned_at=now, may_no_longer_wait=True)
    RoutingPlan.objects.filter(pk=room[1].pk).update(held_until=now + timedelta(days=3))
    reroute_plan(plan_id=room[1].pk)
    RoutingPlan.objects.filter(pk=room[2].pk).update(
        expected_date=now.date() - timedelta(days=1), expected_date_source="PREORDER"
    )
    first, second, third = rows_of(screens.get(URL))

    assert "Pinned to the top" in first[5]
    assert "May not wait any more" in first[5]
    assert "Held until" in second[5]
    assert "Being decided" in second[5]
    assert "Overdue" in third[5]
    assert "from the preorder start" in third[6]


def test_a_hold_that_has_passed_is_no_flag(screens, room):
    RoutingPlan.objects.filter(pk=room[0].pk).update(held_until=timezone.now() - timedelta(hours=1))
    assert "Held" not in text_of(screens.get(URL))


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"q": "r-2"}, ["R-2"]),
        ({"article": "CAN"}, ["R-1", "R-2"]),
        ({"article": "PRE,CAN"}, ["R-1", "R-2", "R-3"]),
        ({"article": "CANNOT"}, []),
        ({"behaviour": "PREORDER"}, ["R-3"]),
        ({"reason": "LACKS_STOCK"}, ["R-1", "R-2", "R-3"]),
        ({"reason": "NO_CANDIDATE"}, []),
        ({"age": "1"}, ["R-1"]),
        ({"ageBelow": "1"}, ["R-2", "R-3"]),
        ({"tag": "vip"}, ["R-3"]),
        ({"mayNoLongerWait": "true"}, ["R-1"]),
        ({"state": "unroutable", "article": "CANNOT"}, ["R-4"]),
        ({"state": "nonsense"}, ["R-1", "R-2", "R-3"]),
    ],
)
def test_filters_are_in_the_address(screens, room, query, found):
    RoutingPlan.objects.filter(pk=room[0].pk).update(
        waiting_since=timezone.now() - timedelta(days=2), may_no_longer_wait=True
    )
    room[2].order.tags = [{"id": "vip", "value": "gold"}]
    room[2].order.save()

    assert orders_of(screens.get(URL, query)) == found


def test_a_title_finds_an_article_too(screens, room):
    article = Facility.objects.get().listings.get(article__tenant_article_id="PRE").article
    article.title = "Solar lamp"
    article.save()
    assert orders_of(screens.get(URL, {"article": "solar"})) == ["R-3"]


def test_a_facility_is_chosen_by_name(screens, room):
    other = facility("Hamburg")
    listing(other, "PRE", behaviour="BACKORDER")

    answer = screens.get(URL, {"facility": str(other.pk)})

    assert orders_of(answer) == ["R-3"]
    assert f'<option value="{other.pk}" selected>Hamburg</option>' in answer.content.decode()


def test_tabs_count_what_matches_and_keep_the_filters(screens, room):
    answer = screens.get(URL, {"q": "R-4", "after": "eA"})
    assert tab_counts(answer) == {"Waiting": 0, "Planned": 0, "Unroutable": 1}
    assert 'href="?q=R-4&amp;state=unroutable"' in answer.content.decode()


def test_a_filter_that_makes_no_sense_finds_nothing_and_says_why(screens, room):
    answer = screens.get(URL, {"age": "-3"})
    assert orders_of(answer) == []
    assert "greater than or equal to 0" in text_of(answer)


def test_what_a_link_asked_for_stays_while_filtering_further(screens, room):
    answer = screens.get(URL, {"overdue": "false", "age": "5", "reason": "LACKS_STOCK,CANNOT_WAIT"})
    page = answer.content.decode()
    assert 'name="overdue" value="false"' in page
    assert '<option value="5" selected>5</option>' in page
    assert "Stock is missing, Something cannot wait" in page


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({"ageBelow": "3"}, "For less than 3 days"),
        ({"overdue": "true"}, "Overdue"),
        ({"overdue": "false"}, "Not overdue"),
        ({"expectedBefore": "2027-01-01"}, "Expected before 1 Jan 2027"),
        ({"mayNoLongerWait": "true"}, "May not wait any more"),
        ({"consolidatedStatus": "WAITING"}, "WAITING"),
    ],
)
def test_a_filter_without_a_field_is_shown_and_can_be_taken_away(screens, room, query, words):
    answer = screens.get(URL, {"q": "R", **query})
    assert answer.context["also"] == [(words, "?q=R")]
    assert f"{words} remove this filter" in text_of(answer)


def test_there_are_two_kinds_of_nothing(screens, db):
    assert "Nobody waits" in text_of(screens.get(URL))
    assert "Nothing is planned" in text_of(screens.get(URL, {"state": "planned"}))
    nothing = screens.get(URL, {"state": "unroutable", "q": "R-9"})
    assert "Nothing matches these filters" in text_of(nothing)
    assert 'href="?state=unroutable"' in nothing.content.decode()


def test_a_page_follows_the_other(screens, room, monkeypatch):
    monkeypatch.setattr("backoffice.core.ui.paging.keyset_page.__kwdefaults__", {"size": 2})
    first = screens.get(URL)
    assert orders_of(first) == ["R-1", "R-2"]

    second = screens.get(URL, {"after": first.context["page"].after})

    assert orders_of(second) == ["R-3"]
    assert column(second, 1) == ["3"]
    back = screens.get(URL, {"before": second.context["page"].before})
    assert orders_of(back) == ["R-1", "R-2"]


def test_a_live_list_asks_for_itself_alone(screens, room, berlin):
    page = screens.get(URL, {"q": "R"}).content.decode()
    assert 'hx-get="/waiting-room/?q=R"' in page
    assert "data-live" in page

    add_stock(berlin, "CAN", 2)
    serve_waiting_room()
    part = screens.get(URL, {"q": "R"}, headers=HTMX)

    assert "<html" not in part.content.decode()
    assert orders_of(part) == ["R-2", "R-3"]
    assert tab_counts(part)["Waiting"] == 2


@pytest.mark.parametrize(("role", "seen"), [("VIEWER", False), ("AGENT", True), ("NETWORK_MANAGER", True)])
def test_only_who_may_intervene_sees_the_buttons(screens_as, room, role, seen):
    page = screens_as(role).get(URL, {"state": "unroutable"}).content.decode()
    for action in ACTIONS:
        assert (f"/{action}/" in page) is seen
    assert ("Retry 1 unroutable plan" in page) is seen


def test_a_retry_of_all_needs_the_permission(screens_as, room):
    refused = screens_as("VIEWER").post("/waiting-room/retry/")
    assert refused.status_code == 403
    assert "routing.intervene" in text_of(refused)

    answer = screens_as("AGENT").post("/waiting-room/retry/", follow=True)

    assert "1 unroutable plan is being decided again." in text_of(answer)
    assert RoutingPlan.objects.get(pk=room[3].pk).queued_run == "RETRY"


def test_who_is_not_signed_in_is_sent_to_sign_in(client, db):
    assert client.get(URL)["Location"] == "/sign-in/?next=/waiting-room/"


@pytest.mark.parametrize("state", ["waiting", "planned", "unroutable"])
def test_a_page_takes_few_queries_however_long_it_is(screens, berlin, state):
    """T8: the last page as the first."""

    def queries(**page):
        with CaptureQueriesContext(connection) as found:
            assert screens.get(URL, {"state": state, "article": "CA", **page}).status_code == 200
        return len(found)

    order({"CAN": 1, "CANNOT": 1})
    order({"CAN": 1})
    route_queue()
    few = queries()
    for day in range(12):
        order({"CAN": 1, "CANNOT": 1}, day=day)
        order({"CAN": 2, "PRE": 1}, day=day)
    route_queue()

    assert queries() == queries(last="") == few <= MOST_QUERIES


def test_a_plan_that_waits_past_its_preorder_start_is_overdue(screens, room):
    """B4: it keeps waiting, and people see it."""
    overdue = URL + "?overdue=true"
    assert orders_of(screens.get(overdue)) == []

    assert room[2].preorder_start > timezone.now()
    RoutingPlan.objects.filter(pk=room[2].pk).update(preorder_start=timezone.now() - timedelta(minutes=1))

    answer = screens.get(overdue)
    assert orders_of(answer) == ["R-3"]
    (row,) = (row for row in rows_of(answer) if any("R-3" in cell for cell in row))
    assert any("Overdue" in cell for cell in row)
