"""Site settings in a browser: changed, refused at their fields, and changed by two at once."""

from __future__ import annotations

from playwright.sync_api import expect

from routing.models import WaitingRoomSettings
from tests.browser.conftest import examine

PAGE = "/settings/site/"


def test_settings_are_changed_and_what_is_wrong_is_said_at_its_field(page, sign_in):
    sign_in(page, "NETWORK_MANAGER", PAGE)
    page.get_by_label("Key 1", exact=True).select_option(label="Tag")
    page.get_by_label("Key 2", exact=True).select_option(label="Order date")
    page.get_by_label("Any quantity").check()
    page.complaints.expect("400")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("A tag is needed")).to_be_visible()
    examine(page)

    page.get_by_label("Tag of key 1").fill("vip")
    page.get_by_label("Reason").fill("Christmas")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").first).to_contain_text("The site settings were saved")
    expect(page.locator(".ar-timeline")).to_contain_text("Christmas")
    kept = WaitingRoomSettings.objects.get()
    assert kept.prioritization == [{"by": "TAG", "value": "vip"}, {"by": "ORDER_DATE"}]
    assert kept.partial_release == "QUANTITY"


def test_of_two_who_save_at_once_the_second_is_told_and_may_save_again(open_page, sign_in):
    first, second = open_page(), open_page()
    for page in (first, second):
        sign_in(page, "NETWORK_MANAGER", PAGE)
    first.get_by_label("Longest wait").fill("30")
    first.get_by_role("button", name="Save").click()
    expect(first.get_by_role("status").first).to_contain_text("saved")

    second.get_by_label("Longest wait").fill("60")
    second.complaints.expect("409")
    second.get_by_role("button", name="Save").click()
    expect(second.get_by_role("alert")).to_contain_text("changed the settings in the meantime")
    expect(second.get_by_label("Longest wait")).to_have_value("60")
    second.get_by_role("button", name="Save").click()
    expect(second.get_by_role("status").first).to_contain_text("saved")
    assert WaitingRoomSettings.objects.get().max_wait_days == 60
