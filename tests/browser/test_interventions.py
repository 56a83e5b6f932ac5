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


def test_many_are_chosen_looked_at_and_done(page, sign_in, shop, drain, waiting):
    """M5: the buttons count; the dry run comes first; the page of the job tells how it went."""
    shop.order({"SKU": 1}, tenant_order_id="R-2")
    sign_in(page, "AGENT", "/waiting-room/")
    pin = page.locator("#bulk-pin")
    expect(pin).not_to_be_visible()
    page.get_by_label("Choose R-1").check()
    expect(page.get_by_role("button", name="Pin (1)", exact=True)).to_be_visible()
    page.get_by_label("All on this page").check()
    page.get_by_role("button", name="Pin (2)", exact=True).click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Reason").fill("Both have asked")
    dialog.get_by_role("button", name="Show what would happen").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Pin to the top: 2 plans (dry run)")
    expect(page.get_by_role("status").last).to_contain_text("0 of 2")
    drain()
    page.get_by_role("button", name="Do it: 2 plans").click()
    drain()
    expect(page.get_by_role("button", name="Undo (Unpin)")).to_be_visible()
    assert RoutingPlan.objects.filter(pinned_at__isnull=False).count() == 2


def test_a_part_is_asked_for_only_when_a_part_is_meant(page, sign_in, shop, drain, waiting):
    """M1: the lines stand there once somebody says that not all is meant."""
    sign_in(page, "AGENT", f"/plans/{waiting.plan['id']}/")
    page.get_by_role("button", name="Cancel").click()
    dialog = page.get_by_role("dialog")
    units = dialog.get_by_label("SKU SKU")
    expect(units).not_to_be_visible()
    dialog.get_by_label("Only a part of it").check()
    units.fill("1")
    dialog.get_by_role("button", name="Cancel the plan").click()
    expect(page.get_by_role("status")).to_contain_text("1 unit of order R-1 was cancelled.")
    assert waiting.parts == [("WAITING", None, {"SKU": 1})]
