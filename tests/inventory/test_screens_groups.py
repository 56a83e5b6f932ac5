"""Facility groups: the list, one of them, and the dialogs that say first what a group decides."""

from __future__ import annotations

import re
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from backoffice.core.models import Subscription
from inventory.models import FacilityGroup
from tests.factories.inventory import (
    ContextRuleFactory,
    FacilityFactory,
    FacilityGroupFactory,
    ListingFactory,
)
from tests.inventory.reading import rows, text

LIST = "/network/groups/"
HTMX = {"HX-Request": "true"}


@pytest.fixture
def screens(screens_as):
    return screens_as("VIEWER")


@pytest.fixture
def manager(screens_as):
    return screens_as("NETWORK_MANAGER")


@pytest.fixture
def group(facility):
    return FacilityGroupFactory(
        tenant_facility_group_id="RHINE", name_localized={"en_US": "Rhineland"}, members=[facility]
    )


def about(name, kind="FACILITY_GROUP", **fields):
    return ContextRuleFactory(conditions=[{"type": kind, "values": [name]}], **fields)


def names(response):
    return re.findall(r'href="/network/groups/[0-9a-f-]{36}/">([^<]+)</a>', response.content.decode())


def given(group, **changes):
    members = [str(facility.pk) for facility in group.facilities.all()]
    form = {
        "version": group.version,
        "english_name": group.name,
        "german_name": "",
        "tenant_facility_group_id": group.tenant_facility_group_id,
        "members": members,
    }
    return {**form, **changes}


class TestList:
    def test_groups_come_by_number_with_how_many_belong_to_them(self, screens, group):
        FacilityGroupFactory(tenant_facility_group_id="ALPS")
        assert rows(screens.get(LIST)) == [
            {"Group": "ALPS", "Facilities": "–"},
            {"Group": "Rhineland RHINE", "Facilities": "1"},
        ]

    @pytest.mark.parametrize(
        ("query", "found"),
        [("q=rhin", ["Rhineland"]), ("q=rheinl", ["Rhineland"]), ("q=ALP", ["ALPS"]), ("q=sea", [])],
    )
    def test_it_is_searched_in_every_language(self, screens, group, query, found):
        FacilityGroup.objects.update(name_localized={"en_US": "Rhineland", "de_DE": "Rheinland"})
        FacilityGroupFactory(tenant_facility_group_id="ALPS")
        assert names(screens.get(f"{LIST}?{query}")) == found

    def test_a_facility_finds_its_groups(self, screens, group, facility):
        FacilityGroupFactory()
        assert names(screens.get(f"{LIST}?facility={facility.pk}")) == ["Rhineland"]

    def test_none_at_all_and_none_that_match_are_told_apart(self, screens):
        assert "No groups yet" in text(screens.get(LIST))
        FacilityGroupFactory()
        assert "Nothing matches these filters" in text(screens.get(f"{LIST}?q=nowhere"))

    def test_pages_follow_one_another_without_gap_or_double(self, screens, monkeypatch):
        monkeypatch.setattr("backoffice.core.ui.paging.keyset_page.__kwdefaults__", {"size": 2})
        for number in "ABC":
            FacilityGroupFactory(tenant_facility_group_id=number)
        first = screens.get(LIST)
        second = screens.get(f"{LIST}?after={first.context['page'].after}")
        assert (names(first), names(second)) == (["A", "B"], ["C"])

    @pytest.mark.parametrize("count", [1, 20])
    def test_queries_do_not_grow_with_the_page(self, screens, count):
        for _ in range(count):
            FacilityGroupFactory(members=[FacilityFactory()])
        screens.get(LIST)
        with CaptureQueriesContext(connection) as queries:
            screens.get(LIST)
        assert len(queries) == 7


class TestDetail:
    def test_it_shows_its_members(self, screens, group):
        FacilityFactory(name="Wien")
        page = screens.get(f"{LIST}{group.pk}/")
        assert [row["Facility"] for row in rows(page)] == ["Köln K-1"]
        assert "No listing and no webhook names it." in text(page)

    def test_a_group_of_nobody_says_so(self, screens):
        assert "No facility belongs to it." in text(screens.get(f"{LIST}{FacilityGroupFactory().pk}/"))

    @pytest.mark.parametrize("by", ["id", "number"])
    def test_it_counts_the_rules_that_name_it_and_leads_to_their_listings(self, screens, group, by):
        """B2: rules name the id or the number."""
        name = str(group.pk) if by == "id" else "RHINE"
        rule = about(name)
        about(name, listing=rule.listing, priority=2)
        about("RHINELAND")
        about("RHINE", kind="TAG_REFERENCE")
        ListingFactory()

        page = screens.get(f"{LIST}{group.pk}/")

        assert "1 listing with 2 context rules that name it" in text(page)
        listings = screens.get(f"/network/listings/?ruleGroup={group.pk}")
        assert [row["Article"] for row in rows(listings)] == [rule.listing.article.tenant_article_id]

    def test_it_names_the_webhooks_that_are_only_told_of_its_members(self, screens, group):
        Subscription.objects.create(
            name="Shop",
            event="ORDER_CREATED",
            callback_url="https://shop.example/hook",
            contexts=[{"type": "FACILITY_GROUP", "values": [str(group.pk)]}],
        )
        assert "Webhook Shop" in text(screens.get(f"{LIST}{group.pk}/"))

    def test_an_unknown_one_is_not_found(self, screens):
        assert screens.get(f"{LIST}{uuid4()}/").status_code == 404

    def test_it_takes_few_queries(self, screens, group):
        for _ in range(5):
            about("RHINE")
        screens.get(LIST)
        with CaptureQueriesContext(connection) as queries:
            screens.get(f"{LIST}{group.pk}/")
        assert len(queries) == 8


class TestCreating:
    GIVEN = {"english_name": "Alps", "german_name": "Alpen", "tenant_facility_group_id": "ALPS"}

    def test_a_group_is_created_with_its_members(self, manager, facility):
        response = manager.post(f"{LIST}new/", {**self.GIVEN, "members": [facility.pk]}, headers=HTMX)
        assert "Alps was created" in response.content.decode()
        group = FacilityGroup.objects.get()
        assert group.name_localized == {"en_US": "Alps", "de_DE": "Alpen"}
        assert list(group.facilities.all()) == [facility]

    def test_a_number_that_is_taken_is_refused_at_its_field(self, manager, group):
        response = manager.post(
            f"{LIST}new/", {**self.GIVEN, "tenant_facility_group_id": "RHINE"}, headers=HTMX
        )
        assert response.status_code == 409
        assert "There is another facility group" in text(response)
        assert FacilityGroup.objects.count() == 1


class TestChanging:
    def test_members_and_names_are_changed_and_told(self, manager, group):
        other = FacilityFactory(name="Wien")
        url = f"{LIST}{group.pk}/"
        response = manager.post(
            f"{url}edit/",
            given(group, english_name="The Rhine", members=[str(other.pk)]),
            headers=HTMX,
        )
        assert "The Rhine was saved" in response.content.decode()
        assert [facility.name for facility in group.facilities.all()] == ["Wien"]
        page = text(manager.get(url))
        assert "Renamed, 1 facility joined and 1 facility left" in page
        assert manager.user.email in page

    def test_names_in_other_languages_are_kept(self, manager, group):
        FacilityGroup.objects.update(name_localized={"en_US": "Rhineland", "fr_FR": "Rhénanie"})
        manager.post(f"{LIST}{group.pk}/edit/", given(group, german_name="Rheinland"), headers=HTMX)
        group.refresh_from_db()
        assert group.name_localized == {"en_US": "Rhineland", "de_DE": "Rheinland", "fr_FR": "Rhénanie"}

    def test_what_the_group_decides_is_said_first(self, manager, group):
        about("RHINE")
        said = text(manager.get(f"{LIST}{group.pk}/edit/", headers=HTMX))
        assert "1 context rule looks at who belongs to it: who joins or leaves may get" in said

    def test_who_was_faster_is_named(self, manager, screens_as, group):
        other = screens_as("NETWORK_MANAGER")
        other.post(f"{LIST}{group.pk}/edit/", given(group, english_name="First"), headers=HTMX)
        late = manager.post(f"{LIST}{group.pk}/edit/", given(group, english_name="Second"), headers=HTMX)
        assert late.status_code == 409
        assert f"{other.user.email} changed this in the meantime" in text(late)
        group.refresh_from_db()
        assert group.name == "First"


class TestDeleting:
    def test_how_many_facilities_and_rules_it_concerns_is_said_first(self, manager, group):
        about("RHINE")
        said = text(manager.get(f"{LIST}{group.pk}/delete/", headers=HTMX))
        assert "1 facility will not belong to it any more." in said
        assert "nobody will, so that another behaviour may count" in said

    def test_one_is_back_at_the_list_then(self, manager, group):
        response = manager.post(f"{LIST}{group.pk}/delete/", headers=HTMX)
        assert response.headers["HX-Redirect"] == LIST
        assert not FacilityGroup.objects.exists()
        assert "Rhineland was deleted." in text(manager.get(LIST))


class TestPermissions:
    @pytest.mark.parametrize("role", ["VIEWER", "AGENT", "PLANNER"])
    def test_who_may_not_change_groups_has_no_button_and_is_told_what_is_missing(
        self, screens_as, group, role
    ):
        client = screens_as(role)
        assert "New group" not in text(client.get(LIST))
        page = client.get(f"{LIST}{group.pk}/").content.decode()
        assert 'id="edit"' not in page
        assert 'id="delete-group"' not in page
        for path in ("new/", f"{group.pk}/edit/", f"{group.pk}/delete/"):
            refused = client.post(f"{LIST}{path}")
            assert refused.status_code == 403
            assert "inventory.manage_facilities" in refused.content.decode()
        group.refresh_from_db()
        assert group.version == 1
