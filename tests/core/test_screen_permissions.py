"""Every screen, dialog and button × nobody and the five roles (spec 8, "Security"; spec 6, "a missing permission is
named"): what :mod:`tests.core.screenmatrix` says, and no page shows what its reader may not do.

All cells are asked in one world, that of the demo, and each is undone. New addresses fail until they have their line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from html import unescape
from io import BytesIO
from typing import Any, ClassVar
from unittest import mock
from urllib.parse import urlencode, urljoin, urlsplit
from uuid import UUID

import pytest
from django.db import transaction
from django.test import Client, TestCase
from django.urls import ResolverMatch, URLPattern, URLResolver, get_resolver, resolve, reverse
from django.utils import timezone
from django.views.generic import View
from django.views.generic.edit import ProcessFormView

from backoffice.core import access
from backoffice.core.access import Role
from backoffice.core.importing.resources import known_resources, resource_called
from backoffice.core.jobs import known_kinds
from backoffice.core.models import (
    ApiToken,
    BackgroundJob,
    DeliveryStatus,
    DomainEvent,
    ImportFile,
    SavedView,
    Subscription,
    User,
    WebhookDelivery,
)
from backoffice.core.sealing import seal
from backoffice.core.services.imports import take_in
from backoffice.core.ui.paging import keyset_page
from backoffice.core.ui.screens import ListScreen
from backoffice.dashboard.demo.seed import seed
from backoffice.dashboard.demo.users import user_of
from inventory.models import (
    Article,
    Facility,
    FacilityGroup,
    InboundProcess,
    Listing,
    Stock,
    StockLevel,
)
from inventory.services.bulk_behaviour import start_behaviour_change
from inventory.services.out_of_stock import effective_of
from orders.models import Order, PickJob
from routing.documents.tree import branches_of
from routing.models import PlanStatus, ReleaseRun, RoutingPlan, RoutingStrategy
from routing.services.strategy_impact import start_impact
from tests.core.screenmatrix import (
    ADMINISTRATOR,
    ANYBODY,
    HOLDERS,
    IMPORT,
    OF_IMPORTS,
    OF_JOBS,
    ROLES,
    SCREENS,
    SIGNED_IN,
    VIEWER,
)

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
MODEL_BACKEND = "django.contrib.auth.backends.ModelBackend"

ELSEWHERE = ("admin/", "api/")
"""These have matrices of their own: ``test_admin_permissions``, ``test_api_permissions``."""

NO_VIEW_CLASS = {"set_language": {"POST"}, "healthz": {"GET"}, "readyz": {"GET"}, "metrics": {"GET"}}


def addresses(patterns: Any = None, prefix: str = "") -> Iterator[tuple[str, str, Any]]:
    """Name, route and view of every address."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from addresses(pattern.url_patterns, route)
        elif isinstance(pattern, URLPattern) and pattern.name:
            yield pattern.name, route, pattern.callback


def screens() -> Iterator[tuple[str, str, Any]]:
    """Name, route and view of what is not the admin's or the API's own."""
    for name, route, view in addresses():
        if not route.startswith(ELSEWHERE) or route in ("api/schema", "api/docs"):
            yield name, route, view


def methods_of(name: str, view: Any) -> set[str]:
    """What the view answers; PUT of Django's forms is their POST under another name."""
    if (view_class := getattr(view, "view_class", None)) is None:
        return NO_VIEW_CLASS[name]
    found = {method for method in METHODS if hasattr(view_class, method.lower())}
    found &= {method.upper() for method in view_class.http_method_names}
    return found - {"PUT"} if getattr(view_class, "put", None) is ProcessFormView.put else found


def test_every_screen_has_its_line() -> None:
    served = {(name, method) for name, _route, view in screens() for method in methods_of(name, view)}
    declared = {(name, method) for name, methods in SCREENS.items() for method in methods}
    missing = ", ".join(f"{method} {name}" for name, method in sorted(served - declared))
    assert not missing, (
        f"Who may {missing}? Say so in SCREENS of tests/core/screenmatrix.py: the address with the permission that "
        "the specification asks for, per method."
    )
    gone = ", ".join(f"{method} {name}" for name, method in sorted(declared - served))
    assert not gone, f"SCREENS of tests/core/screenmatrix.py has lines that no address serves: {gone}."


def test_permissions_are_held_by_those_who_should_have_them() -> None:
    shared = "core.share_views"  # asked for within a dialog, not by an address
    declared = {permission.codename: permission for permission in access.declared()}
    for codename, holders in HOLDERS.items():
        if codename != SIGNED_IN:
            granted = {role for role in ROLES if declared[codename].granted_to(role)}
            assert granted == set(holders), codename
    assert set(OF_IMPORTS) == {resource.name for resource in known_resources()}
    assert set(OF_JOBS) == {kind.name for kind in known_kinds()}
    assert set(ROLES) == set(Role)
    assert shared in declared


def needed(name: str, method: str, kwargs: Mapping[str, Any]) -> tuple[str, ...]:
    """What one needs at an address, the first that is missing is named."""
    if name in ("job", "stop-job"):
        kind = _kind_of_job(kwargs["pk"])
        return (OF_JOBS[kind][name == "stop-job"],)
    if name.startswith("import-") or name == "import":
        resource = kwargs.get("resource") or _resource_of_import(kwargs["pk"])
        return (IMPORT, OF_IMPORTS[resource])
    return (SCREENS[name][method],)


@cache
def _kind_of_job(pk: UUID) -> str:
    return str(BackgroundJob.objects.get(pk=pk).kind)


@cache
def _resource_of_import(pk: UUID) -> str:
    return str(ImportFile.objects.get(pk=pk).resource)


@cache
def led_to(path: str) -> ResolverMatch:
    return resolve(path)


def missing(role: str, permissions: tuple[str, ...]) -> str | None:
    """The first of them that the role does not have."""
    return next((one for one in permissions if one != ANYBODY and role not in HOLDERS[one]), None)


@dataclass(frozen=True)
class Example:
    """An address, of something that there is."""

    name: str
    kwargs: Mapping[str, Any] = field(default_factory=dict)
    query: str = ""

    @property
    def url(self) -> str:
        return reverse(self.name, kwargs=self.kwargs) + (f"?{self.query}" if self.query else "")


def examples() -> Iterator[Example]:
    """One of each address."""
    about = rows()
    for name, route, _view in screens():
        at = urlencode({"at": reverse("orders")}) if route.startswith("lists/") else ""
        yield Example(name, kwargs_of(name, route, about), at)


OF_READER = frozenset({"token-revoke", "view-change", "view-delete"})
"""What is about something that belongs to the reader."""


def as_of(user: User, example: Example) -> Example:
    """The same about what is the reader's own."""
    if example.name not in OF_READER:
        return example
    own = ApiToken.objects if example.name.startswith("token") else SavedView.objects
    owner = {"user": user} if example.name.startswith("token") else {"owner": user}
    return Example(example.name, {"pk": own.get(**owner).pk}, example.query)


def kwargs_of(name: str, route: str, about: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    if "<" not in route:
        return {}
    if name in PLAIN:
        return PLAIN[name]
    if name == "webhook-delivery-resend":
        return {"delivery": WebhookDelivery.objects.earliest("pk").pk}
    row = next((row for start, row in about if re.match(start, route)), None)
    assert row, f"What is {name} about? Say so in rows(): the beginning of its route {route}, and something."
    kwargs = {"pk": row.pk}
    if "<int:place>" in route:
        kwargs["place"] = 0
    if "<int:item>" in route:
        kwargs["item"] = row.items.filter(status="OPEN").earliest("pk").pk
    if "<int:revision>" in route:
        kwargs["revision"] = 1
    if "<str:id>" in route:
        wanted = "node" if name in ("add-condition", "strategy-rule") else "condition"
        kwargs["id"] = next(b["id"] for kind, _path, b in branches_of(row.document) if kind == wanted)
    if "<str:kind>" in route:
        kwargs["kind"] = "fences"
    return kwargs


PLAIN: Mapping[str, dict[str, Any]] = {
    "set-password": {"uidb64": "nobody", "token": "none"},
    "bulk-intervention": {"name": "assign"},
    "account-session-end": {"name": "none"},
    "import-upload": {"resource": "facilities"},
    "import-template": {"resource": "facilities"},
}
"""What is not about a row."""


def rows() -> list[tuple[str, Any]]:
    """What an address is about, by the beginning of its route."""
    jobs = BackgroundJob.objects
    found: tuple[tuple[str, Any], ...] = (
        (r"(jobs|waiting-room/interventions)/", jobs.filter(kind="INTERVENTION")),
        (r"network/listings/behaviour/", jobs.filter(kind="LISTING_BEHAVIOUR")),
        (r"settings/users/", User.objects.filter(pk=user_of(Role.AGENT).pk)),
        (r"settings/tokens/", ApiToken.objects),
        (r"settings/webhooks/", Subscription.objects),
        (r"imports/", ImportFile.objects.filter(resource="facilities")),
        (r"lists/views/", SavedView.objects),
        (r"network/facilities/", Facility.objects),
        (r"network/groups/", FacilityGroup.objects),
        (r"network/listings/", Listing.objects.filter(context_rules__isnull=False)),
        (r"network/stock/records/", Stock.objects),
        (r"network/stock/", StockLevel.objects.filter(on_hand__gt=0)),
        (r"network/incoming/", InboundProcess.objects.filter(tenant_inbound_process_id="PO-2047")),
        (r"network/routing-strategies/", RoutingStrategy.objects.filter(in_use=False)),
        (r"orders/", Order.objects),
        (r"pick-jobs/", PickJob.objects.filter(status="OPEN")),
        (r"demand/", Article.objects.filter(waiting_articles__isnull=False)),
        (r"release-runs/", ReleaseRun.objects.filter(released__gt=1)),
        (r"plans/", RoutingPlan.objects.filter(status=PlanStatus.WAITING)),
    )
    return [(start, wanted.earliest("pk")) for start, wanted in found]


def pages_in_other_states() -> Iterator[Example]:
    """What an order, a plan, a job or a list looks like at other times: other buttons are there."""
    for name, model in (("order", Order), ("plan", RoutingPlan), ("pick-job", PickJob)):
        statuses = model._default_manager.order_by().values_list("status", flat=True).distinct()
        for status in statuses:
            yield Example(name, {"pk": model._default_manager.filter(status=status).latest("pk").pk})
    for kind in BackgroundJob.objects.order_by().values_list("kind", flat=True).distinct():
        yield Example("job", {"pk": BackgroundJob.objects.filter(kind=kind).latest("pk").pk})
    for resource in OF_IMPORTS:
        yield Example("import", {"pk": ImportFile.objects.get(resource=resource).pk})
        yield Example("import-upload", {"resource": resource})
    yield Example("waiting-room", query="state=planned")
    yield Example("waiting-room", query="state=unroutable")
    yield Example("routing-strategy", {"pk": RoutingStrategy.objects.get(in_use=True).pk})
    yield Example("palette", query="q=settings")


def browser(user: User) -> Client:
    client = Client()
    client.force_login(user, backend=MODEL_BACKEND)
    return client


def content_of(response: Any) -> str:
    if response.streaming:
        return b"".join(response.streaming_content).decode(errors="replace")
    return str(response.content.decode(errors="replace"))


def send(client: Client, method: str, url: str, **headers: str) -> Any:
    """Asks, and undoes what came of it."""
    cookies = {name: morsel.value for name, morsel in client.cookies.items()}
    with transaction.atomic():
        response = getattr(client, method.lower())(url, headers=headers)
        response.text_ = content_of(response)
        transaction.set_rollback(True)
    client.cookies.clear()
    client.cookies.load(cookies)
    return response


TAG = re.compile(r"<(\w+)\b([^>]*)>")
ADDRESS = re.compile(r'([\w:-]+)="(/[^"]*|\?[^"]*)"')
POSTS = frozenset({"hx-post"})


def offered(page: str, url: str) -> set[tuple[str, str]]:
    """Method and address of everything that the page at ``url`` offers: what its links, forms and buttons lead to."""
    found = set()
    for tag, attributes in TAG.findall(page):
        method = "POST" if re.search(r'\bmethod="post"', attributes) else "GET"
        if tag == "form" and method == "POST" and not re.search(r"\b(action|hx-post)=", attributes):
            found.add((method, url))
        for attribute, address in ADDRESS.findall(attributes):
            how = "POST" if attribute in POSTS else method if tag == "form" else "GET"
            found.add((how, urljoin(url, unescape(address))))
    return found


IGNORED = ("/static/", "/admin/", "/api/docs")
"""What is no screen; who may go where in the admin is tested with it."""


@pytest.mark.xdist_group("screen-permissions")
class TestScreenPermissions(TestCase):
    users: ClassVar[Mapping[str, User]]
    clients: ClassVar[Mapping[str, Client]]
    examples: ClassVar[Sequence[Example]]

    @classmethod
    def setUpTestData(cls) -> None:
        seed()
        _kind_of_job.cache_clear()
        _resource_of_import.cache_clear()
        listing = Listing.objects.earliest("pk")
        start_behaviour_change(listing_ids=[listing.pk], own=effective_of(listing), dry_run=True)
        peak = RoutingStrategy.objects.get(in_use=False)
        start_impact(strategy_id=peak.pk, name=peak.name, document=peak.document)
        subscribed = Subscription.objects.create(
            name="The shop",
            event="ORDER_CREATED",
            callback_url="https://shop.example/",
            secret=seal("secret"),
        )
        WebhookDelivery.objects.create(
            subscription=subscribed,
            event=DomainEvent.objects.filter(name="ORDER_CREATED").earliest("pk"),
            resource="ORDER",
            status=DeliveryStatus.PARKED,
            next_attempt=timezone.now(),
            created=timezone.now(),
        )
        for name in OF_IMPORTS:
            take_in(resource=resource_called(name), name=f"{name}.csv", file=example_of(name))
        cls.users = {role: user_of(Role(role)) for role in ROLES}
        cls.clients = {role: browser(user) for role, user in cls.users.items()}
        for role, user in cls.users.items():
            ApiToken.objects.create(user, name="mine")
            SavedView.objects.create(owner=user, list_name="orders", name=f"Of {role}", query="")
        cls.examples = list(examples())

    def setUp(self) -> None:
        self.wrong: list[str] = []
        self.followed: set[tuple[str, str]] = set()
        self.enterContext(mock.patch.dict(keyset_page.__kwdefaults__, size=5))

    def test_nobody_is_asked_to_sign_in_and_comes_back(self) -> None:
        wrong = []
        for example in self.examples:
            for method, permission in SCREENS[example.name].items():
                whole, part = (send(Client(), method, example.url, **how) for how in ({}, IN_PART))
                asked = (whole.status_code, whole.headers.get("Location"))
                if permission == ANYBODY:
                    if whole.status_code == 401 or "?next=" in str(asked):
                        wrong.append((method, example.name, asked))
                    continue
                back = f"/sign-in/?{urlencode({'next': example.url}, safe='/')}"
                led = (part.status_code, part.headers.get("HX-Redirect"))
                if asked != (302, back) or led != (401, "/sign-in/?next=/orders/"):
                    wrong.append((method, example.name, asked, led))
        assert wrong == []

    def test_each_role_sees_and_does_what_it_may(self) -> None:
        for role in ROLES:
            for example in self.examples:
                for method, permission in SCREENS[example.name].items():
                    if permission != ANYBODY:
                        self.check(role, method, as_of(self.users[role], example))
        assert self.wrong == []

    def test_exports_ask_for_what_their_lists_do(self) -> None:
        for name, _route, view in screens():
            if not issubclass(getattr(view, "view_class", View), ListScreen):
                continue
            example = next(one for one in self.examples if one.name == name)
            for role in (VIEWER, ADMINISTRATOR):
                answer = self.check(role, "GET", replace(example, query="export=csv"))
                assert answer.status_code == 403 or answer.headers["Content-Type"].startswith("text/csv")
        assert self.wrong == []

    def test_pages_of_other_times_offer_only_what_their_reader_may_do(self) -> None:
        for example in pages_in_other_states():
            for role in ROLES:
                self.check(role, "GET", example)
        assert self.wrong == []

    def check(self, role: str, method: str, example: Example) -> Any:
        """The role is let in or refused by name as the table says, and shown nothing that it may not do."""
        response = send(self.clients[role], method, example.url)
        found = [*self.faults(role, method, example, response)]
        if role == ADMINISTRATOR and method == "GET":
            found += self.dead_ends(example, response)
        self.wrong += [f"{role}: {method} {example.url} {fault}" for fault in found]
        return response

    def dead_ends(self, example: Example, response: Any) -> Iterator[str]:
        """Who may do everything is not refused what stands on a page: no link leads nowhere, and each question is asked
        about something that it fits. Of addresses alike one is followed.
        """
        for method, url in sorted(offered(response.text_, example.url)):
            if method == "POST" or url.startswith(IGNORED):
                continue
            name = str(led_to(urlsplit(url).path).url_name)
            asked = (name, example.url if "POST" in SCREENS[name] else "")
            if asked not in self.followed:
                self.followed.add(asked)
                if (status := send(self.clients[ADMINISTRATOR], "GET", url).status_code) not in (200, 302):
                    yield f"offers {url}, which answers {status}"

    def faults(self, role: str, method: str, example: Example, response: Any) -> Iterator[str]:
        lack = missing(role, needed(example.name, method, example.kwargs))
        if lack:
            if response.status_code != 403 or f"<code>{lack}</code>" not in response.text_:
                yield f"answers {response.status_code}, and should name {lack}"
            return
        if response.status_code not in ((200,) if method == "GET" else (200, 302, 409, 422)):
            yield f"answers {response.status_code}"
        at = example.url if "<html" in response.text_ or method == "GET" else "/"  # a part of some page
        for how, url in offered(response.text_, at):
            if not url.startswith(IGNORED):
                match = led_to(urlsplit(url).path)
                if how not in SCREENS[str(match.url_name)]:
                    yield f"offers {how} {url}, which takes only {', '.join(SCREENS[str(match.url_name)])}"
                elif wanted := missing(role, needed(str(match.url_name), how, match.kwargs)):
                    yield f"offers {how} {url}, which needs {wanted}"


IN_PART = {"HX-Request": "true", "HX-Current-URL": "http://testserver/orders/"}


def example_of(resource: str) -> BytesIO:
    """A file with the row that the import itself gives as an example."""
    columns = resource_called(resource).columns
    lines = [",".join(column.name for column in columns), ",".join(f'"{c.example}"' for c in columns)]
    return BytesIO("\n".join(lines).encode())
