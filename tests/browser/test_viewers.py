"""Who may only look has no buttons that would refuse, and is told by name what is missing."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from backoffice.core.models import User
from inventory.models import Listing
from orders.models import PickJob
from routing.models import RoutingStrategy
from tests.factories.inventory import FacilityGroupFactory

CHANGES = re.compile(
    r"^(Import|Assign|Reroute|Cancel|Adjust|Save|Edit|New|Unlock|Retry|Pin|Hold|Activate|Copy|Restore|Add|Start|Pick"
    r"|Give up|Close|Delete|Change)\b"
)


def test_a_viewer_sees_everything_and_no_button_that_changes_it(page, sign_in, shop):
    shop.listing("A", "SKU", behaviour="BACKORDER")
    shop.stock("A", "SKU", 1)
    order = shop.order({"SKU": 2}, tenant_order_id="R-1")
    plan = order.plan["id"]
    shop.order({"SKU": 1})
    job, listing, group = PickJob.objects.get(), Listing.objects.get(), FacilityGroupFactory()
    strategy = RoutingStrategy.objects.get().pk
    sign_in(page, "VIEWER")

    for path in (
        *("/", "/waiting-room/", f"/plans/{plan}/", "/orders/", f"/orders/{order.id}/", "/demand/"),
        *("/network/facilities/", "/network/groups/", "/network/listings/", "/network/stock/"),
        *(f"/network/listings/{listing.pk}/", f"/network/groups/{group.pk}/", f"/pick-jobs/{job.pk}/"),
        *("/pick-jobs/", "/activity/", "/release-runs/", "/events/"),
        "/network/inventory/basic-configuration/routing-rules/",
        "/network/routing-strategies/",
        *(
            f"/network/routing-strategies/{strategy}/{tab}"
            for tab in ("", "?at=global", "test/", "revisions/")
        ),
    ):
        page.goto(path)
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        buttons = page.locator("#main").get_by_role("button", name=CHANGES)
        assert buttons.all_inner_texts() == [], path

    page.complaints.expect("403")
    for act in ("assign", "reroute", "cancel"):
        page.goto(f"/plans/{plan}/{act}/")
        expect(page.locator("main")).to_contain_text("routing.intervene")
    assert order.status == "WAITING"


def test_who_loses_a_permission_is_told_so_where_it_is_missed(page, sign_in, shop):
    shop.listing("A", "SKU", behaviour="BACKORDER")
    order = shop.order({"SKU": 1})
    sign_in(page, "AGENT", f"/orders/{order.id}/")
    agent = User.objects.get(role="AGENT")
    agent.role = "VIEWER"
    agent.save()

    page.complaints.expect("403")
    page.get_by_role("button", name="Assign").click()

    expect(page.get_by_role("status")).to_contain_text("You need the permission routing.intervene")


def test_whose_session_ends_is_sent_to_sign_in_with_the_whole_page(page, sign_in, shop):
    shop.listing("A", "SKU", behaviour="BACKORDER")
    order = shop.order({"SKU": 1})
    sign_in(page, "AGENT", f"/orders/{order.id}/")
    page.context.clear_cookies()
    page.complaints.expect("401")

    page.get_by_role("button", name="Assign").click()

    page.wait_for_url(f"**/sign-in/?next=/orders/{order.id}/")
