"""What happens without stock, for many listings at once and for whom it is different."""

from __future__ import annotations

from playwright.sync_api import expect

from inventory.models import Listing
from tests.browser.conftest import PHONE, assert_accessible, assert_fits, at_rest
from tests.factories.inventory import FacilityFactory, FacilityGroupFactory, ListingFactory


def test_all_that_match_get_another_behaviour_after_a_preview_and_get_it_back(page, sign_in, drain):
    here = FacilityFactory(name="Köln")
    ListingFactory.create_batch(3, facility=here)
    ListingFactory()
    sign_in(page, "PLANNER", f"/network/listings/?facility={here.pk}")
    page.get_by_label("All on this page").check()
    page.get_by_role("button", name="Change the behaviour (3)").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("heading", name="Behaviour of 3 listings")).to_be_visible()
    assert_accessible(page)
    dialog.get_by_role("radio", name="Backorder").check()
    dialog.get_by_role("button", name="Show what would happen").click()

    page.wait_for_url("**/jobs/**")
    drain()
    carry_out = page.get_by_role("button", name="Do it: 3 listings")
    expect(carry_out).to_be_visible()
    expect(page.get_by_text("Cannot wait → Backorder.")).to_have_count(3)
    assert not Listing.objects.filter(out_of_stock_behaviour="BACKORDER").exists()
    carry_out.click()
    page.wait_for_url("**/jobs/**")
    drain()
    undo = page.get_by_role("button", name="Undo")
    expect(undo).to_be_visible()
    assert Listing.objects.filter(out_of_stock_behaviour="BACKORDER").count() == 3

    undo.click()
    drain()
    page.get_by_role("button", name="Do it: 3 listings").click()
    drain()
    expect(page.get_by_text("Backorder → Cannot wait.")).to_have_count(3)
    assert not Listing.objects.filter(out_of_stock_behaviour="BACKORDER").exists()


def test_a_rule_is_written_tried_and_deleted(page, sign_in):
    listing = ListingFactory(backorder=True, facility__name="Köln")
    FacilityGroupFactory(name_localized={"en_US": "Rhineland"}, members=[listing.facility])
    sign_in(page, "PLANNER", f"/network/listings/{listing.pk}/")
    page.get_by_role("button", name="Add a context rule").click()
    dialog = page.get_by_role("dialog")
    first, second = (
        dialog.get_by_role("group", name="Condition 1"),
        dialog.get_by_role("group", name="Condition 2"),
    )
    expect(second).to_be_hidden()
    expect(first.get_by_label("Rhineland")).to_be_hidden()
    first.get_by_label("Looks at").select_option("FACILITY_GROUP")
    first.get_by_label("Rhineland").check()
    second.get_by_label("Looks at").select_option("TAG_REFERENCE")
    second.get_by_label("Tags").fill("vip")
    dialog.get_by_role("radio", name="Cannot wait").check()
    assert_accessible(page)
    dialog.get_by_role("button", name="Add the rule").click()

    rules = page.locator("#listing-behaviour")
    expect(rules).to_contain_text("When the facility, or the one that orders, is in “Rhineland”")
    page.get_by_label("Order tags").fill("vip")
    page.get_by_role("button", name="Try").click()
    expect(page.locator("#verdict")).to_contain_text("Decided by the rule with priority 10")

    page.get_by_role("button", name="Delete rule 1").click()
    dialog.get_by_role("button", name="Delete the rule").click()
    expect(rules).not_to_contain_text("Rhineland")


def test_the_editor_fits_a_phone(open_page, sign_in):
    listing = ListingFactory(backorder=True)
    page = open_page(PHONE)
    sign_in(page, "PLANNER", f"/network/listings/{listing.pk}/")
    page.get_by_role("button", name="Add a context rule").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    at_rest(page)
    assert_fits(page)
