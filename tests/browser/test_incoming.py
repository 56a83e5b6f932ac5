"""Incoming in a browser: a date is changed, what came is booked, and the page shows it without being loaded anew."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.factories.inventory import FacilityFactory
from tests.inventory.inbound_builders import bucket_of, level, ordered


def test_an_item_is_changed_and_what_came_is_received(page, sign_in, transactional_db):
    facility = FacilityFactory(name="Köln")
    process = ordered(facility, ("X", 5), ("Y", 2), on=10, tenant_inbound_process_id="PO-1")
    sign_in(page, "PLANNER", "/network/incoming/")
    page.get_by_role("link", name="PO-1").click()

    page.get_by_role("button", name="Change X").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Delivery date").fill("2027-05-12")
    dialog.get_by_role("button", name="Change", exact=True).click()
    expect(dialog).not_to_be_visible()
    row = page.get_by_role("row").filter(has=page.get_by_role("button", name="Change X"))
    expect(row).to_contain_text("12 May 2027")
    expect(page.get_by_role("button", name="Change X")).to_be_focused()

    page.get_by_role("button", name="Receive").click()
    dialog.get_by_label("X").fill("5")
    dialog.get_by_role("button", name="Book the receipt").click()
    expect(page.locator("#notes")).to_contain_text("5 units are on hand at Köln now.")
    expect(page.locator("#inbound-lead")).to_contain_text("Partly received")
    expect(page.get_by_role("button", name="Change X")).to_have_count(0)
    assert level(facility) == (5, 0)

    page.get_by_role("button", name="Close", exact=True).click()
    dialog.get_by_role("button", name="Expect nothing more").click()
    expect(page.locator("#inbound-lead")).to_contain_text("Closed")
    expect(page.get_by_role("button", name="Receive")).to_have_count(0)
    assert bucket_of(process, "Y").status == "CLOSED"
