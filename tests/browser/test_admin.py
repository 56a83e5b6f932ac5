"""The same through the admin: complete stock and its mode, and interventions, for those who may."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from routing.models import PlanStatus, RoutingPlan

PASSWORD = "correct horse battery"


@pytest.fixture
def enter(make_user):
    """``enter(page, role)``: comes in by the admin's door, and stands on its first page."""

    def through_the_door(page: Page, role: str) -> None:
        user = make_user(role, password=PASSWORD)
        page.goto("/admin/")
        page.locator("#id_username").fill(user.email)
        page.locator("#id_password").fill(PASSWORD)
        page.locator("#id_password").press("Enter")
        page.wait_for_url("**/admin/")

    return through_the_door


@pytest.fixture
def waiting(shop):
    shop.listing("A", "SKU", behaviour="BACKORDER")
    return [shop.order({"SKU": 1}, tenant_order_id=f"R-{number}") for number in (1, 2)]


def link(page: Page, text: str) -> Locator:
    """The link whose text ends like this (a pattern); before it stands the name of its icon."""
    return page.get_by_role("link", name=re.compile(rf"(^|\s){text}$"))


def act(page: Page, action: str, submit: str, *, reason: str = "") -> None:
    """Does what the link offers at the top of a record's page, in the dialog that it opens."""
    link(page, action).click()
    dialog = page.locator("#dialog")
    dialog.get_by_label("Reason").fill(reason)
    dialog.get_by_role("button", name=submit).click()


def said(page: Page, text: str) -> None:
    expect(page.locator("#main")).to_contain_text(text)


def test_complete_stock_is_switched_and_its_mode_set(page, enter, shop):
    enter(page, "NETWORK_MANAGER")
    link(page, "Strategies").click()
    page.get_by_role("link", name="Standard").click()

    act(page, "Complete stock on.off", "Switch", reason="Stocktaking")
    said(page, "Complete stock was switched.")
    said(page, "Inactive, reactive")
    act(page, "Complete stock on.off", "Switch")
    said(page, "Complete stock was switched.")
    act(page, "Make static", "Make static")
    said(page, "Complete stock is static.")
    act(page, "Make reactive", "Make reactive")
    said(page, "Complete stock is reactive.")


def test_plans_are_assigned_rerouted_and_cancelled(page, enter, drain, waiting):
    enter(page, "AGENT")
    link(page, "Waiting").click()
    row = page.get_by_role("row", name="R-1")
    expect(row).to_contain_text("A lacks 1 of SKU.")
    row.get_by_role("checkbox").check()
    page.get_by_label("Select action to run").select_option(label="Assign a facility")
    page.get_by_label("Facility", exact=True).select_option(label="B")
    page.get_by_role("button", name="Run").click()
    said(page, "1 plan was assigned.")
    assert waiting[0].facility == "B"

    page.get_by_role("link", name="R-2").click()
    act(page, "Reroute", "Reroute")
    said(page, "1 plan is being decided again.")
    drain()
    page.reload()
    act(page, "Cancel", "Cancel the plan", reason="Nobody wants it any more")
    said(page, "1 plan was cancelled.")
    assert waiting[1].status == "CANCELED"


def test_a_viewer_looks_and_changes_nothing(page, enter, waiting):
    enter(page, "VIEWER")
    link(page, "Waiting").click()
    expect(page.get_by_role("row", name="R-1")).to_be_visible()
    expect(page.get_by_label("Select action to run")).to_have_count(0)
    page.get_by_role("link", name="R-1").click()
    expect(page.locator("#main")).to_contain_text("A lacks 1 of SKU.")
    for action in ("Assign", "Reroute", "Cancel"):
        expect(link(page, action)).to_have_count(0)
    plan = RoutingPlan.objects.get(order__tenant_order_id="R-1")
    page.complaints.expect("403")
    refused = page.goto(f"/admin/routing/routingplan/{plan.pk}/cancel/")
    assert refused.status == 403
    assert RoutingPlan.objects.get(pk=plan.pk).status == PlanStatus.WAITING
