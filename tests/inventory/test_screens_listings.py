"""The list of listings, one of them with its tester, and its dialog, as a person gets them."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from inventory.behaviour import Behaviour, Effective
from inventory.events import ListingsChanged
from inventory.models import Listing
from inventory.wording import behaviour_words, conditions_words
from tests.factories.inventory import (
    ArticleFactory,
    ContextRuleFactory,
    FacilityFactory,
    FacilityGroupFactory,
    ListingFactory,
    StockLevelFactory,
)
from tests.inventory.reading import questions, rows, text

LIST = "/network/listings/"
HTMX = {"HTTP_HX_REQUEST": "true"}
DECEMBER = datetime(2026, 12, 1, tzinfo=UTC)


def articles(response):
    return [row["Article"] for row in rows(response)]


@pytest.fixture
def screens(screens_as):
    return screens_as("VIEWER")


@pytest.fixture
def planner(screens_as):
    return screens_as("PLANNER")


@pytest.fixture
def listing(facility):
    return ListingFactory(
        facility=facility, article=ArticleFactory(tenant_article_id="TENT", title="Tent"), backorder=True
    )


class TestWords:
    @pytest.mark.parametrize(
        ("effective", "said"),
        [
            (Effective(Behaviour.NONE), "Cannot wait"),
            (Effective(Behaviour.BACKORDER), "Backorder"),
            (Effective(Behaviour.PREORDER, DECEMBER), "Preorder from 1 Dec 2026"),
            (Effective(Behaviour.PREORDER, DECEMBER.replace(hour=7)), "Preorder from 1 Dec 2026, 07:00"),
            (Effective(Behaviour.RESTOCK, None, 5), "Restock in 5 days"),
            (Effective(Behaviour.RESTOCK, None, 1), "Restock in 1 day"),
            (Effective(Behaviour.RESTOCK, None, 0), "Restock at once, any quantity"),
            (
                Effective(Behaviour.PREORDER_AND_RESTOCK, DECEMBER, 5),
                "Preorder from 1 Dec 2026 · Restock in 5 days",
            ),
        ],
    )
    def test_a_behaviour_is_said_with_its_configuration(self, effective, said):
        assert behaviour_words(effective).replace("\N{NO-BREAK SPACE}", " ") == said

    @pytest.mark.parametrize(
        ("conditions", "said"),
        [
            ([{"type": "TAG_REFERENCE", "values": ["vip"]}], "When the order is tagged “vip”"),
            (
                [{"type": "TAG_REFERENCE", "operator": "NOT", "values": ["a", "b"]}],
                "When the order is not tagged “a” or “b”",
            ),
            (
                [
                    {"type": "FACILITY_GROUP", "values": ["g"]},
                    {"type": "FACILITY_GROUP", "operator": "NOT", "values": ["gone"]},
                ],
                (
                    "When the facility, or the one that orders, is in “Stores”, "
                    "and neither the facility nor the one that orders is in “gone”"
                ),
            ),
        ],
    )
    def test_conditions_are_a_sentence(self, conditions, said):
        assert conditions_words(conditions, {"g": "Stores"}) == said


class TestList:
    def test_a_row_says_what_happens_without_stock(self, screens, listing):
        ContextRuleFactory.create_batch(2, listing=listing)
        StockLevelFactory(facility=listing.facility, article=listing.article, on_hand=5, reserved=2)

        [row] = rows(screens.get(LIST))

        assert row == {
            "Article": "Tent TENT",
            "Facility": "Köln",
            "Status": "Active",
            "Without stock": "Backorder",
            "Context rules": "2",
            "Available": "3",
        }

    def test_articles_are_in_the_order_of_their_numbers_and_facilities(self, screens):
        for number, place in (("B", "Ulm"), ("A", "Ulm"), ("B", "Bonn")):
            article = ArticleFactory._meta.model.objects.filter(tenant_article_id=number).first()
            ListingFactory(
                article=article or ArticleFactory(tenant_article_id=number, title=number),
                facility=FacilityFactory(name=place),
            )
        assert [(row["Article"], row["Facility"]) for row in rows(screens.get(LIST))] == [
            ("A", "Ulm"),
            ("B", "Bonn"),
            ("B", "Ulm"),
        ]

    @pytest.mark.parametrize(
        ("query", "found"),
        [
            ("q=ent", ["Tent TENT"]),
            ("q=MUG-", ["Enamel mug MUG-1"]),
            ("behaviour=BACKORDER", ["Tent TENT"]),
            ("status=INACTIVE", ["Enamel mug MUG-1"]),
            ("scannableCode=40123", ["Enamel mug MUG-1"]),
            ("status=ACTIVE&behaviour=NONE", []),
            ("status=GONE", []),
        ],
    )
    def test_filters_narrow_it(self, screens, listing, query, found):
        mug = ArticleFactory(tenant_article_id="MUG-1", title="Enamel mug")
        ListingFactory(article=mug, status="INACTIVE", details={"scannableCodes": ["40123"]})
        assert articles(screens.get(f"{LIST}?{query}")) == found

    def test_a_facility_and_a_group_are_filters(self, screens, listing):
        ListingFactory()
        group = FacilityGroupFactory(members=[listing.facility])
        assert articles(screens.get(f"{LIST}?facility={listing.facility.pk}")) == ["Tent TENT"]
        assert articles(screens.get(f"{LIST}?group={group.pk}")) == ["Tent TENT"]

    def test_pages_follow_one_another_without_gap_or_double(self, screens, monkeypatch):
        monkeypatch.setattr("backoffice.core.ui.paging.keyset_page.__kwdefaults__", {"size": 2})
        article = ArticleFactory(tenant_article_id="A", title="A")
        for name in ("1", "2", "2", "4", "5"):
            ListingFactory(article=article, facility=FacilityFactory(name=name))
        url, seen = LIST, []
        while url:
            response = screens.get(url)
            seen += [row["Facility"] for row in rows(response)]
            onward = re.search(r'href="\?after=([^"]+)"', response.content.decode())
            url = f"{LIST}?after={onward[1]}" if onward else ""
        assert seen == ["1", "2", "2", "4", "5"]

    def test_there_may_be_none_or_none_that_match(self, screens):
        assert "No listings yet" in screens.get(LIST).content.decode()
        assert "Nothing matches these filters" in screens.get(f"{LIST}?q=tent").content.decode()

    @pytest.mark.parametrize("count", [1, 30])
    def test_queries_do_not_grow_with_the_page(self, screens, count):
        for listing in ListingFactory.create_batch(count):
            ContextRuleFactory(listing=listing)
            StockLevelFactory(facility=listing.facility, article=listing.article, on_hand=1)
        screens.get(LIST)
        with CaptureQueriesContext(connection) as queries:
            assert len(rows(screens.get(LIST))) == count
        assert len(queries) == 8


class TestDetail:
    def test_it_says_the_rules_in_the_order_in_which_they_are_looked_at(self, screens, listing):
        group = FacilityGroupFactory(name_localized={"en_US": "Stores"})
        ContextRuleFactory(listing=listing, priority=9, out_of_stock_behaviour="NONE")
        ContextRuleFactory(
            listing=listing,
            priority=3,
            conditions=[{"type": "FACILITY_GROUP", "values": [str(group.pk)]}],
            out_of_stock_behaviour="RESTOCK",
            restockable_in_days=4,
        )

        said = text(screens.get(f"{LIST}{listing.pk}/"))

        assert "Without stock Backorder Without stock the order may wait for it here." in said
        first, second = said.index("is in “Stores” Restock in 4 days"), said.index("tagged “vip” Cannot wait")
        assert first < second

    def test_stock_that_does_not_count_says_so(self, screens, listing):
        StockLevelFactory(facility=listing.facility, article=listing.article, on_hand=5)
        assert "does not count" not in text(screens.get(f"{LIST}{listing.pk}/"))
        Listing.objects.update(status="INACTIVE")
        assert "this stock does not count for orders" in text(screens.get(f"{LIST}{listing.pk}/"))

    def test_it_takes_few_queries(self, screens, listing):
        group = FacilityGroupFactory()
        ContextRuleFactory.create_batch(
            9,
            listing=listing,
            conditions=[{"type": "FACILITY_GROUP", "values": [group.tenant_facility_group_id]}],
        )
        screens.get(LIST)
        with CaptureQueriesContext(connection) as queries:
            screens.get(f"{LIST}{listing.pk}/")
        assert len(queries) == 8

    def test_an_unknown_one_is_not_found(self, screens):
        assert screens.get(f"{LIST}{uuid4()}/").status_code == 404


class TestTrying:
    """B1, B2"""

    def test_without_rules_the_listing_s_own_behaviour_counts(self, screens, listing):
        said = text(screens.get(f"{LIST}{listing.pk}/try/", {"tags": "vip"}))
        assert "Backorder" in said
        assert "its own behaviour always counts" in said

    def test_it_names_the_rule_that_decided(self, screens, listing):
        ContextRuleFactory(listing=listing, priority=5, out_of_stock_behaviour="NONE")
        held = text(screens.get(f"{LIST}{listing.pk}/try/", {"tags": "gift, vip:gold"}))
        assert "Cannot wait" in held
        assert "Decided by the rule with priority 5: When the order is tagged “vip”." in held
        other = text(screens.get(f"{LIST}{listing.pk}/try/", {"tags": "gift"}))
        assert "No context rule holds" in other

    def test_the_facility_that_orders_counts(self, screens, listing):
        store = FacilityFactory()
        group = FacilityGroupFactory(members=[store])
        ContextRuleFactory(
            listing=listing,
            conditions=[{"type": "FACILITY_GROUP", "values": [str(group.pk)]}],
            out_of_stock_behaviour="RESTOCK",
            restockable_in_days=0,
        )
        url = f"{LIST}{listing.pk}/try/"
        assert "Backorder" in text(screens.get(url))
        assert "Restock at once" in text(screens.get(url, {"ordering_facility": store.pk}))

    def test_an_inactive_listing_says_so(self, screens, listing):
        Listing.objects.update(status="INACTIVE")
        assert "The listing is inactive" in text(screens.get(f"{LIST}{listing.pk}/try/"))

    @pytest.mark.parametrize("wrong", [{"ordering_facility": "x"}, {"tags": "a\0"}, {"tags": "a" * 1001}])
    def test_what_makes_no_sense_is_said(self, screens, listing, wrong):
        response = screens.get(f"{LIST}{listing.pk}/try/", wrong)
        assert response.status_code == 200
        assert response.context["form"].errors
        assert "Backorder" not in text(response)

    def test_an_unknown_listing_is_not_found(self, screens):
        assert screens.get(f"{LIST}{uuid4()}/try/").status_code == 404


class TestChanging:
    def given(self, **changes):
        return {"version": 1, "status": "ACTIVE", "behaviour": "BACKORDER", **changes}

    def test_it_starts_from_what_is(self, planner, listing):
        Listing.objects.update(out_of_stock_behaviour="PREORDER", preorder_start=DECEMBER)
        form = planner.get(f"{LIST}{listing.pk}/edit/", **HTMX).context["form"]
        assert form["behaviour"].value() == "PREORDER"
        assert 'value="2026-12-01T00:00"' in str(form["preorder_start"])

    def test_behaviour_configuration_and_status_change_together(self, planner, listing, published):
        response = planner.post(
            f"{LIST}{listing.pk}/edit/",
            self.given(
                status="INACTIVE",
                behaviour="PREORDER_AND_RESTOCK",
                preorder_start="2026-12-01T06:30",
                restockable_in_days="3",
            ),
            **HTMX,
        )
        assert response.status_code == 200, response.content.decode()
        assert "changed" in response.headers["HX-Trigger-After-Swap"]
        assert "Tent at Köln was saved." in response.content.decode()
        listing.refresh_from_db()
        assert (listing.status, listing.out_of_stock_behaviour) == ("INACTIVE", "PREORDER_AND_RESTOCK")
        assert listing.preorder_start == datetime(2026, 12, 1, 6, 30, tzinfo=UTC)
        assert (listing.restockable_in_days, listing.version) == (3, 2)
        assert [type(event).__name__ for event in published] == ["ListingsChanged"]

    def test_configuration_that_the_behaviour_does_not_use_is_dropped(self, planner, listing):
        for behaviour in ("NONE", "BACKORDER"):
            listing.refresh_from_db()
            response = planner.post(
                f"{LIST}{listing.pk}/edit/",
                self.given(
                    version=listing.version,
                    behaviour=behaviour,
                    preorder_start="no date at all",
                    restockable_in_days="-3",
                ),
                **HTMX,
            )
            assert response.status_code == 200, response.content.decode()
            listing.refresh_from_db()
            assert (listing.preorder_start, listing.restockable_in_days) == (None, None)
            assert listing.out_of_stock_behaviour == behaviour

    def test_the_zone_of_the_reader_counts(self, planner, listing):
        with timezone.override("Europe/Berlin"):
            planner.post(
                f"{LIST}{listing.pk}/edit/",
                self.given(behaviour="PREORDER", preorder_start="2026-12-01T00:00"),
                **HTMX,
            )
        listing.refresh_from_db()
        assert listing.preorder_start == datetime(2026, 11, 30, 23, tzinfo=UTC)

    @pytest.mark.parametrize(
        ("changes", "status", "field"),
        [
            ({"behaviour": "PREORDER"}, 400, "preorder_start"),
            ({"behaviour": "RESTOCK"}, 400, "restockable_in_days"),
            ({"behaviour": "RESTOCK", "restockable_in_days": "-1"}, 422, "restockable_in_days"),
            ({"behaviour": "RESTOCK", "restockable_in_days": "99999"}, 422, "restockable_in_days"),
            ({"behaviour": "PREORDER", "preorder_start": "soon"}, 422, "preorder_start"),
            ({"behaviour": "FREE"}, 422, "behaviour"),
            ({"behaviour": ""}, 422, "behaviour"),
            ({"status": "GONE"}, 422, "status"),
        ],
    )
    def test_what_is_wrong_is_said_at_its_field(self, planner, listing, changes, status, field):
        response = planner.post(f"{LIST}{listing.pk}/edit/", self.given(**changes), **HTMX)
        assert response.status_code == status
        assert list(response.context["form"].errors) == [field]
        listing.refresh_from_db()
        assert listing.version == 1

    def test_a_change_made_meanwhile_is_not_overwritten(self, planner, listing):
        Listing.objects.update(version=3)
        response = planner.post(
            f"{LIST}{listing.pk}/edit/", self.given(behaviour="RESTOCK", restockable_in_days="8"), **HTMX
        )
        assert response.status_code == 409
        assert "changed in the meantime" in text(response)
        assert 'value="8"' in response.content.decode()
        listing.refresh_from_db()
        assert listing.out_of_stock_behaviour == "BACKORDER"


class TestCreating:
    NEW = f"{LIST}new/"

    def given(self, facility, **changes):
        return {
            "facility": str(facility.pk),
            "tenant_article_id": "TENT-2",
            "title": "Tent for two",
            "behaviour": "BACKORDER",
            **changes,
        }

    def test_it_starts_with_backorder_at_the_facility_that_is_meant(self, planner, facility):
        FacilityFactory(name="Aachen")
        form = planner.get(self.NEW, {"facility": str(facility.pk)}).context["form"]
        assert (form["behaviour"].value(), form["facility"].value()) == ("BACKORDER", str(facility.pk))

    def test_a_new_article_is_listed_and_its_page_opens(self, planner, facility, published):
        response = planner.post(self.NEW, self.given(facility))

        listing = Listing.objects.get()
        assert response.headers["HX-Redirect"] == f"{LIST}{listing.pk}/"
        assert (str(listing.article), listing.article.tenant_article_id) == ("Tent for two", "TENT-2")
        assert (listing.status, listing.out_of_stock_behaviour) == ("ACTIVE", "BACKORDER")
        assert [type(event) for event in published] == [ListingsChanged]

    def test_what_is_listed_there_already_stays_as_it_is(self, planner, listing):
        response = planner.post(self.NEW, self.given(listing.facility, tenant_article_id="TENT"))

        assert response.status_code == 409
        assert "lists TENT already" in response.context["form"].errors["tenant_article_id"][0]
        listing.refresh_from_db()
        assert (Listing.objects.count(), listing.version) == (1, 1)

    def test_a_preorder_needs_its_start(self, planner, facility):
        response = planner.post(self.NEW, self.given(facility, behaviour="PREORDER"))
        assert response.status_code == 400
        assert "preorder_start" in response.context["form"].errors
        assert not Listing.objects.exists()


class TestPermissions:
    @pytest.mark.parametrize("role", ["VIEWER", "AGENT"])
    def test_who_may_only_look_sees_no_buttons(self, screens_as, listing, role):
        client = screens_as(role)
        StockLevelFactory(facility=listing.facility, article=listing.article, on_hand=5)
        for url in (LIST, f"{LIST}{listing.pk}/"):
            assert questions(client.get(url)) == []

    def test_who_may_change_it_sees_them(self, planner, listing):
        page = planner.get(f"{LIST}{listing.pk}/").content.decode()
        assert "/edit/" in page
        assert "Adjust" in page

    @pytest.mark.parametrize(
        ("path", "permission"),
        [("edit/", "inventory.manage_listings"), ("stock/", "inventory.manage_stock")],
    )
    def test_a_refusal_names_the_permission(self, screens_as, listing, path, permission):
        client = screens_as("AGENT")
        url = f"{LIST}{listing.pk}/{path}"
        for response in (client.get(url, **HTMX), client.post(url, {}, **HTMX), client.get(url)):
            assert response.status_code == 403
            assert permission in response.content.decode()

    @pytest.mark.parametrize("path", ["", "{pk}/", "{pk}/try/", "{pk}/edit/", "{pk}/stock/"])
    def test_who_is_not_signed_in_is_asked_to(self, client, listing, path):
        url = LIST + path.format(pk=listing.pk)
        assert client.get(url).headers["Location"] == f"/sign-in/?next={url}"
