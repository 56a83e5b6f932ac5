"""The page of one plan: where it stands and why, its lines, and its decisions as tables (F2, R2, spec 6)."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from orders.models import PickJob, PickJobStatus
from routing.models import RoutingPlan
from tests.routing.api_calls import stored
from tests.routing.pages import HTMX, MOST_QUERIES, rows_of, text_of
from tests.routing.strategy_calls import condition, node

ACTIONS = ("assign", "reroute", "cancel")


@pytest.fixture
def screens(screens_as):
    return screens_as("AGENT")


@pytest.fixture
def order(shop):
    """Two of SKU and one of MUG; B has one SKU and may wait, A has the mug and may not."""
    shop.listing("A", "SKU")
    shop.listing("A", "MUG")
    shop.listing("B", "SKU", behaviour="BACKORDER")
    shop.listing(
        "B",
        "MUG",
        behaviour="PREORDER",
        config={"preorder": {"availabilityTimeframe": {"start": "2027-01-01T00:00:00Z"}}},
    )
    shop.stock("A", "MUG", 1)
    shop.stock("B", "SKU", 1)
    return shop.order({"SKU": 2, "MUG": 1}, tenant_order_id="R-1")


def url(order):
    return f"/plans/{order.plan['id']}/"


def lines(answer):
    """The rows of the first table."""
    return [row for row in rows_of(answer) if row[0].startswith(("SKU", "MUG"))]


def verdicts(answer):
    """The rows of the decision by facility."""
    return {row[0]: row[1:] for row in rows_of(answer) if row[0].split()[0] in ("A", "B")}


def test_a_waiting_plan_says_where_it_stands_and_why(screens, order):
    said = text_of(screens.get(url(order)))

    assert "Plan 1 of order R-1" in said
    assert "Place 1 in the waiting room for 0 minutes" in said
    assert "B lacks 1 of SKU and 1 of MUG." in said
    assert "May wait because of Backorder" in said


def test_lines_say_what_is_missing_and_when_it_is_expected(screens, order):
    """W10: there is a mug elsewhere, so that nobody knows a day for that."""
    assert lines(screens.get(url(order))) == [
        ["SKU SKU", "2", "1", "15 May 2026 by the usual time"],
        ["MUG MUG", "1", "1", "–"],
    ]


def test_lines_of_one_article_lack_at_the_end(screens, shop):
    shop.listing("A", "SKU", behaviour="BACKORDER")
    shop.stock("A", "SKU", 3)
    items = [
        {"article": {"tenantArticleId": "SKU", "title": title}, "quantity": 2} for title in ("one", "two")
    ]
    order = shop.order({}, orderLineItems=items)

    assert [row[1:3] for row in lines(screens.get(url(order)))] == [["2", "0"], ["2", "1"]]


def test_the_decision_is_a_table_of_facilities_and_fences(screens, order):
    answer = screens.get(url(order))

    assert verdicts(answer) == {
        "A": ["Passed", "Failed 0 of 2 SKU · missing"],
        "B": ["Passed", "May wait 1 of 2 SKU · backorder 0 of 1 MUG · preorder"],
    }
    assert list(verdicts(answer)) == ["B", "A"], "who may be waited for comes first"
    assert "Service of the facility Complete stock" in text_of(answer)


def test_a_static_fence_says_what_it_wanted(screens, shop, order):
    shop.strategy(country_active=True)
    abroad = shop.order({"SKU": 1}, country="AT")
    assert verdicts(screens.get(url(abroad)))["A"][1] == "Failed AT is wanted, DE is there"


def test_who_was_rated_shows_penalties(screens, shop, order):
    shop.stock("B", "SKU", 2)
    shop.stock("B", "MUG", 1)

    answer = screens.get(url(order))

    chosen = verdicts(answer)["B Chosen"]
    assert chosen[:2] == ["Passed", "Passed"]
    assert chosen[-1].endswith("place 1")
    assert verdicts(answer)["A"][2:] == ["–", "–", "–"]
    assert "Distance to the consumer of 100" in text_of(answer)
    assert "Routed to B: everything is in stock." in text_of(answer)


def test_earlier_decisions_are_a_click_away(screens, shop, order):
    shop.stock("A", "SKU", 1)
    order.reroute()
    shop.stock("B", "SKU", 2)
    shop.stock("B", "MUG", 1)
    runs = order.plan["routingRun"]
    assert runs >= 3

    newest = screens.get(url(order))
    first = screens.get(url(order), {"run": 1})

    assert re.findall(r"\?run=(\d+)#decision", newest.content.decode()) == [
        str(run) for run in range(runs, 0, -1)
    ]
    assert "Decision 1 Waiting" in text_of(first)
    assert verdicts(first)["A"][1] == "Failed 0 of 2 SKU · missing"
    assert "Rerouted" in text_of(first)


def test_there_is_no_run_that_was_not(screens, order):
    assert screens.get(url(order), {"run": 99}).status_code == 404
    assert screens.get(url(order), {"run": "x"}).status_code == 200


def test_a_decision_without_candidates_says_so(screens, shop):
    shop.listing("A", "SKU")
    order = shop.order({"NOWHERE": 1})
    said = text_of(screens.get(url(order)))
    assert "No facility that is online lists NOWHERE." in said
    assert "There was no candidate" in said


def test_a_plan_that_was_never_decided_says_so(screens, shop):
    shop.listing("A", "SKU")
    order = shop.order({"SKU": 1}, drain=False)
    said = text_of(screens.get(url(order)))
    assert "It awaits its first routing decision." in said
    assert "Nothing was decided yet" in said


def test_many_facilities_are_cut_short(screens, shop, order, monkeypatch):
    monkeypatch.setattr("routing.views.decisiontable.FIRST", 1)
    answer = screens.get(url(order))
    assert list(verdicts(answer)) == ["B"]
    assert "Show 1 more facility" in text_of(answer)
    assert list(verdicts(screens.get(url(order), {"everyone": 1}))) == ["B", "A"]


def test_a_routed_plan_shows_what_is_reserved_and_its_pick_job(screens, shop, order):
    order.assign("B")
    answer = screens.get(url(order))

    assert lines(answer) == [["SKU SKU", "2", "1 of 2"], ["MUG MUG", "1", "0 of 1"]]
    job = order.pick_job
    assert f"Pick job {job['shortId']} Open Facility B" in text_of(answer)


def test_relatives_are_linked(screens, shop, order):
    order.assign("A")
    order.assign("B")
    before, after = order.plans

    said = screens.get(f"/plans/{before['id']}/")
    assert "Its place was taken by Plan 2 Routed B" in text_of(said)
    assert f'href="/plans/{after["id"]}/"' in said.content.decode()
    assert "It took the place of Plan 1 Obsolete A" in text_of(screens.get(f"/plans/{after['id']}/"))


@pytest.mark.parametrize("part", ["standing", "decision", "facts", "again"])
def test_each_part_can_be_asked_for_alone(screens, order, part):
    page = screens.get(url(order)).content.decode()
    assert f'hx-get="?part={part}"' in page
    alone = screens.get(url(order), {"part": part}, headers=HTMX)
    assert alone.status_code == 200
    assert "<html" not in alone.content.decode()


def test_there_is_no_other_part(screens, order):
    assert screens.get(url(order), {"part": "../plan"}).status_code == 404


def test_a_part_shows_the_same_decision_and_leads_to_whole_pages(screens, shop, order):
    order.reroute()
    part = screens.get(url(order), {"part": "decision", "run": 1}, headers=HTMX)
    assert "Decision 1 Waiting" in text_of(part)
    assert 'href="?run=2#decision"' in part.content.decode()


def buttons(client, order):
    page = client.get(url(order)).content.decode()
    return [action for action in ACTIONS if f"/{action}/" in page]


def test_only_who_may_intervene_sees_the_buttons(screens_as, order):
    assert buttons(screens_as("AGENT"), order) == list(ACTIONS)
    assert buttons(screens_as("VIEWER"), order) == []


def test_there_are_no_buttons_where_they_would_be_refused(screens, shop, order):
    shop.stock("B", "SKU", 2)
    shop.stock("B", "MUG", 1)
    assert buttons(screens, order) == list(ACTIONS)
    PickJob.objects.update(status=PickJobStatus.IN_PROGRESS)
    assert buttons(screens, order) == []


def test_there_are_no_buttons_of_what_is_over(screens, order):
    order.cancel()
    assert buttons(screens, order) == []
    assert "It was cancelled." in text_of(screens.get(url(order)))


def test_who_lacks_the_permission_is_told_its_name(screens_as, order, monkeypatch):
    client = screens_as("VIEWER")
    monkeypatch.setattr("routing.views.plans.PlanView.permissions", {"*": "routing.manage_strategies"})
    refused = client.get(url(order))
    assert refused.status_code == 403
    assert "routing.manage_strategies" in text_of(refused)


def test_there_is_no_page_of_no_plan(screens, db):
    assert screens.get("/plans/01a1fb8a-0000-7000-8000-000000000000/").status_code == 404


def test_the_page_takes_few_queries(screens, shop, order):
    address = url(order)

    def queries():
        with CaptureQueriesContext(connection) as found:
            assert screens.get(address).status_code == 200
        return len(found)

    few = queries()
    for _ in range(4):
        order.reroute()
    assert queries() == few <= MOST_QUERIES
    address = url(shop.order({f"SKU-{number}": 1 for number in range(8)} | {"SKU": 1, "MUG": 1}))
    assert queries() <= few


def test_held_pinned_and_kept_from_facilities(screens, shop, order):
    RoutingPlan.objects.update(
        pinned_at=timezone.now(), facility_blacklist=[shop.id_of("A")], expected_date=timezone.now().date()
    )
    said = text_of(screens.get(url(order)))
    assert "Pinned to the top" in said
    assert "Not to be routed to A" in said


def test_a_decision_names_the_node_whose_rules_decided(screens, shop, order):
    """R1: only where there was more than one to choose from."""
    assert "Decided by the rules of" not in text_of(screens.get(url(order)))
    strategy = shop.get("routing/strategies")["routingStrategies"][0]
    express = node(nameLocalized={"en_US": "Fast lane"})
    strategy["rootNode"]["nextCondition"] = condition(express)
    shop.call("put", f"routing/strategies/{strategy['id']}", strategy)

    fast = shop.order({"SKU": 1}, tags=[{"id": "express", "value": "yes"}])

    assert "Decided by the rules of “ Fast lane ”." in text_of(screens.get(url(fast)))


def test_a_split_is_shown_with_what_became_of_each_part(screens, shop):
    """S4, S6: what stays, what goes elsewhere, what waits; with the plans that carry it."""
    shop.facility("C")
    shop.strategy(active=True, maxSplitCount=2)
    shop.stock("A", "X", 3)
    shop.stock("B", "X", 2)
    shop.listing("C", "Y", behaviour="BACKORDER")
    parent, *children = shop.order({"X": 5, "Y": 1}, tenant_order_id="R-2").plans

    page = screens.get(f"/plans/{parent['id']}/")

    said = text_of(page)
    assert "How it was split A 3 × X stays with this plan B 2 × X a plan of its own" in said
    assert "Waiting room 1 × Y a plan of its own" in said
    markup = page.content.decode()
    assert all(f"/plans/{child['id']}/" in markup for child in children)
    assert "How it was split" not in text_of(screens.get(f"/plans/{children[0]['id']}/"))


def test_what_would_be_decided_now_stands_beside_what_was_decided(screens, shop, order):
    """The stored verdict stays where it is; nothing is written."""
    shop.stock("B", "SKU", 2, drain=False)
    shop.stock("B", "MUG", 1, drain=False)
    before = stored()

    answer = screens.get(url(order), {"part": "again"}, headers=HTMX)

    said = text_of(answer)
    assert "It would be decided otherwise now. Nothing was changed." in said
    assert "Decision 1 Waiting" in said
    assert "Now Routed Routed to B: everything is in stock." in said
    assert verdicts(answer)["B Chosen not chosen then"][:2] == [
        "Passed",
        "Passed then: May wait (1 of 2 SKU · backorder; 0 of 1 MUG · preorder)",
    ]
    assert verdicts(answer)["B Chosen not chosen then"][-1].endswith("place 1 not rated then")
    assert "then" not in verdicts(answer)["A"], "what is as it was is not marked"
    assert "What is otherwise than in that decision is marked: at 1 facility." in said
    assert stored() == before


def test_what_would_be_decided_the_same_way_is_not_marked(screens, order):
    said = text_of(screens.get(url(order), {"part": "again"}, headers=HTMX))
    assert "It would be decided the same way now." in said
    assert "Every fence says what it said in that decision." in said


def test_facilities_that_are_no_candidates_any_more_are_named(screens, shop, order):
    shop.set_status("A", "OFFLINE")
    answer = screens.get(url(order), {"part": "again"}, headers=HTMX)
    assert "No candidates any more: A." in text_of(answer)
    assert verdicts(answer).keys() == {"B"}


def test_there_is_nothing_to_decide_again_about_what_is_over(screens, order):
    assert 'id="decide-again"' in screens.get(url(order)).content.decode()
    order.cancel()
    assert 'id="decide-again"' not in screens.get(url(order)).content.decode()
    alone = screens.get(url(order), {"part": "again"}, headers=HTMX)
    assert "there is nothing left to decide" in text_of(alone)
