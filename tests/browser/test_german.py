"""The main job in German: somebody chooses their language at the door, sees what waits and why, and lets it go."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from backoffice.core.models import User
from routing.models import RoutingPlan
from tests.browser.conftest import (
    assert_accessible,
    at_rest,
    examine,
)

PASSWORD = "three-words-in-german"


@pytest.fixture
def agent(make_user) -> User:
    return make_user("AGENT", password=PASSWORD)


def come_in(page, user: User) -> None:
    page.goto("/sign-in/?next=/waiting-room/")
    page.get_by_role("button", name="Deutsch").click()
    expect(page.locator("html")).to_have_attribute("lang", "de")
    page.get_by_label("E-Mail-Adresse").fill(user.email)
    page.get_by_label("Passwort").fill(PASSWORD)
    page.get_by_role("button", name="Anmelden").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Warteraum")


def test_the_waiting_room_is_triaged_in_german(page, agent, shop, drain):
    shop.listing("A", "SKU", behaviour="BACKORDER")
    shop.listing("B", "SKU", behaviour="BACKORDER")
    shop.order({"SKU": 2}, tenant_order_id="R-1")
    shop.order({"SKU": 1}, tenant_order_id="R-2")
    come_in(page, agent)
    expect(page.locator("html")).to_have_attribute("lang", "de")
    row = page.get_by_role("row", name="R-1")
    expect(row).to_contain_text("Bei A fehlt: 2\N{NO-BREAK SPACE}×\N{NO-BREAK SPACE}SKU.")
    expect(page.get_by_role("link", name="Wartend 2")).to_be_visible()
    assert_accessible(page)

    row.get_by_role("button", name="Zuweisen").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Standort").select_option(label="B")
    dialog.get_by_label("Grund").fill("Der Kunde wohnt dort")
    expect(dialog.get_by_role("button", name="Abbrechen")).to_be_visible()
    assert_accessible(page)
    dialog.get_by_role("button", name="Zuweisen").click()
    expect(dialog).to_have_count(0)
    expect(page.get_by_role("status")).to_contain_text("zugewiesen")
    at_rest(page)
    expect(row).to_have_count(0)
    plan = RoutingPlan.objects.get(order__tenant_order_id="R-1", status="ROUTED")
    assert plan.facility is not None
    assert plan.facility.name == "B"

    page.goto(f"/orders/{plan.order_id}/")
    expect(page.get_by_role("article", name="Plan 1")).to_contain_text("Geroutet")
    expect(page.locator("#timeline")).to_contain_text("Der Kunde wohnt dort")


def test_the_language_of_an_account_comes_along_to_other_browsers(page, open_page, agent):
    come_in(page, agent)
    page.goto("/account/")
    page.get_by_label("Sprache").select_option(label="Deutsch")
    page.get_by_role("button", name="Speichern").first.click()
    expect(page.get_by_role("status").first).to_be_visible()
    other = open_page()
    other.goto("/sign-in/")
    other.get_by_label("E-mail address").fill(agent.email)
    other.get_by_label("Password").fill(PASSWORD)
    other.get_by_role("button", name="Sign in").click()
    expect(other.get_by_role("heading", level=1)).to_have_text("Übersicht")


def test_german_fits_at_a_desk_and_on_a_phone_and_is_legible(page, agent, shop):
    shop.listing("A", "SKU", behaviour="BACKORDER")
    order = shop.order({"SKU": 2}, tenant_order_id="R-1")
    come_in(page, agent)
    plan = RoutingPlan.objects.get()
    for path in ("/", "/waiting-room/", f"/plans/{plan.pk}/", f"/orders/{order.id}/", "/demand/"):
        page.goto(path)
        examine(page)
