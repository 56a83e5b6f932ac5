"""The editor of a listing's context rules (B1, B2)."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from inventory.models import ListingContextRule
from tests.factories.inventory import ContextRuleFactory, FacilityGroupFactory, ListingFactory
from tests.inventory.reading import text

HTMX = {"HX-Request": "true"}


@pytest.fixture
def planner(screens_as):
    return screens_as("PLANNER")


@pytest.fixture
def listing(db):
    return ListingFactory(backorder=True)


def url(listing, path=""):
    return f"/network/listings/{listing.pk}/{path}"


def given(listing, *conditions, **changes):
    """What is typed; ``conditions`` as (kind, operator, values)."""
    form = {"version": listing.version, "priority": 10, "behaviour": "NONE"}
    for number, (kind, operator, values) in enumerate(conditions):
        form |= {f"kind_{number}": kind, f"operator_{number}": operator}
        form[f"{'groups' if kind == 'FACILITY_GROUP' else 'tags'}_{number}"] = values
    return {**form, **changes}


def rules(listing):
    return [
        (rule.priority, rule.conditions, rule.out_of_stock_behaviour)
        for rule in ListingContextRule.objects.filter(listing=listing).order_by("priority", "id")
    ]


class TestAdding:
    def test_a_rule_is_added_and_the_tester_knows_it(self, planner, listing):
        group = FacilityGroupFactory(members=[listing.facility])
        assert "Add a context rule" in text(planner.get(url(listing)))

        response = planner.post(
            url(listing, "rules/new/"),
            given(
                listing,
                ("FACILITY_GROUP", "", [str(group.pk)]),
                ("TAG_REFERENCE", "NOT", "vip, brand:x"),
                behaviour="RESTOCK",
                restockable_in_days=3,
            ),
            headers=HTMX,
        )

        assert "The rule was added." in response.content.decode()
        assert rules(listing) == [
            (
                10,
                [
                    {"type": "FACILITY_GROUP", "values": [str(group.pk)]},
                    {"type": "TAG_REFERENCE", "operator": "NOT", "values": ["vip", "brand:x"]},
                ],
                "RESTOCK",
            )
        ]
        verdicts = {
            tags: text(planner.get(url(listing, "try/"), {"tags": tags}, headers=HTMX))
            for tags in ("", "vip")
        }
        assert "Decided by the rule with priority 10" in verdicts[""]
        assert "No context rule holds" in verdicts["vip"]

    def test_the_next_priority_is_proposed(self, planner, listing):
        ContextRuleFactory(listing=listing, priority=7)
        assert (
            'name="priority" value="17"'
            in planner.get(url(listing, "rules/new/"), headers=HTMX).content.decode()
        )

    @pytest.mark.parametrize(
        ("conditions", "changes", "said"),
        [
            ((), {}, "A rule needs at least one condition."),
            ((("FACILITY_GROUP", "", []),), {}, "Choose at least one group."),
            ((("TAG_REFERENCE", "", " , "),), {}, "Name at least one tag."),
            ((("TAG_REFERENCE", "", "vip"),), {"priority": 0}, "greater than or equal to 1"),
            ((("TAG_REFERENCE", "", "vip"),), {"priority": 1001}, "less than or equal to 1000"),
            ((("TAG_REFERENCE", "", "vip"),), {"behaviour": "PREORDER"}, "moment at which picking can begin"),
            ((("FACILITY_GROUP", "", ["nobody"]),), {}, "not one of the available choices"),
        ],
    )
    def test_what_makes_no_sense_is_said_and_nothing_is_written(
        self, planner, listing, conditions, changes, said
    ):
        FacilityGroupFactory()
        response = planner.post(
            url(listing, "rules/new/"), given(listing, *conditions, **changes), headers=HTMX
        )
        assert response.status_code in (400, 422)
        assert said in text(response)
        assert rules(listing) == []

    def test_without_any_group_one_is_led_to_make_one(self, planner, listing):
        form = given(listing, ("FACILITY_GROUP", "", []))
        said = text(planner.post(url(listing, "rules/new/"), form, headers=HTMX))
        assert "Choose at least one group. There are no groups yet." in said

    def test_configuration_that_the_behaviour_does_not_use_is_left_out(self, planner, listing):
        form = given(listing, ("TAG_REFERENCE", "", "vip"), restockable_in_days=3)
        planner.post(url(listing, "rules/new/"), form, headers=HTMX)
        assert ListingContextRule.objects.get().restockable_in_days is None

    def test_the_eleventh_is_refused(self, planner, listing):
        for priority in range(1, 11):
            ContextRuleFactory(listing=listing, priority=priority)
        assert "Add a context rule" not in text(planner.get(url(listing)))
        response = planner.post(
            url(listing, "rules/new/"), given(listing, ("TAG_REFERENCE", "", "vip")), headers=HTMX
        )
        assert response.status_code == 400
        assert "at most 10 context rules" in text(response)
        assert len(rules(listing)) == 10


class TestEditing:
    def test_a_rule_is_shown_as_it_is(self, planner, listing):
        start = datetime(2027, 1, 1, 9, tzinfo=UTC)
        ContextRuleFactory(
            listing=listing, priority=5, out_of_stock_behaviour="PREORDER", preorder_start=start
        )
        page = planner.get(url(listing, "rules/0/"), headers=HTMX).content.decode()
        assert 'name="priority" value="5"' in page
        assert 'name="tags_0" value="vip"' in page
        assert 'value="2027-01-01T09:00"' in page

    def test_the_others_stay_as_they_are(self, planner, listing):
        ContextRuleFactory(listing=listing, priority=5)
        ContextRuleFactory(listing=listing, priority=8, out_of_stock_behaviour="NONE")
        planner.post(
            url(listing, "rules/1/"),
            given(listing, ("TAG_REFERENCE", "", "gold"), priority=2, behaviour="BACKORDER"),
            headers=HTMX,
        )
        assert rules(listing) == [
            (2, [{"type": "TAG_REFERENCE", "values": ["gold"]}], "BACKORDER"),
            (5, [{"type": "TAG_REFERENCE", "values": ["vip"]}], "BACKORDER"),
        ]

    def test_groups_keep_the_names_that_the_rule_has_for_them(self, planner, listing):
        """B2: by number, by id, or of a group that is gone."""
        named = FacilityGroupFactory(tenant_facility_group_id="RHINE")
        values = ["RHINE", str(FacilityGroupFactory().pk), "gone"]
        ContextRuleFactory(listing=listing, conditions=[{"type": "FACILITY_GROUP", "values": values}])
        page = planner.get(url(listing, "rules/0/"), headers=HTMX).content.decode()
        assert str(named.pk) not in page

        planner.post(url(listing, "rules/0/"), given(listing, ("FACILITY_GROUP", "", values)), headers=HTMX)

        (found,) = rules(listing)
        assert sorted(found[1][0]["values"]) == sorted(values)

    def test_who_was_faster_is_named_and_no_other_rule_is_overwritten(self, planner, screens_as, listing):
        ContextRuleFactory(listing=listing, priority=5)
        other = screens_as("PLANNER")
        form = given(listing, ("TAG_REFERENCE", "", "gold"), priority=1)
        other.post(url(listing, "rules/new/"), form, headers=HTMX)

        late = planner.post(url(listing, "rules/0/"), {**form, "priority": 9}, headers=HTMX)

        assert late.status_code == 409
        assert f"{other.user.email} changed this in the meantime" in text(late)
        assert [priority for priority, *_ in rules(listing)] == [1, 5]

    def test_a_place_without_a_rule_is_not_found(self, planner, listing):
        assert planner.get(url(listing, "rules/0/"), headers=HTMX).status_code == 404


class TestDeleting:
    def test_what_goes_is_said_first(self, planner, listing):
        ContextRuleFactory(listing=listing, priority=5)
        ContextRuleFactory(listing=listing, priority=6, out_of_stock_behaviour="NONE")
        asked = text(planner.get(url(listing, "rules/0/delete/"), headers=HTMX))
        assert "When the order is tagged “vip”: Backorder." in asked

        planner.post(url(listing, "rules/0/delete/"), {"version": listing.version}, headers=HTMX)

        assert [priority for priority, *_ in rules(listing)] == [6]


class TestPermissions:
    @pytest.mark.parametrize("role", ["VIEWER", "AGENT"])
    def test_who_may_not_change_listings_has_no_button_and_is_told_what_is_missing(
        self, screens_as, listing, role
    ):
        ContextRuleFactory(listing=listing)
        client = screens_as(role)
        page = client.get(url(listing)).content.decode()
        assert url(listing, "rules/") not in page
        for path in ("rules/new/", "rules/0/", "rules/0/delete/"):
            refused = client.post(url(listing, path), {"version": 1})
            assert refused.status_code == 403
            assert "inventory.manage_listings" in refused.content.decode()
        assert len(rules(listing)) == 1
