"""What happened, and what is stuck: from the overview to what has to be done."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone
from playwright.sync_api import expect

from routing.models import ReleaseTrigger
from routing.readiness import PATIENCE
from tests.browser.conftest import at_rest


def test_from_what_is_stuck_to_a_run_and_to_what_was_told_of_an_order(page, sign_in, shop, work):
    shop.listing("A", "SKU", behaviour="BACKORDER")
    for number in (1, 2):
        shop.order({"SKU": 1}, tenant_order_id=f"R-{number}")
    shop.stock("A", "SKU", 1)
    ReleaseTrigger.objects.create(cause="STOCK_UP", created=timezone.now() - PATIENCE - timedelta(minutes=1))
    sign_in(page, "VIEWER", "/activity/")

    stuck = page.get_by_role("region", name="Stuck or failed")
    expect(stuck).to_contain_text("No worker is running")
    expect(stuck).to_contain_text("1 trigger has not been served for 6 minutes")
    work("routing.release")
    at_rest(page)
    expect(stuck).not_to_contain_text("trigger", timeout=8_000)

    page.get_by_role("region", name="Release runs").get_by_role("link", name="1 of 2 released").first.click()
    expect(page.get_by_role("row", name="R-1")).to_contain_text("Released to A")
    page.get_by_role("link", name="Events").click()
    page.get_by_label("About").fill("R-1")
    page.keyboard.press("Enter")
    expect(page.get_by_text("The plan was released from the waiting room to A.")).to_be_visible()
    page.get_by_role("link", name="Order R-1").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Order R-1")
