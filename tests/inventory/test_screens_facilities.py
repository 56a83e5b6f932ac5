"""The list of facilities, one of them, and the dialogs about it, as a person gets them."""

from __future__ import annotations

import re
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from inventory.models import ExpectedStock, Facility, FacilityStatus, InboundProcess
from tests.factories.inventory import (
    ArticleFactory,
    FacilityFactory,
    FacilityGroupFactory,
    ListingFactory,
    StockLevelFactory,
)
from tests.inventory.reading import questions, rows

LIST = "/network/facilities/"
NEW = "/network/facilities/new/"
HTMX = {"HTTP_HX_REQUEST": "true"}

GIVEN = {
    "version": "1",
    "name": "Kiel",
    "tenant_facility_id": "K-9",
    "location_type": "WAREHOUSE",
    "services": ["PICKUP"],
    "rank": "7",
    "street": "Kai",
    "house_number": "3",
    "postal_code": "24103",
    "city": "Kiel",
    "country": "DE",
    "latitude": "54.3",
    "longitude": "10.1",
}


def names(response):
    """The facilities on the page, in their order."""
    return re.findall(r'href="/network/facilities/[0-9a-f-]{36}/">([^<]+)</a>', response.content.decode())


@pytest.fixture
def screens(screens_as):
    return screens_as("VIEWER")


@pytest.fixture
def manager(screens_as):
    return screens_as("NETWORK_MANAGER")


class TestList:
    def test_facilities_are_in_the_order_of_their_names(self, screens):
        for name in ("Wien", "Berlin", "Kiel"):
            FacilityFactory(name=name)
        assert names(screens.get(LIST)) == ["Berlin", "Kiel", "Wien"]

    def test_a_row_says_what_and_where_it_is(self, screens, facility):
        ListingFactory.create_batch(2, facility=facility)

        assert rows(screens.get(LIST)) == [
            {
                "Facility": "Köln K-1",
                "Place": "Köln, Germany",
                "Type": "Store",
                "Services": "Ships · Hands over to collectors",
                "Listings": "2",
                "Rank": "100",
                "Status": "Online",
            }
        ]

    @pytest.mark.parametrize(
        ("query", "found"),
        [
            ("q=kie", ["Kiel"]),
            ("q=W-1", ["Wien"]),
            ("q=lübeck", ["Kiel"]),
            ("status=OFFLINE", ["Wien"]),
            ("type=WAREHOUSE", ["Kiel"]),
            ("country=AT", ["Wien"]),
            ("tenantFacilityId=W-1", ["Wien"]),
            ("country=AT&status=ONLINE", []),
        ],
    )
    def test_filters_narrow_it(self, screens, query, found):
        FacilityFactory(name="Kiel", city="lübeck", location_type="WAREHOUSE")
        FacilityFactory(name="Wien", tenant_facility_id="W-1", country="AT", status=FacilityStatus.OFFLINE)
        assert names(screens.get(f"{LIST}?{query}")) == found

    def test_a_group_is_a_filter(self, screens, facility):
        FacilityFactory()
        group = FacilityGroupFactory(members=[facility])
        assert names(screens.get(f"{LIST}?group={group.pk}")) == ["Köln"]

    @pytest.mark.parametrize(
        "query",
        ["status=NOWHERE", "group=nothing", "group=01990000-0000-7000-8000-000000000000", "country=XX"],
    )
    def test_what_no_filter_knows_finds_nothing(self, screens, facility, query):
        response = screens.get(f"{LIST}?{query}")
        assert response.status_code == 200
        assert names(response) == []

    def test_pages_follow_one_another_without_gap_or_double(self, screens, monkeypatch):
        monkeypatch.setattr("backoffice.core.ui.paging.keyset_page.__kwdefaults__", {"size": 2})
        for name in ("A", "B", "C", "C", "E"):
            FacilityFactory(name=name)

        first = screens.get(LIST)
        after = re.search(r'href="\?after=([^"]+)"', first.content.decode())
        second = screens.get(f"{LIST}?after={after[1]}")
        last = screens.get(f"{LIST}?last=1")

        assert (names(first), names(second), names(last)) == (["A", "B"], ["C", "C"], ["C", "E"])

    @pytest.mark.parametrize("cursor", ["x", "WyJhIiwgIm5vIGlkIl0", "WyJhIl0:signed", "%00", "é"])
    @pytest.mark.parametrize("name", ["after", "before"])
    def test_a_cursor_that_somebody_made_up_gives_the_first_page(self, screens, facility, name, cursor):
        assert names(screens.get(f"{LIST}?{name}={cursor}")) == ["Köln"]

    def test_there_may_be_none_or_none_that_match(self, screens):
        assert "No facilities yet" in screens.get(LIST).content.decode()
        FacilityFactory()
        page = screens.get(f"{LIST}?q=nowhere").content.decode()
        assert "Nothing matches these filters" in page
        assert "No facilities yet" not in page

    def test_htmx_gets_the_list_alone(self, screens, facility):
        page = screens.get(LIST, **HTMX).content.decode()
        assert "Köln" in page
        assert "<html" not in page

    @pytest.mark.parametrize("count", [1, 30])
    def test_queries_do_not_grow_with_the_page(self, screens, count):
        for facility in FacilityFactory.create_batch(count):
            ListingFactory(facility=facility)
        screens.get(LIST)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert len(names(screens.get(LIST))) == count
        assert len(queries) == 8


class TestDetail:
    def test_it_shows_facts_stock_and_listings(self, screens, facility):
        FacilityGroupFactory(members=[facility], name_localized={"en_US": "Rhineland"})
        listing = ListingFactory(facility=facility)
        ListingFactory(facility=facility, status="INACTIVE")
        StockLevelFactory(facility=facility, article=listing.article, on_hand=9, reserved=2, safety_stock=1)
        StockLevelFactory(facility=facility, article=ArticleFactory(), on_hand=4)
        process = InboundProcess.objects.create(facility=facility)
        ExpectedStock.objects.create(
            inbound_process=process, facility=facility, article=listing.article, quantity=5, received=2
        )

        response = screens.get(f"{LIST}{facility.pk}/")

        page = response.content.decode()
        assert "Rhineland" in page
        assert "Europe/Berlin" in page
        figures = re.findall(r'<div class="ar-figure">(\d+)</div>', page)
        assert figures == ["13", "2", "6", "1", "2"]  # what is not listed is on hand, but not available (B3)
        assert "1 active" in page
        assert response.context["stock"]["incoming"] == 3

    def test_its_latest_changes_name_who_made_them(self, screens, manager, facility):
        manager.post(f"{LIST}{facility.pk}/status/", {"version": 1, "status": "SUSPENDED"}, **HTMX)
        page = screens.get(f"{LIST}{facility.pk}/").content.decode()
        assert "Changed: status" in page
        assert manager.user.email in page

    def test_an_unknown_one_is_not_found(self, screens):
        assert screens.get(f"{LIST}{uuid4()}/").status_code == 404

    def test_it_takes_few_queries(self, screens, facility):
        ListingFactory.create_batch(5, facility=facility)
        for _ in range(5):
            StockLevelFactory(facility=facility, on_hand=2)
        screens.get(LIST)
        with CaptureQueriesContext(connection) as queries:
            screens.get(f"{LIST}{facility.pk}/")
        assert len(queries) == 8


class TestCreating:
    def test_a_facility_is_created(self, manager):
        assert "New facility" in manager.get(LIST).content.decode()
        assert 'name="name"' in manager.get(NEW, **HTMX).content.decode()

        response = manager.post(NEW, GIVEN, **HTMX)

        assert response.status_code == 200
        assert "changed" in response.headers["HX-Trigger-After-Swap"]
        assert "closeDialog" in response.headers["HX-Trigger-After-Swap"]
        assert "Kiel was created" in response.content.decode()
        facility = Facility.objects.get()
        assert (facility.services, facility.rank, facility.latitude) == (["PICKUP"], 7, 54.3)
        assert facility.time_zone == "Europe/Berlin"

    @pytest.mark.parametrize(
        ("wrong", "said"),
        [
            ({"name": ""}, "This field is required."),
            ({"country": "XX"}, "Select a valid choice"),
            ({"rank": "-1"}, "greater than or equal to 0"),
            ({"latitude": "91"}, "less than or equal to 90"),
            ({"longitude": ""}, "Give both coordinates, or neither."),
            ({"services": ["FLY"]}, "Select a valid choice"),
            ({"rank": "9" * 30}, "less than or equal to"),
            ({"city": "a\0b"}, "Null characters are not allowed."),
        ],
    )
    def test_what_is_wrong_is_said_at_its_field_and_what_was_typed_stays(self, manager, wrong, said):
        response = manager.post(NEW, {**GIVEN, **wrong}, **HTMX)
        page = response.content.decode()
        assert response.status_code == 422
        assert said in page
        assert 'value="Kai"' in page
        assert not Facility.objects.exists()

    def test_a_number_that_is_taken_is_refused_at_its_field(self, manager):
        FacilityFactory(tenant_facility_id="K-9")
        response = manager.post(NEW, GIVEN, **HTMX)
        page = response.content.decode()
        assert response.status_code == 409
        field = page.split('id="div_id_tenant_facility_id"')[1].split('id="div_id_location_type"')[0]
        assert "There is another facility with the tenantFacilityId K-9." in field
        assert Facility.objects.count() == 1


class TestEditing:
    def test_the_basics_are_edited_and_the_rest_stays(self, manager, facility):
        page = manager.get(f"{LIST}{facility.pk}/edit/", **HTMX).content.decode()
        assert 'value="Köln"' in page

        response = manager.post(f"{LIST}{facility.pk}/edit/", GIVEN, **HTMX)

        assert response.status_code == 200, response.content.decode()
        facility.refresh_from_db()
        assert (facility.name, facility.location_type, facility.version) == ("Kiel", "WAREHOUSE", 2)
        assert (facility.company_name, facility.status) == ("Ship & Co", "ONLINE")

    def test_a_change_made_meanwhile_is_not_overwritten(self, manager, facility):
        Facility.objects.filter(pk=facility.pk).update(version=4, name="Bonn")
        response = manager.post(f"{LIST}{facility.pk}/edit/", GIVEN, **HTMX)
        assert response.status_code == 409
        assert "changed in the meantime" in response.content.decode()
        assert 'value="Kiel"' in response.content.decode()
        facility.refresh_from_db()
        assert facility.name == "Bonn"

    def test_an_unknown_one_is_not_found(self, manager):
        assert manager.post(f"{LIST}{uuid4()}/edit/", GIVEN, **HTMX).status_code == 404


class TestBeginning:
    def test_a_new_one_ships_unless_somebody_says_otherwise(self, manager):
        assert manager.get(f"{LIST}new/", **HTMX).context["form"]["services"].value() == ["SHIP_FROM_STORE"]


class TestStatus:
    def test_its_consequences_are_said_first(self, manager, facility):
        listing = ListingFactory(facility=facility)
        StockLevelFactory(facility=facility, article=listing.article, on_hand=9, reserved=2)
        page = manager.get(f"{LIST}{facility.pk}/status/", **HTMX).content.decode()
        assert "9 units are here: 2 reserved for orders, 7 available." in page
        assert "1 listing is active." in page

    def test_what_the_floors_above_know_is_asked_of_them(self, manager, facility):
        page = manager.get(f"{LIST}{facility.pk}/status/", **HTMX).content.decode()
        assert f'hx-get="{reverse("facility-consequences", args=(facility.pk,))}"' in page

    @pytest.mark.parametrize("status", FacilityStatus.values)
    def test_it_changes(self, manager, facility, status):
        response = manager.post(f"{LIST}{facility.pk}/status/", {"version": 1, "status": status}, **HTMX)
        assert response.status_code == 200
        assert f"Köln is now {status.lower()}." in response.content.decode()
        facility.refresh_from_db()
        assert facility.status == status

    @pytest.mark.parametrize("status", ["", "AWAY"])
    def test_it_is_one_of_those_that_there_are(self, manager, facility, status):
        response = manager.post(f"{LIST}{facility.pk}/status/", {"version": 1, "status": status}, **HTMX)
        assert response.status_code == 422
        facility.refresh_from_db()
        assert (facility.status, facility.version) == ("ONLINE", 1)


class TestPermissions:
    @pytest.mark.parametrize("role", ["VIEWER", "AGENT", "PLANNER"])
    def test_who_may_only_look_sees_no_buttons(self, screens_as, facility, role):
        client = screens_as(role)
        for url in (LIST, f"{LIST}{facility.pk}/"):
            assert questions(client.get(url)) == []

    @pytest.mark.parametrize("path", ["new/", "{pk}/edit/", "{pk}/status/"])
    def test_a_refusal_names_the_permission(self, screens_as, facility, path):
        client = screens_as("PLANNER")
        url = LIST + path.format(pk=facility.pk)
        for response in (client.get(url, **HTMX), client.post(url, GIVEN, **HTMX), client.get(url)):
            assert response.status_code == 403
            assert "inventory.manage_facilities" in response.content.decode()
        facility.refresh_from_db()
        assert (facility.version, Facility.objects.count()) == (1, 1)

    @pytest.mark.parametrize("path", ["", "new/", "{pk}/", "{pk}/edit/", "{pk}/status/"])
    def test_who_is_not_signed_in_is_asked_to(self, client, facility, path):
        url = LIST + path.format(pk=facility.pk)
        assert client.get(url).headers["Location"] == f"/sign-in/?next={url}"
