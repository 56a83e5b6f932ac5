"""The same out-of-stock behaviour for many listings: chosen, rehearsed, done in the background, taken back."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from backoffice.core.errors import Invalid, StateConflict
from backoffice.core.models import BackgroundJob, DomainEvent, JobItem
from backoffice.core.services.jobs import work_off
from inventory.behaviour import Behaviour, Effective
from inventory.models import Listing
from inventory.services.bulk_behaviour import (
    carry_out,
    rehearse_taking_back,
    start_behaviour_change,
    work_on_listing,
)
from tests.factories.inventory import (
    ContextRuleFactory,
    FacilityFactory,
    FacilityGroupFactory,
    ListingFactory,
)
from tests.inventory.reading import rows, text

LIST = "/network/listings/"
BULK = f"{LIST}behaviour/"
HTMX = {"HX-Request": "true"}
BACKORDER = Effective(Behaviour.BACKORDER)
START = datetime(2027, 1, 1, tzinfo=UTC)


@pytest.fixture
def planner(screens_as):
    return screens_as("PLANNER")


def behaviours():
    return list(Listing.objects.order_by("id").values_list("out_of_stock_behaviour", flat=True))


def work():
    while work_off():
        pass


def job_of(response):
    """The job whose page the answer leads to, when it has been done."""
    address = response.headers.get("HX-Redirect") or response.url
    work()
    return BackgroundJob.objects.get(pk=re.search(r"/jobs/([0-9a-f-]{36})/", address)[1])


def change(listings, own=BACKORDER, *, dry_run=False):
    job = start_behaviour_change(listing_ids=[one.pk for one in listings], own=own, dry_run=dry_run)
    work()
    job.refresh_from_db()
    return job


class TestService:
    def test_a_dry_run_writes_nothing_but_what_would_happen(self):
        listings = ListingFactory.create_batch(2)
        before = list(Listing.objects.values())
        told = DomainEvent.objects.count()

        job = change(listings, dry_run=True)

        assert (job.status, job.done, job.failed) == ("DONE", 2, 0)
        assert list(Listing.objects.values()) == before
        assert DomainEvent.objects.count() == told
        results = [item.result for item in JobItem.objects.filter(job=job)]
        assert [(one["before"]["behaviour"], one["after"]["behaviour"]) for one in results] == [
            ("NONE", "BACKORDER")
        ] * 2

    def test_what_it_has_shown_is_done_and_what_is_so_already_is_left_alone(self):
        other, same = ListingFactory(), ListingFactory(backorder=True)
        done = carry_out(rehearsed=change([other, same], dry_run=True))
        work()

        done.refresh_from_db()
        assert (done.total, done.done) == (1, 1)
        assert behaviours() == ["BACKORDER", "BACKORDER"]
        assert [listing.version for listing in Listing.objects.order_by("id")] == [2, 1]

    def test_context_rules_and_the_rest_of_a_listing_stay(self):
        listing = ContextRuleFactory(listing=ListingFactory(status="INACTIVE", price="3.50")).listing
        change([listing], Effective(Behaviour.PREORDER, START))
        listing.refresh_from_db()
        assert (listing.status, listing.price) == ("INACTIVE", Decimal("3.50"))
        assert (listing.out_of_stock_behaviour, listing.preorder_start) == ("PREORDER", START)
        assert listing.context_rules.count() == 1

    def test_configuration_that_the_behaviour_does_not_use_goes(self):
        listing = ListingFactory(out_of_stock_behaviour="PREORDER", preorder_start=START)
        change([listing])
        listing.refresh_from_db()
        assert listing.preorder_start is None

    def test_one_that_is_gone_leaves_the_others_done(self):
        listings = ListingFactory.create_batch(2)
        job = start_behaviour_change(listing_ids=[one.pk for one in listings], own=BACKORDER, dry_run=False)
        listings[0].delete()
        work()
        job.refresh_from_db()
        assert (job.done, job.failed) == (2, 1)
        assert behaviours() == ["BACKORDER"]

    def test_it_is_taken_back_where_nobody_has_changed_it_since(self):
        first, second = (
            ListingFactory(out_of_stock_behaviour="RESTOCK", restockable_in_days=3),
            ListingFactory(),
        )
        done = change([first, second])
        Listing.objects.filter(pk=second.pk).update(out_of_stock_behaviour="RESTOCK", restockable_in_days=0)

        rehearsed = rehearse_taking_back(done=done)
        work()
        rehearsed.refresh_from_db()
        assert (rehearsed.done, rehearsed.failed) == (2, 1)
        carry_out(rehearsed=rehearsed)
        work()

        assert behaviours() == ["RESTOCK", "RESTOCK"]
        first.refresh_from_db()
        assert first.restockable_in_days == 3

    @pytest.mark.parametrize(
        "own",
        [Effective(Behaviour.PREORDER), Effective(Behaviour.RESTOCK), Effective(Behaviour.RESTOCK, None, -1)],
    )
    def test_a_configuration_that_makes_no_sense_is_refused_at_once(self, own):
        with pytest.raises(Invalid):
            change([ListingFactory()], own)
        assert not BackgroundJob.objects.exists()

    def test_nothing_chosen_is_refused(self, db):
        with pytest.raises(Invalid, match="No listing is selected"):
            change([])

    def test_only_a_finished_dry_run_is_carried_out_and_only_what_was_done_taken_back(self):
        listing = ListingFactory()
        unworked = start_behaviour_change(listing_ids=[listing.pk], own=BACKORDER, dry_run=True)
        for refused in (
            lambda: carry_out(rehearsed=unworked),
            lambda: rehearse_taking_back(done=unworked),
            lambda: carry_out(rehearsed=change([listing])),
        ):
            with pytest.raises(StateConflict):
                refused()

    def test_what_would_change_nothing_leads_nowhere(self):
        rehearsed = change([ListingFactory(backorder=True)], dry_run=True)
        with pytest.raises(StateConflict, match="nothing to change"):
            carry_out(rehearsed=rehearsed)

    def test_without_its_former_job_nothing_is_taken_back(self):
        listing = ListingFactory()
        arguments = {"takesBack": "01990000-0000-7000-8000-000000000000", "dryRun": False}
        with pytest.raises(StateConflict, match="not known any more"):
            work_on_listing(arguments, str(listing.pk))


class TestScreen:
    def test_those_that_are_ticked_are_changed_after_a_preview_and_a_report_says_how(self, planner):
        tent, lamp, other = (
            ListingFactory(facility=FacilityFactory(name="Kiel"), article__title=title)
            for title in ("Tent", "Lamp", "Other")
        )
        ContextRuleFactory(listing=lamp)
        chosen = f"{BULK}?ids={tent.pk}&ids={lamp.pk}"
        assert "Behaviour of 2 listings" in text(planner.get(chosen, headers=HTMX))

        rehearsed = job_of(planner.post(chosen, {"behaviour": "BACKORDER"}, headers=HTMX))

        page = planner.get(f"/jobs/{rehearsed.pk}/")
        assert {row["What"]: row["What came of it"] for row in rows(page)} == {
            "Lamp at Kiel": "Cannot wait → Backorder. 1 context rule stays.",
            "Tent at Kiel": "Cannot wait → Backorder.",
        }
        assert "Backorder: 2 listings (dry run)" in text(page)
        assert "Do it: 2 listings" in text(page)
        assert set(behaviours()) == {"NONE"}

        done = job_of(planner.post(f"{BULK}{rehearsed.pk}/carry-out/"))
        assert behaviours() == ["BACKORDER", "BACKORDER", "NONE"]
        undo = job_of(planner.post(f"{BULK}{done.pk}/take-back/"))
        assert "Former behaviour: 2 listings (dry run)" in text(planner.get(f"/jobs/{undo.pk}/"))
        job_of(planner.post(f"{BULK}{undo.pk}/carry-out/"))
        assert set(behaviours()) == {"NONE"}
        other.refresh_from_db()
        assert other.version == 1

    def test_all_that_match_the_filters_are_changed_whatever_the_page(self, planner, monkeypatch):
        monkeypatch.setattr("backoffice.core.ui.paging.keyset_page.__kwdefaults__", {"size": 2})
        here = FacilityFactory()
        FacilityGroupFactory(members=[here])
        ListingFactory.create_batch(5, facility=here)
        ListingFactory()
        page = planner.get(f"{LIST}?facility={here.pk}")
        assert "All 5 that match" in text(page)
        assert f"{BULK}?facility={here.pk}" in page.content.decode()

        job = job_of(
            planner.post(f"{BULK}?facility={here.pk}&all=1", {"behaviour": "BACKORDER"}, headers=HTMX)
        )

        assert job.total == 5

    def test_what_the_behaviour_needs_is_asked_for_at_its_field(self, planner):
        listing = ListingFactory()
        response = planner.post(f"{BULK}?ids={listing.pk}", {"behaviour": "PREORDER"}, headers=HTMX)
        assert response.status_code == 400
        assert "the moment at which picking can begin" in text(response)
        assert 'id="error_1_id_preorder_start"' in response.content.decode()

    @pytest.mark.parametrize("ids", ["", "?ids=", "?ids=nothing", "?all=1&status=NONSENSE"])
    def test_nothing_chosen_says_so(self, planner, ids):
        ListingFactory()
        response = planner.post(f"{BULK}{ids}", {"behaviour": "BACKORDER"}, headers=HTMX)
        assert response.status_code == 400
        assert "No listing is selected" in text(response)
        assert not BackgroundJob.objects.exists()

    def test_what_cannot_be_carried_out_is_said_where_one_is(self, planner):
        done = change([ListingFactory()])
        response = planner.post(f"{BULK}{done.pk}/carry-out/", follow=True)
        assert "Only what a finished dry run has shown can be carried out." in text(response)

    @pytest.mark.parametrize("role", ["VIEWER", "AGENT"])
    def test_who_may_not_change_listings_has_nothing_to_tick(self, screens_as, role):
        listing = ListingFactory()
        client = screens_as(role)
        page = client.get(LIST).content.decode()
        assert 'name="ids"' not in page
        assert "data-bulk" not in page
        rehearsed = change([listing], dry_run=True)
        assert "Do it" not in text(client.get(f"/jobs/{rehearsed.pk}/"))
        for path in (BULK, f"{BULK}{rehearsed.pk}/carry-out/", f"{BULK}{rehearsed.pk}/take-back/"):
            refused = client.post(path)
            assert refused.status_code == 403
            assert "inventory.manage_listings" in refused.content.decode()
        assert behaviours() == ["NONE"]
