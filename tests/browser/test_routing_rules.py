"""The seed's path: complete stock, its mode beside it, what would happen, Save."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from routing.models import PlanStatus, RoutingPlan


@pytest.fixture
def unroutable(shop):
    """An order that could not be routed, because complete stock is static; its article may be backordered."""
    shop.strategy(stock_mode="static")
    shop.listing("A", "SKU", behaviour="BACKORDER")
    order = shop.order({"SKU": 1}, tenant_order_id="R-1")
    assert order.status == "NOT_ROUTABLE"
    return order


def test_the_mode_is_previewed_saved_and_moves_plans_to_the_waiting_room(page, sign_in, drain, unroutable):
    sign_in(page, "NETWORK_MANAGER")
    page.get_by_role("link", name="Basic configuration").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Routing rules")
    complete_stock = page.get_by_role("switch", name="Complete stock")
    expect(complete_stock).to_be_checked()
    expect(page.get_by_role("radio", name="Static")).to_be_checked()

    page.get_by_role("radio", name="Reactive").check()

    consequences = page.get_by_role("region", name="What would happen")
    expect(consequences).to_contain_text("0 would be routed and 1 would move to the waiting room")
    assert unroutable.status == "NOT_ROUTABLE"
    page.get_by_label("Reason").fill("Customers rather wait")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status")).to_contain_text("saved as revision")
    expect(page.get_by_role("radio", name="Reactive")).to_be_checked()

    page.get_by_role("button", name="Retry 1 unroutable plan").click()
    drain()
    page.get_by_role("link", name="Waiting room").click()
    expect(page.get_by_role("row", name="R-1")).to_contain_text("A lacks 1 of SKU.")


def test_complete_stock_is_switched_off_and_on_with_the_keyboard(page, sign_in, shop, drain, unroutable):
    sign_in(page, "NETWORK_MANAGER", "/network/inventory/basic-configuration/routing-rules/")
    complete_stock = page.get_by_role("switch", name="Complete stock")
    complete_stock.focus()
    page.keyboard.press("Space")
    expect(complete_stock).not_to_be_checked()
    expect(page.get_by_role("region", name="What would happen")).to_contain_text("1 would be routed")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("saved as revision")
    expect(complete_stock).not_to_be_checked()

    shop.order({"SKU": 1}, tenant_order_id="R-2")
    assert RoutingPlan.objects.get(order__tenant_order_id="R-2").status == PlanStatus.ROUTED

    complete_stock.focus()
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    expect(complete_stock).to_be_checked()
