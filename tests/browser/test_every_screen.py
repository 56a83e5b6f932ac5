"""Every screen, with the data of the demo and without any: axe finds nothing, and nobody scrolls sideways."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from io import BytesIO

import pytest
from django.urls import URLResolver, get_resolver, resolve
from playwright.sync_api import Page, expect

from backoffice.core.access import Role
from backoffice.core.importing.resources import resource_called
from backoffice.core.models import BackgroundJob, ImportFile, Subscription
from backoffice.core.services.imports import take_in
from backoffice.core.services.subscriptions import SubscriptionDraft, create_subscription
from backoffice.core.ui.paging import keyset_page
from backoffice.core.ui.screens import Screen
from backoffice.dashboard.demo.seed import seed
from backoffice.dashboard.demo.users import ADMINISTRATOR, PASSWORD, user_of
from inventory.models import (
    Article,
    Facility,
    FacilityGroup,
    InboundProcess,
    Listing,
    ListingContextRule,
    StockLevel,
)
from orders.models import Order, OrderStatus, PickJob
from routing.documents.tree import branches_of
from routing.models import PlanStatus, ReleaseRun, RoutingPlan, RoutingStrategy
from tests.browser.conftest import (
    PHONE,
    assert_accessible,
    examine,
)

STRATEGIES = "/network/routing-strategies/"
RULES = "/network/inventory/basic-configuration/routing-rules/"
LISTS = (
    *("/waiting-room/", "/waiting-room/?state=planned", "/waiting-room/?state=unroutable"),
    *(
        "/orders/",
        "/pick-jobs/",
        "/network/facilities/",
        "/network/groups/",
        "/network/listings/",
        "/network/stock/",
    ),
    *("/network/incoming/", "/settings/webhooks/", "/demand/", STRATEGIES),
    "/settings/site/",
    *("/settings/tokens/", "/settings/roles/", "/account/", "/account/second-factor/"),
    *("/activity/", "/release-runs/", "/jobs/", "/events/"),
)
NONE = "/orders/?q=nothing-is-called-like-this"


def pages() -> list[str]:
    """The address of one page of each kind, of something that has much to show."""
    plans = RoutingPlan.objects
    bundled = Order.objects.filter(bundles__isnull=False, status=OrderStatus.OPEN).earliest("id")
    rerouted = plans.filter(reroute_predecessor__isnull=False).earliest("id").order
    return [
        "/",
        *LISTS,
        NONE,
        f"/plans/{plans.filter(status=PlanStatus.WAITING).earliest('id').pk}/",
        f"/plans/{plans.filter(status=PlanStatus.ROUTED).earliest('id').pk}/",
        f"/jobs/{BackgroundJob.objects.earliest('id').pk}/",
        f"/release-runs/{ReleaseRun.objects.filter(released__gt=1).earliest('id').pk}/",
        f"/orders/{bundled.pk}/",
        f"/orders/{rerouted.pk}/",
        f"/pick-jobs/{short_picked().pk}/",
        f"/pick-jobs/{PickJob.objects.filter(status='IN_PROGRESS').earliest('id').pk}/pick/",
        f"/pick-jobs/{PickJob.objects.filter(status='OPEN').earliest('id').pk}/pick/",
        f"/network/facilities/{Facility.objects.earliest('id').pk}/",
        f"/network/groups/{FacilityGroup.objects.earliest('id').pk}/",
        f"/network/listings/{ListingContextRule.objects.earliest('pk').listing_id}/",
        f"/network/stock/{StockLevel.objects.filter(on_hand__gt=0).earliest('pk').pk}/",
        f"/network/incoming/{late_process().pk}/",
        f"/demand/{Article.objects.filter(waiting_articles__isnull=False).earliest('id').pk}/",
        RULES,
        "/settings/installation/",
        "/settings/users/",
        f"/settings/users/{user_of(Role.AGENT).pk}/",
        "/imports/",
        f"/imports/{ImportFile.objects.get().pk}/",
        f"/settings/webhooks/{Subscription.objects.get().pk}/",
        *(f"/imports/new/{name}/" for name in ("facilities", "purchase-orders", "orders")),
        *strategy_pages(),
    ]


def strategy_pages() -> list[str]:
    """Of a strategy with a tree: the root, a node with settings of its own, a condition, and what is asked about it."""
    peak = f"{STRATEGIES}{peak_season().pk}/"
    waiting = RoutingPlan.objects.waiting().earliest("id").order
    return [
        peak,
        *(f"{peak}?at={branch['id']}" for _kind, _path, branch in branches_of(peak_season().document)),
        f"{peak}?at=global",
        f"{peak}test/?order={waiting.tenant_order_id}",
        f"{peak}impact/",
        f"{peak}revisions/?earlier=1&later=3",
    ]


def peak_season() -> RoutingStrategy:
    return RoutingStrategy.objects.get(in_use=False)


def short_picked() -> PickJob:
    """Not everything was found."""
    return PickJob.objects.filter(sub_status="SHORT_PICKED").earliest("id")


def late_process() -> InboundProcess:
    """Of which a part came, and the rest is late."""
    return InboundProcess.objects.get(tenant_inbound_process_id="PO-2047")


def dialogs() -> list[tuple[str, str]]:
    """On which page which button opens a dialog."""
    picked = PickJob.objects.filter(status="OPEN").earliest("id")
    listing = Listing.objects.earliest("id")
    ruled = ListingContextRule.objects.earliest("pk").listing_id
    level = StockLevel.objects.filter(on_hand__gt=0).earliest("pk")
    waiting = RoutingPlan.objects.waiting().filter(lines__quantity__gt=1, pinned_at=None).earliest("id")
    return [
        (f"/plans/{waiting.pk}/", "Assign"),
        (f"/plans/{waiting.pk}/", "Pin"),
        (f"/plans/{waiting.pk}/", "Hold"),
        (f"/plans/{waiting.pk}/", "Split off"),
        ("/waiting-room/", "Assign: "),
        ("/waiting-room/", "Reroute: "),
        ("/waiting-room/", "Cancel: "),
        (f"/orders/{picked.order_id}/", "Cancel order"),
        (f"/pick-jobs/{picked.pk}/", "Give up"),
        (f"/pick-jobs/{picked.pk}/", "Cancel"),
        (f"/network/stock/{level.pk}/", "Adjust"),
        (f"/network/incoming/{late_process().pk}/", "Receive"),
        (f"/network/incoming/{late_process().pk}/", "Change the date"),
        (f"/network/incoming/{late_process().pk}/", "Close"),
        (f"/network/incoming/{late_process().pk}/", "Change Cast-iron"),
        (f"/network/listings/{listing.pk}/", "Edit"),
        (f"/network/listings/{ruled}/", "Add a context rule"),
        (f"/network/listings/{ruled}/", "Edit rule 1"),
        (f"/network/listings/{ruled}/", "Delete rule 1"),
        (f"/network/facilities/{listing.facility_id}/", "Edit"),
        (f"/network/groups/{FacilityGroup.objects.earliest('id').pk}/", "Edit"),
        (f"/network/groups/{FacilityGroup.objects.earliest('id').pk}/", "Delete"),
        ("/settings/webhooks/", "Subscribe"),
        ("/settings/users/", "Invite a user"),
        (f"/settings/users/{user_of(Role.AGENT).pk}/", "Edit"),
        (f"/settings/users/{user_of(Role.AGENT).pk}/", "Link to set a password"),
        ("/settings/tokens/", "Issue a token"),
        ("/account/", "Change your password"),
        ("/network/facilities/", "New facility"),
        (f"/network/facilities/{listing.facility_id}/", "Change the status"),
        ("/network/listings/", "New listing"),
        ("/network/incoming/", "New purchase order"),
        ("/orders/", "New order"),
        ("/orders/", "Columns"),
        (f"/network/stock/{level.pk}/", "Columns"),
        (STRATEGIES, "New strategy"),
        *strategy_dialogs(),
    ]


def strategy_dialogs() -> list[tuple[str, str]]:
    peak = f"{STRATEGIES}{peak_season().pk}/"
    condition = next(b for kind, _path, b in branches_of(peak_season().document) if kind == "condition")
    return [
        (peak, "Name"),
        (peak, "Copy"),
        (peak, "Delete"),
        (peak, "Activate"),
        (peak, "Condition"),
        (peak, "Write a fence"),
        (peak, "Write a rating"),
        (peak, "Edit"),
        (peak, "JSON"),
        (f"{peak}?at={condition['id']}", "Edit"),
        (f"{peak}revisions/", "Restore"),
    ]


@pytest.fixture
def demo(transactional_db: None, monkeypatch: pytest.MonkeyPatch, drain: Callable[..., object]) -> None:
    """The demo's data, a few rows a page: axe looks at each. With what nobody has there: a file, and a subscriber."""
    monkeypatch.setitem(keyset_page.__kwdefaults__, "size", 8)
    seed()
    level = StockLevel.objects.filter(on_hand__gt=0).select_related("facility", "article").earliest("pk")
    rows = [
        ("facility", "article", "on_hand"),
        (level.facility.tenant_facility_id, level.article.tenant_article_id, str(level.on_hand + 1)),
        ("NOWHERE", level.article.tenant_article_id, "many"),
    ]
    content = "\n".join(",".join(map(str, row)) for row in rows)
    take_in(resource=resource_called("stock"), name="count.csv", file=BytesIO(content.encode()))
    create_subscription(
        draft=SubscriptionDraft(
            name="Shop", event="ORDER_CREATED", callback_url="https://shop.example.org/hook"
        )
    )
    drain()


def come_in(page: Page, email: str, password: str) -> None:
    page.goto("/sign-in/")
    page.get_by_label("E-mail address").fill(email)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Dashboard")


PARTS = {"facility-consequences", "group-strategies", "listing-try", "palette", "shortcuts"}
"""Screens that are parts of others, and looked at there."""


def screens() -> Iterator[str]:
    """The names of all pages for people who are signed in, as the URLconf has them."""
    resolvers = [get_resolver()]
    while resolvers:
        for pattern in resolvers.pop().url_patterns:
            if isinstance(pattern, URLResolver):
                resolvers.append(pattern)
            elif issubclass(getattr(pattern.callback, "view_class", object), Screen):
                yield str(pattern.name)


def test_no_screen_is_left_out(demo):
    listed = {resolve(path.partition("?")[0]).url_name for path in pages()}
    assert set(screens()) - PARTS == listed


def test_screens_are_accessible_in_both_themes_and_fit_a_phone(page, demo):
    come_in(page, ADMINISTRATOR.email, PASSWORD)
    for path in pages():
        page.goto(path)
        examine(page)


def test_dialogs_are_accessible_in_both_themes_and_fit_a_phone(page, demo):
    come_in(page, ADMINISTRATOR.email, PASSWORD)
    for path, button in dialogs():
        page.goto(path)
        page.locator("#main").get_by_role("button", name=button).first.click()
        expect(page.get_by_role("dialog")).to_be_visible()
        examine(page, "[role=dialog]")


def test_screens_without_anything_to_show(page, sign_in):
    sign_in(page, "VIEWER")
    for path in ("/", *LISTS, RULES):
        page.goto(path)
        examine(page)


def test_pages_for_what_goes_wrong(page, sign_in, monkeypatch):
    for status in ("404", "403", "500"):
        page.complaints.expect(status)
    page.goto("/nothing/here/")
    expect(page.get_by_role("heading", level=1)).to_have_text("There is nothing here")
    examine(page)

    sign_in(page, "VIEWER")
    page.goto("/orders/0190aaaa-bbbb-7ccc-8ddd-eeeeffff0000/cancel/")
    expect(page.get_by_role("heading", level=1)).to_have_text("You may not see this")
    expect(page.get_by_role("main")).to_contain_text("Agent, Planner, Network manager, Administrator")
    examine(page)

    def fail(*_: object) -> None:
        raise RuntimeError("on purpose")

    monkeypatch.setattr("orders.views.OrdersView.get_queryset", fail)
    page.goto("/orders/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Something went wrong here")
    examine(page)


def test_the_menu_of_a_phone(open_page, sign_in):
    page = open_page(PHONE)
    sign_in(page, "VIEWER")
    menu = page.get_by_role("button", name="Menu", exact=True)
    menu.click()
    orders = page.get_by_role("navigation", name="Screens").get_by_role("link", name="Orders", exact=True)
    expect(orders).to_be_visible()
    assert_accessible(page)
    page.keyboard.press("Escape")
    expect(orders).not_to_be_visible()
    expect(menu).to_be_focused()


def test_the_theme_is_remembered(page, sign_in):
    sign_in(page, "VIEWER")
    switch = page.get_by_role("button", name="Dark theme")
    switch.click()
    expect(switch).to_have_attribute("aria-pressed", "true")
    page.goto("/orders/")
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
    expect(page.get_by_role("button", name="Dark theme")).to_have_attribute("aria-pressed", "true")
