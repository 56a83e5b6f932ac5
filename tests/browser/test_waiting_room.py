"""The main job: somebody sees what waits and why, stock comes, and it goes."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.conftest import at_rest, stays_on_the_page


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
