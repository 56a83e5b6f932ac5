"""Release runs: the list with what woke them, and one with the plans that it let go (W2-W4)."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from inventory.models import Article
from routing.models import ReleaseRun
from tests.routing.pages import rows_of, text_of

LIST = "/release-runs/"


@pytest.fixture
def screens(screens_as):
    return screens_as("VIEWER")


@pytest.fixture
def released(shop):
    """Three orders wait, and stock for two comes."""
    shop.listing("A", "SKU", behaviour="BACKORDER")
    for number in (1, 2, 3):
        shop.order({"SKU": 1}, tenant_order_id=f"R-{number}")
    shop.stock("A", "SKU", 2)
    return ReleaseRun.objects.latest("started")


def run(*, causes=None, articles=(), started=None, **fields):
    started = started or timezone.now()
    return ReleaseRun.objects.create(
        **{
            "started": started,
            "finished": started + timedelta(milliseconds=20),
            "causes": causes or {"STOCK_UP": 1},
            "articles": [str(article.pk) for article in articles],
            "considered": 3,
            "still_waiting": 3,
            "seconds": 0.02,
            **fields,
        }
    )


class TestList:
    def test_a_run_says_what_woke_it_and_what_came_of_it(self, screens, released):
        (row, *_others) = rows_of(screens.get(LIST))
        assert row[1:7] == ["Stock came", "SKU", "3", "2", "1", "0"]
        assert row[7].endswith("ms")

    def test_the_newest_comes_first_and_pages_follow_one_another(self, screens, monkeypatch, db):
        monkeypatch.setattr("backoffice.core.ui.paging.keyset_page.__kwdefaults__", {"size": 2})
        for considered in (1, 2, 3):
            run(considered=considered)
        first = screens.get(LIST)
        second = screens.get(f"{LIST}?after={first.context['page'].after}")
        assert [row[3] for row in rows_of(first)] == ["3", "2"]
        assert [row[3] for row in rows_of(second)] == ["1"]

    def test_many_articles_and_many_triggers_are_counted(self, screens, db):
        articles = [Article.objects.create(tenant_article_id=f"A{n}") for n in range(5)]
        run(causes={"STOCK_UP": 7, "RECEIPT": 1}, articles=articles)
        (row,) = rows_of(screens.get(LIST))
        assert row[1] == "Stock came × 7, A receipt was booked"
        assert row[2] == "A0 , A1 and 3 more"

    def test_what_did_not_come_to_its_end_is_marked(self, screens, db):
        run(finished=None)
        assert rows_of(screens.get(LIST))[0][-1] == "Not finished"

    @pytest.mark.parametrize(
        ("query", "considered"),
        [
            ("cause=RECEIPT", {"2"}),
            ("article=tent", {"1"}),
            ("article=Ridgeline", {"1"}),
            ("article=nothing", set()),
            ("show=RELEASED", {"2"}),
            ("show=NOBODY", {"1"}),
            ("dayTo=2026-05-01", {"2"}),
            ("dayFrom=2026-05-02", {"1"}),
            ("cause=NONSENSE", set()),
        ],
    )
    def test_filters_narrow_it(self, screens, db, query, considered):
        tent = Article.objects.create(tenant_article_id="TENT", title="Ridgeline 2")
        run(articles=[tent], considered=1)
        long_ago = timezone.make_aware(timezone.datetime(2026, 5, 1, 12))
        run(causes={"RECEIPT": 1}, considered=2, released=1, started=long_ago)
        assert {row[3] for row in rows_of(screens.get(f"{LIST}?{query}"))} == considered

    def test_there_may_be_none_or_none_that_match(self, screens, db):
        assert "Nothing woke the waiting room yet" in text_of(screens.get(LIST))
        run()
        assert "Nothing matches these filters" in text_of(screens.get(f"{LIST}?show=RELEASED"))

    @pytest.mark.parametrize("count", [1, 20])
    def test_queries_do_not_grow_with_the_page(self, screens, db, count):
        for number in range(count):
            run(articles=[Article.objects.create(tenant_article_id=f"A{number}")])
        screens.get(LIST)
        with CaptureQueriesContext(connection) as queries:
            screens.get(LIST)
        assert len(queries) == 7


class TestDetail:
    def test_it_lists_the_plans_that_could_go_and_where_they_are_now(self, screens, released):
        answer = screens.get(f"{LIST}{released.pk}/")
        assert [row[:3] for row in rows_of(answer)] == [
            ["R-1", "Released to A", "Routed"],
            ["R-2", "Released to A", "Routed"],
        ]
        said = text_of(answer)
        assert "2 of 3 released" in said
        assert "Still waiting 1" in said

    def test_what_another_run_released_is_not_among_them(self, screens, released, shop):
        shop.stock("A", "SKU", 3)
        assert len(rows_of(screens.get(f"{LIST}{released.pk}/"))) == 2
        latest = ReleaseRun.objects.latest("started")
        assert [row[0] for row in rows_of(screens.get(f"{LIST}{latest.pk}/"))] == ["R-3"]

    def test_what_another_worker_released_of_another_article_meanwhile_is_not_among_them(
        self, screens, released
    ):
        other = run(
            articles=[Article.objects.create(tenant_article_id="OTHER")],
            started=released.started,
            finished=released.finished,
        )
        assert rows_of(screens.get(f"{LIST}{other.pk}/")) == []

    def test_a_run_that_let_nobody_go_says_so(self, screens, db):
        assert "Nobody could go" in text_of(screens.get(f"{LIST}{run().pk}/"))

    def test_an_unknown_one_is_not_found(self, screens, db):
        assert screens.get(f"{LIST}{uuid4()}/").status_code == 404

    def test_it_takes_few_queries(self, screens, released):
        screens.get(LIST)
        with CaptureQueriesContext(connection) as queries:
            screens.get(f"{LIST}{released.pk}/")
        assert len(queries) == 9
