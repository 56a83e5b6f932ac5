"""The door of the back office, in a browser."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.browser.conftest import assert_accessible


def test_one_comes_in_by_keyboard_and_stands_where_one_wanted(page, make_user):
    make_user("VIEWER", email="vera@example.org", password="correct horse battery")

    page.goto("/orders/")
    expect(page.get_by_label("E-mail address")).to_be_focused()
    assert_accessible(page)
    page.keyboard.type("vera@example.org")
    page.keyboard.press("Tab")
    page.keyboard.type("correct horse battery")
    page.keyboard.press("Enter")

    expect(page.get_by_role("heading", level=1)).to_have_text("Orders")
    page.get_by_role("button", name="Sign out").click()
    expect(page).to_have_url(re.compile("/sign-in/"))


def test_a_wrong_password_is_said_and_does_not_empty_the_address(page, make_user):
    make_user("VIEWER", email="vera@example.org", password="correct horse battery")

    page.goto("/sign-in/")
    page.get_by_label("E-mail address").fill("vera@example.org")
    page.get_by_label("Password").fill("wrong")
    page.get_by_role("button", name="Sign in").click()

    expect(page.get_by_role("alert")).to_contain_text("do not match")
    expect(page.get_by_label("E-mail address")).to_have_value("vera@example.org")
