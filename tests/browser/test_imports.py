"""The story of an import: two bad rows, what the file would change, the good rows written, the bad ones corrected."""

from __future__ import annotations

import csv
from pathlib import Path

from playwright.sync_api import Page, expect

from inventory.models import StockLevel
from tests.browser.conftest import examine

ROWS = "facility,article,on_hand\nA,SKU,12\nA,MUG,five\nNOWHERE,SKU,3\nA,LAMP,4\n"


def give(page: Page, content: str, name: str = "count.csv") -> None:
    page.get_by_label("CSV file").set_input_files(
        {"name": name, "mimeType": "text/csv", "buffer": content.encode()}
    )
    page.get_by_role("button", name="Upload and compare").click()


def test_stock_with_two_bad_rows(page, sign_in, shop, drain, tmp_path):
    shop.listing("A", "SKU", behaviour="BACKORDER")
    shop.stock("A", "SKU", 1)
    order = shop.order({"SKU": 8})
    assert order.status == "WAITING"
    sign_in(page, "PLANNER", "/network/stock/")

    page.get_by_role("link", name="Import", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Import: Stock")
    examine(page)
    with page.expect_download() as template:
        page.get_by_role("link", name="Template").click()
    assert template.value.suggested_filename == "stock-template.csv"

    page.complaints.expect("422")
    give(page, "shop;article;number\nA;SKU;1\n")
    expect(page.locator("#main")).to_contain_text("There is no column “shop”")

    give(page, ROWS)
    expect(page.get_by_role("heading", level=1)).to_have_text("count.csv")
    expect(page.locator("#standing")).to_contain_text("0 of 4 rows compared")
    drain()
    expect(page.locator("#standing")).to_contain_text("2 records would be written")
    expect(page.locator("#standing")).to_contain_text("On hand: Give a whole number from 0.")
    expect(page.locator("#standing")).to_contain_text("There is no facility NOWHERE")
    examine(page)
    page.get_by_role("link", name="Changed 1").click()
    expect(page.locator("tbody tr")).to_have_count(1)
    examine(page)
    assert StockLevel.objects.get().on_hand == 1

    page.get_by_role("button", name="Import the good ones only (2)").click()
    expect(page.locator("#standing")).to_contain_text("records written. You can leave this page")
    page.get_by_role("link", name="Stock", exact=True).first.click()
    drain()
    page.get_by_role("link", name="Imports").first.click()
    expect(page.locator("tbody tr")).to_contain_text("Imported")
    examine(page)
    page.get_by_role("link", name="count.csv").click()
    expect(page.locator("#standing")).to_contain_text("2 records were written")
    assert order.status != "WAITING", "what came lets those go who waited for it"

    with page.expect_download() as report:
        page.get_by_role("link", name="Refused rows, to correct").click()
    with Path(report.value.path()).open(encoding="utf-8-sig", newline="") as file:
        refused = list(csv.DictReader(file))
    assert [row["row"] for row in refused] == ["3", "4"]

    page.get_by_role("link", name="Another file").click()
    for row, right in zip(refused, ({"on_hand": "5"}, {"facility": "A", "article": "CUP"}), strict=True):
        row |= right
    lines = [list(refused[0]), *(list(row.values()) for row in refused)]
    give(page, "\n".join(",".join(f'"{cell}"' for cell in line) for line in lines), "again.csv")
    drain()
    expect(page.locator("#standing")).to_contain_text("2 records would be written")
    page.get_by_label("Write nothing: all or none").check()
    page.get_by_role("button", name="Import 2 records").click()
    drain()
    expect(page.locator("#standing")).to_contain_text("2 records were written")
    assert StockLevel.objects.get(article__tenant_article_id="MUG").on_hand == 5
