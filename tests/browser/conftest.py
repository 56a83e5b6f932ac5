"""A browser before a running server. What a page must never do fails the test that it does it in.

Chromium's path is in ``ANTEROOM_TEST_CHROMIUM``. Workers are replaced by ``drain``, as in all tests.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.base import AXE_SCRIPT, AxeResults
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, sync_playwright

from tests.scenarios.fixtures import shop, work

__all__ = ["shop", "work"]

PASSWORD = "correct horse battery"
DESKTOP, PHONE = (1440, 900), (390, 844)
THEMES = ("light", "dark")

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)

_REPORT_VIOLATIONS = """
document.addEventListener("securitypolicyviolation", (event) =>
  console.error(`CSP: ${event.violatedDirective} forbids ${event.blockedURI}`));
"""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All of it is for a browser, and for one at a time: Chromium takes a core of its own."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker("browser")
            item.add_marker(pytest.mark.xdist_group("browser"))


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    """Playwright runs an event loop in the test's thread, which Django takes for asynchronous code of ours."""
    before = os.environ.get("DJANGO_ALLOW_ASYNC_UNSAFE")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=os.environ["ANTEROOM_TEST_CHROMIUM"], args=list(FLAGS)
            )
            yield browser
            browser.close()
    finally:
        if before is None:
            del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]
        else:
            os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = before


class Complaints:
    """What went wrong in the browser, in its own words. ``expected`` are texts of what is meant to."""

    def __init__(self, origin: str) -> None:
        self.origin = origin
        self.heard: list[str] = []
        self.expected: list[str] = []

    def expect(self, text: str) -> None:
        self.expected.append(text)

    def listen(self, context: BrowserContext) -> None:
        context.on("console", self._on_console)
        context.on("weberror", lambda error: self.heard.append(f"error: {error.error}"))
        context.on("request", self._on_request)

    def unexpected(self) -> list[str]:
        return [text for text in self.heard if not any(part in text for part in self.expected)]

    def _on_console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.heard.append(f"console: {message.text} ({message.location.get('url', '')})")

    def _on_request(self, request: Request) -> None:
        if not request.url.startswith((self.origin + "/", "data:", "blob:")):
            self.heard.append(f"left the server: {request.url}")


@pytest.fixture
def open_page(chromium: Browser, live_server: Any, transactional_db: None) -> Iterator[Callable[..., Page]]:
    """``open_page(size=PHONE)``: a page in a window of its own, as if on another computer."""
    complaints = Complaints(live_server.url)
    contexts: list[BrowserContext] = []

    def new_page(size: tuple[int, int] = DESKTOP) -> Page:
        width, height = size
        context = chromium.new_context(
            base_url=live_server.url,
            viewport={"width": width, "height": height},
            reduced_motion="reduce",
            locale="en-GB",
        )
        context.set_default_timeout(10_000)
        context.add_init_script(_REPORT_VIOLATIONS)
        complaints.listen(context)
        contexts.append(context)
        page = context.new_page()
        page.complaints = complaints
        return page

    yield new_page
    for context in contexts:
        context.close()
    assert complaints.unexpected() == []


@pytest.fixture
def page(open_page: Callable[..., Page]) -> Page:
    """A page on a desk."""
    return open_page()


@pytest.fixture
def sign_in(make_user: Callable[..., Any]) -> Callable[..., None]:
    """``sign_in(page, role)``: a new user of that role signs in, through the door, and stands on the dashboard."""

    def through_the_door(page: Page, role: str, path: str = "/") -> None:
        user = make_user(role, password=PASSWORD)
        page.goto(f"/sign-in/?next={path}")
        page.get_by_label("E-mail address").fill(user.email)
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url(lambda url: "/sign-in/" not in url)

    return through_the_door


def wear(page: Page, theme: str) -> None:
    """Shows the page, and all that follow, in the theme."""
    page.evaluate("theme => { localStorage.setItem('theme', theme); }", theme)
    page.evaluate("theme => { document.documentElement.dataset.bsTheme = theme; }", theme)


def assert_accessible(page: Page) -> None:
    """axe finds nothing (WCAG 2.2 AA and its own best practices), whatever the colours."""
    _assert_axe_finds_nothing(page, {"rules": {"color-contrast": {"enabled": False}}})


def assert_legible(page: Page, part: str = "html") -> None:
    """axe finds the contrast of texts sufficient, in the theme that the page wears; that takes it longest. ``part`` is
    a selector of what to look at.
    """
    _assert_axe_finds_nothing(page, {"runOnly": ["color-contrast"]}, part)


def _assert_axe_finds_nothing(page: Page, options: dict[str, Any], part: str = "html") -> None:
    if page.evaluate("() => typeof axe") == "undefined":
        page.evaluate(AXE_SCRIPT)
    found = AxeResults(
        page.evaluate(
            "([part, options]) => axe.run(part, options)", [part, {**options, "resultTypes": ["violations"]}]
        )
    )
    assert found.violations_count == 0, f"{page.url}\n{found.generate_report()}"


def assert_fits(page: Page) -> None:
    """Nobody has to scroll sideways."""
    assert page.viewport_size is not None
    width = page.evaluate("Math.max(document.documentElement.scrollWidth, document.body.scrollWidth)")
    assert width <= page.viewport_size["width"], f"{page.url} is {width} wide"


def at_rest(page: Page) -> None:
    """The pointer leaves the lists, which go on living, and nothing is asked for any more."""
    page.mouse.move(0, 0)
    page.wait_for_load_state("networkidle")


def stays_on_the_page(page: Page) -> Callable[[], bool]:
    """Call the answer later: whether the page was never loaded anew since."""
    page.evaluate("() => { window.sameDocument = true; }")
    return lambda: bool(page.evaluate("() => window.sameDocument === true"))


def examine(page: Page, part: str = "html") -> None:
    """What stands before one is accessible at a desk and on a phone, and ``part`` of it legible in both themes."""
    for width, height in (PHONE, DESKTOP):
        page.set_viewport_size({"width": width, "height": height})
        assert_accessible(page)
        assert_fits(page)
    for theme in THEMES:
        wear(page, theme)
        assert_legible(page, part)
