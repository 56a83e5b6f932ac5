"""Revisions of a strategy on screens: listed, compared in words, restored (spec 2, spec 6)."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from backoffice.core.actor import Actor, acting_as
from backoffice.core.ui.paging import keyset_page
from routing.documents.routingrules import rules_of, with_rules
from routing.models import StrategyRevision
from routing.services import strategies
from routing.services.strategy_drafts import change_draft
from tests.routing.pages import HTMX, MOST_QUERIES, column, rows_of, text_of
from tests.routing.strategy_calls import written

REASONS = ("", "customers rather wait", "", "back to splits")


@pytest.fixture
def screens(screens_as):
    return screens_as("NETWORK_MANAGER")


@pytest.fixture
def strategy(db):
    """In use, with four revisions by different people."""
    strategy = strategies.strategy_in_use()
    changes = ({"mode": "static"}, {"split": True}, {"split": True, "max_parts": 4})
    for number, change in enumerate(changes, 2):
        with acting_as(Actor(f"user{number}@example.org")):
            rules = rules_of(strategy.document)
            changed = {name: change.get(name, getattr(rules, name)) for name in rules.__slots__}
            strategy = strategies.replace_strategy(
                strategy_id=strategy.pk,
                version=strategy.version,
                name_localized=strategy.name_localized,
                document=with_rules(strategy.document, type(rules)(**changed)),
                reason=REASONS[number - 1],
            )
    return strategy


def url(strategy, *parts):
    return "/".join([f"/network/routing-strategies/{strategy.pk}/revisions", *parts, ""])


def test_revisions_say_who_why_and_how_much(screens, strategy):
    page = screens.get(url(strategy))
    assert column(page, 2) == ["4 Current", "3", "2", "1"]
    assert column(page, 3)[0].startswith("user4@example.org")
    assert column(page, 4) == ["back to splits", "–", "customers rather wait", "–"]
    assert column(page, 5) == ["1", "1", "1", "–"]
    assert column(page, 6) == ["", "Restore", "Restore", "Restore"]


def test_without_asking_the_newest_is_compared_with_the_one_before(screens, strategy):
    said = text_of(screens.get(url(strategy)))
    assert "From revision 3 to revision 4 1 difference" in said
    assert "Changed Order split › Parts at most 2 becomes 4" in said


def test_any_two_are_compared(screens, strategy):
    said = text_of(screens.get(url(strategy), {"earlier": "1", "later": "4"}))
    assert "From revision 1 to revision 4 3 differences" in said
    assert "Node “Standard” Changed Fence “Complete stock” › Mode reactive becomes static" in said
    assert "Changed Order split › Switched on off becomes on" in said

    back = text_of(screens.get(url(strategy), {"earlier": "4", "later": "1"}))
    assert "Fence “Complete stock” › Mode static becomes reactive" in back
    same = text_of(screens.get(url(strategy), {"earlier": "2", "later": "2"}))
    assert "They say the same." in same


def test_what_is_not_saved_is_compared_too(screens, strategy):
    def rename(document):
        document["nameLocalized"] = {"en_US": "Winter"}

    change_draft(strategy_id=strategy.pk, owner_id=screens.user.pk, edit=rename)
    page = screens.get(url(strategy))
    assert "What you have not saved, compared with revision 4" in text_of(page)
    assert "Changed Name › English Standard becomes Winter" in text_of(page)
    assert rows_of(page)[0][2] == "Not saved"

    said = text_of(screens.get(url(strategy), {"earlier": "1", "later": "draft"}))
    assert "compared with revision 1" in said


@pytest.mark.parametrize("asked", ["99", "x", "-1", "9" * 30, "²"])
def test_there_is_no_revision_that_was_not(screens, strategy, asked):
    page = screens.get(url(strategy), {"earlier": asked, "later": "4"})
    assert page.status_code == 404 or "From revision" not in text_of(page)


def test_restoring_makes_a_new_revision(screens, strategy):
    dialog = url(strategy, "2", "restore")
    said = text_of(screens.get(dialog, headers=HTMX))
    assert "Restore revision 2?" in said
    assert "It becomes revision 5" in said
    assert "What it would change: 2." in said
    assert "It counts for every decision from then on." in said

    given = {"version": strategy.version, "reason": "splits cost too much"}
    answer = screens.post(dialog, given, headers=HTMX)

    assert answer.headers["HX-Redirect"] == url(strategy)
    strategy.refresh_from_db()
    assert (strategy.revision, rules_of(strategy.document).split) == (5, False)
    page = screens.get(url(strategy))
    assert "Revision 2 was restored as revision 5." in text_of(page)
    assert column(page, 4)[0] == "splits cost too much"


def test_a_conflict_in_restoring_says_who(screens, strategy):
    seen = strategy.version
    with acting_as(Actor("quick@example.org")):
        strategies.replace_strategy(
            strategy_id=strategy.pk,
            version=seen,
            name_localized={"en_US": "Quick"},
            document=strategy.document,
        )
    before = written()
    answer = screens.post(url(strategy, "2", "restore"), {"version": seen, "reason": ""}, headers=HTMX)
    assert answer.status_code == 409
    assert "quick@example.org changed this in the meantime." in text_of(answer)
    assert written() == before


def test_a_revision_that_was_not_is_not_restored(screens, strategy):
    assert screens.get(url(strategy, "99", "restore")).status_code == 404


def test_a_viewer_compares_and_does_not_restore(screens_as, strategy):
    page = screens_as("VIEWER").get(url(strategy), {"earlier": "1", "later": "2"})
    assert "From revision 1 to revision 2" in text_of(page)
    assert "Restore" not in text_of(page)


def test_pages_know_what_the_last_of_each_changed(screens, strategy, monkeypatch):
    monkeypatch.setitem(keyset_page.__kwdefaults__, "size", 2)
    assert column(screens.get(url(strategy)), 5) == ["1", "1"]


def test_it_takes_few_queries_however_many_there_are(screens, strategy):
    StrategyRevision.objects.bulk_create(
        StrategyRevision(strategy=strategy, revision=number, document=strategy.document)
        for number in range(5, 40)
    )
    with CaptureQueriesContext(connection) as queries:
        screens.get(url(strategy), {"earlier": "1", "later": "39"})
    assert len(queries) <= MOST_QUERIES
