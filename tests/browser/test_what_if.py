"""What if, in a dialog: asked, answered below the question, and asked again; nothing changes."""

from __future__ import annotations

from playwright.sync_api import expect

from inventory.models import Article
from routing.models import RoutingPlan
from tests.browser.conftest import DESKTOP, PHONE, THEMES, wear


def test_what_if_is_asked_and_answered(open_page, sign_in, shop):
    shop.listing("A", "SKU", behaviour="BACKORDER")
    for number in range(3):
        shop.order({"SKU": 2}, tenant_order_id=f"R-{number}", date=f"2026-05-0{number + 1}")
    path = f"/demand/{Article.objects.get().pk}/"
    for size in (DESKTOP, PHONE):
        page = open_page(size)
        sign_in(page, "VIEWER", path)
        for theme in THEMES:
            page.goto(path)
            wear(page, theme)
            page.get_by_role("button", name="What if…").click()
            dialog = page.get_by_role("dialog")
            dialog.get_by_label("Units").fill("5")
            dialog.get_by_role("button", name="Show what would happen").click()
            expect(dialog.get_by_role("status")).to_contain_text(
                "2 plans would be released, 1 would still wait, of all articles."
            )
            expect(dialog.get_by_role("link")).to_have_text(["R-0", "R-1"])
            assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
    assert RoutingPlan.objects.waiting().count() == 3
