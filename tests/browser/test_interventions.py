"""Assign, reroute, cancel: in dialogs, with the keyboard alone."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from orders.models import Order, OrderStatus
from routing.models import PlanStatus, RoutingPlan


@pytest.fixture
def waiting(shop):
    shop.listing("A", "SKU", behaviour="BACKORDER")
    shop.listing("B", "SKU", behaviour="BACKORDER")
    return shop.order({"SKU": 2}, tenant_order_id="R-1")


def press_until_focused(page, target, *, key="Tab", most=60):
    """Walks through the page as somebody without a pointer does."""
    for _ in range(most):
        if target.evaluate("element => element === document.activeElement"):
            return
        page.keyboard.press(key)
    pytest.fail(f"{most} times {key} do not lead to {target}")


def open_with_keys(page, button):
    press_until_focused(page, button)
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    return dialog


def test_assign_reroute_and_cancel_need_no_pointer(page, sign_in, shop, drain, waiting):
    sign_in(page, "AGENT", f"/orders/{waiting.id}/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")

    dialog = open_with_keys(page, page.get_by_role("button", name="Assign"))
    facility = dialog.get_by_label("Facility")
    expect(facility).to_be_focused()
    page.keyboard.type("B")
    press_until_focused(page, dialog.get_by_label("Reason"))
    page.keyboard.type("The customer is there")
    page.keyboard.press("Enter")
    expect(dialog).to_have_count(0)
    expect(page.get_by_role("status")).to_contain_text("assigned to B")
    expect(page.get_by_role("article", name="Plan 1")).to_contain_text("Routed")
    expect(page.locator("#timeline")).to_contain_text("The customer is there")

    dialog = open_with_keys(page, page.get_by_role("button", name="Reroute"))
    expect(dialog.get_by_label("Reason")).to_be_focused()
    page.keyboard.press("Enter")
    expect(dialog).to_have_count(0)
    drain()
    successor = page.get_by_role("article", name="Plan 2")
    expect(successor).to_contain_text("Waiting")

    dialog = open_with_keys(page, successor.get_by_role("button", name="Cancel"))
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(successor.get_by_role("button", name="Cancel")).to_be_focused()
    page.keyboard.press("Enter")
    expect(dialog.get_by_role("heading")).to_have_text("Cancel 2 units of order R-1?")
    press_until_focused(page, dialog.get_by_role("button", name="Cancel the plan"))
    page.keyboard.press("Enter")
    expect(dialog).to_have_count(0)
    expect(successor).to_contain_text("Cancelled")
    expect(page.locator("#order-head")).to_contain_text("Cancelled")
    assert Order.objects.get().status == OrderStatus.CANCELLED


def test_the_waiting_room_has_them_in_every_row(page, sign_in, shop, drain, waiting):
    sign_in(page, "AGENT", "/waiting-room/")
    row = page.get_by_role("row", name="R-1")
    dialog = open_with_keys(page, row.get_by_role("button", name="Assign"))
    dialog.get_by_label("Facility").select_option(label="A")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(row).to_have_count(0)
    expect(page.get_by_role("status")).to_contain_text("assigned to A")
    assert RoutingPlan.objects.get().status == PlanStatus.ROUTED


def test_a_dialog_keeps_what_was_typed_when_it_is_refused(page, sign_in, shop, waiting):
    sign_in(page, "AGENT", f"/orders/{waiting.id}/")
    page.complaints.expect("409")
    page.complaints.expect("422")
    dialog = open_with_keys(page, page.get_by_role("button", name="Assign"))
    dialog.get_by_label("Reason").fill("No facility yet")
    page.keyboard.press("Enter")
    expect(dialog.get_by_text("This field is required.")).to_be_visible()
    expect(dialog.get_by_label("Reason")).to_have_value("No facility yet")

    waiting.assign("A")
    dialog.get_by_label("Facility").select_option(index=1)
    dialog.get_by_label("Reason").press("Enter")
    expect(dialog).to_contain_text("in the meantime")
    expect(dialog.get_by_label("Reason")).to_have_value("No facility yet")
    assert page.locator(".modal-backdrop").count() == 1

    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(page.locator(".modal-backdrop")).to_have_count(0)


def test_a_whole_order_is_cancelled_unless_picking_has_begun(page, sign_in, shop, waiting):
    sign_in(page, "AGENT", f"/orders/{waiting.id}/")
    dialog = open_with_keys(page, page.get_by_role("button", name="Cancel order"))
    expect(dialog).to_contain_text("2 units will not be delivered")
    dialog.get_by_role("button", name="Cancel the order").press("Enter")
    expect(dialog).to_have_count(0)
    expect(page.get_by_role("button", name="Cancel order")).to_have_count(0)
    expect(page.locator("#main")).to_be_focused()
