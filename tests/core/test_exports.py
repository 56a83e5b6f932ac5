"""Lists as CSV files: what is filtered, with the columns of the list, however long it is."""

from __future__ import annotations

import csv
import io
import tracemalloc
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.urls import get_resolver, reverse

from backoffice.core.models import BackgroundJob, JobItem
from backoffice.core.ui.exporting import csv_lines, plain
from backoffice.core.ui.screens import ListScreen
from inventory.models import Facility, StockLevel
from routing.services.bulk import KIND
from tests.factories.inventory import (
    ArticleFactory,
    FacilityFactory,
    ListingFactory,
    StockLevelFactory,
)

STOCK = "/network/stock/"


def every_list() -> dict[str, type[ListScreen]]:
    """Each list that is not about one thing among many, by the name of its address."""
    return {
        pattern.name: pattern.callback.view_class
        for pattern in get_resolver().url_patterns
        + [inner for outer in get_resolver().url_patterns for inner in getattr(outer, "url_patterns", ())]
        if getattr(pattern, "name", None)
        and issubclass(getattr(pattern.callback, "view_class", object), ListScreen)
        and not pattern.pattern.converters
    }


def read(response) -> list[dict[str, str]]:
    assert response.status_code == 200
    assert response.headers["Content-Type"] == "text/csv; charset=utf-8"
    content = b"".join(response.streaming_content)
    assert content.startswith(b"\xef\xbb\xbf"), "spreadsheets read it as UTF-8 by this mark"
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))


@pytest.fixture
def shelves(db):
    """120 articles at Köln, three pages of the list, and one at Lyon."""
    cologne = FacilityFactory(name="Köln", tenant_facility_id="K-1")
    lyon = FacilityFactory(name="Lyon", tenant_facility_id="L-1")
    for number in range(120):
        article = ArticleFactory(tenant_article_id=f"A-{number:03}", title=f"Tent {number}")
        StockLevelFactory(facility=cologne, article=article, on_hand=number)
    article = ArticleFactory(tenant_article_id="LAST", title="Stove")
    ListingFactory(facility=lyon, article=article)
    StockLevelFactory(facility=lyon, article=article, on_hand=1200, reserved=3)
    return cologne, lyon


class TestWhatIsExported:
    def test_exactly_what_is_filtered_in_the_order_of_the_list(self, screens_as, shelves):
        cologne, lyon = shelves
        screens = screens_as("VIEWER")

        assert len(read(screens.get(STOCK, {"export": "csv"}))) == 121
        there = read(screens.get(STOCK, {"export": "csv", "facility": str(cologne.pk)}))
        assert [row["Article number"] for row in there] == [f"A-{number:03}" for number in range(120)]
        assert read(screens.get(STOCK, {"export": "csv", "facility": str(lyon.pk)})) == [
            {
                "Article number": "LAST",
                "Article": "Stove",
                "Facility number": "L-1",
                "Facility": "Lyon",
                "On hand": "1200",
                "Reserved": "3",
                "Safety": "0",
                "Available": "1197",
                "Listed": "true",
                "Incoming": "0",
                "Next delivery": "",
            }
        ]

    def test_a_page_that_somebody_looks_at_does_not_matter(self, screens_as, shelves):
        assert len(read(screens_as("VIEWER").get(STOCK, {"export": "csv", "last": "1"}))) == 121

    def test_filters_that_make_no_sense_are_shown_and_export_nothing(self, screens_as, shelves):
        answer = screens_as("VIEWER").get(STOCK, {"export": "csv", "facility": "nowhere"})
        assert answer.headers["Content-Type"].startswith("text/html")
        assert "is not a valid UUID" in answer.content.decode()

    def test_the_file_says_what_it_is_and_is_not_kept_on_the_way(self, screens_as, shelves, time_machine):
        time_machine.move_to(datetime(2026, 5, 1, 12, tzinfo=UTC))
        answer = screens_as("VIEWER").get(STOCK, {"export": "csv"})
        assert answer.headers["Content-Disposition"] == ('attachment; filename="stock-levels-2026-05-01.csv"')
        assert answer.headers["Cache-Control"] == "private, no-store"

    @pytest.mark.parametrize("name", sorted(every_list()))
    def test_every_list_has_one_also_when_it_is_empty(self, screens_as, db, name):
        lines = read(screens_as("ADMINISTRATOR").get(reverse(name), {"export": "csv"}))
        assert lines == [] or name in ("users", "routing-strategies")

    @pytest.mark.parametrize("state", ["planned", "unroutable"])
    def test_every_tab_of_the_waiting_room_has_one(self, screens_as, db, state):
        assert read(screens_as("VIEWER").get("/waiting-room/", {"export": "csv", "state": state})) == []

    @pytest.mark.parametrize("name", sorted(every_list()))
    def test_no_list_forgets_which_columns_its_reader_chose(self, screens_as, db, name):
        client, path = screens_as("ADMINISTRATOR"), reverse(name)
        client.post(f"/lists/columns/?at={path}", {"columns": []})
        page = client.get(path)
        table = page.context["table"]
        named = {column.name for column in table.columns if column.header}
        assert named <= set(getattr(table, "kept_columns", ())) | {next(iter(table.base_columns))}

    def test_what_came_of_each_item_of_a_job(self, screens_as, db):
        job = BackgroundJob.objects.create(kind=KIND, arguments={"name": "REROUTE", "dryRun": False}, total=1)
        problem = {"message": "It is gone.", "code": "NOT_FOUND"}
        JobItem.objects.create(
            job=job,
            subject="01a1fb8a-0000-7000-8000-000000000000",
            status="FAILED",
            result={"summary": "Not found", "problems": [problem]},
        )
        assert read(screens_as("VIEWER").get(f"/jobs/{job.pk}/?export=csv")) == [
            {"What": "A plan that is not there", "Status": "FAILED", "What came of it": "It is gone."}
        ]


def test_a_job_that_no_app_does_any_more_is_not_there(screens_as, db):
    job = BackgroundJob.objects.create(kind="GONE")
    administrator = screens_as("ADMINISTRATOR")
    assert administrator.get(f"/jobs/{job.pk}/").status_code == 404
    assert administrator.post(f"/jobs/{job.pk}/stop/").status_code == 404


class TestWhoMay:
    def test_whoever_may_see_the_list(self, client, screens_as, shelves, monkeypatch):
        assert client.get(f"{STOCK}?export=csv").status_code == 302
        monkeypatch.setattr("inventory.views.stock.StockView.permissions", {"*": "core.manage_users"})
        refused = screens_as("PLANNER").get(f"{STOCK}?export=csv")
        assert refused.status_code == 403
        assert "core.manage_users" in refused.content.decode()


class TestValues:
    @pytest.mark.parametrize(
        ("value", "told"),
        [
            (None, ""),
            (0, 0),
            (-3, -3),
            (Decimal("12.50"), "12.50"),
            (True, "true"),
            (datetime(2026, 5, 1, 8, 30, tzinfo=UTC), "2026-05-01T08:30:00.000Z"),
            (date(2026, 5, 1), "2026-05-01"),
            (["a", 1], "a; 1"),
            ("plain", "plain"),
            ('=HYPERLINK("https://example.org")', '\'=HYPERLINK("https://example.org")'),
            ("+49 221", "'+49 221"),
            ("-cmd", "'-cmd"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("\tx", "'\tx"),
        ],
    )
    def test_are_plain_and_no_formulas(self, value, told):
        assert plain(value) == told

    def test_a_negative_amount_is_a_number_and_no_formula(self):
        assert plain(Decimal("-1.5")) == "-1.5"

    def test_a_name_that_is_a_formula_is_a_text_in_the_file(self, screens_as, db):
        FacilityFactory(name="=1+1", tenant_facility_id="F-1")
        [row] = read(screens_as("VIEWER").get("/network/facilities/?export=csv"))
        assert row["Facility"] == "'=1+1"


def test_a_hundred_thousand_rows_take_no_more_memory_than_a_few(db):
    """The rows come one by one and go part by part."""
    tracemalloc.start()
    size = sum(len(part) for part in csv_lines(["a", "b"], ((n, "x" * 50) for n in range(100_000))))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert size > 5_000_000
    assert peak < 1_000_000


def test_a_long_list_is_read_from_one_cursor(screens_as, shelves, django_assert_max_num_queries):
    """Not page by page: the rows are those of one moment."""
    screens = screens_as("VIEWER")
    with django_assert_max_num_queries(6):
        assert len(read(screens.get(STOCK, {"export": "csv"}))) == StockLevel.objects.count()
    assert Facility.objects.count() == 2
