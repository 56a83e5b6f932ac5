"""What was done is said where one looks, with a way back; who was quicker is said before anything is lost."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from routing.models import RoutingPlan
from tests.browser.conftest import PHONE, THEMES, assert_accessible, assert_fits, assert_legible, wear


@pytest.fixture
def waiting(shop):
    """R-1 and R-2 wait for SKU."""
    shop.listing("A", "SKU", behaviour="BACKORDER")
    return [shop.order({"SKU": 2}, tenant_order_id=f"R-{number}") for number in (1, 2)]


def pin(page, order):
    """Through the row's menu, with keys."""
    page.get_by_role("button", name=f"More: {order}").press("Enter")
    page.get_by_role("row", name=order).get_by_role("button", name="Pin", exact=True).press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_label("Reason")).to_be_focused()
    page.keyboard.press("Enter")
    expect(dialog).to_have_count(0)


def test_a_pin_is_undone_with_a_key(page, sign_in, waiting):
    sign_in(page, "AGENT", "/waiting-room/")
    pin(page, "R-2")
    row = page.get_by_role("row", name="R-2")
    expect(row).to_contain_text("Pinned to the top")
    toast = page.get_by_role("status")
    expect(toast).to_contain_text("Order R-2 is pinned to the top.")
    expect(toast.get_by_role("button", name="Undo")).to_be_visible()
    assert_accessible(page)
    for theme in THEMES:
        wear(page, theme)
        assert_legible(page)

    page.keyboard.press("z")

    expect(toast).to_contain_text("Order R-2 is not pinned any more.")
    expect(toast.get_by_role("button", name="Undo")).to_have_count(0)
    page.locator("#main").focus()
    expect(row).not_to_contain_text("Pinned to the top")


def test_a_toast_leaves_by_itself_but_not_while_it_is_looked_at(page, sign_in, waiting):
    page.clock.install()
    sign_in(page, "AGENT", "/waiting-room/")
    pin(page, "R-1")
    page.clock.run_for(1_000)
    toast = page.locator("#toasts .ar-toast")
    expect(toast).to_be_visible()
    toast.hover()
    page.clock.run_for(120_000)
    expect(toast).to_be_visible()
    page.mouse.move(0, 0)
    undo = toast.get_by_role("button", name="Undo")
    undo.focus()
    page.clock.run_for(120_000)
    expect(toast).to_be_visible()
    page.keyboard.press("Escape")
    expect(toast).to_have_count(0)
    expect(page.locator("#main")).to_be_focused()

    pin(page, "R-2")
    expect(toast).to_be_visible()
    page.clock.run_for(35_000)
    expect(toast).to_have_count(0)


def test_nothing_moves_when_it_comes(page, sign_in, waiting):
    sign_in(page, "AGENT", "/waiting-room/")
    before = page.get_by_role("row", name="R-1").bounding_box()["y"]
    page.get_by_role("button", name="More: R-2").click()
    page.get_by_role("row", name="R-2").get_by_role("button", name="Hold", exact=True).click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Until").fill("2099-01-01T10:00")
    dialog.get_by_role("button", name="Hold").click()
    expect(page.get_by_role("status")).to_contain_text("is held until")
    expect(page.get_by_role("row", name="R-2")).to_contain_text("Held until")
    assert page.get_by_role("row", name="R-1").bounding_box()["y"] == before


def test_on_a_phone_it_stands_below_and_is_dismissed(open_page, sign_in, waiting):
    page = open_page(PHONE)
    sign_in(page, "AGENT", "/waiting-room/")
    pin(page, "R-1")
    toast = page.locator("#toasts .ar-toast")
    expect(toast).to_be_visible()
    assert_fits(page)
    assert_accessible(page)
    toast.get_by_role("button", name="Dismiss").click()
    expect(toast).to_have_count(0)


def test_who_was_quicker_is_named_and_what_was_typed_is_applied_all_the_same(page, sign_in, waiting):
    first, _second = waiting
    sign_in(page, "AGENT", f"/plans/{first.plan['id']}/")
    page.complaints.expect("409")
    page.get_by_role("button", name="Assign").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Reason").fill("Closer")
    dialog.get_by_label("Facility").select_option(label="B")
    first.assign("A")
    dialog.get_by_role("button", name="Assign").click()

    note = dialog.get_by_role("alert")
    expect(note).to_contain_text("changed this plan in the meantime. Now: Routed.")
    expect(note).to_be_focused()
    for theme in THEMES:
        wear(page, theme)
        assert_legible(page)
    assert_accessible(page)
    expect(dialog.get_by_label("Reason")).to_have_value("Closer")
    dialog.get_by_role("button", name="Apply it all the same").click()
    expect(dialog).to_have_count(0)
    expect(page.get_by_role("status")).to_contain_text("assigned to B")
    assert RoutingPlan.objects.filter(facility__name="B", status="ROUTED").count() == 1


def test_who_was_quicker_is_named_and_one_starts_over(page, sign_in, waiting):
    first, _second = waiting
    sign_in(page, "AGENT", f"/plans/{first.plan['id']}/")
    page.complaints.expect("409")
    page.get_by_role("button", name="Reroute").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Reason").fill("New rules")
    first.assign("A")
    dialog.get_by_role("button", name="Reroute").click()
    dialog.get_by_role("button", name="Start over").click()
    expect(dialog.get_by_role("alert")).to_have_count(0)
    expect(dialog.get_by_label("Reason")).to_have_value("")
    expect(dialog).to_contain_text("its stock is free again")
