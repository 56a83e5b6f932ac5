"""How people see lists: which columns, and views that they save, share, and open a list with."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import quote

import pytest

from backoffice.core.errors import StateConflict, VersionConflict
from backoffice.core.models import ListPreference, SavedView
from backoffice.core.services import savedviews, users
from backoffice.core.services.savedviews import ViewDraft, change_view, save_view
from tests.factories.inventory import FacilityFactory
from tests.inventory.reading import rows, text

FACILITIES = "/network/facilities/"
HTMX = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture
def facilities(db):
    return FacilityFactory(name="Köln", country="DE"), FacilityFactory(name="Lyon", country="FR")


@pytest.fixture
def vera(screens_as):
    return screens_as("VIEWER")


@pytest.fixture
def paul(screens_as):
    """May share."""
    return screens_as("PLANNER")


def ask(client: Any, what: str, at: str, data: Any = None, *, expect: int = 200) -> Any:
    """A question about the list at an address, or with ``data`` its answer."""
    path = f"/lists/{what}?at={quote(at)}"
    response = client.get(path, **HTMX) if data is None else client.post(path, data, **HTMX)
    assert response.status_code == expect, response.content.decode()
    return response


def save(client: Any, at: str, name: str, **fields: Any) -> SavedView:
    ask(client, "views/new/", at, {"name": name, **fields})
    return SavedView.objects.filter(name=name, owner=client.user).latest("id")


def menu(response: Any) -> str:
    body = response.content.decode()
    return text(
        type("Part", (), {"content": body.partition('id="list-tools"')[2].partition("<form")[0].encode()})
    )


class TestColumns:
    def choose(self, client, at, *shown):
        ask(client, "columns/", at, {"columns": shown})

    def test_the_list_and_its_file_have_those_that_were_chosen_for_this_reader_alone(
        self, vera, paul, facilities
    ):
        before = set(rows(paul.get(FACILITIES))[0])
        self.choose(vera, FACILITIES, "place", "status")

        assert list(rows(vera.get(FACILITIES))[0]) == ["Facility", "Place", "Status"]
        assert list(rows(vera.get(FACILITIES, **HTMX))[0]) == ["Facility", "Place", "Status"]
        lines = b"".join(vera.get(f"{FACILITIES}?export=csv").streaming_content).decode("utf-8-sig")
        assert lines.splitlines()[0] == "Facility,Number,City,Country,Status"
        assert set(rows(paul.get(FACILITIES))[0]) == before

    def test_the_first_column_stays_whatever_is_chosen(self, vera, facilities):
        assert 'value="name"' not in ask(vera, "columns/", FACILITIES).content.decode()
        self.choose(vera, FACILITIES)
        assert list(rows(vera.get(FACILITIES))[0]) == ["Facility"]

    def test_the_dialog_shows_what_is_in_sight_and_the_button_how_many_are_not(self, vera, facilities):
        self.choose(vera, FACILITIES, "place", "type", "services", "listings", "rank")
        ticked = re.findall(r'value="(\w+)"[^>]*checked', ask(vera, "columns/", FACILITIES).content.decode())
        assert ticked == ["place", "type", "services", "listings", "rank"]
        assert "Columns 1 hidden" in menu(vera.get(FACILITIES))

    def test_columns_that_there_are_none_of_are_refused_and_those_that_are_gone_forgotten(
        self, vera, facilities
    ):
        ask(vera, "columns/", FACILITIES, {"columns": ["password"]}, expect=422)
        assert not ListPreference.objects.exists()
        savedviews.choose_columns(user=vera.user, list_name="facilities", hidden=["gone", "rank"])
        assert "Rank" not in rows(vera.get(FACILITIES))[0]
        assert "1 hidden" in menu(vera.get(FACILITIES))

    def test_only_of_a_list_and_only_for_who_may_see_it(self, vera, client, monkeypatch):
        ask(vera, "columns/", "/", expect=404)
        ask(vera, "columns/", "/nothing/here/", expect=404)
        ask(vera, "columns/", "https://example.org/network/facilities/x", expect=404)
        assert client.get(f"/lists/columns/?at={FACILITIES}").status_code == 302
        monkeypatch.setattr(
            "inventory.views.facilities.FacilitiesView.permissions", {"*": "core.manage_users"}
        )
        ask(vera, "columns/", FACILITIES, expect=403)


class TestSaving:
    def test_a_view_keeps_filters_and_columns_and_leads_back_to_them(self, vera, facilities):
        ask(vera, "columns/", FACILITIES, {"columns": ["place"]})
        answer = ask(vera, "views/new/", f"{FACILITIES}?country=FR&q=&after=x", {"name": "France"})

        view = SavedView.objects.get()
        assert (view.list_name, view.query, view.shared) == ("facilities", "country=FR", False)
        assert answer.headers["HX-Redirect"] == f"{FACILITIES}?country=FR&view={view.pk}"
        page = vera.get(answer.headers["HX-Redirect"])
        assert [list(row) for row in rows(page)] == [["Facility", "Place"]]
        assert rows(page)[0]["Facility"].startswith("Lyon")
        assert "View: France" in menu(page)
        assert "was saved" in text(page)

    def test_its_columns_are_those_it_was_saved_with_until_somebody_chooses_others_for_themselves(
        self, vera, paul, facilities
    ):
        ask(paul, "columns/", FACILITIES, {"columns": ["place"]})
        view = save(paul, FACILITIES, "Places", shared="on")
        at = f"{FACILITIES}?view={view.pk}"

        assert list(rows(vera.get(at))[0]) == ["Facility", "Place"]
        ask(vera, "columns/", at, {"columns": ["rank"]})
        assert list(rows(vera.get(at))[0]) == ["Facility", "Rank"]
        assert len(rows(vera.get(FACILITIES))[0]) > 2
        assert list(rows(paul.get(at))[0]) == ["Facility", "Place"]

    def test_a_name_is_needed_and_free(self, vera, facilities):
        save(vera, FACILITIES, "Mine")
        assert "This field is required" in text(
            ask(vera, "views/new/", FACILITIES, {"name": " "}, expect=422)
        )
        refused = ask(vera, "views/new/", FACILITIES, {"name": "mine"}, expect=409)
        assert "There is a view called mine already" in text(refused)
        assert SavedView.objects.count() == 1

    def test_lists_do_not_share_their_names_and_neither_do_people(self, vera, paul, facilities):
        save(vera, FACILITIES, "Mine")
        save(vera, "/orders/", "Mine")
        save(paul, FACILITIES, "Mine")
        assert SavedView.objects.count() == 3

    def test_what_belongs_to_one_thing_among_many_has_no_views(self, vera, facilities):
        ask(vera, "views/new/", "/jobs/01a1fb8a-0000-7000-8000-000000000000/", {"name": "x"}, expect=404)


class TestSharing:
    def test_shared_views_are_everybodys_and_private_ones_nobody_elses(self, vera, paul, facilities):
        private = save(paul, f"{FACILITIES}?country=FR", "Secret")
        save(paul, f"{FACILITIES}?country=DE", "Germany", shared="on")

        shown = menu(vera.get(FACILITIES))
        assert "Shared Germany" in shown
        assert "Secret" not in shown
        other = vera.get(f"{FACILITIES}?view={private.pk}")
        assert "This view is gone" in text(other)
        assert "Secret" not in text(other)

    def test_it_takes_a_permission(self, vera, paul, facilities):
        assert 'name="shared"' in ask(paul, "views/new/", FACILITIES).content.decode()
        assert 'name="shared"' not in ask(vera, "views/new/", FACILITIES).content.decode()
        save(vera, FACILITIES, "Sneaky", shared="on")
        assert not SavedView.objects.get().shared

    def test_who_may_share_may_change_and_delete_shared_ones_and_nobody_else(
        self, vera, paul, screens_as, facilities
    ):
        view = save(paul, FACILITIES, "Team", shared="on")
        at = f"{FACILITIES}?view={view.pk}"
        assert "Change this view" not in menu(vera.get(at))
        ask(vera, f"views/{view.pk}/", at, {"name": "Mine", "version": 1}, expect=403)
        ask(vera, f"views/{view.pk}/delete/", at, {"version": 1}, expect=403)

        nora = screens_as("NETWORK_MANAGER")
        assert "Change this view" in menu(nora.get(at))
        ask(nora, f"views/{view.pk}/", at, {"name": "Crew", "shared": "on", "version": 1})
        assert SavedView.objects.get().name == "Crew"
        ask(nora, f"views/{view.pk}/delete/", at, {"version": 2})
        assert not SavedView.objects.exists()

    def test_two_shared_ones_of_a_list_have_two_names(self, paul, screens_as, facilities):
        save(paul, FACILITIES, "Team", shared="on")
        nora = screens_as("NETWORK_MANAGER")
        ask(nora, "views/new/", FACILITIES, {"name": "TEAM", "shared": "on"}, expect=409)

    def test_shared_ones_outlive_their_owner_and_private_ones_do_not(self, paul, screens_as, facilities):
        screens_as("ADMINISTRATOR")
        save(paul, FACILITIES, "Team", shared="on")
        save(paul, FACILITIES, "Mine")
        users.delete_users(users=[paul.user])
        assert savedviews.forget_orphans() == 1
        assert SavedView.objects.get().name == "Team"


class TestChanging:
    def test_renaming_leaves_the_filters_unless_those_of_the_page_are_wanted(self, vera, facilities):
        view = save(vera, f"{FACILITIES}?country=FR", "France")
        at = f"{FACILITIES}?country=DE&view={view.pk}"
        assert "France changed" in menu(vera.get(at))

        ask(vera, f"views/{view.pk}/", at, {"name": "Europe", "version": 1})
        view.refresh_from_db()
        assert (view.name, view.query) == ("Europe", "country=FR")
        ask(vera, f"views/{view.pk}/", at, {"name": "Europe", "version": 2, "renew": "on"})
        view.refresh_from_db()
        assert view.query == "country=DE"
        assert "changed" not in menu(vera.get(at))

    def test_who_saw_an_older_version_is_told(self, vera, facilities):
        view = save(vera, FACILITIES, "Mine")
        change_view(user=vera.user, view_id=view.pk, version=1, changes={"name": "Ours"})
        for what, data in (("", {"name": "x", "version": 1}), ("delete/", {"version": 1})):
            refused = ask(vera, f"views/{view.pk}/{what}", FACILITIES, data, expect=409)
            assert "changed in the meantime" in text(refused)
        assert SavedView.objects.get().name == "Ours"
        with pytest.raises(VersionConflict):
            savedviews.delete_view(user=vera.user, view_id=view.pk, version=1)

    def test_a_private_view_of_somebody_else_is_not_there(self, vera, paul, facilities):
        view = save(paul, FACILITIES, "Secret")
        ask(vera, f"views/{view.pk}/", FACILITIES, expect=404)
        ask(vera, f"views/{view.pk}/delete/", FACILITIES, {"version": 1}, expect=404)
        assert SavedView.objects.exists()

    def test_a_name_cannot_be_taken_by_renaming(self, vera, facilities):
        save(vera, FACILITIES, "One")
        two = save(vera, FACILITIES, "Two")
        with pytest.raises(StateConflict):
            change_view(user=vera.user, view_id=two.pk, version=1, changes={"name": "ONE"})


class TestOpening:
    def test_the_list_opens_with_the_view_that_one_chose(self, vera, paul, facilities):
        view = save(paul, f"{FACILITIES}?country=FR", "France", shared="on")
        at = f"{FACILITIES}?country=FR&view={view.pk}"
        answer = ask(vera, "views/opens/", at, {})
        assert answer.headers["HX-Redirect"] == at

        assert vera.get(FACILITIES).headers["Location"] == at
        assert paul.get(FACILITIES).status_code == 200
        everything = vera.get(f"{FACILITIES}?view=")
        assert len(rows(everything)) == 2
        assert f'href="{FACILITIES}?view="' in vera.get(at).content.decode(), "one gets back to everything"
        assert vera.get(FACILITIES, **HTMX).status_code == 200

        ask(vera, "views/opens/", f"{FACILITIES}?view=", {})
        assert vera.get(FACILITIES).status_code == 200

    def test_one_may_say_so_when_saving(self, vera, facilities):
        view = save(vera, f"{FACILITIES}?country=FR", "France", opens="on")
        assert vera.get(FACILITIES).headers["Location"].endswith(f"view={view.pk}")
        ask(vera, f"views/{view.pk}/", FACILITIES, {"name": "France", "version": 1})
        assert vera.get(FACILITIES).status_code == 200

    def test_when_the_view_goes_the_list_opens_with_everything(self, vera, paul, facilities):
        view = save(paul, f"{FACILITIES}?country=FR", "France", shared="on")
        ask(vera, "views/opens/", f"{FACILITIES}?view={view.pk}", {})
        change_view(user=paul.user, view_id=view.pk, version=1, changes={"shared": False})
        assert vera.get(FACILITIES).status_code == 200, "nobody else's any more"
        savedviews.delete_view(user=paul.user, view_id=view.pk, version=2)
        assert len(rows(vera.get(FACILITIES))) == 2


class TestOldViews:
    def test_a_filter_that_makes_no_sense_any_more_is_named_and_nothing_breaks(self, vera, facilities):
        gone = "01a1fb8a-0000-7000-8000-000000000000"
        view = save_view(
            user=vera.user,
            draft=ViewDraft(list_name="facilities", name="Old", query=f"group={gone}", hidden=["nothing"]),
        )
        page = vera.get(f"{FACILITIES}?group={gone}&view={view.pk}")
        assert page.status_code == 200
        assert "The view “Old” filters by something that is gone: Group." in text(page)
        assert rows(page) == []

    def test_a_filter_that_the_list_does_not_know_is_ignored_and_named(self, vera, facilities):
        view = save_view(
            user=vera.user, draft=ViewDraft(list_name="facilities", name="Old", query="colour=red")
        )
        page = vera.get(f"{FACILITIES}?colour=red&view={view.pk}")
        assert "does not know: colour" in text(page)
        assert len(rows(page)) == 2

    @pytest.mark.parametrize("view", ["x", "01a1fb8a-0000-7000-8000-000000000000", "1' OR '1'='1"])
    def test_a_view_that_is_not_there_is_said(self, vera, facilities, view):
        page = vera.get(FACILITIES, {"view": view})
        assert "This view is gone" in text(page)
        assert len(rows(page)) == 2


def test_views_cost_a_list_one_query_and_preferences_another(vera, facilities, django_assert_num_queries):
    for number in range(5):
        view = save(vera, FACILITIES, f"View {number}")
        ask(vera, "columns/", f"{FACILITIES}?view={view.pk}", {"columns": ["rank"]})
    renewing = 5  # session, user, preferences, how many rows, the rows
    with django_assert_num_queries(renewing):
        vera.get(FACILITIES, **HTMX)
    with django_assert_num_queries(renewing + 3):  # the views; and the choices of two filters
        vera.get(FACILITIES)
