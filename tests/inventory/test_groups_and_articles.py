"""``/api/facilitygroups`` and ``/api/articles`` (spec 5; B5, W10)."""

from __future__ import annotations

from typing import Any

import pytest

from inventory.events import ArticleChanged, FacilityGroupChanged
from inventory.models import Article, FacilityGroup
from inventory.services.articles import ensure_articles
from tests.factories.inventory import ArticleFactory, FacilityFactory, FacilityGroupFactory

TITLES = {"en_US": "North", "de_DE": "Norden"}


def group(*refs: Any, name: str = "12345", **fields: Any) -> dict[str, Any]:
    return {
        "tenantFacilityGroupId": name,
        "nameLocalized": TITLES,
        "facilityRefs": [str(ref) for ref in refs],
        **fields,
    }


class TestGroups:
    def test_a_created_group_can_be_read(self, call: Any, published: list[Any]) -> None:
        facility, other = FacilityFactory(), FacilityFactory(tenant_facility_id="K-2")
        body = group(facility.pk, "urn:fft:facility:tenantFacilityId:K-2", customAttributes={"a": 1})
        created = call("post", "facilitygroups", body, expect=201)
        assert created["facilityRefs"] == sorted([str(facility.pk), str(other.pk)])
        assert (created["facilityCount"], created["name"], created["version"]) == (2, "North", 1)
        assert created["nameLocalized"] == TITLES
        assert call("get", f"facilitygroups/{created['id']}") == created
        assert call("get", "facilitygroups?tenantFacilityGroupId=12345") == {
            "facilityGroups": [created],
            "total": 1,
        }
        assert call("get", "facilitygroups?tenantFacilityGroupId=6789")["total"] == 0
        (event,) = (event for event in published if isinstance(event, FacilityGroupChanged))
        assert set(event.facility_ids) == {facility.pk, other.pk}

    def test_problems_are_reported_at_once(self, refuse: Any) -> None:
        assert refuse("post", "facilitygroups", {"nameLocalized": {"english": "x"}}) == {
            "tenantFacilityGroupId": "REQUIRED",
            "nameLocalized": "LOCALE",
            "facilityRefs": "REQUIRED",
        }
        assert refuse("post", "facilitygroups", group("nobody", FacilityFactory().pk, "no one")) == {
            "facilityRefs[0]": "NOT_FOUND",
            "facilityRefs[2]": "NOT_FOUND",
        }
        assert not FacilityGroup.objects.exists()

    def test_a_taken_tenant_id_is_a_conflict(self, refuse: Any) -> None:
        FacilityGroupFactory(tenant_facility_group_id="12345")
        assert refuse("post", "facilitygroups", group(), expect=409) == {
            "tenantFacilityGroupId": "ALREADY_EXISTS"
        }
        assert FacilityGroup.objects.count() == 1

    def test_a_patch_replaces_the_members_and_tells_who_came_and_went(
        self, call: Any, published: list[Any]
    ) -> None:
        """B5: whose membership changed is what counts from the next decision on."""
        stays, goes, comes = FacilityFactory.create_batch(3)
        row = FacilityGroupFactory(members=[stays, goes])
        answer = call(
            "patch",
            f"facilitygroups/{row.pk}",
            {
                "version": 1,
                "facilityRefs": [str(stays.pk), str(comes.pk)],
                "nameLocalized": {"en_US": "South"},
            },
        )
        assert (answer["version"], answer["name"]) == (2, "South")
        assert answer["facilityRefs"] == sorted([str(stays.pk), str(comes.pk)])
        (event,) = published
        assert set(event.facility_ids) == {goes.pk, comes.pk}

    def test_a_stale_version_is_a_conflict(self, refuse: Any) -> None:
        row = FacilityGroupFactory()
        assert refuse("patch", f"facilitygroups/{row.pk}", {"version": 3}, expect=409) == {
            "version": "VERSION_CONFLICT"
        }
        assert refuse("patch", f"facilitygroups/{row.pk}", {}) == {"version": "REQUIRED"}

    def test_actions_add_and_remove_members(self, call: Any, refuse: Any) -> None:
        first, second = FacilityFactory.create_batch(2)
        path = f"facilitygroups/{FacilityGroupFactory(members=[first]).pk}/actions"
        adding = {"name": "ADD_FACILITIES_TO_GROUP", "version": 1, "facilitiesToAdd": [str(second.pk)]}
        assert call("post", path, adding)["facilityCount"] == 2
        assert refuse("post", path, adding, expect=409) == {"version": "VERSION_CONFLICT"}
        again = {**adding, "name": "VERSIONLESS_ADD_FACILITIES_TO_GROUP"}
        assert call("post", path, again)["facilityCount"] == 2
        removing = {
            "name": "REMOVE_FACILITIES_FROM_GROUP",
            "version": 3,
            "facilitiesToRemove": [str(first.pk)],
        }
        assert call("post", path, removing)["facilityRefs"] == [str(second.pk)]
        assert refuse("post", path, {"name": "ADD_FACILITIES_TO_GROUP"}) == {"facilitiesToAdd": "REQUIRED"}
        assert refuse("post", path, {"name": "BURN"}) == {"name": "INVALID_CHOICE"}

    def test_a_deleted_group_has_no_members(self, call: Any, published: list[Any]) -> None:
        facility = FacilityFactory()
        row = FacilityGroupFactory(members=[facility])
        assert call("delete", f"facilitygroups/{row.pk}") == {}
        assert published[-1].facility_ids == (facility.pk,)
        call("get", f"facilitygroups/{row.pk}", expect=404)

    def test_the_list_takes_a_constant_number_of_queries(
        self, known_api: Any, django_assert_num_queries: Any
    ) -> None:
        for _ in range(3):
            FacilityGroupFactory(members=FacilityFactory.create_batch(2))
        with django_assert_num_queries(4):  # the token, the page, its members, the total
            known_api.get("/api/facilitygroups")


class TestArticles:
    def test_an_article_is_read_and_changed(self, call: Any, published: list[Any]) -> None:
        article = ArticleFactory(tenant_article_id="4711", title="Lamp")
        path = "articles/4711"
        assert call("get", path)["backorderDays"] is None
        answer = call(
            "patch",
            path,
            {"version": 1, "futureInventoryEnabled": False, "backorderDays": 9, "title": "Desk lamp"},
        )
        assert call("get", path) == answer
        assert (answer["id"], answer["version"], answer["title"]) == (str(article.pk), 2, "Desk lamp")
        assert (answer["futureInventoryEnabled"], answer["backorderDays"]) == (False, 9)
        (event,) = published
        assert isinstance(event, ArticleChanged)
        assert event.fields == {"title", "future_inventory_enabled", "backorder_days"}
        assert call("patch", path, {"version": 2, "backorderDays": None})["backorderDays"] is None

    def test_ids_may_contain_slashes(self, call: Any) -> None:
        ArticleFactory(tenant_article_id="lamps/4711")
        assert call("get", "articles/lamps%2F4711")["tenantArticleId"] == "lamps/4711"
        assert call("patch", "articles/lamps%2F4711", {"version": 1, "title": "x"})["version"] == 2

    def test_problems_are_reported_at_once(self, refuse: Any) -> None:
        ArticleFactory(tenant_article_id="4711")
        body = {"backorderDays": -1, "colour": "red", "futureInventoryEnabled": "perhaps"}
        assert refuse("patch", "articles/4711", body) == {
            "version": "REQUIRED",
            "backorderDays": "MIN_VALUE",
            "colour": "UNKNOWN_FIELD",
            "futureInventoryEnabled": "INVALID",
        }
        assert refuse("patch", "articles/4711", {"version": 2}, expect=409) == {"version": "VERSION_CONFLICT"}
        assert refuse("get", "articles/nothing", expect=404) == {"": "NOT_FOUND"}
        assert Article.objects.get().version == 1

    def test_the_list_is_filtered_and_paged(self, call: Any) -> None:
        ids = [str(ArticleFactory(tenant_article_id=key, title=f"Lamp {key}").pk) for key in "ABC"]

        def found(query: str) -> list[str]:
            return [article["id"] for article in call("get", f"articles?{query}")["articles"]]

        assert found("tenantArticleId=A,C") == [ids[0], ids[2]]
        assert found("title=lamp%20b") == [ids[1]]
        assert found(f"startAfterId={ids[0]}&size=1") == [ids[1]]

    def test_the_list_takes_a_constant_number_of_queries(
        self, known_api: Any, django_assert_num_queries: Any
    ) -> None:
        ArticleFactory.create_batch(5)
        with django_assert_num_queries(3):  # the token, the page, the total
            known_api.get("/api/articles")


class TestEnsureArticles:
    def test_they_appear_when_they_are_first_named(self) -> None:
        known = ensure_articles({"A": "", "B": "Bulb"})
        assert {key: article.title for key, article in known.items()} == {"A": "", "B": "Bulb"}
        assert ensure_articles({"B": "Bulb", "A": ""}) == known
        assert Article.objects.count() == 2

    def test_a_title_fills_in_only_where_there_is_none(self) -> None:
        ensure_articles({"A": "", "B": "Bulb"})
        known = ensure_articles({"A": "Lamp", "B": "Other"})
        assert [(a.title, a.version) for a in known.values()] == [("Lamp", 2), ("Bulb", 1)]
        assert [(a.title, a.version) for a in Article.objects.order_by("title")] == [("Bulb", 1), ("Lamp", 2)]

    @pytest.mark.parametrize("number", [1, 60])
    def test_the_number_of_queries_does_not_depend_on_the_number_of_articles(
        self, django_assert_num_queries: Any, number: int
    ) -> None:
        ensure_articles({f"old-{n}": "" for n in range(number)})
        titles = {f"{kind}-{n}": "title" for kind in ("old", "new") for n in range(number)}
        with django_assert_num_queries(5):  # read, create, read, lock, entitle
            ensure_articles(titles)
