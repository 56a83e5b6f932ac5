"""Stock levels, one of them with its ledger, and adjusting it, as a person gets them."""

from __future__ import annotations

import re
from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from backoffice.core.errors import Invalid, NotFound, StateConflict
from inventory.events import StockChanged, StockRaised
from inventory.models import ExpectedStock, InboundProcess, MovementCause, Stock, StockLevel, StockMovement
from inventory.services.adjusting import adjust_level
from tests.factories.inventory import (
    ArticleFactory,
    FacilityFactory,
    FacilityGroupFactory,
    ListingFactory,
    StockFactory,
    StockLevelFactory,
)
from tests.inventory.reading import questions, rows, text

LIST = "/network/stock/"
HTMX = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture
def screens(screens_as):
    return screens_as("VIEWER")


@pytest.fixture
def planner(screens_as):
    return screens_as("PLANNER")


@pytest.fixture
def tent(db):
    return ArticleFactory(tenant_article_id="TENT", title="Tent")


@pytest.fixture
def level(facility, tent):
    """Ten on hand, three of them reserved and one kept back, and listed."""
    ListingFactory(facility=facility, article=tent)
    return StockLevelFactory(facility=facility, article=tent, on_hand=10, reserved=3, safety_stock=1)


def expect(level, quantity, **fields):
    process = InboundProcess.objects.create(facility=level.facility)
    return ExpectedStock.objects.create(
        inbound_process=process, facility=level.facility, article=level.article, quantity=quantity, **fields
    )


class TestList:
    def test_a_row_says_how_the_level_stands(self, screens, level):
        expect(level, 8, received=3, delivery_date=date(2026, 12, 4))
        expect(level, 2, delivery_date=date(2026, 12, 1))
        expect(level, 9, status="CANCELLED", delivery_date=date(2026, 11, 1))

        [row] = rows(screens.get(LIST))

        assert row == {
            "Article": "Tent TENT",
            "Facility": "Köln",
            "On hand": "10",
            "Reserved": "3",
            "Safety": "1",
            "Available": "6",
            "Incoming": "7 1 Dec 2026",
        }

    def test_what_is_not_listed_is_not_available(self, screens, facility, tent):
        """B3"""
        StockLevelFactory(facility=facility, article=tent, on_hand=4)
        assert rows(screens.get(LIST))[0]["Available"] == "Not listed"
        assert rows(screens.get(f"{LIST}?show=AVAILABLE")) == []
        assert len(rows(screens.get(f"{LIST}?show=MISSING"))) == 1

    @pytest.mark.parametrize(
        ("query", "found"),
        [
            ("q=tent", ["Tent TENT"]),
            ("q=MUG", ["Enamel mug MUG-1"]),
            ("show=AVAILABLE", ["Tent TENT"]),
            ("show=MISSING", ["Enamel mug MUG-1"]),
            ("show=RESERVED", ["Tent TENT"]),
            ("show=EVERYTHING", []),
            ("facility=x", []),
        ],
    )
    def test_filters_narrow_it(self, screens, level, query, found):
        mug = ArticleFactory(tenant_article_id="MUG-1", title="Enamel mug")
        other = ListingFactory(article=mug)
        StockLevelFactory(facility=other.facility, article=mug, on_hand=2, safety_stock=2)
        assert [row["Article"] for row in rows(screens.get(f"{LIST}?{query}"))] == found

    def test_a_facility_and_a_group_are_filters(self, screens, level):
        StockLevelFactory(on_hand=1)
        group = FacilityGroupFactory(members=[level.facility])
        for query in (f"facility={level.facility.pk}", f"group={group.pk}"):
            assert [row["Article"] for row in rows(screens.get(f"{LIST}?{query}"))] == ["Tent TENT"]

    def test_pages_follow_one_another_without_gap_or_double(self, screens, tent, monkeypatch):
        monkeypatch.setattr("backoffice.core.ui.paging.keyset_page.__kwdefaults__", {"size": 2})
        for name in ("1", "2", "2", "4", "5"):
            StockLevelFactory(article=tent, facility=FacilityFactory(name=name), on_hand=1)
        url, seen = LIST, []
        while url:
            response = screens.get(url)
            seen += [row["Facility"] for row in rows(response)]
            onward = re.search(r'href="\?after=([^"]+)"', response.content.decode())
            url = f"{LIST}?after={onward[1]}" if onward else ""
        assert seen == ["1", "2", "2", "4", "5"]

    def test_there_may_be_none_or_none_that_match(self, screens):
        assert "No stock yet" in screens.get(LIST).content.decode()
        assert "Nothing matches these filters" in screens.get(f"{LIST}?q=tent").content.decode()

    @pytest.mark.parametrize("role", ["VIEWER", "PLANNER"])
    @pytest.mark.parametrize("count", [1, 30])
    def test_queries_do_not_grow_with_the_page(self, screens_as, role, count):
        client = screens_as(role)
        for number in range(count):
            level = StockLevelFactory(on_hand=number)
            ListingFactory(facility=level.facility, article=level.article)
            expect(level, 2)
        client.get(LIST)
        with CaptureQueriesContext(connection) as queries:
            assert len(rows(client.get(LIST))) == count
        assert len(queries) == 8


class TestLevel:
    def test_the_ledger_tells_the_latest_first_with_signs_and_words(self, screens, planner, level):
        planner.post(
            f"{LIST}{level.pk}/adjust/",
            {"seen": 10, "on_hand": 7, "safety_stock": 1, "reason": "Three were torn"},
            **HTMX,
        )

        found = rows(screens.get(f"{LIST}{level.pk}/"))

        assert [(row["Cause"], row["On hand"], row["Reserved"]) for row in found] == [
            ("Correction Three were torn", "−3", "–"),
            ("Reservation", "–", "+3"),
            ("Stock update", "+10", "–"),
        ]
        assert found[0]["By"] == planner.user.email
        assert found[0]["Reference"] == f"…{str(level.stocks.get().pk)[-8:]}"

    def test_it_shows_how_the_level_stands_and_its_records(self, screens, level):
        Stock.objects.update(location_ref="Aisle 4")
        expect(level, 5, delivery_date=date(2026, 12, 4))
        said = text(screens.get(f"{LIST}{level.pk}/"))
        assert "On hand 10 Reserved for orders −3 Safety stock −1 Available 6" in said
        assert "5 units are on their way, first on 4 Dec 2026." in said
        assert "Aisle 4" in said

    def test_a_cause_is_a_filter(self, screens, level):
        found = rows(screens.get(f"{LIST}{level.pk}/?cause=RESERVATION"))
        assert [row["Cause"] for row in found] == ["Reservation"]
        assert "Nothing matches" in text(screens.get(f"{LIST}{level.pk}/?cause=PICK"))

    def test_the_ledger_comes_in_pages(self, screens, level, monkeypatch):
        monkeypatch.setattr("backoffice.core.ui.paging.keyset_page.__kwdefaults__", {"size": 1})
        first = screens.get(f"{LIST}{level.pk}/")
        after = re.search(r'href="\?after=([^"]+)"', first.content.decode())
        second = screens.get(f"{LIST}{level.pk}/?after={after[1]}")
        assert [rows(page)[0]["Cause"] for page in (first, second)] == ["Reservation", "Stock update"]

    def test_its_parts_can_be_had_alone(self, screens, level):
        ledger = screens.get(f"{LIST}{level.pk}/", HTTP_HX_TARGET="movements", **HTMX).content.decode()
        now = screens.get(f"{LIST}{level.pk}/", HTTP_HX_TARGET="level", **HTMX).content.decode()
        assert ("Stock update" in ledger, "Records" in ledger, "<html" in ledger) == (True, False, False)
        assert ("Stock update" in now, "Records" in now, "<html" in now) == (False, True, False)

    def test_it_takes_few_queries(self, screens, level):
        for _ in range(20):
            StockFactory(facility=level.facility, article=level.article)
        screens.get(LIST)
        with CaptureQueriesContext(connection) as queries:
            assert len(rows(screens.get(f"{LIST}{level.pk}/"))) == 22
        assert len(queries) == 8

    @pytest.mark.parametrize("pk", ["404", "9" * 30])
    def test_an_unknown_one_is_not_found(self, screens, pk):
        assert screens.get(f"{LIST}{pk}/").status_code == 404


class TestAdjusting:
    def post(self, client, level, **given):
        answer = {"seen": 10, "on_hand": 10, "safety_stock": 1, "reason": "Stocktake", **given}
        return client.post(f"{LIST}{level.pk}/adjust/", answer, **HTMX)

    def test_the_dialog_says_how_the_level_stands(self, planner, level):
        said = text(planner.get(f"{LIST}{level.pk}/adjust/", **HTMX))
        assert "Tent · Köln" in said
        assert "Now 10 on hand, 3 reserved for orders, 6 available." in said

    def test_on_hand_is_set_with_a_reason(self, planner, level, published):
        published.clear()
        response = self.post(planner, level, on_hand=12)

        assert response.status_code == 200, response.content.decode()
        assert "changed" in response.headers["HX-Trigger-After-Swap"]
        assert "Tent at Köln: 12 on hand, 8 available." in text(response)
        movement = StockMovement.objects.latest("id")
        assert (movement.on_hand_delta, movement.cause) == (2, MovementCause.CORRECTION)
        assert (movement.reason, movement.actor) == ("Stocktake", planner.user.email)
        assert [type(event) for event in published] == [StockChanged, StockRaised]

    def test_safety_stock_is_set_without_a_movement(self, planner, level, published):
        published.clear()
        before = StockMovement.objects.count()
        assert self.post(planner, level, safety_stock=0).status_code == 200
        level.refresh_from_db()
        assert (level.on_hand, level.safety_stock) == (10, 0)
        assert StockMovement.objects.count() == before
        assert [event.cause for event in published if isinstance(event, StockRaised)] == ["SAFETY_STOCK_DOWN"]

    def test_nothing_changed_is_nothing_written(self, planner, level, published):
        published.clear()
        before = StockMovement.objects.count()
        assert self.post(planner, level).status_code == 200
        assert (StockMovement.objects.count(), published) == (before, [])

    @pytest.mark.parametrize(
        ("given", "field", "said"),
        [
            ({"on_hand": "-1"}, "on_hand", "Give a number of units from 0."),
            ({"on_hand": "1.5"}, "on_hand", "Give a whole number of units."),
            ({"on_hand": ""}, "on_hand", "This field is required."),
            ({"on_hand": 2**31}, "on_hand", "less than or equal to"),
            ({"safety_stock": "-1"}, "safety_stock", "Give a number of units from 0."),
            ({"reason": " "}, "reason", "This field is required."),
            ({"reason": "x" * 256}, "reason", "at most 255 characters"),
        ],
    )
    def test_what_is_wrong_is_said_at_its_field_and_what_was_typed_stays(
        self, planner, level, given, field, said
    ):
        before = StockMovement.objects.count()
        response = self.post(planner, level, **{"reason": "Counted", "on_hand": 5, **given})
        assert response.status_code == 422
        [message] = response.context["form"].errors[field]
        assert said in message
        assert 'value="1"' in response.content.decode() or field == "safety_stock"
        assert StockMovement.objects.count() == before

    def test_a_number_that_was_decided_on_too_early_is_refused_once(self, planner, level):
        StockFactory(facility=level.facility, article=level.article, value=5)
        refused = self.post(planner, level, on_hand=8)
        assert refused.status_code == 409
        assert "There are 15 units on hand now, and no longer 10." in text(refused)
        assert 'name="seen" value="15"' in refused.content.decode()
        level.refresh_from_db()
        assert level.on_hand == 15

        assert self.post(planner, level, on_hand=8, seen=15).status_code == 200
        level.refresh_from_db()
        assert level.on_hand == 8

    def test_an_unknown_level_is_not_found(self, planner, level):
        assert planner.get(f"{LIST}404/adjust/", **HTMX).status_code == 404
        assert planner.post(f"{LIST}404/adjust/", {}, **HTMX).status_code == 404

    def test_a_listing_without_a_level_gets_one(self, planner, facility, tent):
        listing = ListingFactory(facility=facility, article=tent)
        url = f"/network/listings/{listing.pk}/stock/"
        assert "Now 0 on hand" in text(planner.get(url, **HTMX))
        assert not StockLevel.objects.exists()

        given = {"seen": 0, "on_hand": 4, "safety_stock": 1, "reason": "First delivery"}
        assert planner.post(url, given, **HTMX).status_code == 200

        level = StockLevel.objects.get()
        assert (level.on_hand, level.safety_stock, level.stocks.get().value) == (4, 1, 4)
        assert "Now 4 on hand" in text(planner.get(url, **HTMX))


class TestAdjustingARecord:
    @pytest.fixture
    def record(self, level):
        return StockFactory(facility=level.facility, article=level.article, value=5, location_ref="Aisle 4")

    def test_only_where_there_are_several_do_they_have_buttons(self, planner, level):
        assert "records/" not in planner.get(f"{LIST}{level.pk}/").content.decode()
        StockFactory(facility=level.facility, article=level.article)
        assert planner.get(f"{LIST}{level.pk}/").content.decode().count("records/") == 2

    def test_its_value_is_set(self, planner, record, level):
        url = f"{LIST}records/{record.pk}/adjust/"
        assert "Aisle 4: 5 units now." in text(planner.get(url, **HTMX))

        response = planner.post(url, {"version": 1, "value": 2, "reason": "Broken"}, **HTMX)

        assert "13 on hand" not in text(response)
        assert "Tent at Köln: 12 on hand, 8 available." in text(response)
        movement = StockMovement.objects.latest("id")
        assert (movement.on_hand_delta, movement.cause, movement.reason) == (-3, "CORRECTION", "Broken")

    def test_a_change_made_meanwhile_is_not_overwritten(self, planner, record):
        Stock.objects.filter(pk=record.pk).update(version=2)
        url = f"{LIST}records/{record.pk}/adjust/"
        response = planner.post(url, {"version": 1, "value": 2, "reason": "Broken"}, **HTMX)
        assert response.status_code == 409
        assert "changed in the meantime" in text(response)
        assert 'value="Broken"' in response.content.decode()
        record.refresh_from_db()
        assert record.value == 5

    def test_an_unknown_one_is_not_found(self, planner):
        assert planner.get(f"{LIST}records/{uuid4()}/adjust/", **HTMX).status_code == 404


class TestService:
    """What the dialog asks of the service."""

    @pytest.fixture
    def records(self, facility, tent):
        return [StockFactory(facility=facility, article=tent, value=value) for value in (4, 0, 6)]

    @pytest.mark.parametrize(
        ("on_hand", "values"),
        [(13, [4, 0, 9]), (10, [4, 0, 6]), (9, [3, 0, 6]), (5, [0, 0, 5]), (0, [0, 0, 0])],
    )
    def test_more_goes_to_the_newest_record_and_less_comes_from_the_oldest(
        self, facility, tent, records, on_hand, values
    ):
        level = adjust_level(key=(facility.pk, tent.pk), on_hand=on_hand, reason="Stocktake")
        assert level.on_hand == on_hand
        assert [Stock.objects.get(pk=record.pk).value for record in records] == values

    def test_what_is_not_given_stays(self, facility, tent, records):
        key = (facility.pk, tent.pk)
        assert adjust_level(key=key, safety_stock=3).on_hand == 10
        assert adjust_level(key=key, on_hand=4).safety_stock == 3

    def test_a_reason_stands_in_the_events(self, facility, tent, records, monkeypatch):
        reasons = []
        monkeypatch.setattr(
            "inventory.services.stock_writing.publish", lambda events, reason="": reasons.append(reason)
        )
        monkeypatch.setattr(
            "inventory.services.safety_stock.publish", lambda events, reason="": reasons.append(reason)
        )
        adjust_level(key=(facility.pk, tent.pk), on_hand=4, safety_stock=2, reason="Stocktake")
        assert reasons == ["Stocktake", "Stocktake"]

    def test_refusals_write_nothing(self, facility, tent, records):
        key = (facility.pk, tent.pk)
        with pytest.raises(Invalid) as refused:
            adjust_level(key=key, on_hand=-1, safety_stock=-2)
        assert [problem.field for problem in refused.value.problems] == ["on_hand", "safety_stock"]
        with pytest.raises(StateConflict):
            adjust_level(key=key, on_hand=1, safety_stock=1, seen_on_hand=9)
        with pytest.raises(NotFound):
            adjust_level(key=(facility.pk, uuid4()), on_hand=1)
        level = StockLevel.objects.get()
        assert (level.on_hand, level.safety_stock, StockMovement.objects.count()) == (10, 0, 2)


class TestPermissions:
    @pytest.mark.parametrize("role", ["VIEWER", "AGENT"])
    def test_who_may_only_look_sees_no_buttons(self, screens_as, level, role):
        client = screens_as(role)
        StockFactory(facility=level.facility, article=level.article)
        for url in (LIST, f"{LIST}{level.pk}/"):
            page = client.get(url)
            assert questions(page) == []
            assert "Adjust" not in page.content.decode()

    @pytest.mark.parametrize("role", ["PLANNER", "NETWORK_MANAGER", "ADMINISTRATOR"])
    def test_who_may_adjust_sees_them(self, screens_as, level, role):
        assert f'hx-get="{LIST}{level.pk}/adjust/"' in screens_as(role).get(LIST).content.decode()

    def test_a_refusal_names_the_permission(self, screens_as, level):
        client = screens_as("AGENT")
        for url in (f"{LIST}{level.pk}/adjust/", f"{LIST}records/{level.stocks.get().pk}/adjust/"):
            for response in (client.get(url, **HTMX), client.post(url, {}, **HTMX), client.get(url)):
                assert response.status_code == 403
                assert "inventory.manage_stock" in response.content.decode()

    @pytest.mark.parametrize("path", ["", "{pk}/", "{pk}/adjust/", "records/{record}/adjust/"])
    def test_who_is_not_signed_in_is_asked_to(self, client, level, path):
        url = LIST + path.format(pk=level.pk, record=level.stocks.get().pk)
        assert client.get(url).headers["Location"] == f"/sign-in/?next={url}"


def test_a_delivery_that_is_over_received_is_not_incoming(screens, level):
    expect(level, 5, received=9, delivery_date=date(2026, 12, 1) + timedelta(days=1))
    assert rows(screens.get(LIST))[0]["Incoming"] == "–"
