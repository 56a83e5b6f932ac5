"""People and tokens in a browser: a user is invited and signs in, a second factor is set up, a token uses the API."""

from __future__ import annotations

import json
import re
import urllib.error
import urllib.request

import pytest
from playwright.sync_api import Page, expect

from backoffice.core.models import User
from backoffice.core.services import secondfactor
from tests.browser.conftest import PASSWORD, PHONE, examine
from tests.core.authenticator import code_of

NEW_PASSWORD = "staple battery horse"


def give_password(page: Page, email: str, password: str = PASSWORD) -> None:
    page.goto("/sign-in/")
    page.get_by_label("E-mail address").fill(email)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()


def on_the_dashboard(page: Page) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text("Dashboard")


def test_a_user_is_invited_and_signs_in(open_page, sign_in):
    admin, guest = open_page(), open_page(PHONE)
    sign_in(admin, "ADMINISTRATOR", "/settings/users/")
    admin.get_by_role("button", name="Invite a user").click()
    dialog = admin.get_by_role("dialog")
    dialog.get_by_label("E-mail address").fill("nina@example.org")
    dialog.get_by_label("Name").fill("Nina")
    dialog.get_by_label("Role").select_option(label="Planner")
    dialog.get_by_role("button", name="Invite").click()
    expect(dialog.get_by_role("heading", name="Nina is invited")).to_be_visible()
    examine(admin)
    link = dialog.get_by_label("Link").input_value()
    dialog.get_by_role("button", name="I have copied it").click()

    guest.goto(link)
    expect(guest.get_by_role("heading", level=1)).to_have_text("Set your password")
    examine(guest)
    guest.locator("#id_new_password1").fill(NEW_PASSWORD)
    guest.get_by_label("New password confirmation").fill(NEW_PASSWORD)
    guest.get_by_role("button", name="Set the password").click()
    expect(guest.get_by_role("status")).to_contain_text("Your password is set")
    give_password(guest, "nina@example.org", NEW_PASSWORD)
    on_the_dashboard(guest)
    guest.goto(link)
    expect(guest.get_by_role("heading", level=1)).to_have_text("This link is not good any more")
    examine(guest)

    admin.get_by_role("link", name="Nina").click()
    expect(admin.locator("#user")).to_contain_text("Created as Planner")
    admin.get_by_role("button", name="Edit").click()
    dialog.get_by_label("Role").select_option(label="Viewer")
    dialog.get_by_role("button", name="Save").click()
    expect(admin.locator("#user-lead")).to_contain_text("Viewer")
    admin.get_by_role("button", name="Sign out everywhere").click()
    dialog.get_by_role("button", name="Sign out everywhere").click()
    expect(admin.locator("#notes")).to_contain_text("Nina is signed out everywhere")
    guest.goto("/")
    expect(guest).to_have_url(re.compile("/sign-in/"))


@pytest.mark.parametrize("size", [(1440, 900), PHONE])
def test_a_second_factor_is_set_up_asked_for_and_recovered_from(open_page, make_user, size):
    make_user("AGENT", email="vera@example.org", password=PASSWORD)
    page = open_page(size)
    give_password(page, "vera@example.org")
    page.goto("/account/")
    page.get_by_role("link", name="Set up a second factor").click()
    picture = page.get_by_role("img", name="QR code")
    assert picture.evaluate("image => image.naturalWidth") > 50
    secret = page.locator("#key").inner_text()
    page.get_by_label("Code").fill(code_of(secret))
    page.get_by_label("Your password").fill(PASSWORD)
    page.get_by_role("button", name="Turn it on").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("The second factor is on")
    examine(page)
    codes = page.locator(".ar-codes li").all_inner_texts()
    page.get_by_role("link", name="I have kept them").click()
    expect(page.locator("#account")).to_contain_text("10 recovery codes are left")

    other = open_page(size)
    give_password(other, "vera@example.org")
    expect(other.get_by_label("Code")).to_be_focused()
    other.keyboard.type("000000")
    other.keyboard.press("Enter")
    expect(other.get_by_role("alert")).to_contain_text("Incorrect code")
    examine(other)
    other.get_by_label("Code").fill(code_of(secret))
    other.get_by_role("button", name="Sign in").click()
    on_the_dashboard(other)

    third = open_page(size)
    give_password(third, "vera@example.org")
    third.get_by_label("Code").fill(codes[0])
    third.keyboard.press("Enter")
    on_the_dashboard(third)
    third.goto("/account/second-factor/")
    expect(third.locator("#main")).to_contain_text("9 are left")
    third.get_by_role("button", name="New recovery codes").click()
    dialog = third.get_by_role("dialog")
    dialog.get_by_label("Your password").fill(PASSWORD)
    dialog.get_by_role("button", name="Make new codes").click()
    expect(dialog.get_by_label("Recovery codes")).to_have_value(re.compile(r"^(\d{8}\n){9}\d{8}$"))
    examine(third)
    dialog.get_by_role("button", name="I have copied it").click()
    third.get_by_role("button", name="Turn it off").click()
    dialog.get_by_label("Your password").fill("wrong")
    third.complaints.expect("422")
    dialog.get_by_role("button", name="Turn it off").click()
    expect(dialog.get_by_text("This is not your password")).to_be_visible()
    dialog.get_by_label("Your password").fill(PASSWORD)
    dialog.get_by_role("button", name="Turn it off").click()
    expect(third.get_by_role("heading", name="Set it up")).to_be_visible()


def test_where_everybody_needs_a_second_factor(page, make_user, settings):
    settings.LOGIN_MFA_REQUIRED = True
    make_user("AGENT", email="vera@example.org", password=PASSWORD)
    give_password(page, "vera@example.org")
    expect(page.get_by_role("heading", level=1)).to_have_text("Second factor")
    page.goto("/orders/")
    expect(page.locator("#main")).to_contain_text("Here everybody needs a second factor")
    examine(page)
    page.get_by_label("Code").fill(code_of(page.locator("#key").inner_text()))
    page.get_by_label("Your password").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("The second factor is on")
    page.goto("/orders/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Orders")


def test_an_administrator_helps_who_lost_the_phone(page, sign_in, make_user):
    vera = make_user("AGENT", email="vera@example.org", password=PASSWORD)
    secondfactor.enable(user=vera, secret="JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP")
    sign_in(page, "ADMINISTRATOR", f"/settings/users/{vera.pk}/")
    page.get_by_role("button", name="Reset the second factor").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    examine(page)
    page.get_by_role("dialog").get_by_role("button", name="Reset the second factor").click()
    expect(page.locator("#notes")).to_contain_text("has no second factor any more")
    expect(page.locator("#user")).to_contain_text("Second factor turned off")
    assert not secondfactor.has_second_factor(vera)


def test_a_token_is_issued_used_and_revoked(page, sign_in, live_server):
    page_url = "/settings/tokens/"
    sign_in(page, "ADMINISTRATOR", page_url)
    page.get_by_role("button", name="Issue a token").click()
    dialog = page.get_by_role("dialog")
    dialog.locator("#id_name").fill("ERP")
    dialog.get_by_label("Scope").select_option(label="Viewer")
    dialog.get_by_role("button", name="Issue the token").click()
    expect(dialog.get_by_role("heading", name="The token ERP is issued")).to_be_visible()
    token = dialog.get_by_label("Token").input_value()
    examine(page)
    dialog.get_by_role("button", name="I have copied it").click()

    request = urllib.request.Request(
        f"{live_server.url}/api/facilities", headers={"Authorization": f"Bearer {token}"}
    )
    with urllib.request.urlopen(request) as answer:
        assert json.load(answer)["total"] == 0

    page.reload()
    row = page.get_by_role("row", name="ERP")
    expect(row).not_to_contain_text("never")
    row.get_by_role("button", name="Revoke").click()
    dialog.get_by_role("button", name="Revoke the token").click()
    expect(page.get_by_text("No tokens yet")).to_be_visible()
    with pytest.raises(urllib.error.HTTPError, match="401"):
        urllib.request.urlopen(request)


def test_password_sessions_zone_and_language_of_ones_own(open_page, make_user):
    make_user("VIEWER", email="vera@example.org", password=PASSWORD)
    here, there = open_page(), open_page(PHONE)
    for page in (here, there):
        give_password(page, "vera@example.org")
        on_the_dashboard(page)
    here.get_by_role("link", name="My account").click()
    here.get_by_role("button", name="Sign out Chrome").click()
    expect(here.locator("#notes")).to_contain_text("You are signed out there")
    expect(here.locator("#account")).to_contain_text("This browser")
    there.goto("/")
    expect(there).to_have_url(re.compile("/sign-in/"))

    here.get_by_role("button", name="Change your password").click()
    dialog = here.get_by_role("dialog")
    dialog.get_by_label("Present password").fill(PASSWORD)
    dialog.locator("#id_new_password1").fill(NEW_PASSWORD)
    dialog.get_by_label("New password confirmation").fill(NEW_PASSWORD)
    dialog.get_by_role("button", name="Change the password").click()
    expect(here.locator("#notes")).to_contain_text("Your password was changed")
    assert User.objects.get().check_password(NEW_PASSWORD)

    here.get_by_label("Time zone").select_option("Asia/Tokyo")
    here.get_by_label("Language").select_option("de")
    here.get_by_role("button", name="Save").click()
    expect(here.locator("html")).to_have_attribute("lang", "de")
    assert User.objects.get().time_zone == "Asia/Tokyo"
