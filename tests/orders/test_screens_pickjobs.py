"""The list of pick jobs, as a person gets it."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from orders.models import PickJobStatus
from tests.factories.inventory import ArticleFactory, FacilityFactory
from tests.factories.orders import OrderFactory, OrderLineFactory, PickJobFactory
from tests.inventory.reading import rows

LIST = "/pick-jobs/"
QUERIES = 9


def found(response):
    """The short ids on the page, in their order."""
    return re.findall(
        r'class="ar-code" href="/pick-jobs/[0-9a-f-]{36}/">([^<]+)</a>', response.content.decode()
    )


@pytest.fixture
def screens(screens_as):
    return screens_as("VIEWER")


class TestList:
    def test_what_is_to_be_picked_comes_in_the_order_of_its_urgency(self, screens):
        now = timezone.now()
        PickJobFactory(short_id="LATE", target_time=now + timedelta(days=2))
        PickJobFactory(short_id="SOON", target_time=now + timedelta(hours=1), status="IN_PROGRESS")
        PickJobFactory(short_id="DONE", status=PickJobStatus.CLOSED)

        assert found(screens.get(LIST)) == ["SOON", "LATE"]

    def test_what_was_picked_comes_newest_first(self, screens):
        now = timezone.now()
        for days in (3, 1, 2):
            PickJobFactory(short_id=f"D{days}", target_time=now - timedelta(days=days), status="CLOSED")

        assert found(screens.get(f"{LIST}?status=CLOSED")) == ["D1", "D2", "D3"]

    def test_a_row_says_what_is_picked_where_for_whom_and_how_far_it_is(self, screens_as):
        order = OrderFactory(tenant_order_id="R-7")
        OrderLineFactory(order=order, article=ArticleFactory(tenant_article_id="TENT"), quantity=3)
        PickJobFactory(
            order=order, short_id="AB12", facility=FacilityFactory(name="Kiel"), status="IN_PROGRESS",
            lines__picked=2,
        )  # fmt: skip

        (row,) = rows(screens_as("AGENT").get(LIST))

        assert row == {
            "Pick job": "AB12",
            "Order": "R-7",
            "Facility": "Kiel",
            "To pick": "2 of 3 × TENT",
            "Delivery": "Shipping",
            "Status": "In progress",
        }

    def test_many_lines_are_counted_instead_of_named(self, screens):
        PickJobFactory(order=OrderFactory(lines=5))
        assert rows(screens.get(LIST))[0]["To pick"].endswith("2 more")

    def test_what_should_have_been_picked_by_now_is_marked(self, screens):
        PickJobFactory(target_time=timezone.now() - timedelta(hours=1))
        assert rows(screens.get(LIST))[0]["Due"].endswith("Overdue")

    @pytest.mark.parametrize(
        ("query", "seen"),
        [
            ("status=ANY", {"A", "B", "C", "D"}),
            ("status=PICKED", {"D"}),
            ("q=b", {"B"}),
            ("q=lamps", {"B"}),
            ("article=LAMP", {"B"}),
            ("article=lantern", {"B"}),
            ("channel=COLLECT", {"C"}),
            ("due=OVERDUE", {"A"}),
            ("due=LATER", {"B", "C"}),
            ("due=OVERDUE&status=ANY", {"A"}),
            ("tenantOrderId=LAMPS-1", {"B"}),
            ("q=nothing", set()),
            ("status=NONSENSE", set()),
        ],
    )
    def test_filters_narrow_it(self, screens, query, seen):
        now = timezone.now()
        PickJobFactory(short_id="A", target_time=now - timedelta(hours=1))
        order = OrderFactory(tenant_order_id="LAMPS-1")
        OrderLineFactory(order=order, article=ArticleFactory(tenant_article_id="LAMP", title="Lantern"))
        PickJobFactory(short_id="B", order=order, target_time=now + timedelta(days=2))
        PickJobFactory(short_id="C", channel="COLLECT")
        PickJobFactory(short_id="D", status="PICKED", target_time=now - timedelta(days=1))
        PickJobFactory.build_batch(0)

        assert set(found(screens.get(f"{LIST}?{query}"))) == seen

    def test_a_facility_sees_its_own(self, screens):
        job = PickJobFactory(short_id="HERE")
        PickJobFactory()
        assert found(screens.get(LIST, {"facility": str(job.facility_id)})) == ["HERE"]

    def test_the_whole_id_of_an_order_finds_its_jobs(self, screens):
        job = PickJobFactory(short_id="MINE")
        PickJobFactory()
        assert found(screens.get(LIST, {"q": str(job.order_id)})) == ["MINE"]

    def test_pages_follow_one_another_without_gap_or_double(self, screens, monkeypatch):
        monkeypatch.setattr("backoffice.core.ui.paging.keyset_page.__kwdefaults__", {"size": 2})
        for number in range(5):
            PickJobFactory(short_id=f"J{number}")

        seen, url = [], LIST
        while url:
            page = screens.get(url)
            seen += found(page)
            after = page.context["page"].after
            url = f"{LIST}?after={after}" if after else ""

        assert seen == ["J0", "J1", "J2", "J3", "J4"]

    def test_nothing_ever_nothing_now_and_nothing_that_matches_are_told_apart(self, screens):
        assert "No pick jobs yet" in screens.get(LIST).content.decode()
        PickJobFactory(status="CLOSED")
        assert "Nothing is to be picked" in screens.get(LIST).content.decode()
        assert "Nothing matches these filters" in screens.get(f"{LIST}?q=nowhere").content.decode()

    @pytest.mark.parametrize("count", [1, 20])
    def test_queries_do_not_grow_with_the_page(self, screens, count):
        for _ in range(count):
            PickJobFactory(order=OrderFactory(lines=2))
        screens.get(LIST)
        with CaptureQueriesContext(connection) as queries:
            assert len(found(screens.get(LIST))) == count
        assert len(queries) == QUERIES

    def test_only_who_may_pick_is_led_to_picking(self, screens, screens_as):
        job = PickJobFactory()
        link = f"{LIST}{job.pk}/pick/"
        assert link not in screens.get(LIST).content.decode()
        assert link in screens_as("AGENT").get(LIST).content.decode()


@pytest.mark.parametrize(
    "act", ["start", "pause", "resume", "pick", "close", "reset", "abort", "cancel", "restow"]
)
def test_who_may_not_pick_is_told_by_name_what_is_missing(screens, act):
    job = PickJobFactory()
    answer = screens.post(f"{LIST}{job.pk}/{act}/", {"version": 1})
    job.refresh_from_db()
    assert answer.status_code == 403
    assert "orders.pick" in answer.content.decode()
    assert (job.status, job.version) == ("OPEN", 1)
