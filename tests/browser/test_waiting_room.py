"""The main job: somebody sees what waits and why, stock comes, and it goes."""

from __future__ import annotations

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from backoffice.core.ui.paging import keyset_page
from routing.models import RoutingPlan
from tests.browser.conftest import assert_accessible, at_rest, stays_on_the_page


def test_an_order_is_seen_waiting_with_its_reason_and_leaves_when_stock_comes(
    page, open_page, sign_in, shop, drain
):
    shop.listing("A", "SKU", behaviour="BACKORDER")
    shop.stock("A", "SKU", 1)
    shop.order({"SKU": 2}, tenant_order_id="R-1")
    shop.listing("A", "RARE", behaviour="BACKORDER")
    shop.order({"RARE": 9}, tenant_order_id="R-2")

    sign_in(page, "VIEWER", "/waiting-room/")
    row = page.get_by_role("row", name="R-1")
    expect(row).to_contain_text("A lacks 1 of SKU.")
    expect(row.get_by_role("cell").first).to_have_text("1")
    same_page = stays_on_the_page(page)

    planner = open_page()
    sign_in(planner, "PLANNER", "/network/stock/")
    planner.get_by_role("button", name="Adjust SKU").click()
    dialog = planner.get_by_role("dialog")
    dialog.get_by_label("On hand").fill("2")
    dialog.get_by_label("Reason").fill("Found behind the shelf")
    dialog.get_by_role("button", name="Adjust").click()
    expect(dialog).to_have_count(0)
    expect(planner.get_by_role("status")).to_contain_text("2 on hand")
    drain()

    expect(row).to_have_count(0)
    expect(page.get_by_role("row", name="R-2")).to_contain_text("A lacks 9 of RARE.")
    assert same_page()


def test_the_page_of_an_order_and_the_dashboard_live_as_well(page, open_page, sign_in, shop, drain):
    shop.listing("A", "SKU", behaviour="BACKORDER")
    order = shop.order({"SKU": 1}, tenant_order_id="R-1")
    dashboard = open_page()
    for window in (page, dashboard):
        window.clock.install()
    sign_in(page, "VIEWER", f"/orders/{order.id}/")
    expect(page.get_by_role("article", name="Plan 1")).to_contain_text("Waiting")
    sign_in(dashboard, "VIEWER")
    expect(dashboard.locator("#figure-waiting")).to_have_text("1")
    unmoved = stays_on_the_page(page), stays_on_the_page(dashboard)

    shop.stock("A", "SKU", 1)

    page.clock.run_for(6_000)
    expect(page.get_by_role("article", name="Plan 1")).to_contain_text("Routed")
    expect(page.locator("#timeline")).to_contain_text("released from the waiting room to A")
    dashboard.clock.run_for(10_000)
    expect(dashboard.locator("#figure-waiting")).to_have_text("0")
    assert all(same_page() for same_page in unmoved)


def test_nothing_moves_under_the_pointer(page, sign_in, shop, drain):
    shop.listing("A", "SKU", behaviour="BACKORDER")
    for number in (1, 2):
        shop.order({"SKU": 1}, tenant_order_id=f"R-{number}")
    page.clock.install()
    sign_in(page, "VIEWER", "/waiting-room/")
    page.get_by_role("row", name="R-2").hover()

    shop.stock("A", "SKU", 1)
    page.clock.run_for(5_000)
    expect(page.get_by_role("row", name="R-1")).to_have_count(1)

    at_rest(page)
    expect(page.get_by_role("row", name="R-1")).to_have_count(0)


@pytest.mark.parametrize("width", [1440, 1280, 1024, 800])
def test_what_can_be_done_with_a_row_is_in_sight_at_every_width(page, sign_in, shop, width):
    shop.listing("A", "A-LONG-NUMBER-OF-AN-ARTICLE", behaviour="BACKORDER")
    shop.order({"A-LONG-NUMBER-OF-AN-ARTICLE": 2}, tenant_order_id="R-1")
    RoutingPlan.objects.update(expected_date=timezone.localdate(), expected_date_source="DEFAULT")
    page.set_viewport_size({"width": width, "height": 800})
    sign_in(page, "AGENT", "/waiting-room/")
    row = page.get_by_role("row", name="R-1")
    for button in ("Assign: R-1", "More: R-1"):
        box = row.get_by_role("button", name=button).bounding_box()
        assert box["x"] + box["width"] < width

    row.get_by_role("button", name="More: R-1").click()
    assert_accessible(page)
    aside = row.get_by_role("button", name="Reroute: R-1")
    in_menu = row.locator(".dropdown-menu").get_by_role("button", name="Reroute")
    assert aside.is_visible() != in_menu.is_visible(), "each action is there once"


def test_what_if_is_asked_from_the_row_and_the_focus_comes_back(page, sign_in, shop):
    shop.listing("A", "SKU", behaviour="BACKORDER")
    shop.order({"SKU": 2}, tenant_order_id="R-1")
    sign_in(page, "AGENT", "/waiting-room/")
    more = page.get_by_role("button", name="More: R-1")
    more.press("Enter")
    page.get_by_role("button", name="What if SKU came?").press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("heading", level=2)).to_have_text("What if more of SKU came?")
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(more).to_be_focused()


def test_all_that_match_are_chosen_until_one_is_left_out(page, sign_in, shop, monkeypatch):
    monkeypatch.setitem(keyset_page.__kwdefaults__, "size", 2)
    shop.listing("A", "SKU", behaviour="BACKORDER")
    for number in range(3):
        shop.order({"SKU": 1}, tenant_order_id=f"R-{number}", date=f"2026-05-0{number + 1}")
    sign_in(page, "AGENT", "/waiting-room/")
    all_of_them = page.get_by_label("All 3 that match")
    all_of_them.check()
    expect(page.get_by_label("Choose R-0")).to_be_checked()
    expect(page.get_by_role("button", name="Pin (3)", exact=True)).to_be_visible()

    page.get_by_label("Choose R-0").uncheck()
    expect(all_of_them).not_to_be_checked()
    page.get_by_role("button", name="Pin (1)", exact=True).click()
    expect(page.get_by_role("dialog").get_by_role("heading")).to_have_text("Pin to the top: 1 plan")
    page.keyboard.press("Escape")

    all_of_them.check()
    page.get_by_role("button", name="Pin (3)", exact=True).click()
    expect(page.get_by_role("dialog").get_by_role("heading")).to_have_text("Pin to the top: 3 plans")
