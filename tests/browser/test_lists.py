"""What people do with any list: choose its columns, save and share views of it, and take it away as a file."""

from __future__ import annotations

import csv
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.conftest import PHONE, assert_accessible, assert_fits, assert_legible, wear
from tests.factories.inventory import FacilityFactory


def headers(page: Page) -> list[str]:
    return [text.strip() for text in page.locator("thead th").all_inner_texts()]


def open_menu(page: Page) -> None:
    page.locator("#views").click()
    expect(page.locator(".ar-views")).to_be_visible()


def test_columns_are_chosen_with_the_keyboard_on_a_phone_and_stay(open_page, sign_in):
    FacilityFactory(name="Köln")
    page = open_page(PHONE)
    sign_in(page, "VIEWER", "/network/facilities/")
    expect(page.locator("tbody")).to_contain_text("100")

    page.get_by_role("button", name="Columns").focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Only for you")
    assert_accessible(page)
    assert_fits(page)
    dialog.get_by_label("Rank").focus()
    page.keyboard.press("Space")
    dialog.get_by_role("button", name="Show these columns").focus()
    page.keyboard.press("Enter")

    expect(dialog).not_to_be_visible()
    expect(page.get_by_role("status")).to_contain_text("these columns for you now")
    expect(page.locator("tbody td[data-label='Rank']")).to_have_count(0)
    page.reload()
    expect(page.locator("tbody td[data-label='Status']")).to_have_count(1)
    expect(page.locator("tbody td[data-label='Rank']")).to_have_count(0)
    expect(page.get_by_role("button", name="Columns")).to_contain_text("1 hidden")


def test_a_view_is_saved_shared_and_opened_by_somebody_else(open_page, sign_in):
    FacilityFactory(name="Köln", country="DE")
    FacilityFactory(name="Lyon", country="FR")
    planner = open_page()
    sign_in(planner, "PLANNER", "/network/facilities/")
    planner.get_by_label("Country").select_option("FR")
    planner.get_by_role("button", name="Filter").click()
    open_menu(planner)
    planner.get_by_role("button", name="Save as a view").click()
    dialog = planner.get_by_role("dialog")
    dialog.get_by_label("Name").fill("All of France")
    dialog.get_by_label("Share it").check()
    dialog.get_by_role("button", name="Save the view").click()
    expect(planner.get_by_role("status")).to_contain_text("The view “All of France” was saved")

    viewer = open_page()
    sign_in(viewer, "VIEWER", "/network/facilities/")
    expect(viewer.locator("tbody tr")).to_have_count(2)
    open_menu(viewer)
    assert_accessible(viewer)
    for theme in ("light", "dark"):
        wear(viewer, theme)
        assert_legible(viewer)
    viewer.get_by_role("link", name="All of France").click()
    expect(viewer.locator("tbody tr")).to_have_count(1)
    open_menu(viewer)
    expect(viewer.get_by_role("button", name="Change this view")).to_have_count(0)
    viewer.get_by_role("button", name="Open the list with this view").click()
    expect(viewer.get_by_role("status")).to_contain_text("opens with “All of France”")

    viewer.get_by_role("link", name="Facilities", exact=True).click()
    expect(viewer.locator("#views")).to_contain_text("All of France")
    expect(viewer.locator("tbody tr")).to_have_count(1)
    viewer.get_by_role("link", name="Clear").click()
    expect(viewer.locator("tbody tr")).to_have_count(2)


def test_two_people_change_a_view_and_the_second_is_told(open_page, sign_in):
    one, other = open_page(), open_page()
    sign_in(one, "PLANNER", "/orders/")
    open_menu(one)
    one.get_by_role("button", name="Save as a view").click()
    one.get_by_role("dialog").get_by_label("Name").fill("Team")
    one.get_by_role("dialog").get_by_label("Share it").check()
    one.get_by_role("dialog").get_by_role("button", name="Save the view").click()
    expect(one.locator("#views")).to_contain_text("Team")

    sign_in(other, "NETWORK_MANAGER", "/orders/")
    open_menu(other)
    other.get_by_role("link", name="Team").click()
    for page in (one, other):
        open_menu(page)
        page.get_by_role("button", name="Change this view").click()
        expect(page.get_by_role("dialog")).to_be_visible()
    one.get_by_role("dialog").get_by_label("Name").fill("Crew")
    one.get_by_role("dialog").get_by_role("button", name="Save").click()
    expect(one.locator("#views")).to_contain_text("Crew")

    other.complaints.expect("409")
    other.get_by_role("dialog").get_by_label("Name").fill("Gang")
    other.get_by_role("dialog").get_by_role("button", name="Save").click()
    expect(other.get_by_role("dialog")).to_contain_text("changed in the meantime")


def test_a_list_is_taken_away_as_a_file_of_what_is_filtered(page, sign_in):
    FacilityFactory(name="Köln", country="DE", tenant_facility_id="K-1")
    FacilityFactory(name="Lyon", country="FR", tenant_facility_id="L-1")
    sign_in(page, "VIEWER", "/network/facilities/?country=FR")
    with page.expect_download() as download:
        page.get_by_role("link", name="Export").click()
    assert download.value.suggested_filename.startswith("facilities-2")
    with Path(download.value.path()).open(encoding="utf-8-sig", newline="") as file:
        assert [row["Facility"] for row in csv.DictReader(file)] == ["Lyon"]
