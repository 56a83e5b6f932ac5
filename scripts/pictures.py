"""Which pictures the documentation has: a row each, taken by ``make screenshots`` from the demo's data."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Page = Any
"""Of Playwright, which only the script that takes the pictures needs."""

DESK, PHONE = (1280, 800), (390, 780)


def _nothing(_page: Page) -> None:
    """The page as it opens."""


@dataclass(frozen=True, slots=True)
class Picture:
    """``name`` is the file's, without ``.png``; ``path`` is opened first, then ``before`` done, and what is then in
    the window is the picture. An ``empty`` one is of an installation without data.
    """

    name: str
    path: str
    before: Callable[[Page], None] = _nothing
    size: tuple[int, int] = DESK
    theme: str = "light"
    empty: bool = False
    signed_in: bool = True


def link(name: str | re.Pattern[str]) -> Callable[[Page], None]:
    """Follows the first link of that name in the page's main part."""

    def follow(page: Page) -> None:
        page.locator("#main").get_by_role("link", name=name).first.click()
        page.wait_for_load_state("networkidle")

    return follow


def first_row(page: Page) -> None:
    page.locator("#main tbody a").first.click()
    page.wait_for_load_state("networkidle")


def button(name: str) -> Callable[[Page], None]:
    """Opens the dialog of the first button of that name."""

    def press(page: Page) -> None:
        page.locator("#main").get_by_role("button", name=name).first.click()
        page.get_by_role("dialog").wait_for()
        page.wait_for_load_state("networkidle")

    return press


def then(*steps: Callable[[Page], None]) -> Callable[[Page], None]:
    def one_by_one(page: Page) -> None:
        for step in steps:
            step(page)

    return one_by_one


def palette(page: Page) -> None:
    page.keyboard.press("Control+k")
    page.get_by_role("dialog").get_by_role("combobox").fill("tent")
    page.wait_for_load_state("networkidle")


def decision(page: Page) -> None:
    """The first waiting plan, with what was decided about it."""
    page.locator("#main table tbody a").first.click()
    page.wait_for_load_state("networkidle")
    if "/orders/" in page.url:
        page.locator("a[href*='/plans/']").first.click()
        page.wait_for_load_state("networkidle")


def some_chosen(page: Page) -> None:
    """What can be done to many plans at once."""
    for box in page.locator("tbody input[name=ids]").all()[:3]:
        box.check()


def what_if(page: Page) -> None:
    """Eight of what is wanted most came to the warehouse now."""
    first_row(page)
    button("What if")(page)
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Units").fill("8")
    dialog.get_by_label("Come to").select_option(label="Leipzig distribution centre")
    dialog.get_by_role("button", name="Show what would happen").click()
    dialog.get_by_text("Nothing was changed.").wait_for()


def preview(page: Page) -> None:
    """What would happen if complete stock were static."""
    page.get_by_label("Static").check()
    page.get_by_role("button", name="Preview").click()
    page.wait_for_load_state("networkidle")


def tree(page: Page) -> None:
    """The demo's strategy with a tree, at a node that has settings of its own."""
    link("Peak season")(page)
    link("Large orders")(page)


def impact(page: Page) -> None:
    link("Peak season")(page)
    link("Impact")(page)


def compared_file(page: Page) -> None:
    """A file of stock with a row that cannot be right."""
    page.goto("/network/stock/")
    codes = page.locator("#main tbody .ar-code").all_inner_texts()
    numbers = sorted({code for code in codes if re.fullmatch(r"[A-Z]{3}-\d+", code)})[:4]
    content = "facility,article,on_hand\n"
    content += "".join(f"DC-LEIPZIG,{number},{24 + 3 * place}\n" for place, number in enumerate(numbers))
    content += f"DC-LEIPZIG,{numbers[0]}-X,many\nDC-NOWHERE,{numbers[0]},5\n"
    page.goto("/imports/new/stock/")
    file = {"name": "count.csv", "mimeType": "text/csv", "buffer": content.encode()}
    page.get_by_label("CSV file").set_input_files(file)
    page.get_by_role("button", name="Upload and compare").click()
    page.get_by_text("would be written").first.wait_for()


def released(page: Page) -> None:
    """A run that let somebody go."""
    link(re.compile(r"^[1-9]\d* of "))(page)


def excepted(page: Page) -> None:
    """A listing with a context rule."""
    page.locator("#main tbody tr").filter(has_text="Leipzig").get_by_role("link").first.click()
    page.wait_for_load_state("networkidle")
    page.get_by_label("Order tags").fill("delivery:express")
    page.get_by_role("button", name="Try").click()
    page.wait_for_load_state("networkidle")


def issued(page: Page) -> None:
    """A token for the shop."""
    button("Issue a token")(page)
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name*", exact=True).fill("Shop")
    dialog.locator("button[type=submit]").click()
    dialog.locator("#secret").wait_for()
    page.goto(page.url)


def subscribed(page: Page) -> None:
    """The shop is told of orders."""
    button("Subscribe")(page)
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name*", exact=True).fill("Shop")
    dialog.get_by_label("Event").select_option("ORDER_CREATED")
    dialog.get_by_label("Address*", exact=True).fill("https://shop.example.org/anteroom")
    dialog.locator("button[type=submit]").click()
    dialog.locator("#secret").wait_for()
    page.goto(page.url)


def alone(page: Page) -> None:
    """Each picture signs in anew: the others, where there are any, are signed out."""
    elsewhere = page.get_by_role("button", name="Sign out everywhere else")
    if elsewhere.count():
        elsewhere.click()
        page.wait_for_load_state("networkidle")
        page.goto(page.url)


def picking(page: Page) -> None:
    page.locator("#main [href$='/pick/']").first.click()
    page.wait_for_load_state("networkidle")
    start = page.get_by_role("button", name="Start")
    if start.count():
        start.click()
        page.get_by_role("button", name="Finish picking").wait_for()
    page.get_by_role("button", name="Dismiss").or_(page.locator("#toasts .btn-close")).first.click()


PICTURES = (
    Picture("first-steps", "/", empty=True),
    Picture("sign-in", "/sign-in/", signed_in=False),
    Picture("dashboard", "/"),
    Picture("palette", "/", palette),
    Picture("waiting-room", "/waiting-room/"),
    Picture("waiting-room-phone", "/waiting-room/", size=PHONE, theme="dark"),
    Picture("bulk", "/waiting-room/", some_chosen),
    Picture("demand", "/demand/"),
    Picture("what-if", "/demand/", what_if),
    Picture("plan", "/waiting-room/", decision),
    Picture("orders", "/orders/"),
    Picture("new-order", "/orders/", button("New order")),
    Picture("order", "/orders/?q=LI-10246", first_row),
    Picture("pick-jobs", "/pick-jobs/"),
    Picture("pick-phone", "/pick-jobs/", picking, size=PHONE),
    Picture("facilities", "/network/facilities/"),
    Picture("facility-status", "/network/facilities/", then(first_row, button("Change the status"))),
    Picture("group", "/network/groups/", link("Distribution centres")),
    Picture("listings", "/network/listings/"),
    Picture("listing", "/network/listings/?article=TEN-201", excepted),
    Picture("stock-dark", "/network/stock/", theme="dark"),
    Picture("stock-level", "/network/stock/", first_row),
    Picture("incoming", "/network/incoming/"),
    Picture("purchase-order", "/network/incoming/", first_row),
    Picture("routing-rules", "/network/inventory/basic-configuration/routing-rules/", preview),
    Picture("routing-strategies", "/network/routing-strategies/"),
    Picture("routing-strategy", "/network/routing-strategies/", tree),
    Picture("strategy-impact", "/network/routing-strategies/", impact),
    Picture("activity", "/activity/"),
    Picture("release-run", "/activity/", released),
    Picture("job", "/jobs/", first_row),
    Picture("import", "/imports/", compared_file),
    Picture("events", "/events/"),
    Picture("site-settings", "/settings/site/"),
    Picture("users", "/settings/users/"),
    Picture("tokens", "/settings/tokens/", issued),
    Picture("webhooks", "/settings/webhooks/", subscribed),
    Picture("installation", "/settings/installation/"),
    Picture("account", "/account/", alone),
    Picture("admin", "/admin/"),
)
