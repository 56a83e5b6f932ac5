"""A picker with a phone: start, count, finish with something missing, and see what becomes of it."""

from __future__ import annotations

from playwright.sync_api import expect

from orders.models import PickJob
from tests.browser.conftest import PHONE, assert_accessible, assert_fits, at_rest


def test_a_phone_is_enough_to_pick_and_what_is_missing_goes_elsewhere(open_page, sign_in, shop, work):
    shop.reroute_short_picks(shipping="ORDERSPLIT")
    shop.bulk_stock([("A", "TENT", 5), ("A", "LAMP", 5)])
    shop.order({"TENT": 3, "LAMP": 2}, tenant_order_id="R-1")
    shop.stock("B", "TENT", 5)
    job = PickJob.objects.get()
    page = open_page(PHONE)
    sign_in(page, "AGENT", "/pick-jobs/")

    page.get_by_role("link", name=f"Pick {job.short_id}").click()
    page.get_by_role("button", name="Start").click()
    finish = page.get_by_role("button", name="Finish picking")
    expect(finish).to_be_visible()
    for button in page.locator("#picking button").all():
        assert button.bounding_box()["height"] >= 44
    assert_accessible(page)
    assert_fits(page)

    page.get_by_role("button", name="All LAMP").click()
    tents = page.get_by_role("group", name="TENT")
    tents.get_by_role("button", name="One more").click()
    tents.get_by_role("button", name="One more").click()
    expect(tents.get_by_role("spinbutton")).to_have_value("2")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#notes")).to_contain_text("Saved")
    expect(tents.get_by_role("spinbutton")).to_have_value("2")

    finish.click()
    expect(page.get_by_role("alert")).to_contain_text("1 unit is missing")
    assert_accessible(page)
    page.get_by_role("button", name="Finish with 1 missing").click()

    expect(page.get_by_role("heading", level=1)).to_have_text(f"Pick job {job.short_id}")
    expect(page.locator("#pick-job-lead")).to_contain_text("Short picked")
    work()
    at_rest(page)
    expect(page.locator("#pick-job")).to_contain_text("Routed to B: everything is in stock.", timeout=8_000)
    assert_fits(page)


def test_who_comes_too_late_is_told_who_was_faster(page, open_page, sign_in, shop):
    shop.stock("A", "TENT", 5)
    shop.order({"TENT": 3})
    job = PickJob.objects.get()
    sign_in(page, "AGENT", f"/pick-jobs/{job.pk}/")
    other = open_page()
    sign_in(other, "AGENT", f"/pick-jobs/{job.pk}/")
    page.get_by_role("button", name="Give up").click()
    expect(page.get_by_role("dialog")).to_be_visible()

    other.get_by_role("button", name="Start").click()
    expect(other.locator("#pick-job-lead")).to_contain_text("In progress")
    page.complaints.expect("409")
    page.get_by_role("dialog").get_by_role("button", name="Give up").click()

    expect(page.get_by_role("dialog")).to_contain_text("changed this in the meantime")
    job.refresh_from_db()
    assert job.status == "IN_PROGRESS"
