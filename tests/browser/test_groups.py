"""A facility group from its first day to its last."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.conftest import assert_accessible
from tests.factories.inventory import ContextRuleFactory, FacilityFactory


def test_a_group_is_made_changed_and_deleted_with_its_consequences_said_first(page, sign_in):
    for name in ("Köln", "Wien"):
        FacilityFactory(name=name)
    sign_in(page, "NETWORK_MANAGER", "/network/groups/")
    page.get_by_role("button", name="New group").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name*", exact=True).fill("Rhineland")
    dialog.get_by_label("Number").fill("RHINE")
    dialog.get_by_label("Köln").check()
    dialog.get_by_role("button", name="Create the group").click()
    page.get_by_role("link", name="Rhineland").click()
    expect(page.get_by_role("row", name="Köln")).to_be_visible()
    expect(page.get_by_text("No routing strategy names it.")).to_be_visible()

    ContextRuleFactory(conditions=[{"type": "FACILITY_GROUP", "values": ["RHINE"]}])
    page.get_by_role("button", name="Edit").click()
    expect(dialog).to_contain_text("1 context rule looks at who belongs to it")
    dialog.get_by_label("Wien").check()
    assert_accessible(page)
    dialog.get_by_role("button", name="Save").click()
    expect(page.get_by_role("row", name="Wien")).to_be_visible()
    expect(page.locator("#group")).to_contain_text("1 facility joined")

    page.get_by_role("button", name="Delete").click()
    expect(dialog).to_contain_text("2 facilities will not belong to it any more")
    dialog.get_by_role("button", name="Delete the group").click()
    expect(page.get_by_text("Rhineland was deleted.")).to_be_visible()
    expect(page.get_by_text("No groups yet")).to_be_visible()
