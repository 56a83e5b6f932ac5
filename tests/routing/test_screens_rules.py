"""Network → Inventory → Basic configuration → Routing rules: look, preview, save, retry (F3, R7, spec 6)."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from backoffice.core.models import DomainEvent
from routing.documents.routingrules import rules_of, with_rules
from routing.models import RoutingStrategy
from routing.services import strategies
from tests.routing.api_calls import stored
from tests.routing.pages import HTMX, MOST_QUERIES, hidden, rows_of, text_of
from tests.routing.strategy_calls import condition, node, written

URL = "/network/inventory/basic-configuration/routing-rules/"
PREVIEW = f"{URL}preview/"


@pytest.fixture
def screens(screens_as):
    return screens_as("NETWORK_MANAGER")


@pytest.fixture
def rules(shop):
    """Complete stock is reactive. One order waits; then it becomes static, and two more are unroutable."""
    shop.listing("A", "SKU", behaviour="BACKORDER")
    shop.listing("A", "NEVER")
    shop.order({"SKU": 1})
    shop.strategy(stock_mode="static")
    shop.order({"SKU": 1})
    shop.order({"NEVER": 1})
    return shop


def in_use():
    return RoutingStrategy.objects.get(in_use=True)


def now():
    return rules_of(in_use().document)


def form(client, **changes):
    """What the page's form sends; ``None`` is a switch that is off."""
    page = client.get(URL)
    shown = page.context["form"]
    given = {
        "version": hidden(page, "version"),
        "strategy": hidden(page, "strategy"),
        "complete_stock": "on" if shown["complete_stock"].value() else None,
        "mode": shown["mode"].value(),
        "use_waiting_room": "on" if shown["use_waiting_room"].value() else None,
        "split": "on" if shown["split"].value() else None,
        "max_parts": str(shown["max_parts"].value()),
        "split_same_day": "on" if shown["split_same_day"].value() else None,
        "reason": "",
        **changes,
    }
    return {name: value for name, value in given.items() if value is not None}


def test_the_page_shows_the_rules_in_use(screens, rules):
    page = screens.get(URL)
    markup = " ".join(page.content.decode().split())

    assert "Network Inventory Basic configuration" in text_of(page)
    assert 'name="complete_stock" aria-describedby="help-complete-stock" checked' in markup
    assert 'value="static" aria-describedby="help-static" checked' in markup
    assert 'aria-describedby="help-reactive" checked' not in markup
    assert 'name="split" aria-describedby="help-split" >' in markup
    assert 'id="id_max_parts" name="max_parts" value="2"' in markup


def test_a_new_site_has_rules_too(screens, db):
    assert "revision 1" in text_of(screens.get(URL))


def test_saving_makes_a_revision_with_actor_and_reason(screens, rules):
    before = in_use()

    answer = screens.post(URL, form(screens, mode="reactive", reason="season starts"), follow=True)

    assert f"The routing rules were saved as revision {before.revision + 1}." in text_of(answer)
    assert now().mode == "reactive"
    event = DomainEvent.objects.filter(name="ROUTING_STRATEGY_CHANGED").last()
    assert (event.actor, event.reason) == (screens.user.email, "season starts")


@pytest.mark.parametrize(
    ("changes", "name", "value"),
    [
        ({"complete_stock": None}, "complete_stock", False),
        ({"use_waiting_room": "on"}, "use_waiting_room", True),
        ({"mode": "reactive"}, "mode", "reactive"),
        ({"split": "on"}, "split", True),
        ({"max_parts": "3"}, "max_parts", 3),
        ({"split_same_day": "on"}, "split_same_day", True),
    ],
)
def test_each_rule_is_saved_and_the_others_stay(screens, rules, changes, name, value):
    before = now()
    screens.post(URL, form(screens, **changes))
    after = now()
    assert getattr(after, name) is value or getattr(after, name) == value
    assert {n: getattr(after, n) for n in before.__slots__ if n != name} == {
        n: getattr(before, n) for n in before.__slots__ if n != name
    }


def test_after_saving_a_retry_is_offered(screens, rules):
    said = text_of(screens.post(URL, form(screens, mode="reactive"), follow=True))
    assert "2 plans are unroutable, by the rules of before." in said
    assert "Retry 2 unroutable plans" in said

    answer = screens.post("/waiting-room/retry/", follow=True)

    assert "2 unroutable plans are being decided again." in text_of(answer)
    rules.work()
    assert len(rules.waiting_room()) == 2
    assert "Retry" not in text_of(screens.get(URL))


def test_nothing_to_save_is_said(screens, rules):
    before = written()
    answer = screens.post(URL, form(screens), follow=True)
    assert "Nothing was changed" in text_of(answer)
    assert written() == before


def test_a_conflict_says_who_changed_what_and_keeps_what_was_chosen(screens, screens_as, rules):
    mine = form(screens, mode="reactive", reason="mine")
    other = screens_as("ADMINISTRATOR")
    other.post(URL, form(other, use_waiting_room="on"))
    before = written()

    answer = screens.post(URL, mine)

    assert answer.status_code == 409
    said = text_of(answer)
    assert f"{other.user.email} changed the routing rules in the meantime." in said
    assert "They say now: Complete stock: on; Mode: static;" in said
    assert 'value="mine"' in answer.content.decode()
    assert written() == before
    again = {**mine, "version": hidden(answer, "version")}
    assert screens.post(URL, again).status_code == 302
    assert (now().mode, now().use_waiting_room) == ("reactive", False)


def test_another_strategy_that_is_in_use_by_now_is_not_written_to(screens, rules):
    mine = form(screens, mode="reactive")
    other = strategies.create_strategy(name_localized={"en_US": "Summer"})
    strategies.activate_strategy(strategy_id=other.pk, version=other.version)
    before = written()

    answer = screens.post(URL, {**mine, "version": in_use().version})

    assert answer.status_code == 409
    assert written() == before


@pytest.mark.parametrize(
    "wrong", [{"mode": "sometimes"}, {"version": "x"}, {"strategy": "x"}, {"mode": None}]
)
def test_bad_input_changes_nothing(screens, rules, wrong):
    before = written()
    assert screens.post(URL, form(screens, **wrong)).status_code == 422
    assert screens.post(PREVIEW, form(screens, **wrong), headers=HTMX).status_code == 422
    assert written() == before


def test_preview_says_what_would_happen_and_writes_nothing(screens, rules):
    given = form(screens, mode="reactive")
    before = stored(), written()

    answer = screens.post(PREVIEW, given, headers=HTMX)

    said = text_of(answer)
    assert "Mode: static becomes reactive" in said
    assert "If retried, of 2 unroutable plans 0 would be routed and 1 would move to the waiting room." in said
    assert "1 waiting plan stays where it is" in said
    assert rows_of(answer) == [
        ["Unroutable 2 if retried", "0", "1", "1"],
        ["Waiting 1 if rerouted by hand", "0", "1", "0"],
        ["In the queue 0 decided next", "–", "–", "–"],
    ]
    assert (stored(), written()) == before


def test_preview_of_the_same_rules_says_so(screens, rules):
    said = text_of(screens.post(PREVIEW, form(screens), headers=HTMX))
    assert "These rules are in use already." in said
    assert "All 2 unroutable plans would stay so, also if retried." in said


def test_preview_of_a_new_site(screens, db):
    said = text_of(screens.post(PREVIEW, form(screens, complete_stock=None), headers=HTMX))
    assert "Complete stock: on becomes off" in said
    assert "No plan is unroutable." in said


def test_preview_says_how_many_were_tried(screens, rules, monkeypatch):
    monkeypatch.setattr("routing.services.previews.MOST", 1)
    said = text_of(screens.post(PREVIEW, form(screens), headers=HTMX))
    assert "the first 1 was tried" in said


@pytest.mark.parametrize("role", ["VIEWER", "AGENT", "PLANNER"])
def test_others_look_and_do_not_touch(screens_as, screens, rules, role):
    reader = screens_as(role)
    page = reader.get(URL)
    assert page.status_code == 200
    markup = page.content.decode()
    assert "<fieldset" in markup
    assert "disabled" in markup
    assert "Save" not in text_of(page)
    assert "hx-post" not in markup
    assert "you need the permission routing.manage_strategies" in text_of(page)

    given, before = form(screens, mode="reactive"), written()
    for address, headers in ((URL, {}), (PREVIEW, HTMX)):
        refused = reader.post(address, given, headers=headers)
        assert refused.status_code == 403
        assert "routing.manage_strategies" in text_of(refused)
    assert written() == before


def test_other_nodes_are_named_and_left_alone(screens, rules):
    strategy = in_use()
    document = with_rules(strategy.document, now())
    document["rootNode"]["nextCondition"] = condition(node())
    strategies.replace_strategy(
        strategy_id=strategy.pk,
        version=strategy.version,
        name_localized=strategy.name_localized,
        document=document,
    )
    assert "The strategy has 1 more node" in text_of(screens.get(URL))
    kept = in_use().document["rootNode"]["nextCondition"]

    screens.post(URL, form(screens, mode="reactive"))

    assert in_use().document["rootNode"]["nextCondition"] == kept


@pytest.mark.parametrize("parts", ["", "0", "101", "two"])
def test_a_number_of_parts_that_makes_no_sense_is_refused(screens, rules, parts):
    """S3: between 1 and 100; what the reader chose stays on the page."""
    before = written()
    answer = screens.post(URL, form(screens, split="on", max_parts=parts))
    assert answer.status_code == 422
    assert answer.context["form"].errors["max_parts"]
    assert written() == before


def test_the_page_takes_few_queries(screens, rules):
    screens.get(URL)
    with CaptureQueriesContext(connection) as queries:
        screens.get(URL)
    assert len(queries) <= MOST_QUERIES
