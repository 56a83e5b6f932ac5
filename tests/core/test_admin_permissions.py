"""Every page and action of the admin × nobody and the five roles (spec 8, "Security"): facts are only shown, what may
be edited asks for what the screens ask for, and who is refused is told what is missing.

Permission comes first: nothing needs to be there for it, so pages are asked for about an id that nothing has.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html import unescape
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import resolve, reverse

from tests.core.screenmatrix import (
    ADMINISTRATORS,
    CANCEL,
    EVERYBODY,
    FACILITIES,
    HOLDERS,
    INBOUND,
    INTERVENE,
    LISTINGS,
    PAYMENTS,
    PLACE,
    ROLES,
    SETTINGS,
    STOCK,
    STRATEGIES,
    WEBHOOKS,
)

pytestmark = pytest.mark.django_db

NOBODYS_ID = "01a1fb8a-0000-7000-8000-000000000000"


@dataclass(frozen=True)
class Page:
    """Of one model: who sees it, and which permission adds, changes and deletes; None is nobody's."""

    seen_by: frozenset[str] = EVERYBODY
    add: str | None = None
    change: str | None = None
    delete: str | None = None
    actions: str | None = None
    """What the actions of its list ask for."""

    of_row: Mapping[str, str] | None = None
    """What the actions of one row ask for."""


def administrators_may(model: str) -> Page:
    """What only administrators see, they edit."""
    label, _dot, name = model.partition(".")
    return Page(
        ADMINISTRATORS, *(f"{label}.{verb}_{name}" for verb in ("add", "change", "delete")), actions=None
    )


FACT = Page()
PRIVATE = Page(ADMINISTRATORS)

PAGES: Mapping[str, Page] = {
    # What can be edited, by whom the screens let
    "inventory.article": Page(change=LISTINGS),
    "inventory.facility": Page(add=FACILITIES, change=FACILITIES, delete=FACILITIES),
    "inventory.facilitygroup": Page(add=FACILITIES, change=FACILITIES, delete=FACILITIES),
    "inventory.inboundprocess": Page(change=INBOUND, delete=INBOUND, actions=INBOUND),
    "inventory.purchaseorder": Page(change=INBOUND),
    "inventory.listing": Page(change=LISTINGS, delete=LISTINGS),
    "inventory.stock": Page(change=STOCK, delete=STOCK),
    "routing.waitingroomsettings": Page(change=SETTINGS),
    # What can be acted upon
    "orders.order": Page(
        actions=CANCEL, of_row={"cancel": CANCEL, "unlock": PLACE, "confirm": PLACE, "extend": PLACE}
    ),
    "orders.paymentoperation": Page(actions=PAYMENTS),
    "routing.routingplan": Page(
        actions=INTERVENE,
        of_row=dict.fromkeys(
            (
                *("assign", "reroute", "cancel", "pin", "unpin", "hold", "unhold", "split", "join"),
                "unassign",
            ),
            INTERVENE,
        ),
    ),
    "routing.routingstrategy": Page(
        of_row=dict.fromkeys(
            ("activate", "switch_complete_stock", "make_reactive", "make_static"), STRATEGIES
        )
    ),
    "core.webhookdelivery": Page(actions=WEBHOOKS),
    "core.subscription": Page(ADMINISTRATORS, actions=WEBHOOKS),
    # Users, tokens and schedules are administrators'
    "core.user": Page(EVERYBODY, "core.add_user", "core.change_user", "core.delete_user"),
    "core.apitoken": Page(ADMINISTRATORS, "core.add_apitoken", None, "core.delete_apitoken"),
    **{
        f"django_celery_beat.{name}": administrators_may(f"django_celery_beat.{name}")
        for name in (
            *("periodictask", "intervalschedule", "crontabschedule", "solarschedule", "clockedschedule"),
        )
    },
    "axes.accessattempt": Page(ADMINISTRATORS, delete="axes.delete_accessattempt"),
    "axes.accessfailurelog": PRIVATE,
    "axes.accesslog": PRIVATE,
    # What belongs to somebody, or holds what they uploaded
    **dict.fromkeys(
        (
            *("core.browsersession", "core.savedview", "core.listpreference"),
            *("core.importfile", "core.importbatch", "core.importpart"),
        ),
        PRIVATE,
    ),
    # Facts: the ledger, events and decisions, and what only services change
    **dict.fromkeys(
        (
            *("core.domainevent", "core.backgroundjob"),
            *("inventory.carrier", "inventory.facilitycarrier", "inventory.pickingtimesconfiguration"),
            *("inventory.facilitygroupmembership", "inventory.expectedstock", "inventory.receipt"),
            *("inventory.receiptline", "inventory.listingcontextrule", "inventory.stocklevel"),
            *("inventory.stockmovement", "inventory.reservation", "inventory.safetystock", "inventory.tag"),
            *("orders.customservice", "orders.paymentauthorisation", "orders.paymentrelease"),
            *("orders.pickjob", "orders.pickline", "orders.orderline", "orders.bundle", "orders.bundleitem"),
            "orders.cancelationreason",
            *("routing.decisionlog", "routing.decisionsnapshot", "routing.planline", "routing.releaserun"),
            *("routing.releasetrigger", "routing.waitingarticle", "routing.strategyrevision"),
            *("routing.strategydraft", "routing.sweepmark", "routing.plannedreview"),
            *("routing.releasetimereview", "routing.datingrequest"),
        ),
        FACT,
    ),
}
"""By model."""

OTHERS = frozenset(
    {"index", "login", "logout", "password_change", "password_change_done", "search", "app_list", "jsi18n"}
    | {"autocomplete", "view_on_site", "auth_user_password_change", None}
)
"""Pages that are about no model: each shows what its reader may go to."""


def test_every_model_has_its_line() -> None:
    known = {model._meta.label_lower for model in admin.site._registry}
    assert known - set(PAGES) == set(), (
        "Who may see and edit it in the admin? Say so in PAGES, and what its actions ask for."
    )
    assert set(PAGES) - known == set(), "PAGES has lines for what is not in the admin."


def test_every_action_of_a_row_has_its_line() -> None:
    for model, page in admin.site._registry.items():
        assert set(page.actions_detail or ()) == set(PAGES[model._meta.label_lower].of_row or ()), model


def cells(model: str, page: Page) -> Iterator[tuple[str, str, frozenset[str], str | None]]:
    """Method and address with who may, and the permission that is named to the others."""
    start = f"admin:{model.replace('.', '_')}"
    row = f"{start}_%s"
    see = f"{model.partition('.')[0]}.view_{model.partition('.')[2]}"

    def holders(permission: str | None) -> frozenset[str]:
        if permission is None:
            return frozenset()
        return frozenset(HOLDERS.get(permission, ADMINISTRATORS)) & page.seen_by

    yield "GET", reverse(row % "changelist"), page.seen_by, see
    yield "GET", reverse(row % "add"), holders(page.add), page.add
    yield "POST", reverse(row % "add"), holders(page.add), page.add
    yield "POST", reverse(row % "change", args=(NOBODYS_ID,)), holders(page.change), page.change
    yield "POST", reverse(row % "delete", args=(NOBODYS_ID,)), holders(page.delete), page.delete
    for name, permission in (page.of_row or {}).items():
        for method in ("GET", "POST"):
            yield method, reverse(row % name, args=(NOBODYS_ID,)), holders(permission), permission


@pytest.fixture
def browsers(screens_as: Any) -> dict[str, Any]:
    return {role: screens_as(role) for role in ROLES}


def test_each_role_sees_and_edits_what_it_may(browsers: dict[str, Any]) -> None:
    wrong = []
    for model, page in PAGES.items():
        for method, url, holders, permission in cells(model, page):
            for role, browser in browsers.items():
                response = getattr(browser, method.lower())(url)
                text = response.content.decode()
                if role in holders:
                    if response.status_code not in (200, 302):
                        wrong.append((role, method, url, response.status_code))
                    wrong += [(role, url, *one) for one in refused(role, text)]
                elif response.status_code != 403 or (permission and f"<code>{permission}</code>" not in text):
                    wrong.append((role, method, url, response.status_code, permission))
    assert wrong == []


def test_nobody_is_asked_to_sign_in_and_comes_back() -> None:
    for model, page in PAGES.items():
        for method, url, _holders, _permission in cells(model, page):
            response = getattr(Client(), method.lower())(url)
            assert (response.status_code, response["Location"]) == (302, f"/admin/login/?next={url}"), url
    response = Client().get("/admin/login/?next=/admin/orders/order/")
    assert response["Location"] == "/sign-in/?next=/admin/orders/order/"


def refused(role: str, page: str) -> Iterator[tuple[str, str]]:
    """What the page offers, and the role may not do."""
    for link in set(re.findall(r'(?:href|action|hx-get|hx-post)="(/admin/[^"#]*)"', page)):
        name = resolve(urlsplit(unescape(link)).path).url_name
        if name in OTHERS:
            continue
        model = next(one for one in PAGES if str(name).startswith(f"{one.replace('.', '_')}_"))
        about, verb = PAGES[model], str(name).removeprefix(f"{model.replace('.', '_')}_")
        needed = {"add": about.add, "delete": about.delete, **(about.of_row or {})}.get(verb)
        sees = role in about.seen_by
        if not sees or (verb in ("add", "delete") and needed is None):
            yield link, "nobody may" if sees else "not to be seen"
        elif needed and role not in HOLDERS.get(needed, ADMINISTRATORS):
            yield link, needed


def test_an_action_that_may_not_be_done_is_not_offered_and_does_nothing(browsers: dict[str, Any]) -> None:
    for model, page in PAGES.items():
        modeladmin = admin.site._registry[
            next(m for m in admin.site._registry if m._meta.label_lower == model)
        ]
        names = [name for name in modeladmin.actions or () if isinstance(name, str)]
        if not names or page.actions is None:
            assert not names or model.startswith(("django_celery_beat", "axes")), model
            continue
        for role, browser in browsers.items():
            request = browser.get("/admin/").wsgi_request
            offered = set(modeladmin.get_actions(request)) & set(names)
            assert bool(offered) == (role in HOLDERS[page.actions]), (model, role)


def test_the_front_page_leads_only_where_its_reader_may_go(browsers: dict[str, Any]) -> None:
    for role, browser in browsers.items():
        for url in ("/admin/", *(f"/admin/{label}/" for label in ("core", "inventory", "orders", "routing"))):
            response = browser.get(url)
            assert response.status_code == 200
            assert list(refused(role, response.content.decode())) == [], role
