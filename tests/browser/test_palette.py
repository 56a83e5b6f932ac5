"""The command palette and the shortcuts: with the keyboard alone, and by a button on a phone."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import PHONE, THEMES, assert_accessible, assert_fits, assert_legible, wear


@pytest.fixture
def orders(shop):
    """R-0 to R-2 wait for SKU."""
    shop.listing("A", "SKU", behaviour="BACKORDER")
    return [
        shop.order({"SKU": 1}, tenant_order_id=f"R-{number}", date=f"2026-05-0{number + 1}")
        for number in range(3)
    ]


def test_an_order_is_found_and_opened_without_a_pointer(page, sign_in, orders):
    sign_in(page, "VIEWER", "/waiting-room/")
    page.keyboard.press("Tab")
    page.keyboard.press("Control+k")
    field = page.get_by_role("combobox", name="Find")
    expect(field).to_be_focused()
    first = page.locator("#palette").get_by_role("option").first
    expect(first).to_have_attribute("aria-selected", "true")

    page.keyboard.type("r-")
    expect(page.get_by_role("group", name="Orders").get_by_role("option")).to_have_count(3)
    expect(page.locator("#palette-said")).to_have_text("6 found")
    page.keyboard.press("ArrowDown")
    chosen = page.locator("#palette").get_by_role("option", selected=True)
    expect(chosen).to_contain_text("R-1")
    expect(field).to_have_attribute("aria-activedescendant", chosen.get_attribute("id"))
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    expect(page.locator("#palette").get_by_role("option").last).to_have_attribute("aria-selected", "true")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("R-2")

    page.keyboard.press("Control+k")
    recent = page.get_by_role("group", name="Where you were last").get_by_role("option")
    expect(recent.locator(".ar-palette-name")).to_have_text(["R-2"])


def test_who_is_quicker_than_the_server_gets_what_was_typed(page, sign_in, orders):
    sign_in(page, "VIEWER", "/waiting-room/")
    page.keyboard.press("Control+k")
    expect(page.locator("#palette").get_by_role("option").first).to_be_visible()
    page.keyboard.type("R-1")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("R-1")


def test_the_focus_comes_back_when_it_is_left(page, sign_in, orders):
    sign_in(page, "VIEWER", "/waiting-room/")
    link = page.get_by_role("row", name="R-1").get_by_role("link", name="R-1")
    link.focus()
    for leave in ("Escape", "Control+k"):
        page.keyboard.press("Control+k")
        expect(page.get_by_role("combobox", name="Find")).to_be_focused()
        page.keyboard.press(leave)
        expect(page.get_by_role("combobox", name="Find")).to_have_count(0)
        expect(link).to_be_focused()


def test_the_palette_is_accessible_in_both_themes_full_or_empty(page, sign_in, orders):
    sign_in(page, "ADMINISTRATOR", "/orders/")
    for text in ("", "r-", "zebra"):
        page.keyboard.press("Control+k")
        page.keyboard.type(text)
        expect(page.locator(f"#palette-found [data-for='{text}']")).to_be_visible()
        assert_accessible(page)
        for theme in THEMES:
            wear(page, theme)
            assert_legible(page)
        page.keyboard.press("Escape")


def test_on_a_phone_a_button_opens_it(open_page, sign_in, orders):
    page = open_page(PHONE)
    sign_in(page, "VIEWER", "/orders/")
    page.get_by_role("button", name="Find").click()
    page.keyboard.type("sku")
    option = page.locator("#palette").get_by_role("option", name="SKU")
    expect(option).to_be_visible()
    assert_accessible(page)
    assert_fits(page)
    assert page.locator("#palette").bounding_box()["height"] == PHONE[1]
    page.get_by_role("button", name="Close").click()
    expect(option).to_have_count(0)

    page.get_by_role("button", name="Find").click()
    page.keyboard.type("sku")
    option.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("SKU")


def test_rows_are_walked_through_ticked_and_opened(page, sign_in, orders):
    sign_in(page, "AGENT")
    for key in "gw":
        page.keyboard.press(key)
    page.wait_for_url("**/waiting-room/")
    page.keyboard.press("j")
    page.keyboard.press("j")
    expect(page.get_by_role("row", name="R-1").get_by_role("link", name="R-1")).to_be_focused()
    page.keyboard.press("x")
    expect(page.get_by_label("Choose R-1")).to_be_checked()
    expect(page.get_by_role("button", name="Pin (1)", exact=True)).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_label("Choose R-1")).not_to_be_checked()
    page.keyboard.press("k")
    expect(page.get_by_role("row", name="R-0").get_by_role("link", name="R-0")).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_url("**/plans/**")


def test_the_search_is_a_key_away_and_typing_is_left_alone(page, sign_in, orders):
    sign_in(page, "VIEWER", "/waiting-room/")
    search = page.get_by_role("searchbox", name="Search")
    page.keyboard.press("/")
    expect(search).to_be_focused()
    page.keyboard.type("gjx?/z")
    expect(search).to_have_value("gjx?/z")
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.keyboard.press("Escape")
    expect(search).not_to_be_focused()


def test_shortcuts_are_shown_and_can_be_switched_off(page, sign_in, orders):
    sign_in(page, "VIEWER", "/waiting-room/")
    page.keyboard.press("j")
    first = page.get_by_role("row", name="R-0").get_by_role("link", name="R-0")
    expect(first).to_be_focused()
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog", name="Keyboard shortcuts")
    switch = dialog.get_by_role("switch", name="Use shortcuts of a single key")
    expect(switch).to_be_focused()
    expect(switch).to_be_checked()
    for theme in THEMES:
        wear(page, theme)
        assert_legible(page)
    assert_accessible(page)
    page.keyboard.press("Space")
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(first).to_be_focused()

    page.keyboard.press("j")
    page.keyboard.press("/")
    page.keyboard.press("?")
    expect(first).to_be_focused()
    expect(dialog).to_have_count(0)
    page.keyboard.press("Control+k")
    expect(page.get_by_role("combobox", name="Find")).to_be_focused()
    page.keyboard.press("Escape")

    page.reload()
    page.get_by_role("button", name="Keyboard shortcuts").click()
    expect(switch).not_to_be_checked()
    switch.check()
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    page.keyboard.press("j")
    expect(first).to_be_focused()


def test_a_row_that_has_the_focus_stays_where_it_is(page, sign_in, shop, orders):
    """Live updates never move what a hand, or a key, is at."""
    page.clock.install()
    sign_in(page, "VIEWER", "/waiting-room/")
    page.keyboard.press("j")
    page.keyboard.press("j")
    shop.stock("A", "SKU", 1)
    page.clock.run_for(6_000)
    expect(page.get_by_role("row", name="R-0")).to_have_count(1)
    page.evaluate("document.activeElement.blur()")
    page.clock.run_for(6_000)
    expect(page.get_by_role("row", name="R-0")).to_have_count(0)
