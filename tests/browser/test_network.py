"""Facilities, listings and stock are put right in dialogs, without a reload."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import assert_accessible, at_rest, stays_on_the_page
from tests.factories.inventory import ContextRuleFactory, ListingFactory, StockLevelFactory

REFUSED = "status of 422"


@pytest.fixture
def listing(transactional_db):
    """A listing of a tent with ten on hand and one exception."""
    listing = ListingFactory(
        backorder=True, facility__name="Köln", article__title="Tent", article__tenant_article_id="TENT"
    )
    ContextRuleFactory(listing=listing, priority=5, out_of_stock_behaviour="NONE")
    StockLevelFactory(facility=listing.facility, article=listing.article, on_hand=10)
    return listing


def test_stock_is_adjusted_in_the_list(page, sign_in, listing):
    page.complaints.expect(REFUSED)
    sign_in(page, "PLANNER", "/network/stock/")
    same = stays_on_the_page(page)
    adjust = page.get_by_role("button", name="Adjust Tent at Köln")
    adjust.click()
    dialog = page.get_by_role("dialog")
    on_hand = dialog.get_by_label("On hand")
    expect(on_hand).to_be_focused()
    on_hand.fill("12")
    page.keyboard.press("Enter")

    reason = dialog.get_by_label("Reason")
    expect(dialog.get_by_text("This field is required.")).to_be_visible()
    expect(reason).to_be_focused()
    expect(on_hand).to_have_value("12")
    assert_accessible(page)
    reason.fill("Stocktake")
    page.keyboard.press("Enter")

    expect(page.get_by_role("status").get_by_text("Tent at Köln: 12 on hand")).to_be_visible()
    expect(dialog).to_have_count(0)
    expect(page.locator(".modal-backdrop")).to_have_count(0)
    expect(page.get_by_role("row", name="Tent").get_by_role("cell", name="12").first).to_be_visible()
    expect(adjust).to_be_focused()
    assert same()


def test_the_ledger_and_the_level_follow_an_adjustment(page, sign_in, listing):
    sign_in(page, "PLANNER", "/network/stock/")
    page.get_by_role("link", name="Tent", exact=True).click()
    same = stays_on_the_page(page)
    page.get_by_role("button", name="Adjust").click()
    page.get_by_label("On hand").fill("7")
    page.get_by_label("Reason").fill("Three were torn")
    page.keyboard.press("Enter")

    row = page.get_by_role("row", name="Three were torn")
    expect(row).to_contain_text("−3")
    expect(page.locator("#level")).to_contain_text("7")
    at_rest(page)
    assert same()


def test_a_dialog_is_left_with_escape_and_nothing_happens(page, sign_in, listing):
    sign_in(page, "PLANNER", "/network/stock/")
    adjust = page.get_by_role("button", name="Adjust Tent at Köln")
    adjust.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(adjust).to_be_focused()


def test_a_listing_asks_only_for_what_its_behaviour_needs(page, sign_in, listing):
    sign_in(page, "PLANNER", f"/network/listings/{listing.pk}/")
    page.get_by_role("button", name="Edit", exact=True).click()
    start, days = page.get_by_label("Picking can begin on"), page.get_by_label("Days until it is restocked")
    expect(page.get_by_role("radio", name="Backorder")).to_be_checked()
    expect(start).to_be_hidden()
    expect(days).to_be_hidden()
    page.get_by_role("radio", name="Preorder and restock").check()
    expect(start).to_be_visible()
    days.fill("3")
    page.get_by_role("radio", name="Restock The").check()
    expect(start).to_be_hidden()
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#listing-behaviour")).to_contain_text("Restock in 3 days")


def test_a_listing_is_tried_with_an_order(page, sign_in, listing):
    sign_in(page, "VIEWER", f"/network/listings/{listing.pk}/")
    page.get_by_label("Order tags").fill("vip")
    page.keyboard.press("Enter")
    expect(page.locator("#verdict")).to_contain_text("Decided by the rule with priority 5")
    assert_accessible(page)


def test_a_facility_is_renamed_and_taken_offline(page, sign_in, listing):
    sign_in(page, "NETWORK_MANAGER", f"/network/facilities/{listing.facility_id}/")
    same = stays_on_the_page(page)
    page.get_by_role("button", name="Edit", exact=True).click()
    page.get_by_label("Name").fill("Bonn")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Bonn")

    page.get_by_role("button", name="Change the status").click()
    expect(page.get_by_role("dialog")).to_contain_text(
        "10 units are here: 0 reserved for orders, 10 available."
    )
    page.get_by_role("radio", name="Offline").check()
    page.get_by_role("dialog").get_by_role("button", name="Change the status").click()
    expect(page.locator("#facility-lead")).to_contain_text("Offline")
    assert same()
