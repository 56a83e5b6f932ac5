"""A first day: from an empty database to the first order that waited, went and was picked, by clicking alone."""

from __future__ import annotations

from datetime import timedelta

from django.core.management import call_command
from django.utils import timezone
from playwright.sync_api import Page, expect

from orders.models import PickJob, PickJobStatus
from tests.browser.conftest import PASSWORD, PHONE, assert_accessible, assert_fits, at_rest

EMAIL = "mara@example.org"


def done(page: Page) -> list[str]:
    """The steps that are ticked, on the dashboard."""
    page.get_by_role("link", name="Dashboard", exact=True).first.click()
    at_rest(page)
    ticked = page.locator("#first-steps li").filter(has_text="Done:")
    return ticked.get_by_role("heading").all_inner_texts()


def look(page: Page) -> None:
    """What the page shows is accessible, and fits a phone."""
    size = page.viewport_size
    for one in (size, {"width": PHONE[0], "height": PHONE[1]}):
        page.set_viewport_size(one)
        assert_accessible(page)
        assert_fits(page)
    page.set_viewport_size(size)


def test_from_nothing_to_the_first_backorder_that_is_picked(page, drain, monkeypatch):
    dialog = page.get_by_role("dialog")
    page.goto("/")
    expect(page.get_by_role("status")).to_contain_text("python manage.py createsuperuser")
    assert_accessible(page)

    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", PASSWORD)
    call_command("createsuperuser", email=EMAIL, interactive=False, verbosity=0)
    page.reload()
    expect(page.get_by_role("status")).to_have_count(0)
    page.get_by_label("E-mail address").fill(EMAIL)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="First steps")).to_be_visible()

    page.get_by_role("button", name="New facility").click()
    dialog.get_by_label("Name").fill("Harbour Street")
    dialog.get_by_label("Country").select_option("DE")
    dialog.get_by_role("button", name="Create the facility").click()
    expect(page.locator("#toasts")).to_contain_text("Harbour Street was created.")
    assert done(page) == ["Create a facility"]

    page.get_by_role("button", name="New listing").click()
    dialog.get_by_label("Article number").fill("TENT-2")
    dialog.get_by_label("Title").fill("Tent for two")
    look(page)
    dialog.get_by_role("button", name="Create the listing").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Tent for two")
    assert done(page) == ["Create a facility", "List an article there"]

    page.get_by_role("button", name="New order").click()
    fields = {
        "Number*": "M-1",
        "Last name*": "Example",
        "Street*": "Elbe Road",
        "Postal code*": "22767",
        "City*": "Hamburg",
    }
    for label, value in fields.items():
        dialog.get_by_label(label, exact=True).fill(value)
    dialog.get_by_label("Country").select_option("DE")
    dialog.get_by_label("Article*", exact=True).fill("TENT-2")
    dialog.get_by_label("Units*").fill("2")
    look(page)
    dialog.get_by_role("button", name="Place the order").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Order M-1")
    drain()
    expect(page.locator("#main")).to_contain_text("Harbour Street lacks 2 of TENT-2.")
    assert done(page) == ["Create a facility", "List an article there", "Take an order"]
    page.locator("#first-steps").get_by_role("link", name="Waiting room").click()
    expect(page.locator("tbody tr")).to_contain_text("M-1")

    page.get_by_role("link", name="Dashboard", exact=True).first.click()
    page.get_by_role("button", name="New purchase order").click()
    dialog.get_by_label("Number").fill("PO-1")
    dialog.get_by_label("Delivery date").fill((timezone.localdate() + timedelta(days=4)).isoformat())
    dialog.get_by_label("Article*", exact=True).fill("TENT-2")
    dialog.get_by_label("Units*").fill("5")
    look(page)
    dialog.get_by_role("button", name="Create the purchase order").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("PO-1")
    drain()

    page.get_by_role("button", name="Receive").click()
    dialog.get_by_label("Tent for two").fill("5")
    dialog.get_by_role("button", name="Book the receipt").click()
    expect(page.locator("#toasts")).to_contain_text("5 units are on hand at Harbour Street now.")
    drain()
    assert done(page) == [
        "Create a facility",
        "List an article there",
        "Take an order",
        "Say when more comes",
        "Let it arrive",
    ]
    look(page)

    page.locator("#first-steps").get_by_role("link", name="Pick jobs").click()
    page.get_by_role("link", name="Pick ", exact=False).filter(has_text="Pick").last.click()
    page.get_by_role("button", name="Start").click()
    page.get_by_role("button", name="All").click()
    page.get_by_role("button", name="Finish picking").click()
    expect(page.locator("#pick-job-lead")).to_contain_text("Picked")
    assert PickJob.objects.get().status == PickJobStatus.PICKED
    assert done(page) == []
    expect(page.get_by_role("heading", name="First steps")).to_have_count(0)
    expect(page.locator("#dashboard-figures")).to_contain_text("Released today")
