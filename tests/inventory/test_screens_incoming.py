"""Incoming: purchase orders with their dates, changing them, and receiving what came, as a person gets them."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from inventory.models import Article, ExpectedStock, InboundProcess, Receipt, Reservation
from inventory.services.inbound import modify_inbound_process
from inventory.services.purchase_orders import ItemDraft, close_open_items
from tests.factories.inventory import FacilityFactory, StockLevelFactory
from tests.inventory.inbound_builders import (
    at,
    bucket_of,
    expected,
    held_by,
    level,
    ordered,
    promise,
    receive,
)
from tests.inventory.reading import rows, text

LIST = "/network/incoming/"


@pytest.fixture
def screens(screens_as):
    return screens_as("VIEWER")


@pytest.fixture
def planner(screens_as):
    return screens_as("PLANNER")


@pytest.fixture
def process(facility):
    """Five tents and two mugs from Zeltwerk in ten days."""
    Article.objects.create(tenant_article_id="X", title="Tent")
    made = ordered(facility, ("X", 5), ("MUG", 2), supplier="Zeltwerk", tenant_inbound_process_id="PO-1")
    due(made, 10)
    return made


def due(process, days):
    day = timezone.localdate() + timedelta(days=days)
    ExpectedStock.objects.filter(inbound_process=process).update(delivery_date=day)
    return day


def url(process, *rest):
    return "/".join([f"{LIST}{process.pk}", *map(str, rest), ""])


def version(process):
    process.refresh_from_db()
    return process.version


class TestList:
    def test_a_row_says_what_is_to_come_and_when(self, screens, process):
        promise(bucket_of(process), 3)
        receive(process, X=1)
        day = due(process, 10)

        [row] = rows(screens.get(LIST))

        assert row == {
            "Purchase order": "Zeltwerk PO-1",
            "Facility": "Köln",
            "Next delivery": f"{day.day} {day:%b %Y}",
            "To come": "6",
            "Received": "1",
            "Promised": "2",
            "Status": "Partly received",
        }

    def test_late_says_so_and_what_comes_first_stands_first(self, screens, facility, process):
        late = ordered(facility, ("X", 1), tenant_inbound_process_id="LATE")
        due(late, -1)
        undated = ordered(facility, ("X", 1), on=None, tenant_inbound_process_id="UNDATED")
        over = ordered(facility, ("X", 1), tenant_inbound_process_id="OVER")
        receive(over, X=1)
        due(over, -5)

        shown = {row["Purchase order"]: row["Next delivery"] for row in rows(screens.get(LIST))}

        assert list(shown) == ["LATE", "Zeltwerk PO-1", "UNDATED", "OVER"]
        assert shown["LATE"].endswith("Late")
        assert shown["UNDATED"] == "no date"
        assert shown["OVER"] == "–"
        assert undated.pk < over.pk

    @pytest.mark.parametrize(
        ("query", "found"),
        [
            ("q=zelt", ["Zeltwerk PO-1"]),
            ("q=po-2", ["PO-2"]),
            ("q=tent", ["Zeltwerk PO-1"]),
            ("article=LAMP", ["PO-2"]),
            ("status=OPEN", ["PO-2", "Zeltwerk PO-1"]),
            ("status=CLOSED", []),
            ("show=LATE", ["PO-2"]),
            ("show=UNDATED", []),
            ("show=PROMISED", ["Zeltwerk PO-1"]),
            ("show=NONSENSE", []),
            ("facility=x", []),
        ],
    )
    def test_filters_narrow_it(self, screens, process, query, found):
        other = ordered(FacilityFactory(), ("LAMP", 1), tenant_inbound_process_id="PO-2")
        due(other, -2)
        promise(bucket_of(process), 1)
        assert [row["Purchase order"] for row in rows(screens.get(f"{LIST}?{query}"))] == found

    def test_pages_follow_one_another(self, screens, facility, monkeypatch):
        monkeypatch.setattr("backoffice.core.ui.paging.keyset_page.__kwdefaults__", {"size": 2})
        for number in range(5):
            due(ordered(facility, ("X", 1), tenant_inbound_process_id=f"PO-{number}"), number // 2)
        seen, query = [], ""
        while True:
            page = screens.get(f"{LIST}{query}")
            seen += [row["Purchase order"] for row in rows(page)]
            links = re.findall(r'href="(\?after=[^"]+)"', page.content.decode())
            if not links:
                break
            query = links[0].replace("&amp;", "&")
        assert seen == [f"PO-{number}" for number in range(5)]

    def test_nothing_at_all_says_what_to_do(self, screens, db):
        assert "Nothing is on its way" in text(screens.get(LIST))
        assert "Nothing matches these filters" in text(screens.get(f"{LIST}?q=x"))

    def test_it_costs_the_same_for_many(self, screens, facility):
        def cost():
            with CaptureQueriesContext(connection) as queries:
                screens.get(LIST)
            return len(queries)

        ordered(facility, ("X", 1))
        few = cost()
        for _ in range(5):
            ordered(FacilityFactory(), ("X", 1), ("Y", 1))
        assert cost() == few


class TestProcess:
    def test_it_shows_items_receipts_and_what_changed(self, screens, process):
        promise(bucket_of(process), 3)
        receive(process, X=1)
        page = screens.get(url(process))
        day = bucket_of(process).delivery_date
        items = rows(page)
        assert items[0] == {
            "Article": "Tent X",
            "Delivery": f"{day.day} {day:%b %Y}",
            "Ordered": "5",
            "Received": "1",
            "To come": "4",
            "Promised": "2",
            "Status": "Open",
        }
        read = text(page)
        assert "1 × X" in read
        assert "1 unit was received, 1 of them promised to orders." in read
        assert "Tent: 5 expected, 1 May 2027." in read

    def test_a_viewer_may_not_change_it(self, screens, process):
        page = screens.get(url(process)).content.decode()
        assert 'id="receive"' not in page
        assert "hx-target" not in page.partition("<tbody>")[2]
        for part in ("date", "receive", "close", f"items/{bucket_of(process).pk}"):
            refused = screens.post(url(process, part), {})
            assert refused.status_code == 403
            assert "inventory.manage_inbound" in text(refused)

    def test_a_planner_finds_the_buttons_while_something_is_to_come(self, planner, process):
        page = planner.get(url(process)).content.decode()
        for button in ("receive", "change-date", "close-order", f"change-{bucket_of(process).pk}"):
            assert f'id="{button}"' in page
        close_open_items(process_id=process.pk, version=version(process))
        page = planner.get(url(process)).content.decode()
        assert 'id="receive"' not in page
        assert f'id="change-{bucket_of(process).pk}"' not in page

    def test_on_hold_nothing_is_received(self, planner, process):
        modify_inbound_process(process_id=process.pk, version=1, values={"on_hold": True})
        page = planner.get(url(process))
        assert 'id="receive"' not in page.content.decode()
        assert "On hold" in text(page)

    def test_what_does_not_exist_is_404(self, screens, process):
        assert screens.get(f"{LIST}0190aaaa-bbbb-7ccc-8ddd-eeeeffff0000/").status_code == 404


class TestChanging:
    def test_the_date_of_the_whole_order(self, planner, facility):
        own = ItemDraft(tenant_article_id="Y", quantity=1, own_date=True, requested_at=at(20))
        process = ordered(facility, ("X", 5), own, on=3)
        promise(bucket_of(process), 2)
        asked = planner.get(url(process, "date"))
        assert 'value="2027-05-03"' in asked.content.decode()
        assert "2 units of it are promised to orders." in text(asked)
        assert "1 item has a date of its own and keeps it." in text(asked)

        given = {"version": 1, "day": "2027-05-08", "reason": "Ship is late"}
        answer = planner.post(url(process, "date"), given)

        assert answer.status_code == 200
        assert [str(row[4]) for row in expected(process)] == ["2027-05-08", "2027-05-20"]
        page = text(planner.get(url(process)))
        assert "X: 8 May 2027 instead of 3 May 2027." in page
        assert "Ship is late" in page

    def test_without_a_day_it_comes_as_soon_as_possible(self, planner, process):
        holder = promise(bucket_of(process), 2)
        planner.post(url(process, "date"), {"version": 1, "day": ""})
        # due() gave the items days of their own
        item = bucket_of(process).pk
        planner.post(url(process, "items", item), {"version": 2, "day": "", "quantity": 5})
        assert bucket_of(process).delivery_date is None
        assert held_by(holder) == {}
        assert "2 promised units were freed" in text(planner.get(url(process)))

    def test_an_item(self, planner, process):
        item = bucket_of(process)
        first = planner.get(url(process, "items", item.pk)).content.decode()
        assert f'value="{item.delivery_date}"' in first
        given = {"version": 1, "day": "2027-05-09", "quantity": 7}
        assert planner.post(url(process, "items", item.pk), given).status_code == 200
        changed = bucket_of(process)
        assert (changed.quantity, str(changed.delivery_date)) == (7, "2027-05-09")

    @pytest.mark.parametrize("given", [{"quantity": 0}, {"quantity": ""}, {"quantity": 5, "day": "soon"}])
    def test_nonsense_is_said_at_its_field_and_nothing_is_written(self, planner, process, given):
        item = bucket_of(process)
        answer = planner.post(url(process, "items", item.pk), {"version": 1, "day": "", **given})
        assert answer.status_code == 422
        assert bucket_of(process).quantity == 5
        assert version(process) == 1

    def test_who_was_too_late_is_told(self, planner, process):
        given = {"version": 1, "day": "2027-05-09", "quantity": 7}
        planner.post(url(process, "items", bucket_of(process).pk), given)
        answer = planner.post(url(process, "items", bucket_of(process).pk), {**given, "quantity": 9})
        assert answer.status_code == 409
        assert "changed this in the meantime" in text(answer)
        assert bucket_of(process).quantity == 7

    def test_closing_an_item_says_what_it_means(self, planner, process):
        holder = promise(bucket_of(process), 3)
        path = url(process, "items", bucket_of(process).pk, "close")
        assert "5 units are still to come" in text(planner.get(path))
        assert "3 of them are promised to orders, which have to wait again." in text(planner.get(path))
        assert planner.post(path, {"version": 1}).status_code == 200
        assert [row[5] for row in expected(process)] == ["CLOSED", "OPEN"]
        assert held_by(holder) == {}

    def test_closing_the_order(self, planner, process):
        path = url(process, "close")
        assert "7 units are still to come" in text(planner.get(path))
        assert planner.post(path, {"version": 1}).status_code == 200
        process.refresh_from_db()
        assert process.status == "CLOSED"

    def test_items_of_other_orders_and_closed_ones_are_404(self, planner, facility, process):
        other = bucket_of(ordered(facility, ("X", 1)))
        assert planner.get(url(process, "items", other.pk)).status_code == 404
        close_open_items(process_id=process.pk, version=1)
        assert planner.get(url(process, "items", bucket_of(process).pk)).status_code == 404


class TestCreating:
    NEW = f"{LIST}new/"

    def given(self, facility, **changes):
        return {
            "facility": str(facility.pk),
            "number": "PO-9",
            "supplier": "Zeltwerk",
            "day": "2026-12-01",
            "article_1": "X",
            "quantity_1": "5",
            **changes,
        }

    def test_it_is_written_with_its_day_and_its_page_opens(self, planner, facility, process):
        response = planner.post(
            self.NEW, self.given(facility, article_2="MUG", quantity_2="3"), HTTP_HX_REQUEST="true"
        )

        made = InboundProcess.objects.get(tenant_inbound_process_id="PO-9")
        assert response.headers["HX-Redirect"] == url(made)
        assert made.purchase_order.supplier == "Zeltwerk"
        items = ExpectedStock.objects.filter(inbound_process=made).order_by("id")
        assert [(str(item.article.tenant_article_id), item.quantity) for item in items] == [
            ("X", 5),
            ("MUG", 3),
        ]
        assert {item.delivery_date.isoformat() for item in items} == {"2026-12-01"}

    @pytest.mark.parametrize(
        ("changes", "status", "field"),
        [
            ({"number": "PO-1"}, 409, "number"),
            ({"number": ""}, 422, "number"),
            ({"article_1": "XX"}, 422, "article_1"),
            ({"article_2": "X", "quantity_2": "1"}, 422, "article_2"),
            ({"article_2": "MUG"}, 422, "quantity_2"),
            ({"quantity_2": "1"}, 422, "article_2"),
            ({"quantity_1": "0"}, 422, "quantity_1"),
        ],
    )
    def test_what_is_wrong_is_said_at_its_field_and_nothing_is_written(
        self, planner, facility, process, changes, status, field
    ):
        response = planner.post(self.NEW, self.given(facility, **changes))
        assert response.status_code == status
        assert list(response.context["form"].errors) == [field]
        assert InboundProcess.objects.count() == 1

    def test_it_takes_the_permission(self, screens, facility):
        assert screens.post(self.NEW, self.given(facility)).status_code == 403
        assert "New purchase order" not in text(screens.get(LIST))


class TestReceiving:
    def given(self, process, **units):
        fields = {
            f"units_{Article.objects.get(tenant_article_id=key).pk}": number for key, number in units.items()
        }
        return {"version": version(process), "facility": process.facility_id, **fields}

    def test_it_asks_for_what_is_expected(self, planner, process):
        receive(process, MUG=2)
        asked = text(planner.get(url(process, "receive")))
        assert "Tent (X)" in asked
        assert "5 units are expected." in asked
        assert "MUG" not in asked

    def test_what_came_is_booked(self, planner, process):
        holder = promise(bucket_of(process), 2)
        answer = planner.post(url(process, "receive"), self.given(process, X=4, MUG=""))
        assert answer.status_code == 200
        assert "4 units are on hand at Köln now." in text(answer)
        assert level(process.facility) == (4, 2)
        assert held_by(holder) == {"stock": 2}
        assert Receipt.objects.get().actor
        assert Reservation.objects.count() == 1

    def test_it_may_have_come_elsewhere(self, planner, process):
        elsewhere = FacilityFactory()
        planner.post(url(process, "receive"), {**self.given(process, X=4), "facility": elsewhere.pk})
        assert (level(elsewhere), level(process.facility)) == ((4, 0), (0, 0))
        assert bucket_of(process).received == 0

    @pytest.mark.parametrize("units", [{}, {"X": 0}, {"X": -1}, {"X": "x"}])
    def test_nothing_or_nonsense_is_refused(self, planner, process, units):
        answer = planner.post(url(process, "receive"), self.given(process, **units))
        assert answer.status_code == 422
        assert not Receipt.objects.exists()

    def test_a_receipt_that_somebody_booked_already_is_not_booked_twice(self, planner, process):
        given = self.given(process, X=4)
        planner.post(url(process, "receive"), given)
        assert planner.post(url(process, "receive"), given).status_code == 409
        assert level(process.facility) == (4, 0)


def test_a_stock_level_leads_to_what_is_coming(screens, process):
    row = StockLevelFactory(facility=process.facility, article=bucket_of(process).article)
    page = screens.get(f"/network/stock/{row.pk}/").content.decode()
    (link,) = re.findall(r'href="(/network/incoming/\?article=[^"]+)"', page)
    assert [found["Purchase order"] for found in rows(screens.get(link.replace("&amp;", "&")))] == [
        "Zeltwerk PO-1"
    ]
