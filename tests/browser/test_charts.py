"""Charts are drawn under the strict policy, in both themes; what they show is written down, and leads to lists."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from inventory.models import Article, ExpectedStock, Facility, InboundProcess
from routing.models import RoutingPlan
from tests.browser.conftest import PHONE, THEMES, assert_accessible, assert_fits, assert_legible, wear

DRAWN = """canvas => {
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  const inks = new Map();
  for (let at = 0; at < data.length; at += 4)
    if (data[at + 3] === 255) {
      const ink = `${data[at]},${data[at + 1]},${data[at + 2]}`;
      inks.set(ink, (inks.get(ink) ?? 0) + 1);
    }
  return [...inks].sort((one, other) => other[1] - one[1])[0]?.[0];
}"""
"""The colour that most of a canvas is painted in, if any is."""

ACCENTS = {"light": "11,92,79", "dark": "111,205,184"}


@pytest.fixture
def waiting(shop):
    """One order has waited for four days, another is new; more comes in three days."""
    shop.listing("A", "SKU", behaviour="BACKORDER")
    old = shop.order({"SKU": 4}, tenant_order_id="R-1")
    shop.order({"SKU": 1}, tenant_order_id="R-2")
    RoutingPlan.objects.filter(order=old.id).update(waiting_since=timezone.now() - timedelta(days=4))
    facility, article = Facility.objects.get(name="A"), Article.objects.get()
    ExpectedStock.objects.create(
        inbound_process=InboundProcess.objects.create(facility=facility, tenant_inbound_process_id="PO"),
        facility=facility,
        article=article,
        quantity=3,
        delivery_date=timezone.localdate() + timedelta(days=3),
    )
    return article


def test_ages_are_drawn_in_the_colours_of_the_theme(page, sign_in, waiting):
    page.complaints.expect("willReadFrequently")
    sign_in(page, "VIEWER")
    canvas = page.get_by_role("img", name="Waiting plans by age")
    for theme in THEMES:
        wear(page, theme)
        page.wait_for_function(
            f"canvas => ({DRAWN})(canvas) === '{ACCENTS[theme]}'", arg=canvas.element_handle()
        )


def test_a_column_and_its_row_lead_to_the_same_list(page, sign_in, waiting):
    sign_in(page, "VIEWER")
    card = page.get_by_role("region", name="Waiting, by age")
    card.get_by_text("As a table").press("Enter")
    row = card.get_by_role("row", name="3 to 7 days")
    expect(row.get_by_role("cell")).to_have_text(["1", "4"])
    assert_accessible(page)
    address = row.get_by_role("link").get_attribute("href")

    canvas = card.get_by_role("img")
    box = canvas.bounding_box()
    canvas.click(position={"x": box["width"] * 0.5, "y": box["height"] * 0.3})
    page.wait_for_url(f"**{address}")
    expect(page.get_by_role("row", name="R-1")).to_be_visible()
    expect(page.get_by_role("row", name="R-2")).to_have_count(0)


def test_a_table_that_is_open_stays_open_when_figures_change(page, sign_in, shop, waiting):
    page.clock.install()
    sign_in(page, "VIEWER")
    card = page.get_by_role("region", name="Waiting, by age")
    card.get_by_text("As a table").click()
    row = card.get_by_role("row", name="Less than a day")
    expect(row.get_by_role("cell")).to_have_text(["1", "1"])
    page.evaluate("document.activeElement.blur()")
    page.mouse.move(0, 0)
    shop.order({"SKU": 2})
    page.clock.run_for(12_000)
    expect(row.get_by_role("cell")).to_have_text(["2", "3"])
    page.wait_for_function(
        f"canvas => Boolean(({DRAWN})(canvas))", arg=card.get_by_role("img").element_handle()
    )


def test_the_release_rate_is_shown_by_the_hour_as_well(page, sign_in, shop, waiting):
    shop.stock("A", "SKU", 1)
    sign_in(page, "VIEWER")
    card = page.get_by_role("region", name="Release rate")
    card.get_by_role("link", name="24 hours").click()
    page.wait_for_url("**/?rate=hours")
    expect(card.get_by_role("link", name="24 hours")).to_have_attribute("aria-current", "true")
    expect(card.get_by_role("img", name="Plans released per hour")).to_be_visible()
    card.get_by_text("As a table").click()
    expect(card.get_by_role("row")).to_have_count(25)
    expect(card.get_by_role("row").last.get_by_role("cell")).to_have_text(["1"])


def test_supply_is_drawn_on_the_page_of_an_article_at_a_desk_and_on_a_phone(open_page, sign_in, waiting):
    for size in ((1280, 800), PHONE):
        page = open_page(size)
        sign_in(page, "VIEWER", f"/demand/{waiting.pk}/")
        canvas = page.get_by_role("img", name="Units wanted, and units that are there, by day")
        page.wait_for_function(f"canvas => Boolean(({DRAWN})(canvas))", arg=canvas.element_handle())
        assert_accessible(page)
        assert_fits(page)
        for theme in THEMES:
            wear(page, theme)
            assert_legible(page)
